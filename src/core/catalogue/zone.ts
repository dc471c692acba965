import type { Layer } from './entry.ts';

/** The zone that holds the record, and the servers that serve it. */
export type ZoneCode = 'ZON-003' | 'ZON-005' | 'ZON-006' | 'ZON-007' | 'ZON-010';

export const ZONE: Layer<ZoneCode> = {
  'ZON-003': {
    slug: 'zone-authorities-differ',
    severity: 'error',
    side: 'dns',
    title: 'the authoritative servers do not serve the same records',
    explanation:
      'Resolvers pick any of the authoritative servers, so some clients see one set of KMS hosts and some another, or none. A secondary that was not told, a transfer that is refused, or Active Directory replication that lags leaves them apart.',
    explains: [{ hresult: '0x8007232B', basis: 'derived' }],
    fix: [
      { text: 'Compare the servers, one by one.', command: 'kmsdns verify', safe: true },
      {
        text: 'Ask the secondary for a new transfer.',
        platform: 'bind',
        command: 'rndc retransfer ZONE',
        safe: true,
      },
      {
        text: 'Start replication between the domain controllers.',
        platform: 'windows',
        command: 'repadmin /syncall /AdeP',
        safe: true,
      },
    ],
    source: 'RFC 1034 section 4.3.5; RFC 1996',
  },
  'ZON-005': {
    slug: 'zone-tcp-label-delegated',
    severity: 'warning',
    side: 'dns',
    title: 'the record belongs into a child zone',
    explanation:
      'The name _tcp of the domain, or one below it, is delegated: usual when Active Directory runs beside BIND. Records that stand in the parent zone below a delegation are never served; the child zone has to hold the KMS record.',
    explains: [{ hresult: '0x8007232B', basis: 'documented' }],
    fix: [
      {
        text: 'Publish in the child zone; leave `zone` out of the desired state and it is found.',
        command: 'kmsdns plan',
        safe: true,
      },
    ],
    source: 'RFC 1034 section 4.2.1',
  },
  'ZON-006': {
    slug: 'zone-wildcard-covers-srv',
    severity: 'warning',
    side: 'dns',
    title: 'a wildcard answers for names that nobody published',
    explanation:
      'A random name beside _vlmcs._tcp is answered too, so an answer for the KMS name proves nothing. While no record of its own stands at the name, clients get what the wildcard says; once one stands there, the wildcard no longer covers it.',
    explains: [],
    fix: [{ text: 'Narrow the wildcard, so that it does not reach below _tcp.', safe: true }],
    source: 'RFC 4592 section 2.2',
  },
  'ZON-007': {
    slug: 'zone-dname-or-alias-above',
    severity: 'notice',
    side: 'dns',
    title: 'a DNAME above the name leads elsewhere',
    explanation:
      'Everything below the DNAME is read from its target, so the KMS record has to stand there. An update sent to the zone with the DNAME would write a record that nobody is given.',
    explains: [],
    fix: [{ text: 'Publish for the domain that the DNAME leads to.', safe: true }],
    source: 'RFC 6672 section 2.3',
  },
  'ZON-010': {
    slug: 'zone-srv-owner-is-cname',
    severity: 'notice',
    side: 'dns',
    title: 'a CNAME stands at _vlmcs._tcp',
    explanation:
      'Clients are sent on to another name, which works where every resolver follows it. No SRV record can stand beside a CNAME: servers ignore such an update and answer that all went well, so nothing may be published here while the CNAME stands.',
    explains: [],
    fix: [
      {
        text: 'To share one set among domains, keep the CNAME and publish at the name it leads to.',
        safe: true,
      },
      { text: 'To publish here, delete the CNAME by hand first.', safe: false, undo: 'add the CNAME again' },
    ],
    source: 'RFC 2136 section 3.4.2.2; measured on BIND 9.18',
  },
};
