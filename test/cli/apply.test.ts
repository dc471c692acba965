import { afterEach, describe, expect, it, test } from 'vitest';
import { parseFqdn } from '../../src/core/name.ts';
import { update } from '../../src/core/wire.ts';
import type { Quirks } from '../../src/lab/quirks.ts';
import { srv } from '../../src/lab/zone-data.ts';
import { parseJournal } from '../../src/publish/journal.ts';
import {
  ALIAS,
  desiredState,
  EAST,
  KEY_SECRET,
  type PracticeDesk,
  type PracticeOptions,
  practiceDesk,
  WEST,
} from '../support/practice-desk.ts';

let desk: PracticeDesk;
const open = async (options?: PracticeOptions): Promise<PracticeDesk> => {
  desk = await practiceDesk(options);
  return desk;
};
afterEach(() => desk.stop());

const served = (owner: string): readonly string[] =>
  [...(desk.server.zone('contoso.test').nodes.get(parseFqdn(owner))?.get(33)?.members ?? [])]
    .map((data) =>
      data.kind === 'SRV' ? `${data.record.priority} ${data.record.weight} ${data.record.target}` : '',
    )
    .sort();
const JOURNALS = '.kmsdns/journal';
const journal = (): ReturnType<typeof parseJournal> => {
  const [file] = desk.list(JOURNALS);
  return parseJournal(desk.read(`${JOURNALS}/${file}`), 'journal');
};

describe('kmsdns apply', () => {
  it('publishes, reads back, and names the journal with the command that undoes it', async () => {
    const { run } = await open();
    const ran = await run('apply', '--yes');
    expect(ran.transcript).toMatchSnapshot();
    expect(served(EAST)).toEqual([
      '0 0 kms-old.contoso.test.',
      '10 75 kms-e1.east.contoso.test.',
      '90 75 kms-w1.west.contoso.test.',
    ]);
    expect(desk.updates()).toHaveLength(1);
    expect(journal().entries.map(({ domain, outcome }) => [domain, outcome])).toEqual([
      ['east.contoso.test.', 'applied'],
      ['west.contoso.test.', 'applied'],
    ]);
  });

  it('is one JSON document with --json, with an absolute path of the journal', async () => {
    const { run } = await open();
    const ran = await run('apply', '--yes', '--json', '-d', 'west.contoso.test');
    expect(ran.transcript).toMatchSnapshot();
    expect(ran.json().journal).toBe(`${desk.folder}/${JOURNALS}/${desk.list(JOURNALS)[0]}`);
  });

  it('has nothing to do the second time: unchanged, without asking, without a journal', async () => {
    const { run } = await open();
    await run('apply', '--yes', '-q');
    const before = desk.updates().length;
    const ran = await run('apply', '--json');
    expect([ran.code, ran.json()]).toEqual([
      0,
      expect.objectContaining({ outcome: 'unchanged', journal: null }),
    ]);
    expect([desk.updates().length, desk.list(JOURNALS).length]).toEqual([before, 1]);
  });

  describe('asks', () => {
    it('on a terminal, after it showed the plan on stderr', async () => {
      const { runWith } = await open();
      const ran = await runWith({ terminal: true, answers: [true] }, 'apply', '--no-color');
      expect(ran.code).toBe(0);
      expect(ran.questions).toEqual(['Change 2 domains (3 to add, 1 to change, 1 TTL to change)?']);
      expect(ran.stderr).toContain('east.contoso.test');
    });

    it('and takes no for an answer', async () => {
      const { runWith } = await open();
      const ran = await runWith({ terminal: true, answers: [false] }, 'apply', '--json');
      expect([ran.code, ran.json()]).toEqual([130, expect.objectContaining({ code: 'interrupted' })]);
      expect([desk.updates(), desk.list(JOURNALS)]).toEqual([[], []]);
    });

    it('and where nobody can answer, wants --yes or --plan', async () => {
      const { run } = await open();
      const ran = await run('apply', '--json');
      expect(ran.code).toBe(64);
      expect(ran.json()).toMatchObject({
        schema: 'kmsdns/error@1',
        code: 'confirmation-needed',
        hint: expect.stringContaining('--yes'),
      });
      expect([desk.updates(), desk.list(JOURNALS)]).toEqual([[], []]);
    });

    it('not once the user has stopped the run', async () => {
      const { runWith } = await open();
      const ran = await runWith({ terminal: true, interrupt: AbortSignal.abort() }, 'apply');
      expect([ran.code, ran.questions, desk.updates()]).toEqual([130, [], []]);
    });
  });

  describe('--plan', () => {
    it('carries out what was reviewed without asking', async () => {
      const { run } = await open();
      await run('plan', '--out', 'plan.json');
      const ran = await run('apply', '--plan', 'plan.json');
      expect([ran.code, desk.updates().length]).toEqual([0, 1]);
      expect((await run('plan', '--exit-code', '-q')).code).toBe(0);
    });

    it('is a conflict once the zone moved, and nothing is sent', async () => {
      const { run } = await open();
      await run('plan', '--out', 'plan.json', '-d', 'east.contoso.test');
      desk.server.changeZone('contoso.test', [
        update.add(srv(EAST, 'kms-new.contoso.test', { ttlSeconds: 300 })),
      ]);
      const ran = await run('apply', '--plan', 'plan.json');
      expect([ran.code, desk.updates(), desk.list(JOURNALS)]).toEqual([2, [], []]);
      expect(ran.transcript).toMatchSnapshot();
    });

    it('is a conflict when this run leads to another server', async () => {
      const { run } = await open();
      await run('plan', '--out', 'plan.json');
      const other = await practiceDesk();
      try {
        const ran = await run('apply', '--plan', 'plan.json', '-s', other.at[0]!);
        expect([ran.code, ran.stdout, other.updates()]).toEqual([
          2,
          expect.stringMatching(/Make a\s+new plan/),
          [],
        ]);
      } finally {
        await other.stop();
      }
    });

    it('is unchanged when somebody carried it out already', async () => {
      const { run } = await open();
      await run('plan', '--out', 'plan.json');
      await run('apply', '--yes', '-q');
      const ran = await run('apply', '--plan', 'plan.json', '--json');
      expect([ran.code, ran.json().outcome, desk.updates().length]).toEqual([0, 'unchanged', 1]);
    });

    it.each<[string, (text: string) => string, readonly string[], RegExp]>([
      ['that was edited', (text) => text.replace('"weight": 75', '"weight": 1'), [], /digest/],
      ['that is no JSON', () => 'ttl: 5', [], /not JSON/],
      ['together with --domain', (text) => text, ['-d', 'east.contoso.test'], /contradict/],
    ])('%s is refused before the first packet', async (_name, edit, more, says) => {
      const { run } = await open();
      await run('plan', '--out', 'plan.json');
      desk.write('plan.json', edit(desk.read('plan.json')));
      const asked = desk.server.log.length;
      const ran = await run('apply', '--plan', 'plan.json', ...more);
      expect([ran.code, desk.server.log.length]).toEqual([64, asked]);
      expect(ran.stderr).toMatch(says);
    });

    it('is refused when the desired state does not have one of its domains', async () => {
      const { run } = await open();
      await run('plan', '--out', 'plan.json');
      desk.write(
        'kmsdns.yaml',
        desk.read('kmsdns.yaml').replace('  west.contoso.test:', '  north.contoso.test:'),
      );
      const ran = await run('apply', '--plan', 'plan.json');
      expect([ran.code, ran.stderr]).toEqual([64, expect.stringContaining('"west.contoso.test"')]);
    });
  });

  it('plans anew when the zone moves under its hands, and loses nothing', async () => {
    const { runWith } = await open();
    let moved = false;
    const ran = await runWith(
      {
        network: await movingNetwork(() => {
          if (moved) return;
          moved = true;
          desk.server.changeZone('contoso.test', [
            update.add(srv(EAST, 'kms-new.contoso.test', { ttlSeconds: 300 })),
          ]);
        }),
      },
      'apply',
      '--yes',
      '-d',
      'east.contoso.test',
    );
    expect(ran.code).toBe(0);
    expect(served(EAST)).toContain('0 0 kms-new.contoso.test.');
    expect(served(EAST)).toContain('10 75 kms-e1.east.contoso.test.');
    expect(desk.updates().map(({ rcode }) => rcode)).toEqual(['NXRRSET', 'NOERROR']);
    // The journal undoes the second message, not the first.
    expect(journal().entries[0]?.before?.records).toHaveLength(3);
  });

  it('takes away nothing that the shown plan did not: that is a conflict', async () => {
    const { runWith } = await open();
    desk.write('kmsdns.yaml', desk.read('kmsdns.yaml').replace('    ttl: 3600\n', '    policy: exact\n'));
    const network = await movingNetwork(() =>
      desk.server.changeZone('contoso.test', [
        update.add(srv(EAST, 'kms-new.contoso.test', { ttlSeconds: 300 })),
      ]),
    );
    const ran = await runWith({ network }, 'apply', '--yes', '--json', '-d', 'east.contoso.test');
    expect([ran.code, ran.json().outcome, desk.updates().length]).toEqual([2, 'conflict', 1]);
    expect(served(EAST)).toContain('0 0 kms-new.contoso.test.');
  });

  it('gives up on a zone that moves every time', async () => {
    const { runWith } = await open();
    let count = 0;
    const network = await movingNetwork(() => {
      count++;
      const stranger = srv(EAST, `kms-new${count}.contoso.test`, { ttlSeconds: 300 });
      desk.server.changeZone('contoso.test', [update.add(stranger)]);
    }, 'each');
    const ran = await runWith({ network }, 'apply', '--yes', '--json', '-d', 'east.contoso.test');
    expect([ran.code, ran.json().outcome]).toEqual([2, 'conflict']);
    expect(desk.updates().map(({ rcode }) => rcode)).toEqual(['NXRRSET', 'NXRRSET', 'NXRRSET', 'NXRRSET']);
  });

  describe('says what is true when', () => {
    interface Row {
      readonly name: string;
      readonly quirks?: Quirks;
      readonly options?: PracticeOptions;
      readonly code: number;
      readonly outcome: string;
      readonly says: RegExp;
      readonly journal: boolean;
    }
    const rows: readonly Row[] = [
      {
        name: 'the key is not allowed',
        options: { server: { policy: () => false } },
        code: 2,
        outcome: 'refused',
        says: /policy does not allow/,
        journal: true,
      },
      {
        name: 'the server does not know the key',
        options: { server: { keys: [] } },
        code: 2,
        outcome: 'refused',
        says: /BADKEY/,
        journal: true,
      },
      {
        name: 'the clocks differ',
        quirks: { clockSkewSeconds: 4000 },
        code: 2,
        outcome: 'refused',
        says: /BADTIME.*4000 s ahead/,
        journal: true,
      },
      {
        name: 'the server takes no updates',
        quirks: { notimpUpdates: true },
        code: 2,
        outcome: 'refused',
        says: /generate bind-zone/,
        journal: true,
      },
      {
        name: 'the server drops it without a word',
        quirks: { noerrorWithoutWriting: true },
        code: 2,
        outcome: 'silently-ignored',
        says: /NOERROR and wrote nothing/,
        journal: true,
      },
      {
        name: 'a cap swallows one record',
        quirks: { capSrv: 2 },
        code: 2,
        outcome: 'partly-applied',
        says: /Only a part/,
        journal: true,
      },
      {
        name: 'the answer is lost and the work is done',
        quirks: { losesUpdateReplies: true },
        code: 0,
        outcome: 'applied',
        says: /No answer came|serves the new records/,
        journal: true,
      },
      {
        name: 'the answer is not signed',
        quirks: { unsignedReplies: true },
        code: 0,
        outcome: 'applied',
        says: /could not be verified/,
        journal: true,
      },
      {
        name: 'somebody forges an error in front',
        quirks: { forgedErrorFirst: true },
        code: 0,
        outcome: 'applied',
        says: /serves the new records/,
        journal: true,
      },
      {
        name: 'an alias stands there',
        options: { records: ALIAS },
        code: 2,
        outcome: 'refused',
        says: /Nothing was sent: .*alias/s,
        journal: false,
      },
    ];
    test.each(rows)('$name: $outcome', async ({ quirks, options, code, outcome, says, journal: kept }) => {
      const { run } = await open(options);
      if (quirks !== undefined) desk.server.setQuirks(quirks);
      const domain = options?.records === ALIAS ? 'west.contoso.test' : 'east.contoso.test';
      const ran = await run('apply', '--yes', '--json', '-d', domain, '--timeout', '0.2');
      const document = ran.json();
      expect([ran.code, document.outcome]).toEqual([code, outcome]);
      const [zone] = document.zones as readonly { readonly explain: string }[];
      expect(zone?.explain).toMatch(says);
      expect([document.journal !== null, desk.list(JOURNALS).length]).toEqual([kept, kept ? 1 : 0]);
    });

    it('nothing answers: unknown, and nothing is taken for done', async () => {
      const { run } = await open();
      desk.server.setQuirks({ silent: true });
      const ran = await run('apply', '--yes', '--timeout', '0.05');
      expect(ran.code).toBe(3);
      expect(ran.transcript).toMatchSnapshot();
    });
  });

  describe('other authoritative servers', () => {
    const authorities = (): readonly string[] => desk.at.flatMap((one) => ['--authority', one]);

    it('are waited for, and the one that lags is named on a terminal', async () => {
      const { runWith } = await open({ secondaryLagMs: 400 });
      const ran = await runWith({ terminal: true }, 'apply', '--yes', '--json', ...authorities());
      expect(ran.code).toBe(0);
      expect(ran.spun.join('\n')).toMatch(
        /waiting for 127\.0\.0\.1:\d+ to serve _vlmcs\._tcp\.east\.contoso\.test/,
      );
    });

    it('that do not follow before the deadline make it 1', async () => {
      const { run } = await open({ secondaryLagMs: 60_000 });
      const ran = await run('apply', '--yes', '--deadline', '1', '-d', 'west.contoso.test', ...authorities());
      expect(ran.code).toBe(1);
      expect(ran.transcript).toMatchSnapshot();
    });
  });

  describe('a key', () => {
    it.each<[string, string | undefined, RegExp]>([
      ['that is missing', undefined, /there is no file/],
      ['that is empty', '', /empty/],
      [
        'that is double',
        'key "a" { algorithm hmac-sha256; secret "YWFh"; };\nkey "b" { algorithm hmac-sha256; secret "YmJi"; };\n',
        /second key/,
      ],
      ['that is damaged', 'key "a" { algorithm hmac-sha256; secret "not base64!"; };', /base64/],
    ])('%s stops the run before the first packet', async (_name, text, says) => {
      const { run } = await open();
      desk.write(
        'kmsdns.yaml',
        desiredState(desk.server.endpoint.port).replace('kms-publisher.key', 'other.key'),
      );
      if (text !== undefined) desk.write('other.key', text);
      const ran = await run('apply', '--yes', '--json');
      expect([ran.code, desk.server.log]).toEqual([64, []]);
      expect(ran.json()).toMatchObject({ code: 'key-invalid', message: expect.stringMatching(says) });
    });

    it('is read only where a chosen domain needs it', async () => {
      const { run } = await open();
      desk.write(
        'kmsdns.yaml',
        `${desiredState(desk.server.endpoint.port)}  north.contoso.test:\n    server: broken\n    publish: [{ host: kms-old.contoso.test }]\n`
          .replace('keys:\n', 'keys:\n  gone: { file: gone.key }\n')
          .replace('servers:\n', 'servers:\n  broken: { address: 127.0.0.1, auth: { tsig: gone } }\n'),
      );
      expect((await run('apply', '--yes', '-q', '-d', 'west.contoso.test')).code).toBe(0);
      expect((await run('apply', '--yes', '-q')).code).toBe(64);
    });

    it('may stand in the environment, and is never written down', async () => {
      const { runWith } = await open();
      desk.write(
        'kmsdns.yaml',
        desk.read('kmsdns.yaml').replace('file: kms-publisher.key', 'env: KMSDNS_KEY'),
      );
      const env = { KMSDNS_KEY: `hmac-sha256:kms-publisher:${KEY_SECRET}` };
      const ran = await runWith({ env }, 'apply', '--yes', '--json', '-v');
      expect(ran.code).toBe(0);
      const everything = [
        ran.stdout,
        ran.stderr,
        ...desk.list(JOURNALS).map((file) => desk.read(`${JOURNALS}/${file}`)),
      ];
      expect(everything.join()).not.toContain(KEY_SECRET);
      expect((await runWith({ env: {} }, 'apply', '--yes')).stderr).toContain('"KMSDNS_KEY" is not set');
    });

    it('that others can read is a warning', async () => {
      const { run } = await open();
      const { chmodSync } = await import('node:fs');
      chmodSync(`${desk.folder}/kms-publisher.key`, 0o644);
      expect((await run('apply', '--yes', '-q')).stderr).toMatch(/warning: key "kms-publisher".*mode 0644/);
    });
  });

  describe('the journal', () => {
    it('goes where --journal says', async () => {
      const { run } = await open();
      await run('apply', '--yes', '-q', '--journal', 'elsewhere');
      expect([desk.list('elsewhere').length, desk.list(JOURNALS)]).toEqual([1, []]);
    });

    it('that cannot be written stops the run before anything is sent', async () => {
      const { run } = await open({ files: { taken: 'a file' } });
      const ran = await run('apply', '--yes', '--json', '--journal', 'taken/folder');
      expect([ran.code, ran.json().code, desk.updates()]).toEqual([64, 'file-unwritable', []]);
    });

    it('stands beside the desired state, wherever that is', async () => {
      const { run } = await open();
      desk.write('sub/kmsdns.yaml', desk.read('kmsdns.yaml'));
      desk.write('sub/kms-publisher.key', desk.read('kms-publisher.key'));
      await run('apply', '--yes', '-q', '-c', 'sub/kmsdns.yaml');
      expect(desk.list(`sub/${JOURNALS}`)).toHaveLength(1);
    });
  });

  it('keeps its report with --out', async () => {
    const { run } = await open();
    const ran = await run('apply', '--yes', '--out', 'report.json');
    expect(ran.stdout).toMatch(/^✔ applied/);
    expect(JSON.parse(desk.read('report.json'))).toMatchObject({
      schema: 'kmsdns/apply@1',
      outcome: 'applied',
    });
  });

  it('reports and records what was sent when it is interrupted', async () => {
    const { runWith } = await open();
    const controller = new AbortController();
    desk.server.setQuirks({ losesUpdateReplies: true });
    const network = await movingNetwork(() => {
      desk.server.setQuirks({ silent: true });
      setTimeout(() => controller.abort(), 50);
    });
    const ran = await runWith(
      { network, interrupt: controller.signal },
      'apply',
      '--yes',
      '--json',
      '-d',
      'west.contoso.test',
      '--timeout',
      '30',
    );
    expect(ran.code).toBe(130);
    expect(ran.json()).toMatchObject({ outcome: 'unknown', journal: expect.any(String) });
    expect(journal().entries.map(({ name, outcome }) => [name, outcome])).toEqual([[`${WEST}.`, 'unknown']]);
  });
});

/** The real network, with something happening right before the first UPDATE leaves, or before each. */
async function movingNetwork(
  happens: () => void,
  when: 'first' | 'each' = 'first',
): Promise<NonNullable<PracticeOptions['network']>> {
  const { systemNetwork } = await import('../../src/cli/network.ts');
  return {
    ...systemNetwork,
    open: async (limits) => {
      const net = await systemNetwork.open(limits);
      let done = false;
      return {
        ...net,
        exchange: (ask) => {
          // Opcode UPDATE: RFC 2136 §2.2.
          if (!done && (ask.message[2]! & 0x78) === 0x28) {
            done = when === 'first';
            happens();
          }
          return net.exchange(ask);
        },
      };
    },
  };
}
