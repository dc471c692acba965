/** What becomes of the library's handles, and of answers that a real library gives too seldom to wait for. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parseFqdn } from '../../src/core/name.ts';
import type { KerberosCredentials } from '../../src/core/security-context.ts';
import type { GssCall, GssLibrary } from '../../src/kerberos/gss-library.ts';
import { gssapiEngine } from '../../src/kerberos/gssapi.ts';
import { keytabFile } from '../support/kerberos-files.ts';

const TARGET = { service: 'DNS', host: parseFqdn('ns1.corp.example'), realm: 'CORP.EXAMPLE' };
const OK = { major: 0, minor: 0 };
const MUTUAL_REPLAY_INTEGRITY = 38;
const DEFAULT: KerberosCredentials = { kind: 'default' };

const folder = mkdtempSync(join(tmpdir(), 'kmsdns-test-'));
afterAll(() => rmSync(folder, { recursive: true }));
const keytabPath = join(folder, 'kms.keytab');
writeFileSync(
  keytabPath,
  keytabFile([
    {
      components: ['kms'],
      realm: 'CORP.EXAMPLE',
      keyVersion: 1,
      encryptionType: 18,
      secret: Buffer.alloc(32),
    },
  ]),
);
const KEYTAB: KerberosCredentials = { kind: 'keytab', path: keytabPath, principal: undefined };

interface Script {
  readonly acquire?: readonly GssCall[];
  readonly steps?: readonly (GssCall & { readonly flags?: number; readonly token?: Uint8Array })[];
  readonly takesKeytabs?: boolean;
}

/** GSS_S_BAD_SIG, and the first octet of a message for which the scripted library says so. */
const BAD_MIC = 6 << 16;
const BAD = 255;

/** A library that plays a script and counts which handles it gave and got back. */
function scriptedLibrary({ acquire = [], steps = [], takesKeytabs = true }: Script): {
  readonly engine: ReturnType<typeof gssapiEngine>;
  readonly held: Set<string>;
  readonly asked: string[];
} {
  const held = new Set<string>();
  const asked: string[] = [];
  const [acquisitions, answers] = [[...acquire], [...steps]];
  let handles = 0;
  const give = (cell: Buffer, what: string): void => {
    if (cell.readUInt32LE(0) === 0) cell.writeUInt32LE(++handles, 0);
    held.add(`${what} ${cell.readUInt32LE(0)}`);
  };
  const back = (cell: Buffer, what: string): void => {
    if (cell.readUInt32LE(0) === 0) return;
    if (!held.delete(`${what} ${cell.readUInt32LE(0)}`)) throw new Error(`${what} given back twice`);
    cell.fill(0);
  };
  const gss: GssLibrary = {
    file: 'scripted',
    takesKeytabs,
    emptyCell: () => Buffer.alloc(8),
    importPrincipal(text, into) {
      asked.push(`name ${text}`);
      give(into, 'name');
      return OK;
    },
    async acquireFromKeytab({ mechanism, cache }, into) {
      asked.push(`acquire ${mechanism}`);
      held.add(cache);
      const call = acquisitions.shift() ?? { kind: 'returned', status: OK };
      if (call.kind === 'returned' && call.status.major === 0) give(into, 'credential');
      if (call.kind === 'running') void call.ended.then(() => give(into, 'credential'));
      return call;
    },
    async initStep({ context, mechanism, flags, channelBinding }) {
      const bound = channelBinding === undefined ? '' : ` bound to ${Buffer.from(channelBinding)}`;
      asked.push(`step ${mechanism} ${flags}${bound}`);
      const call = answers.shift() ?? { kind: 'returned', status: OK };
      if (call.kind === 'returned') give(context, 'context');
      if (call.kind === 'running') void call.ended.then(() => give(context, 'context'));
      return { flags: MUTUAL_REPLAY_INTEGRITY, token: undefined, ...call };
    },
    mac: () => ({ status: { major: 0xd0000, minor: 0 }, mac: new Uint8Array() }),
    verify: (_, message) => ({ major: message[0] === BAD ? BAD_MIC : (message[0] ?? 0), minor: 0 }),
    wrap: (_, input) =>
      input[0] === BAD
        ? { status: { major: 0xd0000, minor: 0 }, wrapped: new Uint8Array() }
        : { status: OK, wrapped: Buffer.concat([Buffer.of(0), input]) },
    unwrap: (_, wrapped) => ({
      status: { major: wrapped[0] === BAD ? BAD_MIC : (wrapped[0] ?? 0), minor: 0 },
      output: wrapped.subarray(1),
    }),
    inquire: () => ({ initiator: 'kms@CORP.EXAMPLE', lifetimeSeconds: 60 }),
    mechanismText: (minor) => (minor > 100_000 ? 'SPNEGO cannot find mechanisms to negotiate' : ''),
    gssText: (major) => `major ${major}`,
    releaseName: (cell) => back(cell, 'name'),
    releaseCredential: (cell) => back(cell, 'credential'),
    deleteContext: (cell) => back(cell, 'context'),
  };
  const engine = gssapiEngine({
    name: 'a scripted library',
    gss,
    krb5: {
      defaultCache: () => undefined,
      clientKeytab: () => undefined,
      destroyCache: (name) => void held.delete(name),
    },
    native: {
      platform: 'linux',
      architecture: 'x64',
      pointerOctets: 8,
      load: () => undefined,
      address: () => 0n,
      variable: () => undefined,
      nowSeconds: () => 1_795_000_000,
    },
  });
  return { engine, held, asked };
}

const SHRUG: GssCall = { kind: 'returned', status: { major: 0x70000, minor: 100_005 } };
const WRONG_KEY: GssCall = { kind: 'returned', status: { major: 0x70000, minor: 31 - 1_765_328_384 } };

test('asks for mutual authentication, replay detection and integrity, and for no sequence', async () => {
  const { engine, asked, held } = scriptedLibrary({});
  const opened = await engine.open(TARGET, DEFAULT, 'spnego', 1000);
  if (!opened.ok) throw new Error(opened.fault.detail);
  expect(await opened.value.step(undefined)).toEqual({ ok: true, value: { token: undefined, done: true } });
  expect(asked).toEqual(['name DNS/ns1.corp.example@CORP.EXAMPLE', 'step spnego 38']);
  opened.value.dispose();
  opened.value.dispose();
  expect([...held]).toEqual([]);
});

test('a context that proves nothing of the server is none', async () => {
  const { engine, held } = scriptedLibrary({ steps: [{ kind: 'returned', status: OK, flags: 32 }] });
  const opened = await engine.open(TARGET, DEFAULT, 'krb5', 1000);
  if (!opened.ok) throw new Error(opened.fault.detail);
  expect(await opened.value.step(undefined)).toMatchObject({ ok: false, fault: { kind: 'not-mutual' } });
  expect(() => opened.value.mac(new Uint8Array(1))).toThrow(/not established/);
  opened.value.dispose();
  expect([...held]).toEqual([]);
});

test('a sequence number that was there before spoils no MIC: BIND signs two replies at once under one', async () => {
  const { engine } = scriptedLibrary({});
  const opened = await engine.open(TARGET, DEFAULT, 'krb5', 1000);
  if (!opened.ok) throw new Error(opened.fault.detail);
  await opened.value.step(undefined);
  expect(opened.value.verify(Uint8Array.of(0), new Uint8Array(28))).toBe(true);
  for (const supplementary of [1, 2, 4, 8, 16])
    expect(opened.value.verify(Uint8Array.of(supplementary), new Uint8Array(28))).toBe(true);
  expect(opened.value.verify(Uint8Array.of(BAD), new Uint8Array(28))).toBe(false);
  expect(() => opened.value.mac(new Uint8Array(1))).toThrow(/gss_get_mic: major 851968/);
});

test('binds to the connection where there is one, in every leg', async () => {
  const { engine, asked } = scriptedLibrary({ steps: [SHRUG, WRONG_KEY] });
  const target = { ...TARGET, channelBinding: Buffer.from('tls-server-end-point:x') };
  const opened = await engine.open(target, DEFAULT, 'spnego', 1000);
  if (!opened.ok) throw new Error(opened.fault.detail);
  await opened.value.step(undefined);
  expect(asked.slice(1)).toEqual([
    'step spnego 38 bound to tls-server-end-point:x',
    'step krb5 38 bound to tls-server-end-point:x',
  ]);
});

test('wraps and unwraps once it is established, and not when it was given back', async () => {
  const { engine } = scriptedLibrary({});
  const opened = await engine.open(TARGET, DEFAULT, 'krb5', 1000);
  if (!opened.ok) throw new Error(opened.fault.detail);
  const context = opened.value;
  const wrapped = Uint8Array.of(0, 7);
  expect(() => context.wrap(Uint8Array.of(7))).toThrow(/not established/);
  expect(context.unwrap(wrapped)).toBeUndefined();
  await context.step(undefined);
  expect(Uint8Array.from(context.wrap(Uint8Array.of(7)))).toEqual(wrapped);
  expect(() => context.wrap(Uint8Array.of(BAD))).toThrow(/gss_wrap: major 851968/);
  expect(context.unwrap(wrapped)).toEqual(Uint8Array.of(7));
  expect(context.unwrap(Uint8Array.of(BAD, 7))).toBeUndefined();
  context.dispose();
  expect(() => context.wrap(Uint8Array.of(7))).toThrow(/not established/);
  expect(context.unwrap(wrapped)).toBeUndefined();
});

describe('gives everything back', () => {
  test('after a login that failed, and asks plain Kerberos why', async () => {
    const { engine, asked, held } = scriptedLibrary({ acquire: [SHRUG, WRONG_KEY] });
    const opened = await engine.open(TARGET, KEYTAB, 'spnego', 1000);
    expect(opened).toMatchObject({ ok: false, fault: { kind: 'wrong-secret' } });
    expect(asked.filter((one) => one.startsWith('acquire'))).toEqual(['acquire spnego', 'acquire krb5']);
    expect([...held]).toEqual([]);
  });

  test('after a first step that failed, and asks plain Kerberos why', async () => {
    const { engine, asked, held } = scriptedLibrary({ steps: [SHRUG, WRONG_KEY] });
    const opened = await engine.open(TARGET, DEFAULT, 'spnego', 1000);
    if (!opened.ok) throw new Error(opened.fault.detail);
    expect(await opened.value.step(undefined)).toMatchObject({ ok: false, fault: { kind: 'wrong-secret' } });
    expect(asked.slice(1)).toEqual(['step spnego 38', 'step krb5 38']);
    opened.value.dispose();
    expect([...held]).toEqual([]);
  });

  test.each([
    ['the login', 'krb5', (call: GssCall): Script => ({ acquire: [call] })],
    ['the login by plain Kerberos', 'spnego', (call: GssCall): Script => ({ acquire: [SHRUG, call] })],
    ['a step', 'krb5', (call: GssCall): Script => ({ steps: [call] })],
    ['a step by plain Kerberos', 'spnego', (call: GssCall): Script => ({ steps: [SHRUG, call] })],
  ] as const)('only when the library is through with them: %s', async (_, mechanism, script) => {
    let end: () => void = () => {};
    const running: GssCall = {
      kind: 'running',
      ended: new Promise((resolve) => {
        end = resolve;
      }),
    };
    const { engine, held } = scriptedLibrary(script(running));
    const opened = await engine.open(TARGET, KEYTAB, mechanism, 300);
    if (opened.ok) {
      expect(await opened.value.step(undefined)).toMatchObject({ ok: false, fault: { kind: 'kdc-silent' } });
      expect(await opened.value.step(undefined)).toMatchObject({ ok: false, fault: { kind: 'kdc-silent' } });
      opened.value.dispose();
    } else {
      expect(opened.fault).toMatchObject({ kind: 'kdc-silent', detail: expect.stringContaining('0.3 s') });
    }
    expect(held.size).toBeGreaterThan(0);
    end();
    await new Promise((resolve) => setImmediate(resolve));
    expect([...held]).toEqual([]);
  });
});

test('a library that takes no keytab says what else would do', async () => {
  const { engine, held } = scriptedLibrary({ takesKeytabs: false });
  expect(await engine.open(TARGET, KEYTAB, 'krb5', 1000)).toMatchObject({
    ok: false,
    fault: {
      kind: 'no-library',
      hint: expect.stringContaining(`kinit -k -t ${keytabPath} kms@CORP.EXAMPLE`),
    },
  });
  expect([...held]).toEqual([]);
});

test('no room for another call is told as that', async () => {
  const { engine } = scriptedLibrary({ acquire: [{ kind: 'not-made' }] });
  expect(await engine.open(TARGET, KEYTAB, 'krb5', 1000)).toMatchObject({
    ok: false,
    fault: { kind: 'timed-out' },
  });
});
