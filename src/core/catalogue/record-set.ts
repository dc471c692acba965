import type { Layer } from './entry.ts';

/** The SRV record set itself. */
export type RecordSetCode =
  | 'SRV-003'
  | 'SRV-004'
  | 'SRV-009'
  | 'SRV-010'
  | 'SRV-011'
  | 'SRV-012'
  | 'SRV-013'
  | 'SRV-014'
  | 'SRV-015'
  | 'SRV-018'
  | 'SRV-020'
  | 'SRV-025';

export const RECORD_SET: Layer<RecordSetCode> = {
  'SRV-003': {
    slug: 'srv-owner-near-miss',
    severity: 'critical',
    side: 'dns',
    title: 'a record stands under a name that resembles _vlmcs._tcp',
    explanation:
      'Clients ask for exactly _vlmcs._tcp in their domain. A record under a similar name (_vmlcs, _v1mcs, a missing underscore, _kms) is never asked for, however right its contents are. Several printed guides carry such a slip.',
    explains: [{ hresult: '0x8007232B', basis: 'documented' }],
    fix: [
      {
        text: 'Publish the record under _vlmcs._tcp, then delete the misspelt one by hand.',
        command: 'kmsdns plan',
        safe: true,
      },
    ],
    source: 'Volume Activation Technical Reference Guide, "KMS publishing"',
  },
  'SRV-004': {
    slug: 'srv-owner-udp',
    severity: 'critical',
    side: 'dns',
    title: 'a record stands under _vlmcs._udp',
    explanation:
      'KMS speaks RPC over TCP, and clients ask for _vlmcs._tcp only. A record under _udp is never asked for.',
    explains: [{ hresult: '0x8007232B', basis: 'documented' }],
    fix: [
      {
        text: 'Publish the record under _vlmcs._tcp, then delete the one under _udp by hand.',
        command: 'kmsdns plan',
        safe: true,
      },
    ],
    source:
      'Volume Activation Technical Reference Guide, "KMS publishing"; RFC 2782, "The format of the SRV RR"',
  },
  'SRV-009': {
    slug: 'srv-target-alias',
    severity: 'warning',
    side: 'dns',
    title: 'the target is an alias (CNAME)',
    explanation:
      'The target of an SRV record must be a host name with addresses of its own. Many clients follow the alias all the same, some do not, and BIND warns of it. When the alias is pointed elsewhere, the clients move without any change to the KMS record.',
    explains: [],
    fix: [{ text: 'Point the record at the canonical name of the host.', safe: true }],
    source: 'RFC 2782, "Target"; BIND 9 reference manual, check-srv-cname',
  },
  'SRV-010': {
    slug: 'srv-port-zero',
    severity: 'error',
    side: 'dns',
    title: 'the record names port 0',
    explanation:
      'Nothing listens on port 0, so a client that draws this record fails on it. KMS hosts listen on TCP 1688 unless told otherwise.',
    explains: [{ hresult: '0x800706BA', basis: 'documented' }],
    fix: [
      {
        text: 'Publish the port on which the host listens, usually 1688.',
        command: 'kmsdns plan',
        safe: true,
      },
    ],
    source:
      'RFC 2782, "Port"; Volume Activation Technical Reference Guide, KeyManagementServiceListeningPort',
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
        command: 'cscript //nologo %windir%\\system32\\slmgr.vbs /dlv',
        safe: true,
      },
    ],
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
    source: 'RFC 2782, "Weight"',
  },
  'SRV-018': {
    slug: 'srv-target-not-in-plan',
    severity: 'warning',
    side: 'publisher',
    title: 'a host is published that the desired state does not list',
    explanation:
      'Any machine with a KMS host key publishes itself, also a workstation on which that key was typed by mistake. Clients that draw it get an error or count on the wrong host. It may as well be a host that was added and not written down.',
    explains: [{ hresult: '0xC004F042', basis: 'documented' }],
    fix: [
      { text: 'If the host is wanted, add it to the desired state.', safe: true },
      {
        text: 'If not, give the machine its client key, restart its sppsvc, and publish with policy exact.',
        command: 'kmsdns plan',
        safe: false,
        undo: 'kmsdns rollback with the journal file of the apply',
      },
      { text: 'Let only the KMS hosts write the record.', command: 'kmsdns generate bind-named', safe: true },
    ],
    source: 'Windows Server documentation, "Guidelines for troubleshooting KMS"',
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
    source: 'RFC 2181 section 8; RFC 1912 section 2.2',
  },
  'SRV-025': {
    slug: 'srv-owner-doubled-suffix',
    severity: 'critical',
    side: 'dns',
    title: 'the record stands under a name that has the domain twice',
    explanation:
      'In a zone file a name without its final dot gets the zone appended: _vlmcs._tcp.contoso.com becomes _vlmcs._tcp.contoso.com.contoso.com. No client asks for that name.',
    explains: [{ hresult: '0x8007232B', basis: 'documented' }],
    fix: [
      {
        text: 'Write the final dot, or the name relative to the zone: _vlmcs._tcp',
        command: 'kmsdns plan',
        safe: true,
      },
    ],
    source: 'RFC 1035 section 5.1',
  },
};
