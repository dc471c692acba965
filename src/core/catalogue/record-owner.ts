import { ADD_SRV_DNSCMD, ADD_SRV_NSUPDATE, ADD_SRV_POWERSHELL, PUBLISH, slmgr } from './commands.ts';
import { documented, type Layer } from './entry.ts';

/** Is there an SRV record, and under the right name? */
export type RecordOwnerCode =
  | 'SRV-001'
  | 'SRV-002'
  | 'SRV-003'
  | 'SRV-004'
  | 'SRV-024'
  | 'SRV-025'
  | 'SRV-026';

const BY_HAND = [
  {
    text: 'Or add it by hand on a Microsoft DNS server.',
    platform: 'windows',
    command: ADD_SRV_POWERSHELL,
    safe: true,
    undo: 'delete exactly that record again',
  },
  {
    text: 'The same with dnscmd.',
    platform: 'windows',
    command: ADD_SRV_DNSCMD,
    safe: true,
    undo: 'dnscmd DNSSERVER /RecordDelete ZONE _vlmcs._tcp SRV 0 0 1688 KMSHOST. /f',
  },
  {
    text: 'Or by a signed update on BIND and others.',
    platform: 'bind',
    command: ADD_SRV_NSUPDATE,
    safe: true,
    undo: 'the same with `update delete` and the whole record',
  },
] as const;

export const RECORD_OWNER: Layer<RecordOwnerCode> = {
  'SRV-001': {
    slug: 'srv-missing-name',
    severity: 'critical',
    side: 'dns',
    title: 'no record stands at this name (NXDOMAIN)',
    explanation:
      'The DNS server says that _vlmcs._tcp does not exist in this domain, so a client that relies on discovery has no KMS host to ask. Either nobody publishes here, or the record stands elsewhere, under another name, or was lost. The three codes are the same fault in different versions of Windows.',
    explains: documented('0x8007232B', '0x80092328', '0x8007007B'),
    fix: [
      PUBLISH,
      ...BY_HAND,
      {
        text: 'Meanwhile, a single client can be told the host.',
        platform: 'windows',
        command: slmgr('/skms KMSHOST:1688'),
        safe: true,
        undo: slmgr('/ckms'),
      },
    ],
    dependsOn: [
      'CLI-008',
      'CLI-011',
      'CLI-013',
      'CLI-019',
      'HST-018',
      'PUB-001',
      'PUB-002',
      'PUB-003',
      'PUB-004',
      'PUB-005',
      'PUB-011',
      'PUB-015',
      'PUB-016',
      'PUB-017',
      'PUB-018',
      'PUB-019',
      'PUB-020',
      'PUB-021',
      'RES-005',
      'RES-009',
      'RES-012',
      'RES-013',
      'SRV-003',
      'SRV-004',
      'SRV-025',
      'ZON-001',
      'ZON-003',
      'ZON-004',
      'ZON-005',
      'ZON-008',
    ],
    observable: 'wire',
    source: 'RFC 8020; Volume Activation Technical Reference Guide, table 10; Microsoft KB 929826; RC-01',
  },
  'SRV-002': {
    slug: 'srv-missing-type',
    severity: 'critical',
    side: 'dns',
    title: 'the name exists and has no SRV record',
    explanation:
      'The server answers without error and without a record: something else stands at the name, or below it, or a filter took the SRV records out. A wildcard for addresses gives the same picture where nothing was ever published. The client gets another code than for a missing name, and as little as there.',
    explains: documented('0x8007251D'),
    fix: [
      {
        text: 'See what stands there.',
        platform: 'linux',
        command: 'dig @AUTHORITY ANY _vlmcs._tcp.DOMAIN +norecurse',
        safe: true,
      },
      PUBLISH,
      ...BY_HAND,
    ],
    dependsOn: [
      'CLI-008',
      'CLI-011',
      'CLI-013',
      'CLI-019',
      'HST-018',
      'PUB-001',
      'PUB-002',
      'PUB-003',
      'PUB-004',
      'PUB-005',
      'PUB-011',
      'PUB-015',
      'PUB-017',
      'PUB-018',
      'PUB-019',
      'PUB-020',
      'RES-005',
      'RES-006',
      'RES-009',
      'RES-011',
      'RES-012',
      'RES-013',
      'SRV-003',
      'SRV-004',
      'SRV-025',
      'SRV-026',
      'ZON-003',
      'ZON-004',
      'ZON-005',
      'ZON-006',
      'ZON-010',
    ],
    observable: 'wire',
    source: 'RFC 2308 section 2.2; Volume Activation Technical Reference Guide, table 10; RC-02',
  },
  'SRV-003': {
    slug: 'srv-owner-near-miss',
    severity: 'critical',
    side: 'dns',
    title: 'a record stands under a name that resembles _vlmcs._tcp',
    explanation:
      'Clients ask for exactly _vlmcs._tcp in their domain. A record under a similar name (_vmlcs, _v1mcs, a missing underscore, _kms) is never asked for, however right its contents are. Several printed guides carry such a slip.',
    explains: documented('0x8007232B'),
    fix: [
      {
        text: 'Publish the record under _vlmcs._tcp, then delete the misspelt one by hand.',
        command: 'kmsdns plan',
        safe: true,
      },
    ],
    observable: 'wire',
    source: 'Volume Activation Technical Reference Guide, "KMS publishing"; RC-04, RC-05, RC-06',
  },
  'SRV-004': {
    slug: 'srv-owner-udp',
    severity: 'critical',
    side: 'dns',
    title: 'a record stands under _vlmcs._udp',
    explanation:
      'KMS speaks RPC over TCP, and clients ask for _vlmcs._tcp only. A record under _udp is never asked for.',
    explains: documented('0x8007232B'),
    fix: [
      {
        text: 'Publish the record under _vlmcs._tcp, then delete the one under _udp by hand.',
        command: 'kmsdns plan',
        safe: true,
      },
    ],
    observable: 'wire',
    source:
      'Volume Activation Technical Reference Guide, "KMS publishing"; RFC 2782, "The format of the SRV RR"; RC-06',
  },
  'SRV-024': {
    slug: 'srv-set-changed',
    severity: 'notice',
    side: 'publisher',
    title: 'the set is not what it was in the run before',
    explanation:
      'Hosts have come or gone, or their numbers have changed, since somebody last looked. Clients with a cached host do not notice; new ones follow the new set. It is worth a look when nobody meant to change anything.',
    explains: [],
    fix: [{ text: 'Compare with what is written down.', command: 'kmsdns plan', safe: true }],
    observable: 'not-yet',
    whyNot: 'one run is judged at a time; against a desired state PUB-009 says the same',
    source: 'comparison of two recordings',
  },
  'SRV-025': {
    slug: 'srv-owner-doubled-suffix',
    severity: 'critical',
    side: 'dns',
    title: 'the record stands under a name that has the domain twice',
    explanation:
      'In a zone file a name without its final dot gets the zone appended: _vlmcs._tcp.contoso.com becomes _vlmcs._tcp.contoso.com.contoso.com. No client asks for that name.',
    explains: documented('0x8007232B'),
    fix: [
      {
        text: 'Write the final dot, or the name relative to the zone: _vlmcs._tcp',
        command: 'kmsdns plan',
        safe: true,
      },
    ],
    observable: 'wire',
    source: 'RFC 1035 section 5.1; RC-07',
  },
  'SRV-026': {
    slug: 'srv-owner-empty-non-terminal',
    severity: 'critical',
    side: 'dns',
    title: 'the record was made one label too deep',
    explanation:
      'A record at NAME._vlmcs._tcp makes _vlmcs._tcp exist without any data of its own. The answer is "no records" where a missing name would say "no such name", which looks as if something were published. The dialog of a DNS console does this when the service name is typed into the wrong field.',
    explains: documented('0x8007251D'),
    fix: [PUBLISH, ...BY_HAND, { text: 'Then delete the deeper one.', safe: false, undo: 'add it again' }],
    observable: 'facts',
    source: 'RFC 8020; RFC 4592 section 2.2.2; RC-03',
  },
};
