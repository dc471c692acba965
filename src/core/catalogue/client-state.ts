import { ACTIVATE_NOW, SHOW_LICENCE, slmgr } from './commands.ts';
import { derived, documented, type Layer } from './entry.ts';

/** What the client remembers, and whether it asks for a KMS host at all. */
export type ClientStateCode =
  | 'CLI-015'
  | 'CLI-016'
  | 'CLI-017'
  | 'CLI-018'
  | 'CLI-020'
  | 'CLI-022'
  | 'CLI-023'
  | 'CLI-024'
  | 'CLI-031'
  | 'CLI-032';

const FORGET_CACHED = {
  text: 'Let the client forget the host and look again: /ckms clears the cache as well.',
  platform: 'windows',
  command: slmgr('/ckms'),
  safe: true,
} as const;

export const CLIENT_STATE: Layer<ClientStateCode> = {
  'CLI-015': {
    slug: 'client-cached-host-stale',
    severity: 'error',
    side: 'client',
    title: 'the cached host is gone, and looking for another one fails too',
    explanation:
      'A client keeps the host of its last success and tries it first. That host does not answer any more, and the search in DNS that follows finds nothing either. As long as discovery is broken, nothing but the record or a pinned host helps.',
    explains: derived('0xC004F074', '0x800706BA'),
    fix: [FORGET_CACHED, ACTIVATE_NOW],
    observable: 'facts',
    source:
      'Volume Activation Technical Reference Guide, "KMS client discovery"; Customer Hosted Volume Activation Guide',
  },
  'CLI-016': {
    slug: 'client-cached-host-dead-fallback-ok',
    severity: 'notice',
    side: 'client',
    title: 'the cached host is dead, and the client finds another one',
    explanation:
      'Each attempt begins with the host of the last success, loses the time of one connection there, and goes on to the records in DNS, which work. After the next success the new host is the cached one, and the delay is gone.',
    explains: [],
    fix: [FORGET_CACHED, ACTIVATE_NOW],
    observable: 'facts',
    source: 'Volume Activation Technical Reference Guide, "KMS client discovery"; RC-66',
  },
  'CLI-017': {
    slug: 'client-caching-defeats-weights',
    severity: 'notice',
    side: 'client',
    title: 'host caching is on, so priorities and weights count only for the first search',
    explanation:
      'After its first success a client goes back to the same host until that one fails. Changed priorities, weights and new hosts reach only clients that have not activated yet. Microsoft advises to switch caching off where priorities are used.',
    explains: [],
    fix: [
      {
        text: 'Switch host caching off, so that every attempt asks DNS.',
        platform: 'windows',
        command: slmgr('/ckhc'),
        safe: true,
        undo: slmgr('/skhc'),
      },
    ],
    observable: 'facts',
    source: 'Volume Activation Technical Reference Guide, /skhc and /ckhc; RC-26',
  },
  'CLI-018': {
    slug: 'client-activation-type-not-kms',
    severity: 'error',
    side: 'client',
    title: 'the client is set never to ask for a KMS host',
    explanation:
      'The activation type is 1 (Active Directory only) or 3 (token only), or the older token-only flag is set. No query for the record and no connection leaves this client by itself, and nothing that is changed in DNS will make it ask. Only /ato still tries KMS where the old flag is the reason.',
    explains: [],
    fix: [
      {
        text: 'Allow every type, or KMS alone with 2.',
        platform: 'windows',
        command: slmgr('/act-type 0'),
        safe: true,
        undo: slmgr('/act-type FORMER-TYPE'),
      },
      {
        text: 'On Windows 7 and 8, clear the token-only flag.',
        platform: 'windows',
        command: slmgr('/ctao'),
        safe: true,
        undo: slmgr('/stao'),
      },
    ],
    observable: 'facts',
    source: 'Windows Server documentation, "Slmgr.vbs options", /act-type and /stao; RC-63',
  },
  'CLI-020': {
    slug: 'client-hosts-file-overrides-target',
    severity: 'warning',
    side: 'client',
    title: 'the hosts file gives the KMS host another address than DNS',
    explanation:
      'The hosts file wins over DNS for addresses. The SRV record is found, and the client then connects to whatever the line says, usually the address from before a move. No other client has the fault.',
    explains: derived('0x800706BA'),
    fix: [
      {
        text: 'Take the line out.',
        platform: 'windows',
        command: 'notepad %windir%\\system32\\drivers\\etc\\hosts',
        safe: false,
        undo: 'write the line again',
      },
    ],
    observable: 'facts',
    source: 'Windows name resolution order; measured behaviour of the DNS client',
  },
  'CLI-022': {
    slug: 'client-clock-skew',
    severity: 'error',
    side: 'client',
    title: 'the clock of the client is too far from that of the KMS host',
    explanation:
      'The request carries the time of the client, in UTC, and the host refuses one that is more than about four hours off. The time zone does not matter, a wrong date does. DNS, TCP and RPC are innocent: the host was reached and has answered.',
    explains: documented('0xC004F06C', '0xC004F074'),
    fix: [
      {
        text: 'See where the time comes from, and how far it is off.',
        platform: 'windows',
        command: 'w32tm /query /status && w32tm /stripchart /computer:KMSHOST /samples:3 /dataonly',
        safe: true,
      },
      {
        text: 'Set the clock by its source.',
        platform: 'windows',
        command: 'w32tm /resync /rediscover',
        safe: true,
      },
    ],
    observable: 'facts',
    source:
      'Microsoft support, "Error 0xC004F06C"; Volume Activation Technical Reference Guide, table 10; RC-101',
  },
  'CLI-023': {
    slug: 'client-not-elevated',
    severity: 'notice',
    side: 'client',
    title: 'the command was run without elevation, or the system refused it',
    explanation:
      'Most slmgr options change settings of the computer and need an elevated prompt; /ato for KMS, /dli, /dlv and /xpr do not. If an elevated prompt gets the same answer, DCOM permissions of the client (event 8229) or a policy that refuses anonymous RPC on the host remain.',
    explains: documented('0x80070005'),
    fix: [
      {
        text: 'Run it from a prompt that was opened with "Run as administrator".',
        platform: 'windows',
        command: 'powershell -Command "Start-Process cmd -Verb RunAs"',
        safe: true,
      },
    ],
    observable: 'error-code',
    source:
      'Volume Activation Technical Reference Guide, table 10; Microsoft support, "Error 0x80070005"; RC-68',
  },
  'CLI-024': {
    slug: 'client-key-channel-not-kms',
    severity: 'error',
    side: 'client',
    title: 'the installed key is no KMS client key, so Windows activates with Microsoft',
    explanation:
      'With a MAK, a retail or an OEM key Windows goes to Microsoft over the Internet and never asks for a KMS host. The codes speak of web names, of a key that is blocked or used up, or of a malformed file name, and none of them has to do with the KMS record. The description line of slmgr /dlv names the channel: VOLUME_KMSCLIENT is the one that uses KMS.',
    explains: [
      ...documented('0xC004C001', '0xC004C003', '0xC004C020', '0xC004C021', '0xC004F02C', '0x8007007B'),
      ...derived('0x80072EE7', '0x80072EE2', '0x800704CF', '0xC004B100', '0x80070490'),
    ],
    fix: [
      SHOW_LICENCE,
      {
        text: 'Install the client setup key that Microsoft publishes for this edition, and activate.',
        platform: 'windows',
        command: slmgr('/ipk CLIENT-SETUP-KEY'),
        safe: false,
        undo: 'install the former key with /ipk',
      },
      ACTIVATE_NOW,
    ],
    observable: 'facts',
    source:
      'Windows Server documentation, "Guidelines for troubleshooting KMS"; Microsoft support, clients that do not activate against Active Directory; RC-65',
  },
  'CLI-031': {
    slug: 'client-activated-by-directory',
    severity: 'info',
    side: 'client',
    title: 'the client was activated by Active Directory, so it asks for no KMS host',
    explanation:
      'Windows 8, Server 2012 and later look for an activation object in their forest first and come to KMS only when there is none that fits. No KMS traffic is right then, and a test of KMS on such a client proves nothing. A computer outside the domain is the one to test with.',
    explains: [],
    fix: [
      {
        text: 'Nothing needs doing; to see it, look for the lines about Active Directory.',
        platform: 'windows',
        command: slmgr('/dlv'),
        safe: true,
      },
    ],
    observable: 'facts',
    source: 'Windows documentation, Active Directory-based activation; RC-64',
  },
  'CLI-032': {
    slug: 'client-cached-host-outside-set',
    severity: 'notice',
    side: 'client',
    title: 'the cached host still answers and is no longer published',
    explanation:
      'The client works, with a host that the records in DNS do not name any more. It stays with it until that host is shut down, so a replaced host keeps its clients and its count. No fault stands here, and the picture of who uses which host is wrong.',
    explains: [],
    fix: [
      FORGET_CACHED,
      {
        text: 'Shut the old KMS host down altogether, once the new ones answer.',
        safe: false,
        undo: 'start it again',
      },
    ],
    observable: 'facts',
    source: 'Windows Server documentation, replacing a KMS host; RC-66',
  },
};
