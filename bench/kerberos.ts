import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parseFqdn } from '../src/core/name.ts';
import type { KerberosCredentials, SecurityContext } from '../src/core/security-context.ts';
import { systemEngine } from '../src/kerberos/engine.ts';
import { startAcceptor } from '../test/lab/support/gss-acceptor.ts';
import { type Kdc, startKdc } from '../test/lab/support/kdc.ts';
import { missingFor } from '../test/lab/support/programs.ts';
import type { Measured, Measurement, Row } from './table.ts';

const REALM = 'CORP.EXAMPLE';
const HOST = `host/kms1.corp.example@${REALM}`;
const DNS = `DNS/ns1.corp.example@${REALM}`;
const TARGET = { service: 'DNS', host: parseFqdn('ns1.corp.example'), realm: REALM };
const SIGNATURES = 100_000;
const CONTEXTS = 500;
/** The size of an update of one SRV record with what TSIG adds to it. */
const MESSAGE = Buffer.alloc(195, 'update');

/**
 * Does the security context leak? Messages signed and forged signatures refused by one context, then contexts
 * that are opened, used and given back, each with its own tickets.
 */
export const kerberos: Measurement = { name: 'kerberos', run };

async function run(say: (text: string) => void): Promise<Measured> {
  const missing = [missingFor('krb5kdc'), missingFor('gss-acceptor')].filter((one) => one !== undefined);
  if (missing.length > 0) return { rows: [], skipped: [`Kerberos: ${missing.join('; ')}`] };
  const kdc = await startKdc({ realms: [REALM], principals: [HOST, DNS] });
  try {
    Object.assign(process.env, kdc.env);
    return { rows: await measure(kdc, say), skipped: [] };
  } finally {
    await kdc.stop();
  }
}

async function measure(kdc: Kdc, say: (text: string) => void): Promise<readonly Row[]> {
  const engine = await systemEngine();
  if (!engine.ok) throw new Error(engine.fault.detail);
  const credentials: KerberosCredentials = {
    kind: 'keytab',
    path: await kdc.keytab(HOST),
    principal: HOST,
  };
  const open = async (): Promise<SecurityContext> => {
    const opened = await engine.value.open(TARGET, credentials, 'spnego', 10_000);
    if (!opened.ok) throw new Error(opened.fault.detail);
    return opened.value;
  };
  const acceptor = startAcceptor(kdc, await kdc.keytab(DNS));
  try {
    const context = await open();
    await establish(context, acceptor);
    // The last is good: the others are what a stranger would send.
    const theirs = await acceptor.sign(MESSAGE);
    const forged = Uint8Array.from(theirs, (octet, i) => (i === 20 ? octet ^ 1 : octet));
    const sign = (): void => {
      for (let i = 0; i < SIGNATURES; i++) context.mac(MESSAGE);
    };
    const verify = (): void => {
      for (let i = 0; i < SIGNATURES; i++)
        if (context.verify(MESSAGE, forged)) throw new Error('a forged signature was believed');
    };
    const openMany = async (): Promise<void> => {
      for (let i = 0; i < CONTEXTS; i++) {
        const one = await open();
        await one.step(undefined);
        one.dispose();
      }
    };
    const rows: Row[] = [];
    for (const [what, count, work] of [
      ['messages signed by one GSS context', SIGNATURES, sign],
      ['forged signatures refused by it', SIGNATURES, verify],
      ['contexts opened from a keytab and given back', CONTEXTS, openMany],
    ] as const) {
      say(`${count} ${what}`);
      rows.push(await growth(what, count, work));
    }
    if (!context.verify(MESSAGE, theirs)) throw new Error('the true signature was not believed');
    context.dispose();
    return rows;
  } finally {
    acceptor.stop();
  }
}

async function establish(
  context: SecurityContext,
  acceptor: ReturnType<typeof startAcceptor>,
): Promise<void> {
  let theirs: Uint8Array | undefined;
  for (;;) {
    const step = await context.step(theirs);
    if (!step.ok) throw new Error(step.fault.detail);
    const reply = step.value.token === undefined ? undefined : await acceptor.step(step.value.token);
    if (step.value.done) return;
    theirs = reply?.token;
  }
}

/** Below this the allocator's own habits are all that shows; 18 octets lost by each signature were more. */
const NOISE_KIB = 8192;
/** Until the heaps of V8 and of the C library have found their size. */
const ROUNDS_BEFORE = 3;
const ROUNDS_MEASURED = 5;

async function growth(what: string, count: number, work: () => void | Promise<void>): Promise<Row> {
  for (let round = 0; round < ROUNDS_BEFORE; round++) await work();
  const before = await settledKib();
  const startedMs = performance.now();
  for (let round = 0; round < ROUNDS_MEASURED; round++) await work();
  const tookMs = performance.now() - startedMs;
  const grown = (await settledKib()) - before;
  const done = ROUNDS_MEASURED * count;
  return {
    what: `${done} ${what}: growth of RSS`,
    ours: `${grown} KiB`,
    peer: 'one takes',
    theirs: `${((1000 * tookMs) / done).toFixed(0)} µs`,
    target: { said: `≤ ${NOISE_KIB} KiB`, met: grown <= NOISE_KIB },
  };
}

/** With V8's garbage gone, so that what is left is held by somebody. */
async function settledKib(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // What a collection finds is given back on a later turn of the loop.
  for (let turn = 0; turn < 3; turn++) {
    collect();
    await sleep(20);
  }
  return Math.round(process.memoryUsage.rss() / 1024);
}
