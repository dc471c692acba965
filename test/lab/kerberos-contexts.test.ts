/**
 * Whole contexts between this system's engine and an acceptor that is not ours: both sides verify what the other
 * signs, and what the acceptor refuses is explained.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parseFqdn } from '../../src/core/name.ts';
import type {
  KerberosCredentials,
  KerberosFault,
  SecurityContext,
  SecurityEngine,
  SecurityTarget,
} from '../../src/core/security-context.ts';
import { systemEngine } from '../../src/kerberos/engine.ts';
import { krbErrorToken } from '../support/krb-error-token.ts';
import { type GssAcceptor, startAcceptor } from './support/gss-acceptor.ts';
import { type Kdc, startKdc } from './support/kdc.ts';
import { labServer } from './support/require.ts';

const REALM = 'CORP.EXAMPLE';
const HOST = `host/kms1.corp.example@${REALM}`;
const DNS = `DNS/ns1.corp.example@${REALM}`;
const TARGET = { service: 'DNS', host: parseFqdn('ns1.corp.example'), realm: REALM };
const MESSAGE = Buffer.from('an update of _vlmcs._tcp.corp.example');

labServer('krb5kdc', 'gss-acceptor')('contexts with another implementation', () => {
  let kdc: Kdc;
  let engine: SecurityEngine;
  let credentials: KerberosCredentials;
  const before = { ...process.env };
  beforeAll(async () => {
    kdc = await startKdc({ realms: [REALM], principals: [HOST, DNS] });
    Object.assign(process.env, kdc.env);
    const loaded = await systemEngine();
    if (!loaded.ok) throw new Error(loaded.fault.detail);
    engine = loaded.value;
    credentials = { kind: 'keytab', path: await kdc.keytab(HOST), principal: HOST };
  });
  afterAll(() => {
    for (const name of Object.keys(kdc.env)) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  });

  let acceptor: GssAcceptor;
  let context: SecurityContext;
  const open = async (
    mechanism: SecurityContext['mechanism'],
    more: Partial<SecurityTarget> = {},
  ): Promise<void> => {
    const opened = await engine.open({ ...TARGET, ...more }, credentials, mechanism, 10_000);
    if (!opened.ok) throw new Error(opened.fault.detail);
    context = opened.value;
  };
  /** Passes tokens until both are done, or one of them refuses. */
  const establish = async (): Promise<KerberosFault | undefined> => {
    let theirs: Uint8Array | undefined;
    for (;;) {
      const step = await context.step(theirs);
      if (!step.ok) return step.fault;
      const { token, done } = step.value;
      const reply = token === undefined ? undefined : await acceptor.step(token);
      if (done) return undefined;
      theirs = reply?.token;
    }
  };
  afterEach(() => {
    context.dispose();
    acceptor.stop();
  });

  describe.each(['spnego', 'krb5'] as const)('%s', (mechanism) => {
    beforeEach(async () => {
      acceptor = startAcceptor(kdc, await kdc.keytab(DNS));
      await open(mechanism);
    });

    test('both sides believe each other, and nobody else', async () => {
      expect(await establish()).toBeUndefined();
      const mac = context.mac(MESSAGE);
      expect(mac).toHaveLength(28);
      expect(await acceptor.verify(MESSAGE, mac)).toBe(true);
      expect(await acceptor.verify(Buffer.from('another update'), context.mac(MESSAGE))).toBe(false);

      const theirs = await acceptor.sign(MESSAGE);
      const damaged = Uint8Array.from(theirs, (octet, i) => (i === 20 ? octet ^ 1 : octet));
      expect(context.verify(MESSAGE, damaged)).toBe(false);
      expect(context.verify(MESSAGE, theirs.subarray(0, 20))).toBe(false);
      expect(context.verify(MESSAGE, new Uint8Array())).toBe(false);
      expect(context.verify(Buffer.from('another reply'), theirs)).toBe(false);
      // Our own, turned back at us.
      expect(context.verify(MESSAGE, mac)).toBe(false);
      expect(context.verify(MESSAGE, theirs)).toBe(true);
      // The same again is still theirs; that it answers this request is for the digest of TSIG to say.
      expect(context.verify(MESSAGE, theirs)).toBe(true);
    });

    test('what one wraps the other opens, and nothing else', async () => {
      await establish();
      const wrapped = context.wrap(MESSAGE);
      expect(Buffer.from(wrapped).includes(MESSAGE)).toBe(true);
      expect(await acceptor.unwrap(wrapped)).toEqual(MESSAGE);

      const theirs = await acceptor.wrap(MESSAGE);
      for (const at of [0, 2, 20, theirs.length - 1])
        expect(
          context.unwrap(Uint8Array.from(theirs, (octet, i) => (i === at ? octet ^ 1 : octet))),
        ).toBeUndefined();
      expect(context.unwrap(theirs.subarray(0, 20))).toBeUndefined();
      expect(context.unwrap(new Uint8Array())).toBeUndefined();
      expect(context.unwrap(wrapped)).toBeUndefined();
      expect(context.unwrap(theirs)).toEqual(MESSAGE);
      expect(Buffer.from(context.unwrap(await acceptor.wrap(new Uint8Array()))!)).toHaveLength(0);
    });

    test.each([
      ['the same connection', 'tls-server-end-point:a', true],
      ['another connection', 'tls-server-end-point:b', false],
    ])('a context is bound to its connection: %s', async (_, theirs, isTaken) => {
      context.dispose();
      await open(mechanism, { channelBinding: Buffer.from('tls-server-end-point:a') });
      await acceptor.bind(Buffer.from(theirs));
      const outcome = await establish().then(
        (fault) => fault === undefined,
        (error: Error) => error.message,
      );
      expect(outcome).toEqual(isTaken ? true : expect.stringMatching(/channel bindings/i));
    });

    test('replies that overtake each other are believed', async () => {
      await establish();
      const [first, second] = [await acceptor.sign(MESSAGE), await acceptor.sign(MESSAGE)];
      expect(context.verify(MESSAGE, second)).toBe(true);
      expect(context.verify(MESSAGE, first)).toBe(true);
    });

    test('says who we are and how long it lasts', async () => {
      expect(context.initiator()).toBeUndefined();
      await establish();
      expect(context.initiator()).toBe(HOST);
      expect(context.lifetimeSeconds()).toBeGreaterThan(9 * 3600);
      expect(context.lifetimeSeconds()).toBeLessThanOrEqual(10 * 3600);
    });

    test('is of no use before it is established, and none when it was given back', async () => {
      expect(context.verify(MESSAGE, new Uint8Array(28))).toBe(false);
      expect(() => context.mac(MESSAGE)).toThrow(/not established/);
      await establish();
      const theirs = await acceptor.sign(MESSAGE);
      context.dispose();
      context.dispose();
      expect(context.verify(MESSAGE, theirs)).toBe(false);
      expect(() => context.mac(MESSAGE)).toThrow();
    });

    test('garbage for a token is the server’s fault', async () => {
      await context.step(undefined);
      const step = await context.step(Buffer.from('60 03 01 02 03'.replaceAll(' ', ''), 'hex'));
      expect(step).toMatchObject({ ok: false, fault: { kind: 'server-refused' } });
    });
  });

  /** MIT's acceptor refuses without a word; Windows and Heimdal send a KRB-ERROR. */
  describe('what a server says when it refuses', () => {
    const refusal = async (code: number, serverSeconds = Date.now() / 1000): Promise<unknown> => {
      acceptor = startAcceptor(kdc, await kdc.keytab(DNS));
      await open('krb5');
      await context.step(undefined);
      return context.step(krbErrorToken({ code, serverSeconds }));
    };

    test.each([
      ['behind', -400],
      ['ahead of', 400],
    ])('a clock that is %s ours, measured', async (word, offset) => {
      const step = await refusal(37, Date.now() / 1000 + offset);
      expect(step).toMatchObject({
        ok: false,
        fault: {
          kind: 'clock-skew',
          detail: expect.stringMatching(new RegExp(`is \\d+ s ${word} this computer's$`)),
          skewSeconds: expect.toSatisfy((seconds: number) => Math.abs(seconds - offset) <= 5),
        },
      });
    });

    test('a key version that it does not have', async () => {
      expect(await refusal(44)).toMatchObject({
        ok: false,
        fault: {
          kind: 'key-version',
          detail: `the server has no key that fits the ticket for "${DNS}": Key version is not available`,
        },
      });
    });

    test('a ticket for somebody else', async () => {
      expect(await refusal(35)).toMatchObject({ ok: false, fault: { kind: 'key-version' } });
    });
  });
});
