/** A forest of one domain with one KMS record, as its domain controller tells it over LDAP; each answer can be changed. */
import type {
  DirectoryClient,
  LdapEntry,
  LdapFound,
  LdapOutcome,
  LdapSearch,
} from '../../src/directory/directory-client.ts';
import { encodeDnsProperty, PROPERTY } from '../../src/directory/dns-property.ts';
import { encodeDnsRecord } from '../../src/directory/dns-record.ts';
import { encodeSecurityDescriptor } from '../../src/directory/security-descriptor.ts';
import { encodeSid } from '../../src/directory/sid.ts';
import { DOMAIN, nodeSddl, ROOT_DN, SID, sd, srv, ZONE_DN } from './directory-snapshot.ts';

export const NODE_DN = `DC=_vlmcs._tcp,${ZONE_DN}`;
export const CONTAINER = `CN=MicrosoftDNS,DC=DomainDnsZones,${ROOT_DN}`;
const CONFIGURATION = `CN=Configuration,${ROOT_DN}`;
const DNS_CONTEXT = `DC=DomainDnsZones,${ROOT_DN}`;

type Value = string | Uint8Array;

export function entry(dn: string, attributes: Readonly<Record<string, readonly Value[]>>): LdapEntry {
  const octets = (value: Value): Uint8Array =>
    typeof value === 'string' ? new TextEncoder().encode(value) : value;
  const list = Object.entries(attributes).map(
    ([name, values]) => [name.toLowerCase(), values.map(octets)] as const,
  );
  return { dn, attributes: new Map(list) };
}

const number = (value: number): Uint8Array => Uint8Array.of(value, 0, 0, 0);

export const ZONE: LdapEntry = entry(ZONE_DN, {
  name: ['contoso.com'],
  objectClass: ['top', 'dnsZone'],
  dNSProperty: [
    encodeDnsProperty({ id: PROPERTY.type, data: number(1) }),
    encodeDnsProperty({ id: PROPERTY.allowUpdate, data: Uint8Array.of(2) }),
    encodeDnsProperty({ id: PROPERTY.agingState, data: number(0) }),
  ],
  nTSecurityDescriptor: [
    encodeSecurityDescriptor(sd('O:DAG:DAD:AI(A;;GA;;;DA)(A;;CC;;;AU)(A;;RPLCLORC;;;WD)')),
  ],
});

export const APEX: LdapEntry = entry(`DC=@,${ZONE_DN}`, { name: ['@'] });

/** Owned by KMS01, with records of both hosts. */
export function node(attributes: Readonly<Record<string, readonly Value[]>> = {}): LdapEntry {
  return entry(NODE_DN, {
    name: ['_vlmcs._tcp'],
    dnsRecord: [srv('kms01'), srv('kms02')].map(encodeDnsRecord),
    nTSecurityDescriptor: [encodeSecurityDescriptor(sd(nodeSddl(SID.kms01)))],
    ...attributes,
  });
}

function computer(name: string, sid: (typeof SID)['kms01']): LdapEntry {
  return entry(`CN=${name},CN=Computers,${ROOT_DN}`, {
    objectSid: [encodeSid(sid)],
    objectClass: ['top', 'user', 'computer'],
    sAMAccountName: [`${name.toUpperCase()}$`],
    dNSHostName: [`${name}.contoso.com`],
    tokenGroups: [encodeSid(SID.computers)],
  });
}

const COMPUTERS = [computer('kms01', SID.kms01), computer('kms02', SID.kms02)];

export type Answer = LdapOutcome<LdapFound> | readonly LdapEntry[] | undefined;

/** `change` answers in the place of the domain controller, or leaves it to it. */
export function scriptedForest(change: (search: LdapSearch) => Answer = () => undefined): DirectoryClient {
  const refused = Promise.resolve({
    ok: false,
    fault: { kind: 'no-permission', detail: 'read only', hint: '' },
  } as const);
  return {
    url: 'ldaps://dc1.contoso.com:636',
    search: async (search) => {
      const answer = change(search) ?? told(search);
      return Array.isArray(answer)
        ? { ok: true, value: { entries: answer, references: [] } }
        : (answer as LdapOutcome<LdapFound>);
    },
    add: () => refused,
    modify: () => refused,
    remove: () => refused,
    close: async () => {},
  };
}

function told({ base, scope, filter }: LdapSearch): Exclude<Answer, undefined> {
  const nothing = { kind: 'no-such-object', detail: 'no such object', hint: '' } as const;
  switch (base) {
    case '':
      return [
        entry('', {
          namingContexts: [ROOT_DN, CONFIGURATION, DNS_CONTEXT],
          configurationNamingContext: [CONFIGURATION],
          dnsHostName: ['dc1.contoso.com'],
        }),
      ];
    case `CN=Partitions,${CONFIGURATION}`:
      return [
        entry(`CN=CONTOSO,${base}`, {
          nCName: [ROOT_DN],
          dnsRoot: ['contoso.com'],
          nETBIOSName: ['CONTOSO'],
        }),
        entry(`CN=dns,${base}`, { nCName: [DNS_CONTEXT], dnsRoot: ['DomainDnsZones.contoso.com'] }),
      ];
    case ROOT_DN:
      if (scope === 'base') return [entry(ROOT_DN, { objectSid: [encodeSid(DOMAIN)] })];
      return COMPUTERS.filter(
        ({ attributes }) =>
          filter.includes(Buffer.from(attributes.get('dnshostname')![0]!).toString()) ||
          filter.includes(`-${Buffer.from(attributes.get('objectsid')![0]!).readUInt32LE(24)})`),
      );
    case CONTAINER:
      return [ZONE];
    case ZONE_DN:
      return [APEX, node()];
    default: {
      const computers = COMPUTERS.filter(({ dn }) => dn === base);
      return computers.length > 0 ? computers : { ok: false, fault: nothing };
    }
  }
}
