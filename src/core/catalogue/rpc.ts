import { slmgr, TEST_PORT } from './commands.ts';
import { assumed, derived, documented, type Layer } from './entry.ts';

/** What speaks on the port, once it is open. */
export type RpcCode =
  | 'RPC-001'
  | 'RPC-002'
  | 'RPC-003'
  | 'RPC-004'
  | 'RPC-005'
  | 'RPC-006'
  | 'RPC-007'
  | 'RPC-008'
  | 'RPC-009'
  | 'RPC-010'
  | 'RPC-011'
  | 'RPC-012';

const PROBE = {
  text: 'Bind again and look at the octets of the answer.',
  command: 'kmsdns probe KMSHOST:1688 --json',
  safe: true,
} as const;

const WHO_OWNS_THE_PORT = {
  text: 'On the host, see which process owns the port.',
  platform: 'windows',
  command:
    'Get-NetTCPConnection -LocalPort 1688 -State Listen | ForEach-Object { Get-Process -Id $_.OwningProcess }',
  safe: true,
} as const;

export const RPC: Layer<RpcCode> = {
  'RPC-001': {
    slug: 'rpc-not-spoken',
    severity: 'error',
    side: 'host',
    title: 'another service answers on the port',
    explanation:
      'The connection opens and what comes back is no DCE/RPC: HTTP, a TLS alert, an SSH banner. Another program owns the port, the address belongs to another machine, or the record names the wrong port. A port scan calls this open.',
    explains: [...derived('0x800706BE', '0x800706C0'), ...documented('0x800706BA')],
    fix: [
      WHO_OWNS_THE_PORT,
      {
        text: 'Move the other service, or publish the port on which the KMS host listens.',
        command: 'kmsdns plan',
        safe: true,
      },
      PROBE,
    ],
    dependsOn: ['ADR-010', 'CLI-004', 'HST-005', 'RES-011', 'SRV-011', 'SRV-019', 'SRV-027'],
    observable: 'wire',
    source: '[MS-RPCE] section 2.2.2; C706 chapter 12; RC-93',
  },
  'RPC-002': {
    slug: 'rpc-silent',
    severity: 'error',
    side: 'host',
    title: 'the connection opens and the RPC bind gets no answer',
    explanation:
      'TCP succeeds, the request for the KMS interface is sent, and nothing comes back. The service hangs, a load balancer has nobody behind it, or a filter lets the handshake pass and not what follows. From another subnet it may work.',
    explains: derived('0x800706BE', '0x800706BF', '0x800706BA'),
    fix: [
      {
        text: 'Restart the licence service of the host.',
        platform: 'windows',
        command: 'net stop sppsvc && net start sppsvc',
        safe: true,
      },
      PROBE,
      { text: 'Look for DCE/RPC in the log of the firewalls between.', platform: 'firewall', safe: true },
    ],
    dependsOn: ['TCP-006'],
    observable: 'wire',
    source: 'C706 chapter 12; field reports of application firewalls; RC-95, RC-96',
  },
  'RPC-003': {
    slug: 'rpc-closed-on-bind',
    severity: 'error',
    side: 'network',
    title: 'the connection is closed when the RPC bind arrives',
    explanation:
      'TCP succeeds, and the first RPC packet ends the connection. An application firewall or an RPC filter does not want DCE/RPC here, or the program on the port does not understand it: many TLS servers hang up on whatever is no TLS, without a word. The host’s own service would have answered, if only with a refusal.',
    explains: derived('0x800706BE', '0x800706BA'),
    fix: [
      {
        text: 'Allow DCE/RPC (msrpc) to this port in the application rules of the firewall.',
        platform: 'firewall',
        safe: false,
        undo: 'remove the application from the rule',
      },
      {
        text: 'See whether the host itself filters RPC.',
        platform: 'windows',
        command: 'netsh rpc filter show filter',
        safe: true,
      },
      PROBE,
    ],
    dependsOn: ['TCP-006'],
    observable: 'wire',
    source: 'C706 chapter 12; Windows Server documentation, RPC filters; RC-95',
  },
  'RPC-004': {
    slug: 'rpc-bind-nak',
    severity: 'error',
    side: 'host',
    title: 'the RPC server rejects the bind as a whole',
    explanation:
      'The answer is a bind_nak: the protocol version is not the server’s, a local limit is reached, or it is congested. The reason stands in the packet. It is RPC, and it may be the right host in a bad hour.',
    explains: derived('0x800706BB', '0x800706BA'),
    fix: [PROBE, WHO_OWNS_THE_PORT],
    observable: 'wire',
    source: '[MS-RPCE] section 2.2.2.5; C706 chapter 12; RC-98',
  },
  'RPC-005': {
    slug: 'rpc-interface-unknown',
    severity: 'error',
    side: 'host',
    title: 'an RPC server answers, and it has no KMS interface',
    explanation:
      'The bind for 51c82175-844e-4750-b0d8-ec255555bc06 is rejected with "abstract syntax not supported" while the connection stays open. Windows RPC is there and the KMS role is not: the service is not started, the host key was removed, or another RPC program took the port.',
    explains: derived('0x800706B5', '0xC004F039'),
    fix: [
      {
        text: 'See whether the host is a KMS host: /dlv says "Key Management Service is enabled".',
        platform: 'windows',
        command: slmgr('/dlv'),
        safe: true,
      },
      WHO_OWNS_THE_PORT,
    ],
    dependsOn: ['ADR-010', 'HST-005', 'HST-018', 'SRV-011', 'SRV-019', 'SRV-027'],
    observable: 'wire',
    source: '[MS-RPCE] section 3.1.1.5.5; Samba test suite of DCE/RPC against Windows Server; RC-94',
  },
  'RPC-006': {
    slug: 'rpc-transfer-syntax-refused',
    severity: 'warning',
    side: 'host',
    title: 'the KMS interface is there, and NDR is refused for it',
    explanation:
      'The server knows the interface and rejects every transfer syntax that Windows clients offer. A genuine host accepts NDR. A proxy that rewrites RPC, or something that only imitates a host, behaves so.',
    explains: assumed('0x800706BA'),
    fix: [PROBE, WHO_OWNS_THE_PORT],
    observable: 'wire',
    source: '[MS-RPCE] section 2.2.2.4; C706 chapter 12',
  },
  'RPC-007': {
    slug: 'rpc-access-denied',
    severity: 'error',
    side: 'host',
    title: 'the RPC server refuses anonymous callers',
    explanation:
      'KMS calls carry no credentials. A fault with status 5 says that the host does not take such calls: RestrictRemoteClients is 2, or an RPC filter stands before the interface. The client shows the same code as for a prompt without elevation.',
    explains: documented('0x80070005'),
    fix: [
      {
        text: 'See the policy on the host; 2 refuses all anonymous calls.',
        platform: 'windows',
        command: 'reg query "HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows NT\\Rpc" /v RestrictRemoteClients',
        safe: true,
      },
      {
        text: 'Set the group policy "Restrict Unauthenticated RPC clients" to Authenticated (1), which leaves registered exceptions, and restart the host.',
        platform: 'windows',
        safe: false,
        undo: 'set the policy back to its former value and restart',
      },
    ],
    dependsOn: ['HST-012'],
    observable: 'wire',
    source: '[MS-RPCE] section 3.1.1.1.3; Windows Server documentation, RPC interface restriction; RC-97',
  },
  'RPC-008': {
    slug: 'rpc-too-busy',
    severity: 'warning',
    side: 'host',
    title: 'the RPC server says that it is too busy',
    explanation:
      'A fault with server_too_busy, or a bind_nak with temporary congestion: the limit of calls or connections is reached. Clients come back after the activation interval. It passes unless the host is overloaded for good or runs KMS at low priority.',
    explains: derived('0x800706BB'),
    fix: [
      {
        text: 'See whether KMS runs at low priority; set it to normal.',
        platform: 'windows',
        command: slmgr('/spri'),
        safe: true,
        undo: slmgr('/cpri'),
      },
      { text: 'Publish a second host.', command: 'kmsdns plan', safe: true },
    ],
    dependsOn: ['HST-008'],
    observable: 'wire',
    source: '[MS-RPCE] sections 2.2.2.5 and 3.1.1.5.5; RC-98',
  },
  'RPC-009': {
    slug: 'rpc-pdu-altered',
    severity: 'warning',
    side: 'network',
    title: 'the RPC answer is changed on its way',
    explanation:
      'Header fields of the bind reply differ between two places in the network: fragment sizes, flags, the association group. A device inspects and rewrites RPC. KMS may work through it, and what it does next is its own business.',
    explains: [],
    fix: [
      { text: 'Compare the octets of both probes.', command: 'kmsdns probe KMSHOST:1688 --json', safe: true },
    ],
    observable: 'not-yet',
    whyNot: 'a run sees the reply at one place; it takes the same bind from two places to compare',
    source: 'C706 chapter 12',
  },
  'RPC-010': {
    slug: 'rpc-bind-accepted',
    severity: 'info',
    side: 'host',
    title: 'the KMS interface answers: DNS and network are innocent',
    explanation:
      'Name, address, port and interface are right, and the host accepts the bind. What fails after that is decided by the host or by the client: count, activation and key of the host, clocks, the client’s licence. The bind cannot tell whether the host is activated.',
    explains: [],
    fix: [
      {
        text: 'Nothing needs doing in the network; on the host, look at count and licence.',
        platform: 'windows',
        command: slmgr('/dlv'),
        safe: true,
      },
    ],
    observable: 'wire',
    source: '[MS-RPCE] section 2.2.2.4; C706 chapter 12',
  },
  'RPC-011': {
    slug: 'rpc-accepts-any-interface',
    severity: 'warning',
    side: 'host',
    title: 'the responder accepts an interface that does not exist',
    explanation:
      'A bind for a made-up interface is accepted as readily as the one for KMS, which no genuine RPC server does. It is a proxy, a honeypot, or a program that imitates a KMS host. What it says about KMS proves nothing.',
    explains: assumed('0x800706D1', '0x800706BE'),
    fix: [
      WHO_OWNS_THE_PORT,
      {
        text: 'Ask who runs that machine, and take it out of the set if nobody does.',
        command: 'kmsdns plan',
        safe: true,
      },
    ],
    observable: 'wire',
    source: '[MS-RPCE] section 3.1.1.5.5; Samba test suite of DCE/RPC against Windows Server; RC-100',
  },
  'RPC-012': {
    slug: 'rpc-port-forwarded',
    severity: 'notice',
    side: 'network',
    title: 'the RPC server believes to listen on another port',
    explanation:
      'A Windows server names its own port in the bind reply, and it is not the one that was asked. A forwarding or NAT device stands between. That works; the port then differs between the record, the device and the host, and each has to be changed with the others.',
    explains: [],
    fix: [TEST_PORT, { text: 'Write down where the port is translated.', safe: true }],
    observable: 'wire',
    source: 'C706 chapter 12, secondary address; Samba test suite of DCE/RPC against Windows Server; RC-99',
  },
};
