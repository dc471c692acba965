import { OPEN_FIREWALL, RESTART_SPPSVC, SPP_KEY, slmgr, TEST_PORT } from './commands.ts';
import { derived, documented, type Layer } from './entry.ts';

/** The KMS host and its service: told by its answer, its exports and its log, never probed. */
export type HostCode =
  | 'HST-001'
  | 'HST-002'
  | 'HST-003'
  | 'HST-004'
  | 'HST-005'
  | 'HST-006'
  | 'HST-007'
  | 'HST-008'
  | 'HST-009'
  | 'HST-010'
  | 'HST-011'
  | 'HST-012'
  | 'HST-013'
  | 'HST-014'
  | 'HST-015'
  | 'HST-016'
  | 'HST-018';

const SHOW_HOST = {
  text: 'On the host, see licence state, count and port.',
  platform: 'windows',
  command: slmgr('/dlv'),
  safe: true,
} as const;

const LIST_REQUESTS = {
  text: 'List the latest requests that the host has logged.',
  platform: 'windows',
  command: 'wevtutil qe "Key Management Service" /q:"*[System[(EventID=12290)]]" /c:50 /rd:true /f:text',
  safe: true,
} as const;

export const HOST: Layer<HostCode> = {
  'HST-001': {
    slug: 'host-not-activated',
    severity: 'error',
    side: 'host',
    title: 'the KMS host itself is not activated',
    explanation:
      'The host was reached and has answered that it may not activate anybody, because its own host key was never activated with Microsoft or has to be again. DNS, TCP and RPC are innocent. It is activated once, online or by telephone.',
    explains: documented('0xC004F041'),
    fix: [
      {
        text: 'Activate the host online.',
        platform: 'windows',
        command: slmgr('/ato'),
        safe: true,
      },
      {
        text: 'Without the Internet, read the installation ID to the activation centre and type what it answers.',
        platform: 'windows',
        command: `${slmgr('/dti')} && ${slmgr('/atp CONFIRMATION-ID')}`,
        safe: true,
      },
      SHOW_HOST,
    ],
    dependsOn: ['HST-016'],
    observable: 'error-code',
    source: 'Volume Activation Technical Reference Guide, table 10; RC-105',
  },
  'HST-002': {
    slug: 'host-count-low',
    severity: 'notice',
    side: 'host',
    title: 'too few computers have asked this host so far',
    explanation:
      'A KMS host activates servers from 5 distinct computers on and Windows clients from 25, counted over the last 30 days. Below that it answers every request with its count and activates nobody. The network is innocent, and each further client that asks brings the number up.',
    explains: documented('0xC004F038'),
    fix: [
      { text: 'See the count on the host.', platform: 'windows', command: slmgr('/dli'), safe: true },
      {
        text: 'Let more computers ask: each one counts at its first request, activated or not.',
        platform: 'windows',
        command: slmgr('/ato'),
        safe: true,
      },
      {
        text: 'With fewer computers for good, use Active Directory-based activation or MAKs, which have no threshold.',
        safe: true,
      },
    ],
    dependsOn: ['HST-013', 'HST-014'],
    observable: 'facts',
    source: 'Volume Activation Technical Reference Guide, table 10 and "activation thresholds"; RC-102',
  },
  'HST-003': {
    slug: 'host-wrong-key-for-product',
    severity: 'error',
    side: 'host',
    title: 'the KMS host cannot activate this product',
    explanation:
      'The client reached a host whose key, or whose version, does not cover its edition: an older host key, a host on a client edition asked by a server, a host for Office asked by Windows, or a host that lacks an update. A newer host key activates older products, never the reverse. The network is innocent.',
    explains: documented('0xC004F042', '0xC004F074'),
    fix: [
      {
        text: 'See what a host key covers.',
        command: 'kmsdns explain 0xC004F042 --host-key GROUP --product PRODUCT',
        safe: true,
      },
      SHOW_HOST,
      {
        text: 'Update the host, then install the host key of the newest product that it shall activate.',
        platform: 'windows',
        command: `${slmgr('/ipk HOST-KEY')} && ${slmgr('/ato')}`,
        safe: false,
        undo: 'install the former host key with /ipk and activate it',
      },
    ],
    dependsOn: ['SRV-018'],
    observable: 'error-code',
    source:
      'Volume Activation Technical Reference Guide, tables 7 and 10; Windows Server documentation, KMS activation planning; RC-106, RC-110',
  },
  'HST-004': {
    slug: 'host-kms-not-answering',
    severity: 'error',
    side: 'host',
    title: 'the computer answers, and says that KMS is not enabled on it',
    explanation:
      'The message says that KMS is not enabled, the guide’s cause says that the request got no answer. With an accepted bind the first reading holds: the machine has no host key any more, or its service does not hand out activations. Without one, look at port and firewall first.',
    explains: documented('0xC004F039'),
    fix: [
      SHOW_HOST,
      { text: 'Restart the service of the host.', platform: 'windows', command: RESTART_SPPSVC, safe: true },
      {
        text: 'If no host key is installed, install it and activate the host.',
        platform: 'windows',
        command: `${slmgr('/ipk HOST-KEY')} && ${slmgr('/ato')}`,
        safe: false,
        undo: 'install the client setup key with /ipk',
      },
      TEST_PORT,
    ],
    dependsOn: ['HST-006', 'RPC-005', 'TCP-001', 'TCP-002'],
    observable: 'error-code',
    source:
      'Volume Activation Technical Reference Guide, table 10; Windows Server documentation, "Resolving common activation error codes"; RC-107',
  },
  'HST-005': {
    slug: 'host-listener-port-differs',
    severity: 'error',
    side: 'host',
    title: 'the host listens on another port than the record says',
    explanation:
      'KeyManagementServiceListeningPort of the host and the port of its SRV record differ: it was changed with /sprt and the record was made by hand, or the host has not published since. Clients go where the record sends them and find the port closed.',
    explains: documented('0x800706BA'),
    fix: [
      {
        text: 'Restart the service, so that the host publishes its present port.',
        platform: 'windows',
        command: RESTART_SPPSVC,
        safe: true,
      },
      { text: 'Or correct the record.', command: 'kmsdns plan', safe: true },
      {
        text: 'Or put the host back to 1688.',
        platform: 'windows',
        command: slmgr('/sprt 1688'),
        safe: false,
        undo: slmgr('/sprt FORMER-PORT'),
      },
    ],
    observable: 'facts',
    source: 'Volume Activation Technical Reference Guide, KeyManagementServiceListeningPort; RC-24',
  },
  'HST-006': {
    slug: 'host-firewall-rule-off',
    severity: 'error',
    side: 'host',
    title: 'the firewall rule of the host for KMS is off',
    explanation:
      'Every Windows has the rule SPPSVC-In-TCP, and it is disabled until somebody enables it. Setting up a host from the command line does not do that. Clients get no answer, while the host finds itself in order.',
    explains: documented('0x800706BA'),
    fix: [
      {
        text: 'See the rule.',
        platform: 'windows',
        command: 'Get-NetFirewallRule -Name SPPSVC-In-TCP | Format-List Enabled,Profile,Action',
        safe: true,
      },
      OPEN_FIREWALL,
    ],
    observable: 'not-yet',
    whyNot:
      'exports of firewall rules are not read; from the network it looks like any other filter (TCP-002)',
    source:
      'Windows Server documentation, "Guidelines for troubleshooting KMS" and creating a KMS host; RC-88',
  },
  'HST-007': {
    slug: 'host-idle',
    severity: 'warning',
    side: 'host',
    title: 'no client has asked this host for long',
    explanation:
      'A host with clients logs an event 12290 for every request, and each activated client comes every seven days. Silence for days means that clients do not find it or cannot reach it, or that its log is full. Activated clients show nothing of it for up to 180 days.',
    explains: [],
    fix: [
      LIST_REQUESTS,
      { text: 'Walk a client’s way to it.', command: 'kmsdns diagnose DOMAIN', safe: true },
    ],
    observable: 'facts',
    source: 'Volume Activation Technical Reference Guide, event 12290 and renewal interval',
  },
  'HST-008': {
    slug: 'host-low-priority',
    severity: 'notice',
    side: 'host',
    title: 'the host runs KMS at low priority',
    explanation:
      'EnableKmsLowPriority makes way for other work on the same machine. On a busy one KMS may get no time at all, so that it answers late and does not hold its count.',
    explains: [],
    fix: [
      {
        text: 'Set the priority to normal.',
        platform: 'windows',
        command: slmgr('/spri'),
        safe: true,
        undo: slmgr('/cpri'),
      },
    ],
    observable: 'facts',
    source: 'Volume Activation Technical Reference Guide, EnableKmsLowPriority and /cpri',
  },
  'HST-009': {
    slug: 'host-address-registration-off',
    severity: 'warning',
    side: 'host',
    title: 'the host does not register its address in DNS',
    explanation:
      'KMS publishes the SRV record; the address is registered by the DNS client of the same machine, which is switched off on the adapter or by policy. The record then names a host without an address, or with an old one.',
    explains: derived('0x80072AF9', '0x80072AFC', '0x800706BA'),
    fix: [
      {
        text: 'Let the adapter register, and do it now.',
        platform: 'windows',
        command:
          'Set-DnsClient -InterfaceAlias ADAPTER -RegisterThisConnectionsAddress $true; Register-DnsClient',
        safe: true,
        undo: 'Set-DnsClient -InterfaceAlias ADAPTER -RegisterThisConnectionsAddress $false',
      },
    ],
    observable: 'facts',
    source:
      'Customer Hosted Volume Activation Guide, rights of a KMS host; Windows client policy, "Dynamic update"; RC-81',
  },
  'HST-010': {
    slug: 'host-no-dns-servers',
    severity: 'error',
    side: 'publisher',
    title: 'the KMS host has no DNS servers, so it cannot publish itself',
    explanation:
      'Event 12293 with 0x8007267C on a host: no adapter has a DNS server. Clients that are told the host still reach it, and no record of it appears.',
    explains: documented('0x8007267C'),
    fix: [
      {
        text: 'Set the servers on the host.',
        platform: 'windows',
        command: 'Set-DnsClientServerAddress -InterfaceAlias ADAPTER -ServerAddresses DNSSERVER,DNSSERVER2',
        safe: false,
        undo: 'Set-DnsClientServerAddress -InterfaceAlias ADAPTER -ResetServerAddresses',
      },
      { text: 'Then let it publish again.', platform: 'windows', command: RESTART_SPPSVC, safe: true },
    ],
    observable: 'facts',
    source: 'Windows Server documentation, known KMS issues, event 12293; RC-84',
  },
  'HST-011': {
    slug: 'host-firewall-scope-local-subnet',
    severity: 'error',
    side: 'host',
    title: 'the firewall of the host lets only its own subnet in',
    explanation:
      'In the private and public profiles the Windows rule for KMS admits the local subnet alone. Tests beside the host succeed and clients elsewhere get no answer. The domain profile has no such limit; a host whose network was taken for public lost it.',
    explains: derived('0x800706BA', '0x8007274C'),
    fix: [
      {
        text: 'See the profile, and widen the rule.',
        platform: 'windows',
        command:
          'Get-NetConnectionProfile; Set-NetFirewallRule -Name SPPSVC-In-TCP -RemoteAddress CLIENT-NETWORK',
        safe: false,
        undo: 'Set-NetFirewallRule -Name SPPSVC-In-TCP -RemoteAddress LocalSubnet',
      },
    ],
    observable: 'not-yet',
    whyNot: 'one run sees the host from one subnet; from elsewhere it looks like any other filter (TCP-002)',
    source: 'Customer Hosted Volume Activation Guide, firewall exceptions; RC-89',
  },
  'HST-012': {
    slug: 'host-rpc-anonymous-refused',
    severity: 'error',
    side: 'host',
    title: 'a policy on the host refuses all anonymous RPC',
    explanation:
      'RestrictRemoteClients = 2 takes every call without credentials away, and KMS calls have none. The bind may still be accepted, since the policy can act at the call, so the network looks healthy and every client is refused.',
    explains: derived('0x80070005', '0x800706BA'),
    fix: [
      {
        text: 'See the policy on the host.',
        platform: 'windows',
        command: 'reg query "HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows NT\\Rpc" /v RestrictRemoteClients',
        safe: true,
      },
      {
        text: 'Set the group policy "Restrict Unauthenticated RPC clients" to Authenticated (1) for KMS hosts, and restart.',
        platform: 'windows',
        safe: false,
        undo: 'set the policy back to its former value and restart',
      },
    ],
    observable: 'facts',
    source: '[MS-RPCE] section 3.1.1.1.3; Windows Server documentation, RPC interface restriction; RC-97',
  },
  'HST-013': {
    slug: 'host-duplicate-client-ids',
    severity: 'error',
    side: 'host',
    title: 'several computers ask with one and the same client ID',
    explanation:
      'A KMS host counts client machine IDs. Computers that were copied from an image that was not generalised share one and count once, however many ask, so the count stands still below the threshold. SkipRearm = 1 in the image causes it.',
    explains: documented('0xC004F038'),
    fix: [
      LIST_REQUESTS,
      {
        text: 'On each copied computer, make a new ID, and restart it.',
        platform: 'windows',
        command: slmgr('/rearm'),
        safe: false,
        undo: 'none; one of the few rearms is used up',
      },
      {
        text: 'In the image, generalise it, with SkipRearm 0.',
        platform: 'windows',
        command: `reg add ${SPP_KEY} /v SkipRearm /t REG_DWORD /d 0 /f && sysprep /generalize /oobe /shutdown`,
        safe: false,
        undo: 'go back to the former image',
      },
    ],
    observable: 'facts',
    source: 'Microsoft support, "The KMS current count doesn’t increase" (KB 929829); RC-103',
  },
  'HST-014': {
    slug: 'host-count-spread',
    severity: 'notice',
    side: 'publisher',
    title: 'the clients are spread over more hosts than they can fill',
    explanation:
      'Every host counts for itself and forgets a client after 30 days. With few computers and several hosts of equal rank no host gets to 25, or to 5, although there are enough of them in all.',
    explains: documented('0xC004F038'),
    fix: [
      {
        text: 'Send everybody to one host first: give the others a higher priority number.',
        command: 'kmsdns plan',
        safe: true,
      },
      { text: 'Or run one host only, as long as there are few clients.', safe: true },
    ],
    observable: 'facts',
    source: 'Windows Server documentation, "Guidelines for troubleshooting KMS"; RC-104',
  },
  'HST-015': {
    slug: 'host-did-not-log-client',
    severity: 'warning',
    side: 'host',
    title: 'the client says that it asked this host, and the host has no trace of it',
    explanation:
      'The client’s event 12288 names the host, and the host’s log has no event 12290 for it. Either another machine answers under that name or address, or the log of the host is full and does not overwrite, or the request was lost on its way.',
    explains: [],
    fix: [
      LIST_REQUESTS,
      {
        text: 'See whether the log overwrites old events.',
        platform: 'windows',
        command: 'wevtutil gl "Key Management Service"',
        safe: true,
      },
      { text: 'See whom the name leads to.', command: 'kmsdns probe KMSHOST:1688', safe: true },
    ],
    observable: 'facts',
    source: 'Windows Server documentation, "Guidelines for troubleshooting KMS"; RC-109',
  },
  'HST-016': {
    slug: 'host-key-used-up',
    severity: 'error',
    side: 'host',
    title: 'the host key is not activated by Microsoft any more',
    explanation:
      'A host key may be activated on a limited number of machines and a limited number of times on each; the guides name six machines and ten activations. The activation server has counted to the end. This is between the host and Microsoft, and no packet of a KMS client is concerned.',
    explains: documented('0xC004C008'),
    fix: [
      { text: 'Ask the activation centre of Microsoft for more activations of the key.', safe: true },
      SHOW_HOST,
    ],
    observable: 'error-code',
    source: 'Volume Activation Technical Reference Guide, table 10; Customer Hosted Volume Activation Guide',
  },
  'HST-018': {
    slug: 'host-kms-start-failed',
    severity: 'error',
    side: 'host',
    title: 'the Key Management Service of the host could not start (event 12291)',
    explanation:
      'The licence service runs, and its KMS part gave up while it was set up: it listens nowhere, answers nobody and publishes nothing. The code in the event says why, for instance that another program has the port. Event 12292 is the same about the timer by which the host renews its own activation.',
    explains: documented('0x800706BA'),
    fix: [
      {
        text: 'Read the code of the event.',
        platform: 'windows',
        command: 'wevtutil qe Application /q:"*[System[(EventID=12291)]]" /c:1 /rd:true /f:text',
        safe: true,
      },
      {
        text: 'See whether another program has the port.',
        platform: 'windows',
        command: 'netstat -ano -p TCP | findstr :1688',
        safe: true,
      },
      {
        text: 'Then start the service anew.',
        platform: 'windows',
        command: RESTART_SPPSVC,
        safe: true,
      },
    ],
    observable: 'facts',
    source: 'Volume Activation Technical Reference Guide, events 12291 and 12292',
  },
};
