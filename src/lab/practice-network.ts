import { randomBytes } from 'node:crypto';
import { DEFAULT_TTL_SECONDS, kmsOwnerName } from '../core/kms.ts';
import { displayName, type Fqdn, parseFqdn } from '../core/name.ts';
import type { Endpoint } from '../core/net.ts';
import { macOctets, type TsigKey, tsigKey } from '../core/tsig.ts';
import { type Rr, update } from '../core/wire.ts';
import type { LabEvent } from './event.ts';
import { type LabNameserver, startNameserver } from './nameserver.ts';
import { onlySrvAt } from './policy.ts';
import type { Quirks } from './quirks.ts';
import { type LabRpcEndpoint, startRpcEndpoint } from './rpc-endpoint.ts';
import type { RpcBehaviour } from './rpc-replies.ts';
import { loopbackAddresses } from './sockets.ts';
import { a, aaaa, ns, soa, srv, type Zone, zoneFrom } from './zone-data.ts';

/*
 * A small company for the demo, the README and whoever wants to try things out: one name server with two zones, two
 * KMS hosts, and a third computer that is none. Names from RFC 2606, addresses on loopback, a key made for the day.
 */

/** `contoso.example`: one KMS host has registered itself there, without priority and weight. */
export const CONTOSO: Fqdn = parseFqdn('contoso.example');
/** `fabrikam.example`: nobody has published anything there yet. */
export const FABRIKAM: Fqdn = parseFqdn('fabrikam.example');

const NAME_SERVER = 'ns1.contoso.example';
const KEY_NAME: Fqdn = parseFqdn('kms-publisher');

/** One computer of the practice network and what answers on its KMS port. */
export interface PracticeHost {
  readonly name: Fqdn;
  readonly rpc: LabRpcEndpoint;
}

/** A running practice network. Its stories only need these texts and the two things a colleague does. */
export interface PracticeNetwork {
  readonly nameserver: LabNameserver;
  /** Where the name server listens: 127.0.0.1, and ::1 where there is one, on one port. */
  readonly endpoints: readonly Endpoint[];
  /** KMS hosts that accept a bind. */
  readonly hosts: readonly [PracticeHost, PracticeHost];
  /** Speaks RPC, and has no KMS interface: the role was never installed. */
  readonly impostor: PracticeHost;
  readonly domains: readonly Fqdn[];
  /** The name under which the desired states expect the key file, beside them. */
  readonly keyFileName: string;
  /** The key as `nsupdate -k` reads it. It may write SRV records at the two owner names, and nothing else. */
  readonly keyFileText: string;
  /** Both hosts in both domains, three quarters and one quarter. */
  readonly desiredStateYaml: string;
  /** The same with equal halves: a second change to plan. */
  readonly revisedStateYaml: string;
  /** What somebody else does to the zone of contoso.example while a plan waits to be carried out. */
  readonly colleague: {
    /** Publishes the impostor there; gives the record as `priority weight port target`. */
    publishes(): string;
    /** Takes that record away again. */
    takesBack(): void;
  };
  /** Ends everything. May be called twice. */
  stop(): Promise<void>;
}

/**
 * Starts it. `port` is the name server's, chosen by the system when left out or 0; the hosts' ports always are.
 * Throws `port-unavailable`.
 */
export async function startPracticeNetwork(
  options: {
    readonly port?: number;
    readonly quirks?: Quirks;
    readonly onEvent?: (event: LabEvent) => void;
  } = {},
): Promise<PracticeNetwork> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(stops.map((one) => one()));
  };
  const startHost = async (name: string, behaviour: RpcBehaviour): Promise<PracticeHost> => {
    const rpc = await startRpcEndpoint({ behaviour });
    stops.push(() => rpc.stop());
    return { name: parseFqdn(name), rpc };
  };
  try {
    const kms1 = await startHost('kms1.contoso.example', { kind: 'accepts-kms', management: true });
    const kms2 = await startHost('kms2.contoso.example', { kind: 'accepts-kms', management: true });
    const impostor = await startHost('app1.contoso.example', { kind: 'rejects-interface', management: true });
    const key = tsigKey(KEY_NAME, 'hmac-sha256', randomBytes(macOctets('hmac-sha256')));
    const addresses = await loopbackAddresses();
    const nameserver = await startNameserver({
      ...options,
      addresses,
      zones: practiceZones(addresses, [kms1, kms2, impostor]),
      keys: [key],
      policy: onlySrvAt(key.name, [CONTOSO, FABRIKAM].map(kmsOwnerName)),
    });
    stops.push(() => nameserver.stop());
    const hosts = [kms1, kms2] as const;
    return {
      nameserver,
      endpoints: nameserver.endpoints,
      hosts,
      impostor,
      domains: [CONTOSO, FABRIKAM],
      keyFileName: KEY_FILE_NAME,
      keyFileText: keyFileText(key),
      desiredStateYaml: desiredStateYaml(nameserver.endpoint, hosts, [75, 25]),
      revisedStateYaml: desiredStateYaml(nameserver.endpoint, hosts, [50, 50]),
      colleague: colleagueAt(nameserver, impostor),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function practiceZones(
  addresses: readonly string[],
  [kms1, ...others]: readonly [PracticeHost, ...PracticeHost[]],
): readonly Zone[] {
  const contoso = [
    soa(CONTOSO, NAME_SERVER),
    ns(CONTOSO, NAME_SERVER),
    ...addresses.map((address) => (address.includes(':') ? aaaa : a)(NAME_SERVER, address)),
    ...[kms1, ...others].map(({ name, rpc }) => a(name, rpc.endpoint.address)),
    srv(kmsOwnerName(CONTOSO), kms1.name, { port: kms1.rpc.endpoint.port }),
  ];
  const fabrikam = [soa(FABRIKAM, NAME_SERVER), ns(FABRIKAM, NAME_SERVER)];
  return [zoneFrom({ name: CONTOSO, records: contoso }), zoneFrom({ name: FABRIKAM, records: fabrikam })];
}

function colleagueAt(nameserver: LabNameserver, { name, rpc }: PracticeHost): PracticeNetwork['colleague'] {
  const { port } = rpc.endpoint;
  const record: Rr = srv(kmsOwnerName(CONTOSO), name, { port, ttlSeconds: DEFAULT_TTL_SECONDS });
  return {
    publishes: () => {
      nameserver.changeZone(CONTOSO, [update.add(record)]);
      return `0 0 ${port} ${name}`;
    },
    takesBack: () => {
      nameserver.changeZone(CONTOSO, [update.deleteRr(record)]);
    },
  };
}

const KEY_FILE_NAME = 'kms-publisher.key';

function keyFileText(key: TsigKey): string {
  return [
    '# Made for one run of the practice network and good for nothing else.',
    `key "${displayName(key.name)}" {`,
    `\talgorithm ${key.algorithm};`,
    `\tsecret "${Buffer.from(key.secret).toString('base64')}";`,
    '};',
    '',
  ].join('\n');
}

function desiredStateYaml(
  { address, port }: Endpoint,
  hosts: readonly [PracticeHost, PracticeHost],
  weights: readonly [number, number],
): string {
  const entries = hosts.map(
    ({ name }, i) => `      - { host: ${displayName(name)}, priority: 10, weight: ${weights[i]} }`,
  );
  return [
    '# Which KMS hosts the clients of each DNS domain shall find, in the practice network.',
    'version: 1',
    '',
    'keys:',
    `  ${displayName(KEY_NAME)}: { file: ${KEY_FILE_NAME} }   # as nsupdate -k reads it`,
    '',
    'servers:',
    `  lab: { address: ${address}, port: ${port}, auth: { tsig: ${displayName(KEY_NAME)} } }`,
    '',
    'hosts:',
    ...hosts.map(
      ({ name, rpc }) =>
        `  ${displayName(name)}: { port: ${rpc.endpoint.port}, addresses: [${rpc.endpoint.address}] }`,
    ),
    '',
    'domains:',
    ...[CONTOSO, FABRIKAM].flatMap((domain) => [
      `  ${displayName(domain)}:`,
      '    server: lab',
      '    policy: additive   # records of hosts that are not listed stay',
      '    publish:',
      ...entries,
    ]),
    '',
  ].join('\n');
}
