/** The networks that diagnoses are measured on: NSD where it is installed, as it answers sooner than our own server. */
import { startNameserver } from '../src/lab/nameserver.ts';
import { type LabRpcEndpoint, startRpcEndpoint } from '../src/lab/rpc-endpoint.ts';
import { a, ns, soa, srv, zoneFrom } from '../src/lab/zone-data.ts';
import { startNsd } from '../test/lab/support/nsd.ts';
import { findProgram } from '../test/lab/support/programs.ts';
import { staticZone } from '../test/lab/support/zones.ts';

export const ZONE = 'bench.example';
const HOST = 'kms9';

export interface BenchNetwork {
  /** The name server as the command line takes it. */
  readonly at: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** One zone in which `domains` publish an endpoint that accepts binds, and `silent` eight that never answer. */
export async function startNetwork(domains: readonly string[]): Promise<BenchNetwork> {
  const kms = await startRpcEndpoint({ behaviour: { kind: 'accepts-kms' } });
  const silent = await Promise.all(
    Array.from({ length: 8 }, () => startRpcEndpoint({ behaviour: { kind: 'silent' } })),
  );
  const sets = [
    ...domains.map((domain) => ({ domain, port: kms.endpoint.port })),
    ...silent.map(({ endpoint: { port } }) => ({ domain: 'silent', port })),
  ];
  const server = findProgram('nsd') === undefined ? await ownServer(sets) : await nsdServer(sets);
  const endpoints: readonly LabRpcEndpoint[] = [kms, ...silent];
  return {
    at: `127.0.0.1:${server.endpoint.port}`,
    port: server.endpoint.port,
    stop: async () => {
      await Promise.all([server, ...endpoints].map((one) => one.stop()));
    },
  };
}

type Sets = readonly { readonly domain: string; readonly port: number }[];

function nsdServer(sets: Sets): ReturnType<typeof startNsd> {
  const records = sets.map(({ domain, port }) => `_vlmcs._tcp.${domain} IN SRV 0 0 ${port} ${HOST}`);
  return startNsd({ zones: [staticZone(ZONE, [`${HOST} IN A 127.0.0.1`, ...records])] });
}

function ownServer(sets: Sets): ReturnType<typeof startNameserver> {
  const host = `${HOST}.${ZONE}`;
  return startNameserver({
    zones: [
      zoneFrom({
        name: ZONE,
        records: [
          soa(ZONE, `ns1.${ZONE}`),
          ns(ZONE, `ns1.${ZONE}`),
          ...[`ns1.${ZONE}`, host].map((name) => a(name, '127.0.0.1')),
          ...sets.map(({ domain, port }) => srv(`_vlmcs._tcp.${domain}.${ZONE}`, host, { port })),
        ],
      }),
    ],
  });
}
