import { slmgr, TEST_PORT, WITHDRAW, WITHDRAW_POWERSHELL } from './commands.ts';
import { assumed, derived, documented, type Layer } from './entry.ts';

/** The numbers of the records, and who gets what by them. */
export type RecordShareCode =
  | 'SRV-010'
  | 'SRV-011'
  | 'SRV-012'
  | 'SRV-013'
  | 'SRV-014'
  | 'SRV-015'
  | 'SRV-016'
  | 'SRV-017'
  | 'SRV-020'
  | 'SRV-021'
  | 'SRV-023'
  | 'SRV-027'
  | 'SRV-028'
  | 'SRV-029';

/** Whatever takes one host out takes its share of the clients out. */
const ONE_HOST_DEAD = [
  'ADR-001',
  'ADR-002',
  'ADR-003',
  'ADR-005',
  'ADR-010',
  'HST-005',
  'HST-006',
  'RES-010',
  'RES-017',
  'RPC-001',
  'RPC-002',
  'RPC-003',
  'RPC-004',
  'RPC-005',
  'RPC-007',
  'RPC-008',
  'SRV-005',
  'SRV-006',
  'SRV-007',
  'SRV-008',
  'SRV-010',
  'SRV-019',
  'SRV-011',
  'SRV-027',
  'TCP-001',
  'TCP-002',
  'TCP-003',
  'TCP-004',
  'TCP-005',
] as const;

export const RECORD_SHARE: Layer<RecordShareCode> = {
  'SRV-010': {
    slug: 'srv-port-zero',
    severity: 'error',
    side: 'dns',
    title: 'the record names port 0',
    explanation:
      'Nothing listens on port 0, so a client that draws this record fails on it. KMS hosts listen on TCP 1688 unless told otherwise.',
    explains: documented('0x800706BA'),
    fix: [
      {
        text: 'Publish the port on which the host listens, usually 1688.',
        command: 'kmsdns plan',
        safe: true,
      },
    ],
    observable: 'wire',
    source:
      'RFC 2782, "Port"; Volume Activation Technical Reference Guide, KeyManagementServiceListeningPort; RC-23',
  },
  'SRV-011': {
    slug: 'srv-port-unusual',
    severity: 'notice',
    side: 'dns',
    title: 'the port is not 1688',
    explanation:
      'Clients that find the host by DNS use the port of the record, so any port works as long as the host listens there and every firewall between lets it pass. It is worth a look because the port then stands in three places: the record, the host and the firewalls.',
    explains: [],
    fix: [
      {
        text: 'Compare the port with KeyManagementServiceListeningPort on the host.',
        platform: 'windows',
        command: slmgr('/dlv'),
        safe: true,
      },
    ],
    dependsOn: ['HST-005'],
    observable: 'wire',
    source: 'Volume Activation Technical Reference Guide, KeyManagementServiceListeningPort',
  },
  'SRV-012': {
    slug: 'srv-duplicate-target',
    severity: 'warning',
    side: 'dns',
    title: 'one host is listed more than once',
    explanation:
      'The host takes part in the drawing once for each record, so its share is not what any single record says, and when it is down a client may try it twice. A KMS host listens on one port.',
    explains: [],
    fix: [{ text: 'Keep the record with the port on which the host listens.', safe: true }],
    observable: 'wire',
    source: 'RFC 2782, "Usage rules"',
  },
  'SRV-013': {
    slug: 'srv-single-host',
    severity: 'notice',
    side: 'dns',
    title: 'only one host is published',
    explanation:
      'When this host is down, no client of the domain activates or renews. Clients renew every 7 days and stay activated for 180, so a short outage does not hurt activated clients; new ones have nowhere to go.',
    explains: [],
    fix: [{ text: 'Publish a second KMS host.', safe: true }],
    observable: 'wire',
    source: 'Volume Activation Technical Reference Guide, "Planning KMS activation"',
  },
  'SRV-014': {
    slug: 'srv-no-second-tier',
    severity: 'notice',
    side: 'dns',
    title: 'all hosts have the same priority',
    explanation:
      'Clients draw among all hosts by weight; there is no host that is used only when the others fail. That is right inside one site. Hosts behind a slow or costly link want a higher number, which means tried later.',
    explains: [],
    fix: [{ text: 'Give distant hosts a higher priority number, if there are any.', safe: true }],
    observable: 'wire',
    source: 'RFC 2782, "Priority"',
  },
  'SRV-015': {
    slug: 'srv-zero-weight-beside-weights',
    severity: 'notice',
    side: 'dns',
    title: 'weight 0 stands beside other weights of the same priority',
    explanation:
      'Within one priority a host is drawn in proportion to its weight; weight 0 beside others means almost never. Weights left out are 0, so the host may have been meant to carry load. When all weights are 0 the shares are equal.',
    explains: [],
    fix: [
      {
        text: 'Give every host of the priority a weight, or move this one to a higher priority number.',
        safe: true,
      },
    ],
    observable: 'wire',
    source: 'RFC 2782, "Weight"; RC-25',
  },
  'SRV-016': {
    slug: 'srv-top-tier-dead',
    severity: 'error',
    side: 'host',
    title: 'every host of the best priority is dead',
    explanation:
      'Clients try all hosts of the lowest priority number before they come to the next. Each dead one costs a connection that is refused at once or waits for its time-out, and only then the second tier is asked. Every activation is slow, and fails where the second tier is dead or far.',
    explains: assumed('0xC004F074'),
    fix: [
      TEST_PORT,
      {
        text: 'Bring the hosts back, or give the ones that work the lower number.',
        command: 'kmsdns plan',
        safe: true,
      },
    ],
    dependsOn: ONE_HOST_DEAD,
    observable: 'wire',
    source: 'RFC 2782, "Priority"; Customer Hosted Volume Activation Guide, choice of the host',
  },
  'SRV-017': {
    slug: 'srv-dead-share',
    severity: 'error',
    side: 'publisher',
    title: 'a part of the first tries meets a dead host',
    explanation:
      'Some hosts of the set work and some do not, so a share of the clients fails on its first try and goes on to the next host. Users see a delay, administrators see 0x800706BA in single events 12288 and none when they try it themselves.',
    explains: [...derived('0x800706BA'), ...assumed('0xC004F074')],
    fix: [WITHDRAW, WITHDRAW_POWERSHELL, TEST_PORT],
    dependsOn: ONE_HOST_DEAD,
    observable: 'wire',
    source: 'RFC 2782, "Weight"; Customer Hosted Volume Activation Guide, choice of the host; RC-22',
  },
  'SRV-020': {
    slug: 'srv-ttl-odd',
    severity: 'notice',
    side: 'dns',
    title: 'the TTL is under a minute or over a day',
    explanation:
      'Resolvers keep the record for its TTL. Under 60 seconds every activation asks the authoritative servers again; over a day a host that was replaced is still tried the next day.',
    explains: [],
    fix: [{ text: 'Set the TTL to 3600 unless there is a reason.', safe: true }],
    observable: 'wire',
    source: 'RFC 2181 section 8; RFC 1912 section 2.2; RC-34',
  },
  'SRV-021': {
    slug: 'srv-rrset-oversize',
    severity: 'notice',
    side: 'dns',
    title: 'the answer is larger than a plain UDP packet',
    explanation:
      'With many hosts, long names and their addresses the answer passes 512 octets, or 1232 with EDNS. It is then fetched over TCP, which works as long as nobody has closed TCP port 53.',
    explains: [],
    fix: [
      {
        text: 'Publish fewer hosts; one pair serves many thousand clients.',
        command: 'kmsdns plan',
        safe: true,
      },
    ],
    observable: 'wire',
    source: 'RFC 1035 section 4.2.1; RFC 7766; RC-48',
  },
  'SRV-023': {
    slug: 'srv-weights-not-honoured-by-old-clients',
    severity: 'info',
    side: 'client',
    title: 'this client draws at random and ignores priority and weight',
    explanation:
      'Windows Vista and Server 2008 pick any host of the list. Windows 7, Server 2008 R2 and later go by priority and weight. One page of Microsoft still says that KMS never uses them; the guides and the later pages say otherwise.',
    explains: [],
    fix: [{ text: 'Nothing needs doing; shares hold for newer clients only.', safe: true }],
    observable: 'facts',
    source:
      'Customer Hosted Volume Activation Guide, choice of the host; Volume Activation Technical Reference Guide; RC-27',
  },
  'SRV-027': {
    slug: 'srv-port-wrong',
    severity: 'error',
    side: 'dns',
    title: 'the host does not listen on the port of the record, and does on 1688',
    explanation:
      'The record sends clients to a port that is closed or belongs to something else, while the KMS host answers on 1688. A slip in typing (1668), the default port 1 of a DNS product, or an old port that was changed on the host leaves it so. The host itself is healthy.',
    explains: documented('0x800706BA'),
    fix: [
      {
        text: 'Publish 1688, or the port on which the host is meant to listen.',
        command: 'kmsdns plan',
        safe: true,
      },
      {
        text: 'If the record is right, let the host listen there.',
        platform: 'windows',
        command: slmgr('/sprt PORT'),
        safe: false,
        undo: slmgr('/sprt 1688'),
      },
    ],
    dependsOn: ['HST-005'],
    observable: 'not-yet',
    whyNot: 'the network shows it, and SRV-011 is then raised to an error in its place',
    source: 'RFC 2782, "Port"; dnsmasq manual, srv-host; RC-23',
  },
  'SRV-028': {
    slug: 'srv-weights-without-effect',
    severity: 'notice',
    side: 'dns',
    title: 'the weights do nothing, since no two hosts share a priority',
    explanation:
      'Weights part the load among hosts of one priority. Here every host has a priority of its own, so the first one gets every client and the others wait for its failure. Whoever wrote the weights meant a division, or took the higher priority number for the better one.',
    explains: [],
    fix: [
      {
        text: 'Give hosts that shall share the load the same priority number; lower means first.',
        command: 'kmsdns plan',
        safe: true,
      },
    ],
    observable: 'wire',
    source: 'RFC 2782, "Priority" and "Weight"; RC-25',
  },
  'SRV-029': {
    slug: 'srv-ttls-differ',
    severity: 'notice',
    side: 'dns',
    title: 'the records of the set have different TTLs',
    explanation:
      'All records of one name and type are one set and have one TTL. Servers that were given different ones pick, resolvers keep the least, and a part of the set may be forgotten before the rest. It usually shows that records by hand and by the hosts themselves are mixed.',
    explains: [],
    fix: [{ text: 'Publish the set with one TTL.', command: 'kmsdns plan', safe: true }],
    observable: 'wire',
    source: 'RFC 2181 section 5.2; RC-34',
  },
};
