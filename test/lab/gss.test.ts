/**
 * Publishing by GSS-TSIG: the built command against BIND with tickets of a real KDC, dig saying what came of it, and
 * nsupdate -g as the second judge.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type BindServer, startBind } from './support/bind.ts';
import { builtCommand } from './support/built-command.ts';
import { digSrv } from './support/dig.ts';
import { fakeClock } from './support/fake-clock.ts';
import { type Kdc, startKdc } from './support/kdc.ts';
import { readUpdateReply } from './support/nsupdate.ts';
import { labServer } from './support/require.ts';
import { runProgram } from './support/run.ts';
import type { LabZone } from './support/zones.ts';

const REALM = 'CORP.EXAMPLE';
const OTHER = 'OTHER.EXAMPLE';
const KMS1 = `host/kms1.corp.example@${REALM}`;
const KMS2 = `host/kms2.corp.example@${REALM}`;
const PUBLISHER = `kms-publisher@${REALM}`;
const NS1 = `DNS/ns1.corp.example@${REALM}`;
/** A name of the same server whose key is another one now than in its keytab. */
const NS2 = `DNS/ns2.corp.example@${REALM}`;
const ZONES = ['corp.example', 'east.corp.example', 'west.corp.example'];

interface ZoneDocument {
  readonly zone: string;
  readonly outcome: string;
  readonly rcode: string | null;
  readonly tsig: string | null;
  readonly allowed: string;
  readonly proves: string;
  readonly explain: string;
}

interface Ran {
  readonly code: number;
  readonly document: { readonly journal: string | null; readonly zones: readonly ZoneDocument[] };
  readonly zones: readonly ZoneDocument[];
  readonly tookMs: number;
}

labServer('krb5kdc', 'named')('GSS-TSIG with MIT Kerberos and BIND', () => {
  let kdc: Kdc;
  let bind: BindServer;
  let bin: string;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kmsdns-gss-'));
    kdc = await startKdc({
      realms: [REALM, OTHER],
      principals: [
        KMS1,
        KMS2,
        PUBLISHER,
        NS1,
        NS2,
        `stranger@${OTHER}`,
        { name: `brief@${REALM}`, options: ['-maxlife', '1seconds'] },
      ],
    });
    const policy = (zone: string): readonly string[] => [
      `grant ${PUBLISHER} name _vlmcs._tcp.${zone}. SRV;`,
      `grant ${REALM} krb5-subdomain-self-rhs _vlmcs._tcp.${zone}. SRV;`,
    ];
    bind = await startBind({
      zones: ZONES.map(zoneOf),
      kerberos: {
        kdc,
        keytab: await kdc.keytab(NS1, NS2),
        policies: Object.fromEntries(ZONES.map((zone) => [zone, policy(zone)])),
      },
    });
    await kdc.newKey(NS2);
    await bind.rndc('querylog', 'on');
    bin = await builtCommand();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  beforeEach(async () => {
    for (const zone of ZONES) await restore(zone);
  });

  /** Back to the one record of another host. */
  const restore = async (zone: string): Promise<void> => {
    const owner = `_vlmcs._tcp.${zone}.`;
    const lines = [`update delete ${owner} SRV`, `update add ${owner} 3600 SRV 0 0 1688 kms3.corp.example.`];
    const { rcode, output } = await nsupdateG(PUBLISHER, zone, lines);
    if (rcode !== 'NOERROR') throw new Error(output);
  };

  const nsupdateG = async (
    principal: string,
    zone: string,
    lines: readonly string[],
  ): ReturnType<typeof readReply> =>
    readReply(
      await kdc.run(
        'nsupdate',
        ['-g', '-d', '-t', '6'],
        { KRB5CCNAME: await kdc.ticket(principal) },
        [`server 127.0.0.1 ${bind.endpoint.port}`, `zone ${zone}.`, ...lines, 'send', ''].join('\n'),
      ),
    );

  const served = (zone: string): Promise<readonly string[]> => digSrv(bind.endpoint, `_vlmcs._tcp.${zone}`);

  /** `gss` as in the desired state; `publish` the same in each zone. */
  const state = (
    gss: string,
    publish: string,
    { zones = ZONES, server = 'address: 127.0.0.1', policy = 'additive', port = bind.endpoint.port } = {},
  ): string => {
    const path = join(folder, `${files++}.yaml`);
    const domains = zones.map(
      (zone) => `  ${zone}: { server: ns, policy: ${policy}, publish: [${publish}] }\n`,
    );
    writeFileSync(
      path,
      `version: 1\nservers:\n  ns: { ${server}, port: ${port}, auth: { gss: ${gss} } }\ndomains:\n${domains.join('')}`,
    );
    return path;
  };
  let files = 0;

  const command = async (
    argv: readonly string[],
    env: Readonly<Record<string, string>> = {},
    at = bind.at,
  ): Promise<Ran> => {
    const began = performance.now();
    const { exitCode, stdout, stderr } = await runProgram(
      process.execPath,
      [bin, ...argv, '--json', '--authority', at],
      { env: { ...kdc.env, ...env }, cwd: folder },
    );
    if (stdout === '') throw new Error(stderr);
    const document = JSON.parse(stdout) as Ran['document'];
    return { code: exitCode, document, zones: document.zones, tookMs: performance.now() - began };
  };

  const ticketOf = async (principal: string): Promise<Readonly<Record<string, string>>> => ({
    KRB5CCNAME: await kdc.ticket(principal),
  });

  /** How often a key was negotiated or deleted while `work` ran. */
  const countingTkey = async (work: () => Promise<void>): Promise<number> => {
    const before = tkeyQueries(bind.log());
    await work();
    return tkeyQueries(bind.log()) - before;
  };

  const own = '{ host: kms1.corp.example, priority: 10 }';
  const OWN = '3600 10 0 1688 kms1.corp.example.';
  const THEIRS = '3600 0 0 1688 kms3.corp.example.';

  describe.each<[string, () => Promise<{ gss: string; env: Readonly<Record<string, string>> }>]>([
    [
      'a keytab and its principal',
      async () => ({ gss: `{ keytab: ${await kdc.keytab(KMS2, KMS1)}, principal: ${KMS1} }`, env: {} }),
    ],
    ['a keytab alone', async () => ({ gss: `{ keytab: ${await kdc.keytab(KMS1)} }`, env: {} })],
    ['the ticket cache', async () => ({ gss: '{}', env: await ticketOf(KMS1) })],
    [
      'KRB5_CLIENT_KTNAME',
      async () => ({
        gss: '{}',
        env: { KRB5_CLIENT_KTNAME: await kdc.keytab(KMS1), KRB5CCNAME: join(folder, `${files++}.ccache`) },
      }),
    ],
  ])('with %s', (_name, credentials) => {
    test('plan, preflight, apply, verify and rollback of three zones take one key each', async () => {
      const { gss, env } = await credentials();
      const config = ['-c', state(gss, own)];
      expect((await command(['plan', ...config])).code).toBe(0);

      const asked = await countingTkey(async () => {
        const preflight = await command(['preflight', ...config], env);
        expect(preflight.zones).toMatchObject(
          ZONES.map((zone) => ({
            zone: `${zone}.`,
            allowed: 'yes',
            rcode: 'YXDOMAIN',
            tsig: 'good',
            proves: expect.stringMatching(/^ticket and permission: this server refused a record/),
          })),
        );
        expect(preflight.code).toBe(0);
      });
      expect(asked).toBe(2);
      expect(await served('corp.example')).toEqual([THEIRS]);

      const sent = await countingTkey(async () => {
        const apply = await command(['apply', '--yes', ...config], env);
        expect(apply.zones).toMatchObject(
          ZONES.map(() => ({ outcome: 'applied', rcode: 'NOERROR', tsig: 'good' })),
        );
        expect(apply.code).toBe(0);
        for (const zone of ZONES) expect(await served(zone)).toEqual([THEIRS, OWN].sort());
        expect((await command(['verify', ...config])).code).toBe(0);
        expect((await command(['rollback', apply.document.journal!, '--yes', ...config], env)).code).toBe(0);
      });
      expect(sent).toBe(4);
      for (const zone of ZONES) expect(await served(zone)).toEqual([THEIRS]);
      expect(bind.log()).not.toMatch(/BADSIG|BADTIME/);
    });
  });

  describe('least privilege', () => {
    const one = { zones: ['corp.example'] };
    const foreign = '{ host: kms2.corp.example }';

    test('changes its own record beside those of others, as it deletes exact records only', async () => {
      const env = await ticketOf(KMS1);
      await command(['apply', '--yes', '-c', state('{}', own, one)], env);
      const ran = await command(
        ['apply', '--yes', '-c', state('{}', '{ host: kms1.corp.example, priority: 5 }', one)],
        env,
      );
      expect(ran.zones).toMatchObject([{ outcome: 'applied', tsig: 'good' }]);
      expect(await served('corp.example')).toEqual([THEIRS, '3600 5 0 1688 kms1.corp.example.'].sort());
      // The whole set is another matter, by whomever.
      const lines = ['update delete _vlmcs._tcp.corp.example. SRV'];
      expect((await nsupdateG(KMS1, 'corp.example', lines)).rcode).toBe('REFUSED');
    });

    test.each([
      [
        "another host's target",
        () => state('{}', foreign, one),
        'update add _vlmcs._tcp.corp.example. 3600 SRV 0 0 1688 kms2.corp.example.',
      ],
      [
        'what another host published taken away',
        () => state('{}', own, { ...one, policy: 'exact' }),
        'update delete _vlmcs._tcp.corp.example. SRV 0 0 1688 kms3.corp.example.',
      ],
    ])('%s is refused, before and in earnest, and by nsupdate', async (_name, stateFile, line) => {
      const env = await ticketOf(KMS1);
      const config = ['-c', stateFile()];
      const preflight = await command(['preflight', ...config], env);
      expect(preflight).toMatchObject({
        code: 2,
        zones: [{ allowed: 'no', rcode: 'REFUSED', tsig: 'good' }],
      });
      const apply = await command(['apply', '--yes', ...config], env);
      expect(apply).toMatchObject({
        code: 2,
        zones: [
          {
            outcome: 'refused',
            rcode: 'REFUSED',
            tsig: 'good',
            explain: expect.stringContaining(`the principal ${JSON.stringify(KMS1)}`),
          },
        ],
      });
      expect((await nsupdateG(KMS1, 'corp.example', [line])).rcode).toBe('REFUSED');
      expect(await served('corp.example')).toEqual([THEIRS]);
    });

    test('nsupdate does what apply does, and apply finds it done', async () => {
      const { rcode } = await nsupdateG(KMS1, 'corp.example', [
        `update add _vlmcs._tcp.corp.example. ${OWN.replace('3600 ', '3600 SRV ')}`,
      ]);
      expect(rcode).toBe('NOERROR');
      const ran = await command(['apply', '--yes', '-c', state('{}', own, one)], await ticketOf(KMS1));
      expect(ran).toMatchObject({ code: 0, zones: [{ outcome: 'unchanged' }] });
    });
  });

  describe('what goes wrong is named, and nothing is sent', () => {
    const one = { zones: ['corp.example'] };

    test.each<[string, 2 | 3, () => Promise<{ config: string; env?: Record<string, string> }>, RegExp]>([
      [
        'no ticket',
        2,
        async () => ({ config: state('{}', own, one) }),
        /there is no Kerberos ticket.*[Kk]init/,
      ],
      [
        'an expired ticket',
        2,
        async () => {
          const env = { ...(await ticketOf(`brief@${REALM}`)) };
          await new Promise((resolve) => setTimeout(resolve, 2100));
          return { config: state('{}', own, one), env };
        },
        /expired at/,
      ],
      [
        "a ticket of somebody else than the desired state's principal",
        2,
        async () => ({
          config: state(`{ principal: ${PUBLISHER} }`, own, one),
          env: { ...(await ticketOf(KMS1)) },
        }),
        /tickets at hand are those of "host\/kms1.*wants "kms-publisher/,
      ],
      [
        'a service that nobody knows',
        2,
        async () => ({
          config: state('{}', own, { ...one, server: 'name: ns9.corp.example' }),
          env: { ...(await ticketOf(KMS1)) },
        }),
        /has no service principal "DNS\/ns9\.corp\.example/,
      ],
      [
        'a service whose key changed',
        2,
        async () => ({
          config: state('{}', own, { ...one, server: 'name: ns2.corp.example' }),
          env: { ...(await ticketOf(KMS1)) },
        }),
        /did not accept the ticket for DNS\/ns2\.corp\.example \(BADKEY\).*key version/,
      ],
      [
        'a clock that is 400 s ahead, seen by the name server',
        2,
        async () => {
          const env = await ticketOf(KMS1);
          // With the service's ticket at hand the KDC is not asked.
          await kdc.run('kvno', ['DNS/ns1.corp.example'], env);
          return { config: state('{}', own, one), env: { ...env, ...(await fakeClock('+400s')) } };
        },
        /: the clock of the name server .* is (399|400|401) s behind this computer's, and Kerberos/,
      ],
      [
        'a clock that is 400 s ahead, seen by the KDC',
        2,
        async () => ({
          config: state('{}', own, one),
          env: { ...(await ticketOf(KMS1)), ...(await fakeClock('+400s')) },
        }),
        /Clock skew too great; the clock of the name server .* is (399|400|401) s behind this computer's/,
      ],
    ])('%s', async (_name, code, prepare, says) => {
      const { config, env = {} } = await prepare();
      const at = ['-c', config, '-s', bind.at];
      const apply = await command(['apply', '--yes', ...at], env);
      expect(apply).toMatchObject({
        code,
        document: { journal: null },
        zones: [
          { outcome: code === 2 ? 'refused' : 'unknown', rcode: null, explain: expect.stringMatching(says) },
        ],
      });
      expect(apply.zones[0]?.explain).toMatch(/^Nothing was sent: /);
      const preflight = await command(['preflight', ...at], env);
      expect(preflight).toMatchObject({
        code,
        zones: [
          { allowed: 'no', proves: 'that no update can be signed', explain: expect.stringMatching(says) },
        ],
      });
      expect(await served('corp.example')).toEqual([THEIRS]);
    });

    test('a realm that the KDC does not lead to', async () => {
      const gss = `{ keytab: ${await kdc.keytab(`stranger@${OTHER}`)} }`;
      const ran = await command(['apply', '--yes', '-c', state(gss, own, one)]);
      expect(ran.code).toBe(2);
      expect(ran.zones[0]?.explain).toMatch(
        /^Nothing was sent: the KDC of "stranger@OTHER\.EXAMPLE" has no service principal .* refers to no other realm.*Is the server in the realm of these credentials\?/,
      );
    });

    test.each(['keytab', 'ticket cache'])('a silent KDC, with a %s: by the deadline', async (from) => {
      const gss = from === 'keytab' ? `{ keytab: ${await kdc.keytab(KMS1)} }` : '{}';
      const env = from === 'keytab' ? {} : await ticketOf(KMS1);
      const config = state(gss, own, one);
      kdc.pause();
      try {
        const ran = await command(['apply', '--yes', '--deadline', '2', '-c', config], env);
        expect(ran).toMatchObject({ code: 3, document: { journal: null }, zones: [{ outcome: 'unknown' }] });
        expect(ran.zones[0]?.explain).toMatch(/^Nothing was sent: /);
        expect(ran.tookMs).toBeLessThan(8000);
      } finally {
        kdc.resume();
      }
      expect(await served('corp.example')).toEqual([THEIRS]);
    });

    test('a server that does no Kerberos', async () => {
      const plain = await startBind({ zones: [{ name: 'corp.example', access: { may: 'nothing' } }] });
      const ran = await command(
        ['apply', '--yes', '-c', state('{}', own, { ...one, port: plain.endpoint.port })],
        await ticketOf(KMS1),
        plain.at,
      );
      expect(ran.code).toBe(2);
      expect(ran.zones[0]?.explain).toMatch(/^Nothing was sent: the name server .* it does no/);
    });
  });

  test('a clock that is 250 s ahead is followed, and said', async () => {
    const env = { ...(await ticketOf(KMS1)), ...(await fakeClock('+250s')) };
    const config = ['-c', state('{}', own, { zones: ['corp.example'] })];
    const preflight = await command(['preflight', ...config], env);
    expect(preflight).toMatchObject({
      code: 0,
      zones: [{ allowed: 'yes', explain: expect.stringMatching(/server's clock is 2(49|50|51) s behind/) }],
    });
    const apply = await command(['apply', '--yes', ...config], env);
    expect(apply).toMatchObject({ code: 0, zones: [{ outcome: 'applied', tsig: 'good' }] });
  });
});

function zoneOf(name: string): LabZone {
  return {
    name,
    access: { may: 'nothing' },
    nameServers: ['ns1.corp.example.'],
    records: [
      ...(name === 'corp.example' ? ['ns1 IN A 127.0.0.1'] : []),
      '_vlmcs._tcp IN SRV 0 0 1688 kms3.corp.example.',
    ],
  };
}

function tkeyQueries(log: string): number {
  return log.match(/query: \S+ ANY TKEY /g)?.length ?? 0;
}

async function readReply({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }) {
  return readUpdateReply(`${stdout}${stderr}`);
}
