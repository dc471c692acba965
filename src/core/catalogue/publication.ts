import { ADD_SRV_POWERSHELL, slmgr, WITHDRAW, WITHDRAW_POWERSHELL } from './commands.ts';
import { derived, documented, type Layer } from './entry.ts';

/** The life of what is published, and whether that is what was written down. */
export type PublicationCode = 'PUB-007' | 'PUB-008' | 'PUB-009' | 'PUB-013' | 'PUB-014' | 'PUB-021';

export const PUBLICATION: Layer<PublicationCode> = {
  'PUB-007': {
    slug: 'publish-record-will-be-scavenged',
    severity: 'warning',
    side: 'publisher',
    title: 'the record will be scavenged before the host refreshes it',
    explanation:
      'A dynamic record is removed when it is older than the no-refresh and the refresh interval together. A KMS host refreshes its own once a day; these intervals are shorter, or the host has stopped doing it. The record is served today.',
    explains: derived('0x8007232B'),
    fix: [
      {
        text: 'Lengthen the intervals of the zone.',
        platform: 'windows',
        command:
          'Set-DnsServerZoneAging -Name ZONE -NoRefreshInterval 7.00:00:00 -RefreshInterval 7.00:00:00',
        safe: false,
        undo: 'set the former intervals again',
      },
      {
        text: 'Or replace it by a static record.',
        platform: 'windows',
        command: ADD_SRV_POWERSHELL,
        safe: false,
        undo: 'delete that record again',
      },
    ],
    dependsOn: ['ACL-001', 'ACL-004'],
    observable: 'directory',
    source: 'Windows Server documentation, ageing and scavenging; RC-33',
  },
  'PUB-008': {
    slug: 'publish-record-stale',
    severity: 'warning',
    side: 'publisher',
    title: 'the record is old, and its host does not refresh it any more',
    explanation:
      'It was registered dynamically and its time stamp has stood still for longer than a living host lets it. Scavenging is off by default on Microsoft DNS servers, so such records stay for years. Clients that draw it lose a try.',
    explains: documented('0x800706BA'),
    fix: [WITHDRAW, WITHDRAW_POWERSHELL],
    observable: 'directory',
    source: 'Windows Server documentation, ageing and scavenging; RC-22',
  },
  'PUB-009': {
    slug: 'publish-drift-from-plan',
    severity: 'warning',
    side: 'publisher',
    title: 'what is published differs from the desired state',
    explanation:
      'Somebody changed the record, a host wrote itself again, or the desired state was edited and not applied. Nothing needs to be broken for clients; what is written down and what is served have parted.',
    explains: [],
    fix: [
      { text: 'See the difference.', command: 'kmsdns plan', safe: true },
      {
        text: 'Make it so.',
        command: 'kmsdns apply',
        safe: false,
        undo: 'kmsdns rollback with the journal file of the apply',
      },
    ],
    observable: 'facts',
    source: 'comparison of the desired state with the authoritative servers',
  },
  'PUB-013': {
    slug: 'publish-nothing-wanted',
    severity: 'warning',
    side: 'publisher',
    title: 'the domain has an empty list of hosts',
    explanation:
      'With policy exact an empty list means that no KMS record shall stand in the domain: every one that is there is removed. With policy additive it means nothing at all, since records that are not listed are left alone.',
    explains: [],
    fix: [{ text: 'List the hosts of the domain, or take the domain out of the desired state.', safe: true }],
    observable: 'facts',
    source: 'the desired state',
  },
  'PUB-014': {
    slug: 'publish-host-not-described',
    severity: 'warning',
    side: 'publisher',
    title: 'the host is not among `hosts`',
    explanation:
      'The desired state describes its KMS hosts under `hosts`, and this one is not there: often a typing error in the name, which would publish a host that does not exist.',
    explains: [],
    fix: [{ text: 'Correct the name, or add the host under `hosts`.', safe: true }],
    observable: 'facts',
    source: 'the desired state',
  },
  'PUB-021': {
    slug: 'publish-zone-overwritten',
    severity: 'error',
    side: 'publisher',
    title: 'somebody else keeps writing the zone, and the record vanishes each time',
    explanation:
      'A zone that is generated from a database, an IPAM or a playbook loses every record that was added by update when it is written next. The serial jumps, the record is gone, the host adds it within a day, and it goes again.',
    explains: derived('0x8007232B'),
    fix: [
      { text: 'Put the record where the zone is made.', command: 'kmsdns generate bind-zone', safe: true },
      {
        text: 'And keep the hosts from publishing beside it.',
        platform: 'windows',
        command: slmgr('/cdns'),
        safe: true,
        undo: slmgr('/sdns'),
      },
    ],
    observable: 'not-yet',
    whyNot:
      'it takes two looks with some time between them; compare the serial and the set of two recordings',
    source: 'BIND 9 reference manual, dynamic update and rndc freeze; RC-85',
  },
};
