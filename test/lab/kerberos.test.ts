/**
 * The security engine of this system against a real KDC: contexts by both mechanisms and from every kind of
 * credentials, and each failure provoked and named.
 */
import { chmodSync, existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { parseFqdn } from '../../src/core/name.ts';
import type {
  KerberosCredentials,
  KerberosFault,
  KerberosOutcome,
  SecurityContext,
  SecurityEngine,
  SecurityStep,
} from '../../src/core/security-context.ts';
import { systemEngine } from '../../src/kerberos/engine.ts';
import { fakeClock } from './support/fake-clock.ts';
import { clientConfig, type Kdc, startKdc } from './support/kdc.ts';
import type { ClientReport, ClientRequest } from './support/kerberos-client.ts';
import { freePort } from './support/lab.ts';
import { labServer } from './support/require.ts';

const REALM = 'CORP.EXAMPLE';
const OTHER = 'OTHER.EXAMPLE';
const HOST = `host/kms1.corp.example@${REALM}`;
const COMPUTER = `KMS1$@${REALM}`;
const DNS = `DNS/ns1.corp.example@${REALM}`;
const NS1 = parseFqdn('ns1.corp.example');
const TIMEOUT_MS = 10_000;

const DEFAULT: KerberosCredentials = { kind: 'default' };
const target = (host = NS1, realm: string | undefined = REALM) => ({ service: 'DNS', host, realm });

/** Not asked for: its package has another name in each release of Debian. */
function existsHeimdal(): boolean {
  if (process.platform !== 'linux') return false;
  return readdirSync('/usr/lib').some((folder) => existsSync(join('/usr/lib', folder, 'libgssapi.so.3')));
}

labServer('krb5kdc')('Kerberos of this system', () => {
  let kdc: Kdc;
  let engine: SecurityEngine;
  const before = { ...process.env };
  beforeAll(async () => {
    kdc = await startKdc({
      realms: [REALM, OTHER],
      principals: [
        HOST,
        COMPUTER,
        DNS,
        { name: `brief@${REALM}`, options: ['-maxlife', '1seconds'] },
        { name: `gone@${REALM}` },
        { name: `rotated@${REALM}` },
        { name: `disabled@${REALM}`, options: ['-allow_tix'] },
        `user@${OTHER}`,
      ],
    });
    const loaded = await systemEngine();
    if (!loaded.ok) throw new Error(loaded.fault.detail);
    engine = loaded.value;
    useEnvironment();
  });
  // The library reads the environment of the process, where Node puts what is assigned.
  const useEnvironment = (more: Readonly<Record<string, string>> = {}): void => {
    delete process.env.KRB5_CLIENT_KTNAME;
    Object.assign(process.env, kdc.env, more);
  };
  afterEach(() => useEnvironment());
  afterAll(() => {
    for (const name of ['KRB5_CLIENT_KTNAME', ...Object.keys(kdc.env)]) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  });

  const firstStep = async (
    credentials: KerberosCredentials,
    mechanism: SecurityContext['mechanism'],
    whom = target(),
    timeoutMs = TIMEOUT_MS,
  ): Promise<KerberosOutcome<SecurityStep>> => {
    const opened = await engine.open(whom, credentials, mechanism, timeoutMs);
    if (!opened.ok) return opened;
    try {
      return await opened.value.step(undefined);
    } finally {
      opened.value.dispose();
      opened.value.dispose();
    }
  };
  const faultOf = async (...args: Parameters<typeof firstStep>): Promise<KerberosFault> => {
    const outcome = await firstStep(...args);
    if (outcome.ok) throw new Error('it went well');
    return outcome.fault;
  };
  const keytab = async (principal: string): Promise<KerberosCredentials & { kind: 'keytab' }> => ({
    kind: 'keytab',
    path: await kdc.keytab(principal),
    principal,
  });

  /** In a process of its own: it must end long before the library gives up. */
  const client = async (
    request: Partial<ClientRequest>,
    env: Readonly<Record<string, string>>,
  ): Promise<{ readonly exitCode: number; readonly report: ClientReport }> => {
    const whole: ClientRequest = {
      host: 'ns1.corp.example',
      realm: REALM,
      credentials: DEFAULT,
      mechanism: 'spnego',
      timeoutMs: TIMEOUT_MS,
      end: 'leave',
      ...request,
    };
    const script = join(import.meta.dirname, 'support', 'kerberos-client.ts');
    const { exitCode, stdout, stderr } = await kdc.run(
      'node',
      ['--import', 'tsx', script, JSON.stringify(whole)],
      env,
    );
    if (stdout === '') throw new Error(stderr);
    return { exitCode, report: JSON.parse(stdout) as ClientReport };
  };

  describe('a KDC that takes connections and says nothing', () => {
    const whileSilent = async <T>(work: () => Promise<T>): Promise<T> => {
      kdc.pause();
      try {
        return await work();
      } finally {
        kdc.resume();
      }
    };
    const silent = {
      kind: 'kdc-silent',
      detail: expect.stringContaining('no KDC of the realm "CORP.EXAMPLE" answered within 0.3 s'),
    };

    test.each(['leave', 'exit'] as const)(
      'holds up neither the login nor the end of the process: %s',
      async (end) => {
        const credentials = await keytab(HOST);
        await whileSilent(async () => {
          const { exitCode, report } = await client({ credentials, timeoutMs: 300, end }, {});
          expect(report).toMatchObject({ ok: false, fault: silent });
          expect(exitCode).toBe(7);
        });
      },
    );

    test('nor the negotiation', async () => {
      const env = { KRB5CCNAME: await kdc.ticket(HOST) };
      await whileSilent(async () => {
        const { exitCode, report } = await client({ timeoutMs: 300 }, env);
        expect(report).toMatchObject({ ok: false, fault: { kind: 'kdc-silent' } });
        expect(exitCode).toBe(7);
      });
    });

    test('leaves room for file access, and none for a third call', async () => {
      const credentials = await keytab(HOST);
      await whileSilent(async () => {
        const steps = Array.from({ length: 6 }, () => firstStep(credentials, 'krb5', target(), 300));
        const kinds = (await Promise.all(steps)).map((outcome) => (outcome.ok ? 'ok' : outcome.fault.kind));
        expect(kinds.filter((kind) => kind === 'kdc-silent')).toHaveLength(2);
        expect(kinds.filter((kind) => kind === 'timed-out')).toHaveLength(4);
        // The two are still at work, and a file is read all the same.
        expect((await readFile(credentials.path)).length).toBe(statSync(credentials.path).size);
      });
    });

    test('is forgotten when it speaks again', async () => {
      await expect
        .poll(async () => (await firstStep(await keytab(HOST), 'krb5')).ok, { timeout: 25_000 })
        .toBe(true);
    });
  });

  describe('a clock that is 400 s off', () => {
    test.each([
      ['-400s', 'spnego'],
      ['+400s', 'krb5'],
    ] as const)('is named when a ticket was got before: %s, %s', async (offset, mechanism) => {
      const env = { ...(await fakeClock(offset)), KRB5CCNAME: await kdc.ticket(HOST) };
      const { report } = await client({ mechanism }, env);
      expect(report).toMatchObject({ ok: false, fault: { kind: 'clock-skew' } });
    });

    test('does not keep a keytab from logging in: the library corrects itself', async () => {
      const { report } = await client({ credentials: await keytab(HOST) }, await fakeClock('+400s'));
      expect(report).toMatchObject({ ok: true });
    });
  });

  /** macOS has Heimdal, too. */
  describe.skipIf(!existsHeimdal())('Heimdal', () => {
    const heimdal = async (
      request: Partial<ClientRequest>,
      env: Readonly<Record<string, string>> = {},
    ): Promise<ClientReport> => {
      const { exitCode, report } = await client({ ...request, library: 'libgssapi.so.3' }, env);
      // Its threads end after the library is closed: that must not be a crash.
      expect(exitCode).toBe(7);
      return report;
    };

    test.each(['spnego', 'krb5'] as const)('with the ticket cache: %s', async (mechanism) => {
      const env = { KRB5CCNAME: await kdc.ticket(HOST) };
      expect(await heimdal({ mechanism }, env)).toMatchObject({ ok: true });
    });

    test.each(['spnego', 'krb5'] as const)('names what is missing: %s', async (mechanism) => {
      expect(await heimdal({ mechanism })).toMatchObject({ ok: false, fault: { kind: 'no-ticket' } });
      const env = { KRB5CCNAME: await kdc.ticket(HOST) };
      expect(await heimdal({ mechanism, host: 'ns9.corp.example' }, env)).toMatchObject({
        ok: false,
        fault: { kind: 'service-unknown' },
      });
    });

    test('takes no keytab, and says what to do instead', async () => {
      const credentials = await keytab(HOST);
      expect(await heimdal({ credentials })).toMatchObject({
        ok: false,
        fault: {
          kind: 'no-library',
          hint: expect.stringContaining(`kinit -k -t ${credentials.path} ${HOST}`),
        },
      });
    });
  });

  describe.each(['spnego', 'krb5'] as const)('%s', (mechanism) => {
    const sendsToken = { ok: true, value: { done: false, token: expect.any(Uint8Array) } };

    test('with the ticket cache', async () => {
      useEnvironment({ KRB5CCNAME: await kdc.ticket(HOST) });
      expect(await firstStep(DEFAULT, mechanism)).toEqual(sendsToken);
    });

    test('with KRB5_CLIENT_KTNAME', async () => {
      useEnvironment({
        KRB5CCNAME: join(kdc.dir, `${mechanism}.ccache`),
        KRB5_CLIENT_KTNAME: await kdc.keytab(HOST),
      });
      expect(await firstStep(DEFAULT, mechanism)).toEqual(sendsToken);
    });

    test('with a keytab, and the realm left to the library', async () => {
      expect(await firstStep(await keytab(HOST), mechanism, target(NS1, undefined))).toEqual(sendsToken);
    });

    test('with a keytab that names nobody: the computer account', async () => {
      const path = await kdc.keytab(HOST, COMPUTER);
      await kdc.kadmin(REALM, 'modprinc', '-allow_tix', HOST);
      try {
        expect(await firstStep({ kind: 'keytab', path, principal: undefined }, mechanism)).toEqual(
          sendsToken,
        );
      } finally {
        await kdc.kadmin(REALM, 'modprinc', '+allow_tix', HOST);
      }
    });

    describe('names the failure', () => {
      test('no ticket', async () => {
        const fault = await faultOf(DEFAULT, mechanism);
        expect(fault).toMatchObject({
          kind: 'no-ticket',
          detail: `there is no Kerberos ticket: the ticket cache ${JSON.stringify(kdc.env.KRB5CCNAME)} does not exist`,
        });
        expect(fault.hint).toContain('kinit');
      });

      test('a ticket cache that is none', async () => {
        const path = join(kdc.dir, 'garbage.ccache');
        writeFileSync(path, 'hello world');
        useEnvironment({ KRB5CCNAME: path });
        expect(await faultOf(DEFAULT, mechanism)).toMatchObject({
          kind: 'no-ticket',
          detail: expect.stringContaining('does not begin as a ticket cache does'),
        });
      });

      test('an expired ticket', async () => {
        const cache = await kdc.ticket(`brief@${REALM}`);
        // The clock of Kerberos counts seconds.
        await new Promise((resolve) => setTimeout(resolve, 2100));
        useEnvironment({ KRB5CCNAME: cache });
        expect(await faultOf(DEFAULT, mechanism)).toMatchObject({
          kind: 'ticket-expired',
          detail: expect.stringMatching(/"brief@CORP\.EXAMPLE" expired at \d{4}-.*Z$/),
        });
      });

      test('a service that the KDC does not know', async () => {
        useEnvironment({ KRB5CCNAME: await kdc.ticket(HOST) });
        const whom = target(parseFqdn('ns9.corp.example'));
        const fault = await faultOf(DEFAULT, mechanism, whom);
        expect(fault).toMatchObject({
          kind: 'service-unknown',
          detail: 'the KDC has no service principal "DNS/ns9.corp.example@CORP.EXAMPLE"',
        });
        expect(fault.hint).toContain('setspn -S DNS/ns9.corp.example COMPUTER');
        expect(fault.hint).toContain('addprinc -randkey DNS/ns9.corp.example');
      });

      test('another realm', async () => {
        useEnvironment({ KRB5CCNAME: await kdc.ticket(HOST) });
        expect(await faultOf(DEFAULT, mechanism, target(NS1, OTHER))).toMatchObject({
          kind: 'realm-unknown',
          detail: expect.stringContaining('the KDC of "CORP.EXAMPLE" knows no way there'),
        });
      });

      test('a realm without a KDC', async () => {
        const path = join(kdc.dir, 'empty.conf');
        writeFileSync(path, '[libdefaults]\n  dns_lookup_kdc = false\n');
        const credentials = await keytab(HOST);
        useEnvironment({ KRB5_CONFIG: path });
        expect(await faultOf(credentials, mechanism)).toMatchObject({
          kind: 'realm-unknown',
          detail: expect.stringContaining('no KDC is known for the realm "CORP.EXAMPLE"'),
        });
      });

      test('a KDC that is down', async () => {
        const path = join(kdc.dir, 'down.conf');
        writeFileSync(path, clientConfig([REALM], await freePort()));
        const credentials = await keytab(HOST);
        useEnvironment({ KRB5_CONFIG: path });
        expect(await faultOf(credentials, mechanism)).toMatchObject({
          kind: 'kdc-silent',
          detail: expect.stringContaining('no KDC of the realm "CORP.EXAMPLE" could be reached'),
        });
      });

      test('a principal that is gone', async () => {
        const credentials = await keytab(`gone@${REALM}`);
        await kdc.kadmin(REALM, 'delprinc', '-force', `gone@${REALM}`);
        expect(await faultOf(credentials, mechanism)).toMatchObject({
          kind: 'principal-unknown',
          detail: 'the KDC does not know "gone@CORP.EXAMPLE"',
        });
        await kdc.kadmin(REALM, 'addprinc', '-randkey', `gone@${REALM}`);
      });

      test('a stale key version', async () => {
        const credentials = await keytab(`rotated@${REALM}`);
        await kdc.newKey(`rotated@${REALM}`);
        expect(await faultOf(credentials, mechanism)).toMatchObject({
          kind: 'wrong-secret',
          detail: expect.stringMatching(/"rotated@CORP\.EXAMPLE" \(key version \d+\)/),
        });
      });

      test('an account that is disabled', async () => {
        expect(await faultOf(await keytab(`disabled@${REALM}`), mechanism)).toMatchObject({
          kind: 'other',
          detail: expect.stringContaining('have been revoked'),
          hint: expect.stringContaining('disabled'),
        });
      });

      test('a keytab that is not there', async () => {
        const path = join(kdc.dir, 'nowhere.keytab');
        expect(await faultOf({ kind: 'keytab', path, principal: HOST }, mechanism)).toMatchObject({
          kind: 'keytab-unreadable',
          detail: `the keytab ${JSON.stringify(path)} cannot be used: there is no such file`,
        });
      });

      test('a keytab that is none', async () => {
        const path = join(kdc.dir, 'garbage.keytab');
        writeFileSync(path, 'hello world');
        expect(await faultOf({ kind: 'keytab', path, principal: HOST }, mechanism)).toMatchObject({
          kind: 'keytab-unreadable',
          detail: expect.stringContaining('does not begin as a keytab does'),
        });
      });

      test('a folder in place of a keytab', async () => {
        expect(await faultOf({ kind: 'keytab', path: kdc.dir, principal: HOST }, mechanism)).toMatchObject({
          kind: 'keytab-unreadable',
          detail: expect.stringContaining('is a folder, not a file'),
        });
      });

      test('a keytab in KRB5_CLIENT_KTNAME that is not there', async () => {
        const path = join(kdc.dir, 'nowhere.keytab');
        useEnvironment({ KRB5_CLIENT_KTNAME: path });
        expect(await faultOf(DEFAULT, mechanism)).toMatchObject({
          kind: 'keytab-unreadable',
          detail: expect.stringContaining(`${JSON.stringify(path)} (KRB5_CLIENT_KTNAME)`),
        });
      });

      test('a principal that the keytab does not hold', async () => {
        const { path } = await keytab(HOST);
        expect(await faultOf({ kind: 'keytab', path, principal: `user@${REALM}` }, mechanism)).toMatchObject({
          kind: 'keytab-unreadable',
          detail: expect.stringMatching(/no key of "user@CORP\.EXAMPLE": it holds "host\/kms1/),
        });
      });

      test.skipIf(process.getuid?.() === 0)('a keytab that may not be read', async () => {
        const credentials = await keytab(HOST);
        chmodSync(credentials.path, 0);
        expect(await faultOf(credentials, mechanism)).toMatchObject({
          kind: 'keytab-unreadable',
          detail: expect.stringMatching(/permission|EACCES/i),
        });
      });
    });
  });
});
