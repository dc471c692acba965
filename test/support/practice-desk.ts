/** A desk with a practice name server beside it: the zone contoso.test, two name servers, one key. */
import { parseFqdn } from '../../src/core/name.ts';
import { tsigKey } from '../../src/core/tsig.ts';
import type { Rr } from '../../src/core/wire.ts';
import {
  type LabNameserver,
  type LabSecondary,
  type NameserverOptions,
  startNameserver,
  startSecondary,
} from '../../src/lab/nameserver.ts';
import { onlySrvAt } from '../../src/lab/policy.ts';
import { a, cname, ns, soa, srv, zoneFrom } from '../../src/lab/zone-data.ts';
import { type Desk, type DeskOptions, desk } from './desk.ts';

const SECRET = Buffer.from('practice-practice-practice-practi', 'latin1').subarray(0, 32);
const KEY_NAME = parseFqdn('kms-publisher');
export const KEY_TEXT = `key "kms-publisher" {\n  algorithm hmac-sha256;\n  secret "${SECRET.toString('base64')}";\n};\n`;
export const KEY_SECRET: string = SECRET.toString('base64');

export const EAST = '_vlmcs._tcp.east.contoso.test';
export const WEST = '_vlmcs._tcp.west.contoso.test';

const BASE: readonly Rr[] = [
  soa('contoso.test', 'ns1.contoso.test'),
  ns('contoso.test', 'ns1.contoso.test'),
  a('ns1.contoso.test', '127.0.0.1'),
  a('kms-e1.east.contoso.test', '10.1.0.10'),
  a('kms-w1.west.contoso.test', '10.2.0.10'),
  a('kms-old.contoso.test', '10.2.0.99'),
];

/** What is published at first: an old host, and one with another weight than is wanted. */
export const PUBLISHED: readonly Rr[] = [
  srv(EAST, 'kms-old.contoso.test', { ttlSeconds: 300 }),
  srv(EAST, 'kms-e1.east.contoso.test', { weight: 50, ttlSeconds: 300 }),
];

/** An alias where a record should stand. */
export const ALIAS: readonly Rr[] = [cname(WEST, 'elsewhere.contoso.test')];

/** The desired state of most tests; the port is the server's. */
export function desiredState(port: number): string {
  return `version: 1
keys:
  kms-publisher: { file: kms-publisher.key }
servers:
  corp: { address: 127.0.0.1, port: ${port}, auth: { tsig: kms-publisher } }
domains:
  east.contoso.test:
    server: corp
    ttl: 3600
    publish:
      - { host: kms-e1.east.contoso.test, priority: 10, weight: 75 }
      - { host: kms-w1.west.contoso.test, priority: 90, weight: 75 }
  west.contoso.test:
    server: corp
    publish:
      - { host: kms-w1.west.contoso.test, priority: 10, weight: 75 }
      - { host: kms-e1.east.contoso.test, priority: 90, weight: 75 }
`;
}

export interface PracticeOptions extends DeskOptions {
  readonly records?: readonly Rr[];
  readonly server?: Partial<NameserverOptions>;
  /** A second name server that lags behind for this long; left out: there is none. */
  readonly secondaryLagMs?: number;
}

export interface PracticeDesk extends Desk {
  readonly server: LabNameserver;
  readonly secondary: LabSecondary | undefined;
  /** `127.0.0.1:PORT` of the server, and of the secondary. */
  readonly at: readonly string[];
  /** Updates the server got, whatever became of them. */
  updates(): LabNameserver['log'];
  stop(): Promise<void>;
}

export async function practiceDesk(options: PracticeOptions = {}): Promise<PracticeDesk> {
  const { records = PUBLISHED, server: serverOptions, secondaryLagMs, files, ...rest } = options;
  const server = await startNameserver({
    zones: [zoneFrom({ name: 'contoso.test', records: [...BASE, ...records] })],
    keys: [tsigKey(KEY_NAME, 'hmac-sha256', SECRET)],
    policy: onlySrvAt(KEY_NAME, [parseFqdn(EAST), parseFqdn(WEST)]),
    ...serverOptions,
  });
  const secondary =
    secondaryLagMs === undefined
      ? undefined
      : await startSecondary(server, { zones: ['contoso.test'], lagMs: secondaryLagMs });
  const port = server.endpoint.port;
  const at = [server, ...(secondary === undefined ? [] : [secondary])].map(
    ({ endpoint }) => `127.0.0.1:${endpoint.port}`,
  );
  const own = desk({
    ...rest,
    files: { 'kms-publisher.key': KEY_TEXT, 'kmsdns.yaml': desiredState(port), ...files },
    mask: {
      [`127.0.0.1:${port}`]: '127.0.0.1:5300',
      [`port ${port}`]: 'port 5300',
      [`port: ${port}`]: 'port: 5300',
      [`"port": ${port}`]: '"port": 5300',
      ...(secondary === undefined ? {} : { [`127.0.0.1:${secondary.endpoint.port}`]: '127.0.0.1:5301' }),
      ...rest.mask,
    },
  });
  return {
    ...own,
    server,
    secondary,
    at,
    updates: () => server.log.filter(({ request }) => request.kind === 'update'),
    stop: async () => {
      own.clear();
      await secondary?.stop();
      await server.stop();
    },
  };
}
