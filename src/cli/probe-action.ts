import { resolve } from 'node:path';
import { formatEndpoint, parseIpAddress } from '../core/address.ts';
import { bounded } from '../core/bounded.ts';
import { KmsDnsError } from '../core/errors.ts';
import { readTextFile } from '../core/files.ts';
import { KMS_PORT } from '../core/kms.ts';
import { displayName, type Fqdn, readName } from '../core/name.ts';
import type { Endpoint, IpAddress } from '../core/net.ts';
import { type EndpointPatience, type EndpointState, probeEndpoint } from '../core/probe-endpoint.ts';
import { hostResolver } from '../core/resolve.ts';
import type { Context } from './command.ts';
import { counted, type Look } from './look.ts';
import { usage } from './options.ts';
import { checkOut, type OutOptions, tell } from './out-file.ts';
import { openRun, type ReachOptions } from './run.ts';

interface ProbeValues extends Omit<ReachOptions, 'authority'>, OutOptions {
  readonly operands: readonly string[];
  readonly from: string | undefined;
}

/** One row of the result: CONTRACT section 4, "probe". */
interface Probed {
  readonly host: string;
  readonly address: string | null;
  readonly port: number;
  readonly state: EndpointState;
  readonly tookMs: number;
  readonly detail: string;
}

interface Wanted {
  readonly host:
    | { readonly kind: 'name'; readonly name: Fqdn }
    | { readonly kind: 'address'; readonly address: IpAddress };
  readonly port: number;
}

/** Connections at the same time; more buys nothing (docs/performance.md). */
const CONCURRENCY = 256;

/** Looks up, connects, binds, and says what each endpoint is to a KMS client. */
export async function runProbe(values: ProbeValues, context: Context): Promise<number> {
  await checkOut(context, values);
  const wanted = [...values.operands, ...(await listed(values.from, context))].map(parseWanted);
  if (wanted.length === 0)
    throw usage('there is nothing to probe', 'name an endpoint: kmsdns probe HOST[:PORT], or --from FILE');
  const rows = await openRun(context, { ...values, authority: [] }).during(
    `probing ${counted(wanted.length, 'endpoint')}`,
    async ({ net, patience, servers, resolvers }) => {
      const hosts = hostResolver(
        net,
        servers.length > 0 ? servers : resolvers,
        patience,
        servers.length === 0,
      );
      const ms = values.timeout ?? DEFAULT_MS;
      const budget: EndpointPatience = { tcpMs: ms, rpcMs: ms, bind: true };
      const all = await bounded(wanted, CONCURRENCY, async ({ host, port }): Promise<Probed[]> => {
        const name = host.kind === 'name' ? host.name : host.address;
        const found =
          host.kind === 'address'
            ? { addresses: [host.address], because: '' }
            : await lookUp(hosts, host.name);
        if (found.addresses.length === 0) {
          const state = found.because === undefined ? 'unknown' : 'no-address';
          return [
            {
              host: name,
              address: null,
              port,
              state,
              tookMs: 0,
              detail: found.because ?? 'the name could not be looked up',
            },
          ];
        }
        return bounded(found.addresses, 8, async (address) => {
          const { state, tookMs, detail } = await probeEndpoint(net, { address, port }, budget);
          return { host: name, address, port, state, tookMs: Math.round(tookMs), detail };
        });
      });
      return all.flat();
    },
  );
  await tell(context, values, { schema: 'kmsdns/probe@1', targets: rows }, () => ({
    lines: rows.map((row) => rowLine(row, context.out)),
    verdict: verdictLine(rows),
  }));
  return probeExitCode(rows);
}

const DEFAULT_MS = 2000;

async function lookUp(
  hosts: ReturnType<typeof hostResolver>,
  name: Fqdn,
): Promise<{ addresses: readonly IpAddress[]; because: string | undefined }> {
  const found = await hosts.addressesOf(name);
  if (found.kind === 'addresses') return { addresses: found.addresses, because: '' };
  return {
    addresses: [],
    because: found.kind === 'none' ? `${found.rcode}: the name has no address` : undefined,
  };
}

async function listed(from: string | undefined, { io }: Context): Promise<readonly string[]> {
  if (from === undefined) return [];
  const text =
    from === '-' ? new TextDecoder().decode(await io.readInput()) : await readTextFile(resolve(io.cwd, from));
  return text
    .split(/\r?\n/)
    .map((line) => line.replace(/#.*$/, '').trim())
    .filter((line) => line !== '');
}

function parseWanted(text: string): Wanted {
  const bracketed = /^\[([^\]]+)\](?::(\d+))?$/.exec(text);
  const plain = bracketed === null && text.split(':').length <= 2 ? /^([^:]+)(?::(\d+))?$/.exec(text) : null;
  const [, hostText = text, portText] = bracketed ?? plain ?? [];
  const port = portText === undefined ? KMS_PORT : Number(portText);
  const bad = (why: string): KmsDnsError =>
    new KmsDnsError('address-invalid', `endpoint ${JSON.stringify(text)}: ${why}`, {
      hint: 'write HOST or HOST:PORT, an IPv6 address with a port as [::1]:1688',
    });
  if (port < 1 || port > 65_535) throw bad('the port must be 1…65535');
  const address = parseIpAddress(hostText);
  if (address !== undefined) return { host: { kind: 'address', address }, port };
  if (bracketed !== null) throw bad('what stands in brackets is no IPv6 address');
  const read = readName(hostText);
  if (!read.ok || read.name === '.' || hostText.includes(':'))
    throw bad(read.ok ? 'neither a name nor an address' : read.problem);
  return { host: { kind: 'name', name: read.name }, port };
}

function rowLine({ host, address, port, state, tookMs, detail }: Probed, look: Look): string {
  const good = state === 'bound';
  const shown = host.endsWith('.') ? displayName(host as Fqdn) : host;
  const where =
    address === null
      ? `${shown} port ${port}`
      : `${shown === address ? '' : `${shown} `}${formatEndpoint({ address, port } as Endpoint)}`;
  const symbol = good
    ? look.paint('good', look.symbols.good)
    : state === 'unknown'
      ? look.symbols.unknown
      : look.paint('bad', look.symbols.bad);
  return `${symbol} ${where}  ${state}  ${tookMs} ms  ${detail}`;
}

function verdictLine(rows: readonly Probed[]): string {
  const bound = rows.filter(({ state }) => state === 'bound').length;
  return `${bound} of ${counted(rows.length, 'endpoint')} accept${bound === 1 ? 's' : ''} the KMS bind.`;
}

/** CONTRACT section 2: 0 all bound, 1 some, 2 none, 3 undecided. */
export function probeExitCode(rows: readonly Pick<Probed, 'state'>[]): 0 | 1 | 2 | 3 {
  const bound = rows.filter(({ state }) => state === 'bound').length;
  if (bound === rows.length) return 0;
  if (rows.some(({ state }) => state === 'unknown')) return 3;
  return bound > 0 ? 1 : 2;
}
