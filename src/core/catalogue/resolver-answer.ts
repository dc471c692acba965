import { FLUSH_CLIENT, SET_SERVERS } from './commands.ts';
import { derived, documented, type Layer } from './entry.ts';

/** Can what the DNS servers of the client say be believed? */
export type ResolverAnswerCode =
  | 'RES-005'
  | 'RES-006'
  | 'RES-009'
  | 'RES-010'
  | 'RES-011'
  | 'RES-012'
  | 'RES-013'
  | 'RES-017';

export const RESOLVER_ANSWER: Layer<ResolverAnswerCode> = {
  'RES-005': {
    slug: 'resolver-answers-differ',
    severity: 'error',
    side: 'dns',
    title: 'the DNS servers of the client give different answers',
    explanation:
      'The client believes whichever server answers first, and a negative answer is an answer. With one server that has the record and one that denies it, activation works today and fails tomorrow, on the same computer.',
    explains: derived('0x8007232B', '0x8007251D'),
    fix: [
      {
        text: 'Compare them one by one.',
        platform: 'linux',
        command:
          'for s in DNSSERVER DNSSERVER2; do dig @$s +noall +comments +answer SRV _vlmcs._tcp.DOMAIN; done',
        safe: true,
      },
      {
        text: 'Give both servers the same forwarders, or the same copy of the zone.',
        safe: false,
        undo: 'put the former forwarders back',
      },
    ],
    dependsOn: ['RES-003', 'RES-006', 'RES-009', 'RES-010', 'RES-012', 'RES-013', 'ZON-003', 'ZON-004'],
    observable: 'wire',
    source: 'RFC 1034 section 5.3.1; Windows DNS client behaviour',
  },
  'RES-006': {
    slug: 'resolver-drops-srv',
    severity: 'error',
    side: 'dns',
    title: 'the DNS server answers for addresses and loses SRV',
    explanation:
      'Home routers, filters and some proxies know A and AAAA only, and answer SRV with nothing, with NOTIMP, or not at all; dnsmasq does it when filterwin2k is set. A ping by name works, so DNS looks healthy. The client is told that there is no record.',
    explains: [...documented('0x8007251D'), ...derived('0x8007232C', '0x8007232B')],
    fix: [
      {
        text: 'On dnsmasq, take the option out.',
        platform: 'dnsmasq',
        command: 'sed -i.before "/^filterwin2k/d" /etc/dnsmasq.conf && systemctl restart dnsmasq',
        safe: false,
        undo: 'put dnsmasq.conf.before back and restart',
      },
      {
        text: 'Update the box, or let it hand out the real DNS servers.',
        safe: false,
        undo: 'put the former setting back',
      },
      SET_SERVERS,
    ],
    observable: 'wire',
    source: 'dnsmasq manual, filterwin2k; field reports of proxies; RC-46',
  },
  'RES-009': {
    slug: 'resolver-negative-cached',
    severity: 'warning',
    side: 'dns',
    title: 'the record is there, and the DNS server still remembers that it was not',
    explanation:
      'A denial is kept for the lesser of the TTL and the MINIMUM of the zone’s SOA. The authoritative servers have the record by now, this server will go on denying it until the time is over. Windows clients keep denials of their own as well.',
    explains: documented('0x8007232B', '0x8007251D'),
    fix: [
      {
        text: 'Wait for the seconds that are left, or empty the cache of the server.',
        platform: 'bind',
        command: 'rndc flushname _vlmcs._tcp.DOMAIN',
        safe: true,
      },
      {
        text: 'On Unbound:',
        platform: 'unbound',
        command: 'unbound-control flush _vlmcs._tcp.DOMAIN',
        safe: true,
      },
      {
        text: 'On a Microsoft DNS server:',
        platform: 'windows',
        command: 'Clear-DnsServerCache -Force',
        safe: true,
      },
      FLUSH_CLIENT,
    ],
    // As long as one of the zone's own servers denies it, every cache learns the denial anew.
    dependsOn: ['ZON-003', 'ZON-004'],
    observable: 'wire',
    source: 'RFC 2308 section 5; RC-50',
  },
  'RES-010': {
    slug: 'resolver-positive-stale',
    severity: 'warning',
    side: 'dns',
    title: 'the DNS server still gives out the former record',
    explanation:
      'The set was changed at the authoritative servers, and this server keeps the old one for the rest of its TTL. Clients that ask here are sent to hosts that are gone. It ends by itself.',
    explains: documented('0x800706BA'),
    fix: [
      {
        text: 'Wait for the rest of the TTL, or empty the cache of the server.',
        platform: 'bind',
        command: 'rndc flushname _vlmcs._tcp.DOMAIN',
        safe: true,
      },
      FLUSH_CLIENT,
    ],
    observable: 'wire',
    source: 'RFC 1035 section 3.2.1; RC-50',
  },
  'RES-011': {
    slug: 'resolver-rewrites-nxdomain',
    severity: 'error',
    side: 'dns',
    title: 'the DNS server invents addresses for names that do not exist',
    explanation:
      'A random name gets an address: a provider, a portal or a filter rewrites denials. A KMS host that is gone then seems to exist, the client connects to a web server, and nothing this resolver says about a missing name can be believed.',
    explains: derived('0x8007251D', '0x800706BA'),
    fix: [SET_SERVERS, { text: 'Or have the rewriting switched off where it is done.', safe: true }],
    observable: 'wire',
    source: 'RFC 8020; RC-49',
  },
  'RES-012': {
    slug: 'resolver-public-for-internal-name',
    severity: 'warning',
    side: 'client',
    title: 'a public DNS server is asked for an internal name',
    explanation:
      'The public server knows the Internet’s view of the domain, in which the KMS record has no business to be. Servers that were set by hand, DNS over HTTPS, and a VPN that leaves the resolver as it was are the usual ways to get there.',
    explains: documented('0x8007232B'),
    fix: [SET_SERVERS, FLUSH_CLIENT],
    observable: 'wire',
    source: 'Windows Server documentation, "Common troubleshooting procedures for KMS and DNS issues"; RC-42',
  },
  'RES-013': {
    slug: 'resolver-forwarder-missing',
    severity: 'error',
    side: 'dns',
    title: 'the DNS server does not know the way to the zone',
    explanation:
      'The denial comes with the SOA of the root or of a zone above, so this server asked the Internet where it should have asked the internal servers. A conditional forwarder, a stub or a secondary for the zone is missing here. Other resolvers of the same company may be right.',
    explains: documented('0x8007232B'),
    fix: [
      {
        text: 'Add a conditional forwarder.',
        platform: 'windows',
        command: 'Add-DnsServerConditionalForwarderZone -Name ZONE -MasterServers AUTHORITY,AUTHORITY2',
        safe: false,
        undo: 'Remove-DnsServerZone -Name ZONE',
      },
      {
        text: 'On BIND:',
        platform: 'bind',
        command: 'zone "ZONE" { type forward; forward only; forwarders { AUTHORITY; }; };',
        safe: false,
        undo: 'take the zone out and run rndc reconfig',
      },
      {
        text: 'On Unbound:',
        platform: 'unbound',
        command: 'unbound-control forward_add ZONE AUTHORITY',
        safe: false,
        undo: 'unbound-control forward_remove ZONE',
      },
    ],
    observable: 'wire',
    source: 'Microsoft support, "Error 0x8007232B: DNS name does not exist"; RFC 2308 section 2.1; RC-43',
  },
  'RES-017': {
    slug: 'resolver-strips-private-address',
    severity: 'error',
    side: 'dns',
    title: 'the DNS server takes private addresses out of its answers',
    explanation:
      'Rebind protection removes RFC 1918 and similar addresses from what a resolver hears from outside. The SRV record arrives, the address of its host does not, although the authoritative server gives it. The host seems to have no address.',
    explains: derived('0x8007251D', '0x80072AFC', '0x800706BA'),
    fix: [
      {
        text: 'On dnsmasq, except the domain.',
        platform: 'dnsmasq',
        command: 'rebind-domain-ok=/DOMAIN/',
        safe: true,
        undo: 'take the line out',
      },
      {
        text: 'On Unbound:',
        platform: 'unbound',
        command: 'private-domain: "DOMAIN"',
        safe: true,
        undo: 'take the line out',
      },
    ],
    observable: 'wire',
    source: 'dnsmasq manual, stop-dns-rebind; unbound.conf manual, private-address; RC-47',
  },
};
