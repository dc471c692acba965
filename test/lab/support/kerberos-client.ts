/**
 * One first step of a security context in a process of its own, whose clock, environment and end are its own:
 * `kerberos-client.ts '{"credentials":…,"end":"leave"}'` prints the outcome as JSON.
 */
import { parseFqdn } from '../../../src/core/name.ts';
import { isHeldUp } from '../../../src/core/process-end.ts';
import type {
  KerberosCredentials,
  KerberosFault,
  SecurityContext,
} from '../../../src/core/security-context.ts';
import { gssEngine, systemEngine } from '../../../src/kerberos/engine.ts';
import { endWithoutWaiting, loadNative } from '../../../src/kerberos/native.ts';

export interface ClientRequest {
  readonly host: string;
  readonly realm: string;
  readonly credentials: KerberosCredentials;
  readonly mechanism: SecurityContext['mechanism'];
  readonly timeoutMs: number;
  /** Left out: whatever this system has. Two of them do not go into one process. */
  readonly library?: string;
  /** `exit`: by process.exit, as on a second Ctrl-C. */
  readonly end: 'leave' | 'exit';
}

export type ClientReport =
  | { readonly ok: true; readonly token: string }
  | { readonly ok: false; readonly fault: KerberosFault };

async function engineOf(library: string): ReturnType<typeof systemEngine> {
  const native = await loadNative();
  if (typeof native === 'string') throw new Error(native);
  return gssEngine(native, [{ file: library, name: library }]);
}

async function report(request: ClientRequest): Promise<ClientReport> {
  const engine = await (request.library === undefined ? systemEngine() : engineOf(request.library));
  if (!engine.ok) return engine;
  const target = { service: 'DNS', host: parseFqdn(request.host), realm: request.realm };
  const opened = await engine.value.open(target, request.credentials, request.mechanism, request.timeoutMs);
  if (!opened.ok) return opened;
  const stepped = await opened.value.step(undefined);
  opened.value.dispose();
  if (!stepped.ok) return stepped;
  return { ok: true, token: Buffer.from(stepped.value.token ?? []).toString('base64') };
}

const EXIT_CODE = 7;

async function main(request: ClientRequest): Promise<void> {
  process.stdout.write(`${JSON.stringify(await report(request))}\n`);
  if (request.end === 'exit') process.exit(EXIT_CODE);
  process.exitCode = EXIT_CODE;
  if (isHeldUp()) await endWithoutWaiting(EXIT_CODE);
}

void main(JSON.parse(process.argv[2] ?? '') as ClientRequest);
