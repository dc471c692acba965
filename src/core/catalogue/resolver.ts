import { SET_SERVERS } from './commands.ts';
import { derived, documented, type Layer } from './entry.ts';

/** Do the DNS servers of the client answer at all? */
export type ResolverCode =
  | 'RES-001'
  | 'RES-002'
  | 'RES-003'
  | 'RES-004'
  | 'RES-007'
  | 'RES-008'
  | 'RES-014'
  | 'RES-015'
  | 'RES-016'
  | 'RES-018'
  | 'RES-019';

export const RESOLVER: Layer<ResolverCode> = {
  'RES-001': {
    slug: 'resolver-all-silent',
    severity: 'critical',
    side: 'network',
    title: 'none of the DNS servers answers',
    explanation:
      'Every question went unanswered, from each server that the client is set up to ask. Whether the record exists is not known then; the client only sees that time runs out. Away from the office this is usually a VPN that is down.',
    explains: [...derived('0x800705B4'), ...documented('0x8007232A')],
    fix: [
      {
        text: 'See whether the server can be reached at all, over UDP and TCP.',
        platform: 'linux',
        command:
          'dig @DNSSERVER +tries=1 +time=2 SOA DOMAIN; dig @DNSSERVER +tcp +tries=1 +time=2 SOA DOMAIN',
        safe: true,
      },
      {
        text: 'Connect the VPN, or let UDP and TCP port 53 pass between client and server.',
        platform: 'firewall',
        safe: false,
        undo: 'remove the rule',
      },
      SET_SERVERS,
    ],
    dependsOn: ['CLI-019'],
    observable: 'wire',
    source:
      'Microsoft support, "Error 0x8007232A: DNS server failure"; Azure documentation, 0x800705B4; RC-39, RC-69',
  },
  'RES-002': {
    slug: 'resolver-first-silent',
    severity: 'error',
    side: 'network',
    title: 'the DNS server that is asked first does not answer',
    explanation:
      'Every lookup waits for the silent server before the next one is asked, so each step of activation loses seconds. It works until the second server has trouble too. Windows remembers for a while which server answered, and the delay comes and goes.',
    explains: [],
    fix: [
      {
        text: 'Mend the server, or take it off the list.',
        platform: 'windows',
        command: 'Get-DnsClientServerAddress',
        safe: true,
      },
      SET_SERVERS,
    ],
    observable: 'wire',
    source: 'RFC 1035 section 7.2; Windows DNS client behaviour',
  },
  'RES-003': {
    slug: 'resolver-refused',
    severity: 'error',
    side: 'dns',
    title: 'the DNS server refuses to answer this client',
    explanation:
      'REFUSED means that the server has a rule against this question from this address: no recursion for the network of a VPN or of guests, or a view that does not hold it. The record may be there, and is not shown to this client.',
    explains: derived('0x8007232D'),
    fix: [
      {
        text: 'Allow the network of the clients.',
        platform: 'bind',
        command:
          'acl clients { CLIENT-NETWORK; };  options { allow-query { clients; }; allow-recursion { clients; }; };',
        safe: false,
        undo: 'take the network out again and run rndc reconfig',
      },
      {
        text: 'On Unbound, the same.',
        platform: 'unbound',
        command: 'access-control: CLIENT-NETWORK allow',
        safe: false,
        undo: 'take the line out and run unbound-control reload',
      },
    ],
    observable: 'wire',
    source: 'RFC 1035 section 4.1.1; Windows system error 9005; RC-41',
  },
  'RES-004': {
    slug: 'resolver-servfail',
    severity: 'error',
    side: 'dns',
    title: 'the DNS server says that it failed (SERVFAIL)',
    explanation:
      'The server tried and could not find an answer that it trusts: the servers of the zone are lame or silent, a signature does not validate, a secondary has expired, or a forwarder is down. The client learns nothing about the record. An Extended DNS Error, where there is one, names the reason.',
    explains: documented('0x8007232A'),
    fix: [
      {
        text: 'Ask again with checking disabled: an answer then means DNSSEC.',
        platform: 'linux',
        command: 'dig @DNSSERVER SRV _vlmcs._tcp.DOMAIN +cd',
        safe: true,
      },
      {
        text: 'Follow the delegation by hand.',
        platform: 'linux',
        command: 'dig SRV _vlmcs._tcp.DOMAIN +trace +nodnssec',
        safe: true,
      },
    ],
    dependsOn: ['RES-014', 'ZON-001', 'ZON-002', 'ZON-004'],
    observable: 'wire',
    source: 'RFC 1035 section 4.1.1; RFC 8914; Volume Activation Technical Reference Guide, table 10; RC-40',
  },
  'RES-007': {
    slug: 'resolver-tcp53-blocked',
    severity: 'error',
    side: 'network',
    title: 'the answer does not fit into UDP, and TCP port 53 is closed',
    explanation:
      'The server sets the truncation bit, the client asks again over TCP, and a firewall that knows DNS as UDP only lets nothing through. Small answers work, the large KMS set does not. The fault appears on the day on which another host is added.',
    explains: derived('0x800705B4'),
    fix: [
      {
        text: 'Let TCP port 53 pass to the DNS servers.',
        platform: 'firewall',
        command: 'nft add rule inet filter forward ip daddr DNSSERVER tcp dport 53 accept',
        safe: false,
        undo: 'nft delete rule inet filter forward handle HANDLE',
      },
      { text: 'Until then, publish fewer hosts.', command: 'kmsdns plan', safe: true },
    ],
    observable: 'wire',
    source: 'RFC 7766 section 5; RC-48',
  },
  'RES-008': {
    slug: 'resolver-edns-broken',
    severity: 'warning',
    side: 'network',
    title: 'questions with EDNS fail and plain ones work',
    explanation:
      'A middlebox or an old server drops or rejects questions with an OPT record, or large answers to them. Resolvers in between fall back after a delay, or give up. Windows clients ask without EDNS, so they may be spared while everything behind them is slow.',
    explains: derived('0x8007251E', '0x80072329'),
    fix: [
      {
        text: 'Compare the two.',
        platform: 'linux',
        command:
          'dig @DNSSERVER SRV _vlmcs._tcp.DOMAIN +edns=0; dig @DNSSERVER SRV _vlmcs._tcp.DOMAIN +noedns',
        safe: true,
      },
      {
        text: 'Switch off the DNS inspection of the firewall in between, or raise its length limit.',
        platform: 'firewall',
        safe: false,
        undo: 'switch it on again',
      },
    ],
    observable: 'wire',
    source: 'RFC 6891 section 6.2.5',
  },
  'RES-014': {
    slug: 'resolver-dnssec-bogus',
    severity: 'error',
    side: 'dns',
    title: 'the answer exists, and the DNS server rejects its signatures',
    explanation:
      'With checking disabled the record comes, without it the server fails. Expired signatures, a DS record without its key, or an internal zone under a signed parent are the usual reasons. The client gets SERVFAIL for a record that is there.',
    explains: documented('0x8007232A'),
    fix: [
      {
        text: 'See which signature is at fault.',
        platform: 'linux',
        command: 'delv @DNSSERVER SRV _vlmcs._tcp.DOMAIN +vtrace',
        safe: true,
      },
      {
        text: 'For an internal zone under a signed parent, tell the resolver not to validate it.',
        platform: 'bind',
        command: 'rndc nta -lifetime 1w ZONE',
        safe: false,
        undo: 'rndc nta -remove ZONE',
      },
      {
        text: 'Otherwise sign the zone anew, or take the DS record out of the parent.',
        safe: false,
        undo: 'publish the DS record again',
      },
    ],
    observable: 'wire',
    source: 'RFC 4035 section 5.5; RFC 7646; RC-40',
  },
  'RES-015': {
    slug: 'resolver-flapping',
    severity: 'warning',
    side: 'network',
    title: 'the DNS server answers some of the questions only',
    explanation:
      'Of several identical questions some stayed without answer: packet loss, a rate limit, or a server that is overloaded. Nothing is wrong with the record, and now and then an activation fails for no reason that can be found afterwards.',
    explains: derived('0x800705B4'),
    fix: [
      {
        text: 'Watch the loss for a while.',
        platform: 'linux',
        command: 'mtr --report --udp --port 53 DNSSERVER',
        safe: true,
      },
      {
        text: 'Look at rate limits and load of the server.',
        platform: 'bind',
        command: 'rndc status',
        safe: true,
      },
    ],
    observable: 'wire',
    source: 'RFC 1035 section 7.1',
  },
  'RES-016': {
    slug: 'resolver-slow',
    severity: 'notice',
    side: 'network',
    title: 'the DNS server takes long to answer',
    explanation:
      'Activation asks several questions one after the other, and each waits for this server. It is no reason for a failure, and it is one for complaints.',
    explains: [],
    fix: [
      {
        text: 'Measure it from the client’s place.',
        platform: 'linux',
        command: 'dig @DNSSERVER SRV _vlmcs._tcp.DOMAIN | grep "Query time"',
        safe: true,
      },
    ],
    observable: 'wire',
    source: 'measurement of this run',
  },
  'RES-018': {
    slug: 'resolver-further-silent',
    severity: 'warning',
    side: 'network',
    title: 'a DNS server behind the first one does not answer',
    explanation:
      'The client has further DNS servers for the day on which the first one fails, and this one is silent. Nobody notices while the first one answers. On the day on which it does not, the client waits for this one too.',
    explains: [],
    fix: [
      {
        text: 'Mend the server, or take it off the list.',
        platform: 'windows',
        command: 'Get-DnsClientServerAddress',
        safe: true,
      },
      SET_SERVERS,
    ],
    observable: 'wire',
    source: 'RFC 1035 section 7.2; Windows DNS client behaviour',
  },
  'RES-019': {
    slug: 'resolver-rejects-question',
    severity: 'error',
    side: 'dns',
    title: 'the DNS server rejects the question',
    explanation:
      'It answered with a code that is neither a record nor a denial, such as FORMERR, with EDNS and without. The question is the one that every client asks, so a box in between has changed it, or what listens there is no DNS server for clients. The client learns nothing about the record.',
    explains: derived('0x80072329', '0x8007251E'),
    fix: [
      {
        text: 'Ask it by hand, without extensions, over UDP and TCP: if TCP works, something on the way changes datagrams.',
        platform: 'linux',
        command:
          'dig @DNSSERVER SRV _vlmcs._tcp.DOMAIN +noedns +nocookie; dig @DNSSERVER SRV _vlmcs._tcp.DOMAIN +noedns +tcp',
        safe: true,
      },
      {
        text: 'Switch off the DNS inspection of the firewall in between.',
        platform: 'firewall',
        safe: false,
        undo: 'switch it on again',
      },
      SET_SERVERS,
    ],
    observable: 'wire',
    source: 'RFC 1035 section 4.1.1; RFC 6895 section 2.3; Windows system error 9001',
  },
};
