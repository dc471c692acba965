/**
 * A desk in a company whose clients have every kind of luck: one name server that is resolver and authority in one,
 * KMS hosts that accept, refuse and know no KMS, all on loopback.
 */
import { createServer } from 'node:net';
import type { Rr } from '../../src/core/wire.ts';
import { type LabNameserver, startNameserver } from '../../src/lab/nameserver.ts';
import type { Quirks } from '../../src/lab/quirks.ts';
import { type LabRpcEndpoint, startRpcEndpoint } from '../../src/lab/rpc-endpoint.ts';
import { a, ns, soa, srv, zoneFrom } from '../../src/lab/zone-data.ts';
import { type Desk, type DeskOptions, desk, type Ran } from './desk.ts';

export interface DiagnoseDesk extends Desk {
  readonly server: LabNameserver;
  /** `127.0.0.1:PORT` of the name server. */
  readonly at: string;
  /** Accepts the KMS bind. */
  readonly kms: LabRpcEndpoint;
  /** Speaks RPC, and has no KMS interface. */
  readonly other: LabRpcEndpoint;
  /** A port where nothing listens. */
  readonly closedPort: number;
  /** `kmsdns diagnose …` with the name server as resolver and authority. */
  diagnose(...argv: readonly string[]): Promise<Ran>;
  diagnoseWith(more: DeskOptions, ...argv: readonly string[]): Promise<Ran>;
  stop(): Promise<void>;
}

/** `_vlmcs._tcp` below the name. */
const owner = (domain: string): string => `_vlmcs._tcp.${domain}`;

export async function diagnoseDesk(
  options: DeskOptions & { readonly quirks?: Quirks } = {},
): Promise<DiagnoseDesk> {
  const kms = await startRpcEndpoint({ behaviour: { kind: 'accepts-kms', management: true } });
  const other = await startRpcEndpoint({ behaviour: { kind: 'rejects-interface', management: true } });
  const closedPort = await freePort();
  const live = { port: kms.endpoint.port };
  const dead = { port: closedPort };
  const records: readonly Rr[] = [
    soa('contoso.test', 'ns1.contoso.test'),
    ns('contoso.test', 'ns1.contoso.test'),
    a('ns1.contoso.test', '127.0.0.1'),
    ...['kms1', 'kms2', 'app1'].map((name) => a(`${name}.contoso.test`, '127.0.0.1')),
    srv(owner('contoso.test'), 'kms1.contoso.test', live),
    srv(owner('half.contoso.test'), 'kms1.contoso.test', live),
    srv(owner('half.contoso.test'), 'kms2.contoso.test', dead),
    srv(owner('refused.contoso.test'), 'kms2.contoso.test', dead),
    srv(owner('other.contoso.test'), 'app1.contoso.test', { port: other.endpoint.port }),
  ];
  const server = await startNameserver({
    zones: [zoneFrom({ name: 'contoso.test', records })],
    quirks: options.quirks ?? {},
  });
  const at = `127.0.0.1:${server.endpoint.port}`;
  const ports: readonly (readonly [number, string])[] = [
    [server.endpoint.port, '53000'],
    [kms.endpoint.port, '16881'],
    [other.endpoint.port, '16882'],
    [closedPort, '16889'],
  ];
  const own = desk({
    ...options,
    mask: { ...Object.fromEntries(ports.map(([port, shown]) => [String(port), shown])), ...options.mask },
  });
  const reach = ['-s', at, '--authority', at];
  return {
    ...own,
    server,
    at,
    kms,
    other,
    closedPort,
    diagnose: (...argv) => own.run('diagnose', ...reach, ...argv),
    diagnoseWith: (more, ...argv) => own.runWith(more, 'diagnose', ...reach, ...argv),
    stop: async () => {
      own.clear();
      await Promise.all([server.stop(), kms.stop(), other.stop()]);
    },
  };
}

/** A port on 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  const listener = createServer();
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(0, '127.0.0.1', resolve);
  });
  const address = listener.address();
  await new Promise((resolve) => listener.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('the system gave no port');
  return address.port;
}

/** What differs from run to run, in a transcript or a document. */
export function withoutTimes(text: string): string {
  return text
    .replace(/\b\d+(\.\d+)? ms\b/g, 'N ms')
    .replace(/^( +)o\d+ /gm, '$1oN ')
    .replace(/kmsdns-[0-9a-f]{12}/g, 'kmsdns-random');
}

/** The codes of the causes of a document of `--json`. */
export function codesOf(
  document: Record<string, unknown>,
  part: 'causes' | 'notes' | 'unknowns',
): readonly string[] {
  return (document[part] as readonly { readonly code: string }[]).map(({ code }) => code);
}
