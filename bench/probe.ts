/** What probing costs: hosts behind a firewall that drops, and ten thousand endpoints of every kind. */
import { startRpcEndpoint } from '../src/lab/rpc-endpoint.ts';
import { findProgram, UNSHARE } from '../test/lab/support/programs.ts';
import { duration, type Measured, type Measurement, type Row } from './table.ts';
import { type Ended, median, runTimed } from './timing.ts';
import { builtCommand, inFolder, missing, written } from './workshop.ts';

export const probe: Measurement = {
  name: 'probe',
  run: (say) => inFolder((folder) => run(folder, say)),
};

const ROUNDS = 3;
const BUDGET_MS = 2000;

async function run(folder: string, say: (text: string) => void): Promise<Measured> {
  const bin = await builtCommand(folder);
  const filtered = await filteredTargets(bin, say);
  const many = await manyEndpoints(bin, folder, say);
  return { rows: [...filtered.rows, ...many.rows], skipped: [...filtered.skipped, ...many.skipped] };
}

// ── Eight targets whose packets are dropped ──────────────────────────────────────────────────────

const PORTS = Array.from({ length: 8 }, (_, i) => 21_001 + i);

/** Runs what follows in a network of its own where packets to {@link PORTS} are dropped. */
const BEHIND_FIREWALL = [
  'ip link set lo up',
  'nft add table inet bench',
  "nft 'add chain inet bench in { type filter hook input priority 0 ; }'",
  `nft add rule inet bench in tcp dport ${PORTS[0]}-${PORTS.at(-1)} drop`,
  'exec "$@"',
].join(' && ');

async function filteredTargets(bin: string, say: (text: string) => void): Promise<Measured> {
  const absent = missing('eight filtered targets', 'unshare', 'nft', 'ip');
  if (absent !== undefined) return { rows: [], skipped: [absent] };
  const inside = (...words: readonly string[]): Promise<Ended> =>
    runTimed(findProgram('unshare')!, [...UNSHARE, 'sh', '-c', BEHIND_FIREWALL, 'sh', ...words]);
  const allowed = await inside('true');
  if (allowed.exitCode !== 0)
    return {
      rows: [],
      skipped: ['eight filtered targets are left out: no network of its own is allowed here'],
    };

  const checkTcp = findProgram('/usr/lib/nagios/plugins/check_tcp');
  const nmap = findProgram('nmap');
  const racers: Record<string, readonly string[]> = {
    ours: [process.execPath, bin, 'probe', '-q', '--json', ...PORTS.map((port) => `127.0.0.1:${port}`)],
    ...(nmap === undefined ? {} : { nmap: [nmap, ...NMAP, '-p', PORTS.join(','), '127.0.0.1'] }),
    ...(checkTcp === undefined
      ? {}
      : { check: ['sh', '-c', `for p in ${PORTS.join(' ')}; do ${checkTcp} -H 127.0.0.1 -p $p -t 2; done`] }),
  };
  const times: Record<string, number[]> = {};
  for (let round = 1; round <= ROUNDS; round++) {
    say(`filtered targets, round ${round} of ${ROUNDS}`);
    for (const [name, words] of Object.entries(racers)) {
      const { tookMs, stdout, stderr } = await inside(...words);
      if (name === 'ours' && stdout.split('"state": "filtered"').length - 1 !== PORTS.length)
        throw new Error(`not all were filtered: ${stdout}${stderr}`);
      times[name] = [...(times[name] ?? []), tookMs];
    }
  }
  const mine = median(times.ours!);
  const what = 'probe of eight targets behind a firewall that drops';
  const against = (peer: string, theirs: readonly number[] | undefined): readonly Row[] =>
    theirs === undefined
      ? []
      : [
          {
            what,
            ours: duration(mine),
            peer,
            theirs: duration(median(theirs)),
            ratio: mine / median(theirs),
          },
        ];
  return {
    rows: [
      {
        what,
        ours: duration(mine),
        peer: 'one TCP budget',
        theirs: duration(BUDGET_MS),
        target: { said: 'budget + 0.3 s', met: mine <= BUDGET_MS + 300 },
      },
      ...against('nmap -sT', times.nmap),
      ...against('check_tcp -t 2, one after the other', times.check),
    ],
    skipped: [
      ...(nmap === undefined ? ['nmap is left out: it is not installed'] : []),
      ...(checkTcp === undefined ? ['check_tcp is left out: it is not installed'] : []),
    ],
  };
}

const NMAP = ['-sT', '-Pn', '-n', '-oG', '-'] as const;

// ── Ten thousand endpoints ───────────────────────────────────────────────────────────────────────

const ENDPOINTS = 10_000;
const ACCEPTING = 2000;
const SILENT = 100;
/** Below the ports that the system gives out. */
const FIRST_CLOSED = 18_000;

async function manyEndpoints(bin: string, folder: string, say: (text: string) => void): Promise<Measured> {
  say('opening ports');
  const started = await Promise.all(
    Array.from({ length: ACCEPTING + SILENT }, (_, i) =>
      startRpcEndpoint({ behaviour: { kind: i < SILENT ? 'silent' : 'accepts-kms' } }),
    ),
  );
  try {
    const open = started.map(({ endpoint: { port } }) => port);
    const taken = new Set(open);
    const closed = Array.from({ length: ENDPOINTS }, (_, i) => FIRST_CLOSED + i).filter(
      (port) => !taken.has(port),
    );
    const answering = mixed([...open.slice(SILENT), ...closed].slice(0, ENDPOINTS - SILENT));
    const lists = [
      {
        what: `${ENDPOINTS.toLocaleString('en')} endpoints, refused, accepting, silent mixed`,
        ports: mixed([...open.slice(0, SILENT), ...answering]),
      },
      { what: 'the same without the silent ones', ports: answering },
    ];
    const nmap = findProgram('nmap');
    const rows: Row[] = [];
    for (const { what, ports } of lists) {
      const from = written(folder, 'endpoints', ports.map((port) => `127.0.0.1:${port}\n`).join(''));
      const [ours, theirs]: number[][] = [[], []];
      for (let round = 1; round <= ROUNDS; round++) {
        say(`${what}: round ${round} of ${ROUNDS}`);
        const ended = await runTimed(process.execPath, [bin, 'probe', '-q', '--json', '--from', from]);
        const bound = ended.stdout.split('"state": "bound"').length - 1;
        if (bound !== ACCEPTING) throw new Error(`${bound} of ${ACCEPTING} accepted: ${ended.stderr}`);
        ours!.push(ended.tookMs);
        if (nmap === undefined) continue;
        const scan = await runTimed(nmap, [...NMAP, '-p', ports.join(','), '127.0.0.1']);
        theirs!.push(scan.tookMs);
      }
      if (nmap === undefined) continue;
      rows.push({
        what: `probe of ${what}`,
        ours: duration(median(ours!)),
        peer: 'nmap -sT, which only connects',
        theirs: duration(median(theirs!)),
        ratio: median(ours!) / median(theirs!),
      });
    }
    return {
      rows,
      skipped: nmap === undefined ? ['10,000 endpoints are left out: nmap is not installed'] : [],
    };
  } finally {
    await Promise.all(started.map((one) => one.stop()));
  }
}

/** The same list in an order that keeps no kind together, and is the same each time. */
function mixed(ports: readonly number[]): readonly number[] {
  const order = (port: number): number => (port * 7919) % 10_007;
  return [...ports].sort((a, b) => order(a) - order(b));
}
