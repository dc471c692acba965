import { OPEN_FIREWALL, TEST_PORT } from './commands.ts';
import { assumed, derived, documented, type Layer } from './entry.ts';

/** The connection to the port of the host. */
export type TcpCode =
  | 'TCP-001'
  | 'TCP-002'
  | 'TCP-003'
  | 'TCP-004'
  | 'TCP-005'
  | 'TCP-006'
  | 'TCP-007'
  | 'TCP-008'
  | 'TCP-009'
  | 'TCP-010'
  | 'TCP-011';

/** What sends a client to the wrong place, or keeps a host from listening at the right one. */
const WRONG_PLACE = [
  'ADR-003',
  'ADR-005',
  'ADR-010',
  'CLI-001',
  'CLI-004',
  'CLI-015',
  'CLI-016',
  'CLI-020',
  'CLI-026',
  'HST-005',
  'RES-010',
  'RES-011',
  'SRV-010',
  'SRV-019',
  'SRV-011',
  'SRV-027',
] as const;

const IS_IT_RUNNING = {
  text: 'On the host, see whether something listens, and start the service.',
  platform: 'windows',
  command: 'netstat -ano -p TCP | findstr :1688 & net start sppsvc',
  safe: true,
} as const;

const TRACE = {
  text: 'See where the path ends, with the packets that matter.',
  platform: 'linux',
  command: 'mtr --report --tcp --port 1688 KMSHOST',
  safe: true,
} as const;

export const TCP: Layer<TcpCode> = {
  'TCP-001': {
    slug: 'tcp-refused',
    severity: 'error',
    side: 'host',
    title: 'the host refuses the connection',
    explanation:
      'The answer is a reset: the machine, or a firewall on its behalf, is there and says that nothing listens on this port. The licence service is stopped, the computer is no KMS host any more, it listens elsewhere, or a rule rejects. The client fails at once and goes on to the next host.',
    explains: [...documented('0x800706BA', '0xC004F074', '0xC0020017'), ...derived('0x8007274D')],
    fix: [
      IS_IT_RUNNING,
      {
        text: 'See on which port the host listens.',
        platform: 'windows',
        command: 'cscript //nologo %windir%\\system32\\slmgr.vbs /dlv',
        safe: true,
      },
      OPEN_FIREWALL,
    ],
    dependsOn: [...WRONG_PLACE, 'HST-006', 'HST-018'],
    observable: 'wire',
    source:
      'RFC 9293 section 3.10.7.1; Volume Activation Technical Reference Guide, 0x800706BA; Microsoft support, 0xC004F074; RC-90',
  },
  'TCP-002': {
    slug: 'tcp-filtered',
    severity: 'error',
    side: 'network',
    title: 'nothing comes back when the port is tried',
    explanation:
      'No answer and no refusal: a firewall drops the packets, or no machine has the address. On the KMS host itself the rule for port 1688 is off until somebody enables it, and in the private and public profiles it lets only the local subnet in. The client waits some 20 seconds for each host like this.',
    explains: [
      ...documented('0x800706BA', '0xC004F074', '0xC0020017'),
      ...derived('0x8007274C', '0x800705B4'),
    ],
    fix: [
      OPEN_FIREWALL,
      {
        text: 'On the way, let the clients through to the host.',
        platform: 'firewall',
        command:
          'nft add rule inet filter forward ip saddr CLIENT-NETWORK ip daddr ADDRESS tcp dport 1688 accept',
        safe: false,
        undo: 'nft delete rule inet filter forward handle HANDLE',
      },
      TRACE,
      TEST_PORT,
    ],
    dependsOn: [...WRONG_PLACE, 'HST-006', 'HST-011', 'TCP-004'],
    observable: 'wire',
    source:
      'Volume Activation Technical Reference Guide, 0x800706BA; Windows Server documentation, "Guidelines for troubleshooting KMS"; RC-88, RC-92',
  },
  'TCP-003': {
    slug: 'tcp-prohibited-by-hop',
    severity: 'error',
    side: 'network',
    title: 'a device on the way says that the connection is prohibited',
    explanation:
      'An ICMP message with code 9, 10 or 13 came back: somebody wrote a rule against this, and the sender of the message is the device with the rule. The host itself has not been asked.',
    explains: documented('0x800706BA', '0xC004F074'),
    fix: [
      {
        text: 'Allow TCP to the port of the host on that device.',
        platform: 'firewall',
        command:
          'nft add rule inet filter forward ip saddr CLIENT-NETWORK ip daddr ADDRESS tcp dport 1688 accept',
        safe: false,
        undo: 'nft delete rule inet filter forward handle HANDLE',
      },
      TRACE,
    ],
    dependsOn: WRONG_PLACE,
    observable: 'wire',
    source: 'RFC 1812 section 5.2.7.1; RFC 792; RC-91',
  },
  'TCP-004': {
    slug: 'tcp-no-route',
    severity: 'error',
    side: 'network',
    title: 'there is no route to the address of the host',
    explanation:
      'This computer, or a router on the way, says that the network or the host cannot be reached: a VPN that is down, a tunnel that swallows the traffic, a network that is not announced. No firewall rule helps.',
    explains: derived('0x80072751', '0x800706BA', '0x800704CF'),
    fix: [
      {
        text: 'See which way the packets take.',
        platform: 'windows',
        command: 'Find-NetRoute -RemoteIPAddress ADDRESS; Test-NetConnection ADDRESS -TraceRoute',
        safe: true,
      },
      { text: 'On Linux:', platform: 'linux', command: 'ip route get ADDRESS', safe: true },
    ],
    dependsOn: ['ADR-003', 'ADR-005', 'ADR-010', 'CLI-001', 'CLI-020', 'CLI-026', 'SRV-019'],
    observable: 'wire',
    source: 'RFC 792; Azure documentation, activation with forced tunnelling; RC-69, RC-92',
  },
  'TCP-005': {
    slug: 'tcp-reset-after-accept',
    severity: 'error',
    side: 'network',
    title: 'the connection is accepted and then reset',
    explanation:
      'The three-way handshake succeeds and the connection is torn down as soon as the first octets arrive. An intrusion prevention system, an allow-list on the host, or a load balancer without anybody behind it does that. A port scan calls the port open.',
    explains: derived('0x800706BE', '0x800706BA'),
    fix: [
      {
        text: 'Look for the drop in the log of the firewall between, and allow DCE/RPC on this port.',
        platform: 'firewall',
        safe: false,
        undo: 'remove the exception',
      },
      {
        text: 'Try from the host’s own subnet: if it works there, the device is on the way.',
        platform: 'windows',
        command: 'kmsdns probe KMSHOST:1688',
        safe: true,
      },
    ],
    observable: 'wire',
    source: 'RFC 9293 section 3.5.2; field reports of application firewalls; RC-95',
  },
  'TCP-006': {
    slug: 'tcp-something-answers-everything',
    severity: 'warning',
    side: 'network',
    title: 'every port of the address accepts connections',
    explanation:
      'A random port that no service has accepts a connection too, so a proxy, a load balancer or a tarpit answers in place of the host. An open port 1688 proves nothing then; only the answer to the RPC bind does.',
    explains: [],
    fix: [
      {
        text: 'Try from behind that device, or on the host itself.',
        command: 'kmsdns probe KMSHOST:1688',
        safe: true,
      },
    ],
    observable: 'wire',
    source: 'RFC 9293; measured with a control connection; RC-96',
  },
  'TCP-007': {
    slug: 'tcp-flapping',
    severity: 'warning',
    side: 'network',
    title: 'the port answers on some tries only',
    explanation:
      'Of several connections some succeeded. Packet loss, an address that several machines share, or a member of a pool that is dead gives this picture. Clients try the next host and notice little, until there is none.',
    explains: derived('0x800706BA'),
    fix: [TRACE, { text: 'Ask whoever runs the load balancer for the state of its members.', safe: true }],
    observable: 'not-yet',
    whyNot: 'each endpoint is tried once in a run',
    source: 'RFC 9293 section 3.8.3',
  },
  'TCP-008': {
    slug: 'tcp-slow',
    severity: 'notice',
    side: 'network',
    title: 'the connection takes long to open',
    explanation:
      'The host is far away, or a device between is busy. One activation is a single exchange of a few hundred octets, so nothing fails, and a nearer host would serve better.',
    explains: [],
    fix: [TRACE],
    observable: 'wire',
    source: 'measurement of this run',
  },
  'TCP-009': {
    slug: 'tcp-vantage-differs',
    severity: 'notice',
    side: 'network',
    title: 'the port is open from one place and closed from another',
    explanation:
      'Two runs from two places in the network disagree about the same host. What lies between them decides: a firewall rule with a source, or the subnet limit of the Windows rule in the private and public profiles.',
    explains: derived('0x800706BA'),
    fix: [
      { text: 'Compare the paths from both places.', platform: 'linux', command: TRACE.command, safe: true },
    ],
    observable: 'not-yet',
    whyNot: 'a run sees the network from one place; it takes two recordings to compare',
    source: 'comparison of two recordings; RC-89',
  },
  'TCP-010': {
    slug: 'tcp-only-135-open',
    severity: 'notice',
    side: 'network',
    title: 'the endpoint mapper (port 135) answers and the KMS port does not',
    explanation:
      'Somebody opened the port of the RPC endpoint mapper, as for other Windows services. KMS clients do not ask it; they connect straight to the port of the record. One page of Microsoft asks for port 135 as well, no other does.',
    explains: [...documented('0x800706BA'), ...assumed('0x800706D9')],
    fix: [OPEN_FIREWALL, TEST_PORT],
    observable: 'wire',
    source:
      'Customer Hosted Volume Activation Guide, KMS protocol; Windows Server documentation, replacing a KMS host',
  },
  'TCP-011': {
    slug: 'tcp-firewall-one-family',
    severity: 'warning',
    side: 'network',
    title: 'the port is open over IPv4 and filtered over IPv6, or the other way round',
    explanation:
      'The host is reachable over both, and a rule was written for one of them. Clients try one family first and lose the time-out of a dead connection before they use the other.',
    explains: [],
    fix: [
      {
        text: 'Write the rule for the other family as well.',
        platform: 'firewall',
        command: 'nft add rule inet filter forward ip6 daddr ADDRESS tcp dport 1688 accept',
        safe: false,
        undo: 'nft delete rule inet filter forward handle HANDLE',
      },
    ],
    observable: 'wire',
    source: 'RFC 8305',
  },
};
