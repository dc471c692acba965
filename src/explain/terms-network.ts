import type { Term } from './terms.ts';

/** Words of DNS, TCP and RPC as they matter here: the RFCs, [MS-RPCE], C706. */
export const NETWORK_TERMS: Readonly<Record<string, Term>> = {
  '_vlmcs._tcp': {
    title: 'Name under which KMS hosts are found',
    text: 'A client asks for the SRV records of _vlmcs._tcp and its own DNS domain. Letter case does not matter, every letter does: _vmlcs, vlmcs._tcp and _vlmcs._udp are other names.',
    aliases: ['_vlmcs', 'vlmcs'],
    seeAlso: ['SRV', 'srv-owner-near-miss'],
  },
  SRV: {
    title: 'DNS record that names the hosts of a service',
    text: 'Priority, weight, port and target, in this order in a zone file; other products have other orders. The target is a host name with addresses, neither an address nor an alias.',
    aliases: ['srv record'],
    seeAlso: ['priority', 'weight', '_vlmcs._tcp'],
  },
  priority: {
    title: 'Which hosts are tried first: the lowest number',
    text: 'Hosts with a higher number are tried only when every host with a lower one has failed. Vista and Server 2008 ignore it.',
    seeAlso: ['weight', 'srv-no-second-tier'],
  },
  weight: {
    title: 'How the hosts of one priority share the clients',
    text: 'Each host is drawn in proportion to its weight among the hosts of its priority. All zero: equal. A zero beside others: almost never. Vista and Server 2008 ignore it.',
    seeAlso: ['priority', 'srv-zero-weight-beside-weights'],
  },
  'port 1688': {
    title: 'TCP port of KMS',
    text: 'Hosts listen on it and records name it unless somebody changed it. The firewall rule of a Windows host for it exists and is off until it is enabled: SPPSVC-In-TCP.',
    aliases: ['1688', '1688/tcp', 'tcp 1688'],
    seeAlso: ['/sprt', 'tcp-filtered'],
  },
  'port 135': {
    title: 'Endpoint mapper of RPC; KMS does not use it',
    text: 'KMS clients connect straight to the port of the SRV record. One page of Microsoft asks for port 135 as well; no client was seen to need it.',
    aliases: ['135', 'endpoint mapper', '135/tcp'],
    seeAlso: ['tcp-only-135-open'],
  },
  'DNS suffix': {
    title: 'Domain that a computer appends to names',
    text: 'The primary suffix of the computer, the suffix of each connection, and a search list. A KMS client looks for the record in these domains; nslookup appends them too, and in another way, so what nslookup finds proves nothing.',
    aliases: ['suffix', 'primary dns suffix', 'suffix search list', 'search list'],
    seeAlso: ['NV Domain', 'SearchList', 'client-no-dns-suffix'],
  },
  devolution: {
    title: 'Stripping labels from the primary suffix until something is found',
    text: 'Windows does it without a suffix list and down to a level: a client of a.b.contoso.com also looks in b.contoso.com. A suffix list ends it.',
    seeAlso: ['UseDomainNameDevolution', 'client-devolution-off'],
  },
  NRPT: {
    title: 'Name Resolution Policy Table',
    text: 'Rules that send the questions for some domains to their own DNS servers, usually those of a VPN. nslookup does not read them; Resolve-DnsName does.',
    aliases: ['name resolution policy table'],
    seeAlso: ['client-nrpt-diverts'],
  },
  NXDOMAIN: {
    title: 'There is no such name',
    text: 'DNS response code 3. For the KMS record, 0x8007232B. It denies the name and everything below it.',
    seeAlso: ['0x8007232B', 'NODATA'],
  },
  NODATA: {
    title: 'The name is there, and has no record of this type',
    text: 'A DNS answer without error and without record. For the KMS record, 0x8007251D.',
    seeAlso: ['0x8007251D', 'NXDOMAIN', 'empty non-terminal'],
  },
  SERVFAIL: {
    title: 'The DNS server could not find out',
    text: 'DNS response code 2, 0x8007232A. It says nothing about the record.',
    seeAlso: ['0x8007232A', 'resolver-servfail'],
  },
  REFUSED: {
    title: 'The DNS server does not want to',
    text: 'DNS response code 5, 0x8007232D: a rule about who may ask or who may update.',
    seeAlso: ['0x8007232D'],
  },
  'negative caching': {
    title: 'Remembering that something is not there',
    text: 'Resolvers and clients keep a denial for the lesser of the TTL and the MINIMUM of the SOA. A record that was just made is invisible for as long to whoever asked before.',
    aliases: ['negative ttl'],
    seeAlso: ['resolver-negative-cached', 'TTL'],
  },
  TTL: {
    title: 'How long a record may be remembered',
    text: 'In seconds; belongs to the whole set of a name and type. What a Windows host writes is documented nowhere; this package writes 3600 into a new set.',
    aliases: ['time to live'],
    seeAlso: ['srv-ttl-odd'],
  },
  'empty non-terminal': {
    title: 'Name that exists only because another one stands below it',
    text: 'x._vlmcs._tcp makes _vlmcs._tcp exist without records: the answer is NODATA, where a missing name would be NXDOMAIN.',
    aliases: ['ent'],
    seeAlso: ['srv-owner-empty-non-terminal'],
  },
  'lame delegation': {
    title: 'A name server that is named for a zone and does not serve it',
    text: 'It is silent, refuses, or answers without authority. Resolvers try it all the same and lose time.',
    aliases: ['lame'],
    seeAlso: ['zone-lame'],
  },
  'occluded record': {
    title: 'Record in a zone that lies below a delegation',
    text: 'Where _tcp of a domain is delegated, as usual for Active Directory beside BIND, records that are typed into the parent zone under _tcp are never served.',
    aliases: ['occluded', 'occlusion'],
    seeAlso: ['zone-tcp-label-delegated'],
  },
  wildcard: {
    title: 'Record that answers for every name nobody has published',
    text: 'A wildcard stops at the nearest name that exists: where _ldap._tcp is there, * of the domain does not cover _vlmcs._tcp, and where no name under _tcp exists, it does.',
    seeAlso: ['zone-wildcard-covers-srv'],
  },
  view: {
    title: 'Different contents of one zone for different askers',
    text: 'Views of BIND, zone scopes with DNS policies of Microsoft. What one network sees proves nothing for another.',
    aliases: ['split horizon', 'split-horizon', 'split dns', 'zone scope'],
    seeAlso: ['zone-views-differ'],
  },
  scavenging: {
    title: 'Removal of dynamic records that nobody refreshes',
    text: 'A Microsoft DNS server takes a record away when it is older than the no-refresh and the refresh interval together. Off by default; a KMS host refreshes its own every 24 hours.',
    aliases: ['ageing', 'aging', 'tombstone'],
    seeAlso: ['publish-record-scavenged'],
  },
  'dynamic update': {
    title: 'Changing a zone over the network (RFC 2136)',
    text: 'One message, carried out as a whole or not at all, with conditions that the zone has to meet first. KMS hosts publish themselves by it, and kmsdns apply does.',
    aliases: ['rfc 2136', 'ddns', 'update'],
    seeAlso: ['prerequisite', 'TSIG', '12293'],
  },
  prerequisite: {
    title: 'Condition of a dynamic update',
    text: 'The zone must look as it was read, or the update is refused with NXRRSET or YXRRSET and nothing is lost. This is how kmsdns apply keeps other people’s changes.',
    seeAlso: ['dynamic update', '0x80072330'],
  },
  TSIG: {
    title: 'Signature over a DNS message with a shared key (RFC 8945)',
    text: 'Name, algorithm and secret of the key have to be the same on both sides, and the clocks not more than 300 seconds apart. BADKEY, BADSIG and BADTIME say which of it is wrong.',
    seeAlso: ['acl-signature-rejected', 'GSS-TSIG'],
  },
  'GSS-TSIG': {
    title: 'Signature over a DNS message with Kerberos (RFC 3645)',
    text: 'How Windows computers update a zone that takes secure updates only: the key is negotiated with a ticket for DNS/SERVER. A shared key cannot do it.',
    aliases: ['secure dynamic update'],
    seeAlso: ['TSIG', '0x80072339'],
  },
  'RPC bind': {
    title: 'First packet of a DCE/RPC connection',
    text: 'Asks a server whether it has an interface. kmsdns probe sends one for the KMS interface 51c82175-844e-4750-b0d8-ec255555bc06, reads the answer and ends there; it never sends a request.',
    aliases: ['bind', 'dce/rpc', 'rpc'],
    seeAlso: ['bound', 'bind-rejected', 'rpc-bind-accepted'],
  },
  bound: {
    title: 'State of a probe: the KMS interface was accepted',
    text: 'Name, address, port and role are right. Whether the host is activated and has its count cannot be seen from the network.',
    seeAlso: ['rpc-bind-accepted'],
  },
  'bind-rejected': {
    title: 'State of a probe: RPC answers, without the KMS interface',
    text: 'The KMS role is not running there, or another RPC program has the port.',
    seeAlso: ['rpc-interface-unknown'],
  },
  'bind-nak': {
    title: 'State of a probe: RPC refuses the bind as a whole',
    text: 'Version, a local limit or congestion; the reason is in the packet.',
    seeAlso: ['rpc-bind-nak'],
  },
  'not-rpc': {
    title: 'State of a probe: something else answers',
    text: 'HTTP, TLS, SSH or the like: another service has the port.',
    seeAlso: ['rpc-not-spoken'],
  },
  silent: {
    title: 'State of a probe: connected, and no answer to the bind',
    text: 'A service that hangs, a load balancer with nobody behind it, or a filter that lets the handshake pass.',
    seeAlso: ['rpc-silent'],
  },
  closed: {
    title: 'State of a probe: connected, and closed when the bind arrived',
    text: 'An application firewall, an RPC filter, or a program that does not understand RPC.',
    seeAlso: ['rpc-closed-on-bind'],
  },
  reset: {
    title: 'State of a probe: connected, and reset',
    text: 'An intrusion prevention system, an allow-list, or a load balancer without backend.',
    seeAlso: ['tcp-reset-after-accept'],
  },
  refused: {
    title: 'State of a probe: the machine says that nothing listens',
    text: 'The service is stopped, the port is another one, or a firewall rejects. The machine, or something for it, is there.',
    seeAlso: ['tcp-refused'],
  },
  filtered: {
    title: 'State of a probe: no answer at all',
    text: 'A firewall drops the packets, or nobody has the address. On a KMS host the firewall rule is off until it is enabled.',
    seeAlso: ['tcp-filtered'],
  },
  prohibited: {
    title: 'State of a probe: a device on the way forbids it',
    text: 'An ICMP message said so; its sender is the device with the rule.',
    seeAlso: ['tcp-prohibited-by-hop'],
  },
  unreachable: {
    title: 'State of a probe: no way to the address',
    text: 'No route, or, where the system does not tell them apart, a prohibition.',
    seeAlso: ['tcp-no-route', 'tcp-prohibited-by-hop'],
  },
  'no-address': {
    title: 'State of a probe: the host name has no address',
    text: 'The name does not exist, or has neither an A nor an AAAA record.',
    seeAlso: ['target-name-missing', 'target-no-address'],
  },
  fault: {
    title: 'State of a probe: RPC answered with a fault',
    text: 'The status in the packet says why: access denied, too busy, a protocol error.',
    seeAlso: ['rpc-access-denied', 'rpc-too-busy'],
  },
};
