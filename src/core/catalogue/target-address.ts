import { WITHDRAW } from './commands.ts';
import { derived, documented, type Layer } from './entry.ts';

/** The addresses of the hosts that the records name. */
export type TargetAddressCode =
  | 'ADR-001'
  | 'ADR-002'
  | 'ADR-003'
  | 'ADR-004'
  | 'ADR-005'
  | 'ADR-006'
  | 'ADR-007'
  | 'ADR-008'
  | 'ADR-009'
  | 'ADR-010'
  | 'ADR-011';

const REGISTER = {
  text: 'Register the address of the host.',
  platform: 'windows',
  command: 'ipconfig /registerdns',
  safe: true,
} as const;

const DELETE_ADDRESS = {
  text: 'Delete the wrong address record on a Microsoft DNS server.',
  platform: 'windows',
  command: 'Remove-DnsServerResourceRecord -ZoneName ZONE -Name HOST -RRType A -RecordData ADDRESS',
  safe: false,
  undo: 'Add-DnsServerResourceRecordA -ZoneName ZONE -Name HOST -IPv4Address ADDRESS',
} as const;

const NO_REGISTRATION = {
  text: 'Keep that adapter out of DNS.',
  platform: 'windows',
  command: 'Set-DnsClient -InterfaceAlias ADAPTER -RegisterThisConnectionsAddress $false',
  safe: true,
  undo: 'Set-DnsClient -InterfaceAlias ADAPTER -RegisterThisConnectionsAddress $true',
} as const;

export const TARGET_ADDRESS: Layer<TargetAddressCode> = {
  'ADR-001': {
    slug: 'target-name-missing',
    severity: 'error',
    side: 'dns',
    title: 'the name of the host does not exist',
    explanation:
      'The record names a host that DNS does not know: a typing error, a forgotten final dot, or a host that was removed or renamed. KMS hosts never withdraw their records. A client that draws this one fails on it and tries the next.',
    explains: [...documented('0x800706BA'), ...derived('0x80072AF9', '0x8007232B')],
    fix: [REGISTER, { ...WITHDRAW, text: 'If the host is gone, take its record out.' }],
    dependsOn: [
      'CLI-002',
      'CLI-015',
      'HST-009',
      'RES-012',
      'RES-013',
      'SRV-006',
      'SRV-007',
      'SRV-008',
      'SRV-019',
      'SRV-030',
    ],
    observable: 'wire',
    source: 'RFC 2782, "Target"; Volume Activation Technical Reference Guide, 0x800706BA; RC-16',
  },
  'ADR-002': {
    slug: 'target-no-address',
    severity: 'error',
    side: 'dns',
    title: 'the host has neither an A nor an AAAA record',
    explanation:
      'The name exists and has no address, so no client can connect to it. The address is registered by the DNS client of the host, apart from the KMS record, and either may fail alone.',
    explains: derived('0x80072AFC', '0xC004F074', '0x8007251D'),
    fix: [REGISTER, { text: 'Or add its A or AAAA record by hand.', safe: true }],
    dependsOn: ['CLI-002', 'CLI-015', 'HST-009', 'RES-017', 'SRV-019'],
    observable: 'wire',
    source: 'RFC 2782, "Target"; Customer Hosted Volume Activation Guide, rights of a KMS host; RC-17',
  },
  'ADR-003': {
    slug: 'target-ipv6-only-for-ipv4-client',
    severity: 'error',
    side: 'dns',
    title: 'the host has an IPv6 address only, and this client has none',
    explanation:
      'DNS gives an AAAA record and no A record. A client without IPv6 cannot reach it, whatever the firewall allows, and one with IPv6 sees no fault.',
    explains: derived('0x80072751', '0x800706BA'),
    fix: [REGISTER, { text: 'Or add the A record by hand.', safe: true }],
    observable: 'wire',
    source: 'RFC 4074; RC-18',
  },
  'ADR-004': {
    slug: 'target-ipv6-broken',
    severity: 'warning',
    side: 'network',
    title: 'the host answers on IPv4 and not on IPv6',
    explanation:
      'The host publishes both kinds of addresses and one of them is dead. Clients that try IPv6 first wait for it before they use the other, so each activation is slow without failing.',
    explains: [],
    fix: [
      {
        text: 'See where the path ends.',
        platform: 'linux',
        command: 'mtr --report --tcp --port 1688 -6 KMSHOST',
        safe: true,
      },
      {
        text: 'Mend the path, or take the AAAA record out until it is mended.',
        safe: false,
        undo: 'add the AAAA record again',
      },
    ],
    dependsOn: ['TCP-011'],
    observable: 'wire',
    source: 'RFC 8305; RFC 6724',
  },
  'ADR-005': {
    slug: 'target-address-unusable',
    severity: 'error',
    side: 'dns',
    title: 'the address of the host cannot be reached from another computer',
    explanation:
      'Loopback, 0.0.0.0/8, 169.254.0.0/16 and fe80::/10 mean this computer, nobody, or this cable. Usually an adapter without a lease, or one that should not register itself, put the address into DNS.',
    explains: derived('0x800706BA'),
    fix: [
      {
        text: 'Delete the address record, and switch off "Register this connection\'s addresses in DNS" on that adapter.',
        platform: 'windows',
        command: NO_REGISTRATION.command,
        safe: true,
        undo: NO_REGISTRATION.undo,
      },
    ],
    dependsOn: ['CLI-026'],
    observable: 'wire',
    source: 'RFC 6890; RFC 4291 section 2.5; RC-19',
  },
  'ADR-006': {
    slug: 'target-address-public',
    severity: 'warning',
    side: 'dns',
    title: 'the host has a public address',
    explanation:
      'KMS is an internal service without authentication. A public address is right where the whole company uses public addresses, and is a fault where the record leads out of the building or strangers can use the host.',
    explains: [],
    fix: [
      {
        text: 'Check from outside that TCP port 1688 is closed.',
        platform: 'linux',
        command: 'nmap -Pn -p 1688 ADDRESS',
        safe: true,
      },
      {
        text: 'Or publish the internal address of the host.',
        safe: false,
        undo: 'publish the former address again',
      },
    ],
    observable: 'wire',
    source: 'RFC 1918; RFC 6890; RC-36',
  },
  'ADR-007': {
    slug: 'target-address-differs',
    severity: 'error',
    side: 'dns',
    title: 'the DNS servers give different addresses for the same host',
    explanation:
      'One server has the old address, another the new one, or two views hold two. Which one a client gets depends on whom it asks, so the same host works for some and is dead for others.',
    explains: derived('0x800706BA'),
    fix: [
      {
        text: 'Compare them one by one.',
        platform: 'linux',
        command: 'for s in DNSSERVER DNSSERVER2; do dig @$s +short KMSHOST A KMSHOST AAAA; done',
        safe: true,
      },
      REGISTER,
    ],
    dependsOn: ['RES-010', 'ZON-003', 'ZON-004'],
    observable: 'wire',
    source: 'RFC 1034 section 4.3.5',
  },
  'ADR-008': {
    slug: 'targets-share-address',
    severity: 'notice',
    side: 'dns',
    title: 'two hosts of the set have the same address',
    explanation:
      'Two names that lead to one machine look like redundancy and are none: when it is down both are, and a client that fails on one tries the same machine again.',
    explains: [],
    fix: [
      {
        text: 'Publish one of the names, and a second machine beside it.',
        command: 'kmsdns plan',
        safe: true,
      },
    ],
    observable: 'wire',
    source: 'RFC 2782, "Usage rules"',
  },
  'ADR-009': {
    slug: 'target-multihomed-part-dead',
    severity: 'warning',
    side: 'host',
    title: 'one of the addresses of the host does not answer',
    explanation:
      'The host registered the address of an adapter that clients cannot reach: backup, storage, cluster or VPN. Clients that are given this address first lose a try, and since DNS servers rotate addresses it is another client each time.',
    explains: derived('0x800706BA'),
    fix: [NO_REGISTRATION, DELETE_ADDRESS],
    observable: 'wire',
    source: 'Windows DNS client, registration of addresses; RC-20',
  },
  'ADR-010': {
    slug: 'target-address-reassigned',
    severity: 'warning',
    side: 'dns',
    title: 'the address of the host belongs to another machine by now',
    explanation:
      'Something else answers at this address, or the address has another name behind it: the host was moved and its address was given away. The A record is old, and so is everything that was decided by it.',
    explains: derived('0x800706BA'),
    fix: [REGISTER, DELETE_ADDRESS],
    observable: 'not-yet',
    whyNot: 'whose address it is by now takes the leases of DHCP or an inventory',
    source: 'Microsoft support, "Error 0xC004F074 when you activate Windows"; RC-21',
  },
  'ADR-011': {
    slug: 'target-ptr-mismatch',
    severity: 'info',
    side: 'dns',
    title: 'the address leads back to another name',
    explanation:
      'The reverse record of the address names something else. No KMS client looks at it. It is a hint that the address was given to another machine, or that reverse records are not kept.',
    explains: [],
    fix: [{ text: 'Nothing needs doing for KMS.', safe: true }],
    observable: 'not-yet',
    whyNot: 'reverse records are not asked for, since no client uses them',
    source: 'RFC 1033; RFC 1912 section 2.1',
  },
};
