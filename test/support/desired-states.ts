import fc from 'fast-check';
import { parseIpAddress } from '../../src/core/address.ts';
import type {
  DesiredDomain,
  DesiredServer,
  DesiredState,
  KeySource,
  KmsHost,
} from '../../src/core/desired-state.ts';
import { kmsOwnerName } from '../../src/core/kms.ts';
import { isWithin, parentOf, parseFqdn } from '../../src/core/name.ts';
import type { SrvRecord } from '../../src/core/srv.ts';

const ldh = fc
  .string({ unit: fc.constantFrom(...'abcxyz0189-'), minLength: 1, maxLength: 12 })
  .filter((label) => !/^-|-$/.test(label));
const hostName = fc
  .tuple(
    fc.array(ldh, { minLength: 0, maxLength: 3 }),
    fc.constantFrom('com', 'example', 'yes', 'null', 'x--y'),
  )
  .map(([labels, last]) => parseFqdn([...labels, last].join('.')));
const domainLabel = fc.oneof(
  ldh,
  fc.constantFrom('true', 'on', '_sites', '-', '-a', '1e3', '0x1f', '__proto__', 'constructor', 'n'),
);
const domainName = fc
  .tuple(fc.array(domainLabel, { maxLength: 3 }), fc.constantFrom('com', 'no', 'local', '__proto__', '1e3'))
  .map(([labels, last]) => parseFqdn([...labels, last].join('.')));

const address = fc.oneof(fc.ipV4(), fc.ipV6()).map((text) => parseIpAddress(text)!);
const port = fc.oneof(fc.constantFrom(53, 1688), fc.integer({ min: 1, max: 65535 }));
const uint16 = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 65535 }));
const id = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,10}$/).filter((text) => text !== '__proto__');
const line = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  .filter((text) => text.trim() !== '' && !/[\p{Cc}\p{Cs}]/u.test(text));

const keySource: fc.Arbitrary<KeySource> = fc.oneof(
  line.map((path): KeySource => ({ kind: 'file', path })),
  fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,10}$/).map((variable): KeySource => ({ kind: 'env', variable })),
);

/** Valid desired states, with odd but legal names in them; `place` and `findings` are not meant to be compared. */
export const desiredStates: fc.Arbitrary<DesiredState> = fc
  .record({
    keys: fc.dictionary(id, keySource, { maxKeys: 3 }),
    hosts: fc.uniqueArray(hostName, { maxLength: 4 }),
  })
  .chain(({ keys, hosts }) =>
    fc.record({
      file: fc.constant('kmsdns.yaml'),
      keys: fc.constant(keys),
      servers: fc
        .array(fc.tuple(id, server(Object.keys(keys))), { maxLength: 3 })
        .map((all) => Object.fromEntries(all.map(([name, one]) => [name, { ...one, id: name }]))),
      hosts: fc.tuple(...hosts.map(described)),
      names: fc.uniqueArray(domainName, { maxLength: 4 }),
      findings: fc.constant([]),
    }),
  )
  .chain(({ names, ...state }) => {
    const targets = [...state.hosts.map((host) => host.name), parseFqdn('kms9.example')];
    const domains = fc.tuple(...names.map((name) => domain(name, targets, Object.keys(state.servers))));
    return domains.map((all) => ({ ...state, domains: all }));
  });

function server(keys: readonly string[]): fc.Arbitrary<DesiredServer> {
  const where = fc.oneof(
    address.map((one) => ({ address: one })),
    hostName.map((one) => ({ name: one })),
  );
  const none = fc.constant({ kind: 'none' } as const);
  const gss = fc
    .record({ keytab: line, principal: line }, { requiredKeys: [] })
    .map((fields) => ({ kind: 'gss', ...fields }) as const);
  const tsig =
    keys.length === 0 ? none : fc.constantFrom(...keys).map((key) => ({ kind: 'tsig', key }) as const);
  return fc
    .tuple(where, port, fc.oneof(none, gss, tsig))
    .map(([at, number, auth]) => ({ id: '', ...at, port: number, auth }));
}

function described(name: KmsHost['name']): fc.Arbitrary<KmsHost> {
  return fc.record({ name: fc.constant(name), addresses: fc.uniqueArray(address, { maxLength: 3 }), port });
}

function domain(
  name: DesiredDomain['domain'],
  targets: readonly KmsHost['name'][],
  servers: readonly string[],
): fc.Arbitrary<DesiredDomain> {
  const owner = kmsOwnerName(name);
  const record: fc.Arbitrary<SrvRecord> = fc.record({
    priority: uint16,
    weight: uint16,
    port,
    target: fc.constantFrom(...targets),
  });
  const zones = [name, owner, parentOf(name)].filter(
    (zone) => zone !== undefined && zone !== '.' && isWithin(owner, zone),
  );
  return fc.record(
    {
      domain: fc.constant(name),
      owner: fc.constant(owner),
      policy: fc.constantFrom('additive', 'exact'),
      publish: fc.uniqueArray(record, { maxLength: 4, selector: (one) => `${one.target} ${one.port}` }),
      place: fc.constant({ file: 'kmsdns.yaml', line: 1, column: 1 }),
      ...(servers.length > 0 && { server: fc.constantFrom(...servers) }),
      zone: fc.constantFrom(...zones.map((zone) => zone!)),
      ttlSeconds: fc.integer({ min: 0, max: 2_147_483_647 }),
    },
    { requiredKeys: ['domain', 'owner', 'policy', 'publish', 'place'] },
  ) as fc.Arbitrary<DesiredDomain>;
}
