import { PUBLISH, RESTART_SPPSVC, slmgr } from './commands.ts';
import { derived, documented, type Layer } from './entry.ts';

/** Who may write the record. */
export type PermissionCode =
  | 'ACL-001'
  | 'ACL-002'
  | 'ACL-003'
  | 'ACL-004'
  | 'ACL-005'
  | 'ACL-006'
  | 'ACL-007'
  | 'ACL-008'
  | 'ACL-009'
  | 'ACL-013'
  | 'ACL-014'
  | 'ACL-015';

const GRANT_GROUP = {
  text: 'Give a group of all KMS hosts full control of the record, and restart the hosts so that they are in it.',
  platform: 'windows',
  command:
    'dsacls "DC=_vlmcs._tcp,DC=ZONE,CN=MicrosoftDNS,DC=DomainDnsZones,DC=FOREST,DC=ROOT" /G "DOMAIN\\GROUP:GA"',
  safe: false,
  undo: 'dsacls with /R "DOMAIN\\GROUP" on the same object',
} as const;

const SHOW_OWNER = {
  text: 'See who owns the record and who may write it.',
  platform: 'windows',
  command: 'dsacls "DC=_vlmcs._tcp,DC=ZONE,CN=MicrosoftDNS,DC=DomainDnsZones,DC=FOREST,DC=ROOT"',
  safe: true,
} as const;

const MEND = {
  text: 'See each step that lets all KMS hosts write the record; with --apply they are carried out.',
  command: 'kmsdns audit DOMAIN --plan',
  safe: true,
} as const;

export const PERMISSION: Layer<PermissionCode> = {
  'ACL-001': {
    slug: 'acl-second-host-cannot-write',
    severity: 'error',
    side: 'publisher',
    title: 'this KMS host may not write the record that another one made',
    explanation:
      'In an Active Directory zone the computer that creates _vlmcs._tcp owns it, and it alone may change it. All hosts of the domain share that one object, so the second host is refused with event 12293 every day. Microsoft explains 0x80072338 in this way; by its number it says "bad signature", and where keys are used that is the other reading.',
    explains: [...documented('0x80072338'), ...derived('0x8007232D')],
    fix: [
      MEND,
      SHOW_OWNER,
      GRANT_GROUP,
      { text: 'Then let the host publish again.', platform: 'windows', command: RESTART_SPPSVC, safe: true },
      PUBLISH,
    ],
    dependsOn: ['ACL-004', 'ACL-009'],
    observable: 'facts',
    source: 'Microsoft support, event 12293 and error 0x80072338 (KB 2553863); [MS-DNSP] section 2.3; RC-75',
  },
  'ACL-002': {
    slug: 'acl-updates-unsecured',
    severity: 'warning',
    side: 'publisher',
    title: 'updates are taken unsigned',
    explanation:
      'Whoever reaches the server can replace the KMS hosts, and often anything else in the zone; a source address over UDP is easily forged. Published instructions for BIND suggest allow-update { any; }, which is this.',
    explains: [],
    fix: [
      {
        text: 'Use a TSIG key with an update-policy for this one name and type.',
        platform: 'bind',
        command: 'kmsdns generate bind-named',
        safe: true,
      },
      { text: 'Set dynamic updates of the zone to "Secure only".', platform: 'windows', safe: true },
    ],
    observable: 'facts',
    source: 'RFC 3007 section 1; RFC 2136 section 8',
  },
  'ACL-003': {
    slug: 'acl-any-computer-may-publish',
    severity: 'warning',
    side: 'publisher',
    title: 'every computer of the domain may create the record',
    explanation:
      'A zone in Active Directory lets any authenticated computer add names that do not exist yet. Whoever comes first with _vlmcs._tcp owns it: a workstation with a mistyped key, or somebody who means harm. A record that stands already, with a group that may write it, closes the door.',
    explains: [],
    fix: [
      MEND,
      {
        text: 'Create the record first, and give the group of the KMS hosts write permission on it.',
        platform: 'windows',
        command: GRANT_GROUP.command,
        safe: false,
        undo: GRANT_GROUP.undo,
      },
    ],
    observable: 'directory',
    source:
      '[MS-ADSC] dnsZone default security descriptor; Windows Server documentation, secure dynamic update',
  },
  'ACL-004': {
    slug: 'acl-owner-account-gone',
    severity: 'error',
    side: 'publisher',
    title: 'the record belongs to an account that no longer exists',
    explanation:
      'The host that made it was deleted, or joined the domain anew and has another SID since. Nobody else was granted anything, so no host can write the record, not even one of the same name.',
    explains: derived('0x80072338', '0x8007232D'),
    fix: [
      MEND,
      SHOW_OWNER,
      GRANT_GROUP,
      {
        text: 'Or delete the whole record and let the right host create it first; that only moves the ownership.',
        platform: 'windows',
        command: 'dnscmd DNSSERVER /NodeDelete ZONE _vlmcs._tcp /f',
        safe: false,
        undo: 'publish every record of the set again',
      },
    ],
    observable: 'directory',
    source: 'Microsoft support, event 12293 and error 0x80072338 (KB 2553863); RC-77',
  },
  'ACL-005': {
    slug: 'acl-hosts-in-different-domains',
    severity: 'notice',
    side: 'publisher',
    title: 'the KMS hosts of this set are members of different domains',
    explanation:
      'One group for all of them takes members of one domain only, if it is a global group, and each zone has permissions of its own. A host that publishes in the zone of another domain needs a permission there.',
    explains: [],
    fix: [
      {
        text: 'Use a group per domain, or a universal one, and grant it in every zone.',
        platform: 'windows',
        command: GRANT_GROUP.command,
        safe: false,
        undo: GRANT_GROUP.undo,
      },
      PUBLISH,
    ],
    observable: 'facts',
    source: 'Customer Hosted Volume Activation Guide, permissions of the KMS hosts',
  },
  'ACL-006': {
    slug: 'acl-signature-rejected',
    severity: 'error',
    side: 'publisher',
    title: 'the server does not accept the signature',
    explanation:
      'BADKEY: the server does not know this key name with this algorithm. BADSIG: the secret differs. BADTIME: the clocks are more than the allowed 300 seconds apart. Knot answers BADKEY also when the key is right and its ACL does not allow the change.',
    explains: derived('0x80072339', '0x80072338', '0x8007233A'),
    fix: [
      {
        text: 'Compare name, algorithm and secret of the key on both sides.',
        command: 'kmsdns preflight',
        safe: true,
      },
      { text: 'Compare the clocks; both sides want NTP.', safe: true },
    ],
    observable: 'facts',
    source: 'RFC 8945 section 5.2; measured on Knot DNS 3.2; RC-79',
  },
  'ACL-007': {
    slug: 'acl-update-refused',
    severity: 'error',
    side: 'publisher',
    title: 'the server refuses the update',
    explanation:
      'The server understood the request and its policy does not allow it: no update-policy or allow-update for this key and name, updates switched off, or a server that is not the primary. A Windows KMS host first tries unsigned, is refused, and then signs; a single refusal in its log is harmless.',
    explains: derived('0x8007232D'),
    fix: [
      {
        text: 'Grant the key SRV at this one name.',
        platform: 'bind',
        command: 'kmsdns generate bind-named',
        safe: true,
      },
      {
        text: 'Give the group of the KMS hosts write permission on _vlmcs._tcp.',
        platform: 'windows',
        safe: true,
      },
    ],
    dependsOn: ['ZON-011'],
    observable: 'facts',
    source: 'RFC 2136 section 3.3',
  },
  'ACL-008': {
    slug: 'ad-replication-lag',
    severity: 'warning',
    side: 'dns',
    title: 'the record has not reached every domain controller yet',
    explanation:
      'A zone in Active Directory arrives by replication: within a site in seconds, between sites when the schedule says so. A partition that one controller does not hold, or a link that is broken, keeps it away for good. Clients of that site see no record.',
    explains: derived('0x8007232B'),
    fix: [
      {
        text: 'See who is behind, and why.',
        platform: 'windows',
        command: 'repadmin /showrepl * /csv',
        safe: true,
      },
      {
        text: 'Start replication of the partition with the zone.',
        platform: 'windows',
        command: 'repadmin /syncall /AdeP',
        safe: true,
      },
    ],
    observable: 'directory',
    source: 'Customer Hosted Volume Activation Guide, replication of DNS; RC-32',
  },
  'ACL-009': {
    slug: 'acl-precreated-record-locked',
    severity: 'error',
    side: 'publisher',
    title: 'the record was made by hand, and no KMS host may change it',
    explanation:
      'An administrator created it in the DNS console and owns it. The hosts were granted nothing, so each of them fails with event 12293 every day, while clients are served from the record by hand. It grows wrong on the day on which a host changes.',
    explains: derived('0x80072338', '0x8007232D'),
    fix: [
      MEND,
      SHOW_OWNER,
      GRANT_GROUP,
      {
        text: 'Or keep the record by hand, and keep the hosts from trying.',
        platform: 'windows',
        command: slmgr('/cdns'),
        safe: true,
        undo: slmgr('/sdns'),
      },
    ],
    observable: 'directory',
    source: '[MS-DNSP] section 2.3; Customer Hosted Volume Activation Guide, manual records; RC-76',
  },
  'ACL-013': {
    slug: 'acl-record-open-to-all',
    severity: 'error',
    side: 'publisher',
    title: 'every account of the domain may change the record',
    explanation:
      'Somebody helped a second KMS host by giving write permission to Everyone, Authenticated Users or Domain Computers, or by taking the permissions away altogether. Any workstation can now send all clients to a host of its choice.',
    explains: [],
    fix: [
      MEND,
      SHOW_OWNER,
      GRANT_GROUP,
      {
        text: 'Then take the wide permission back.',
        platform: 'windows',
        command:
          'dsacls "DC=_vlmcs._tcp,DC=ZONE,CN=MicrosoftDNS,DC=DomainDnsZones,DC=FOREST,DC=ROOT" /R "Authenticated Users"',
        safe: false,
        undo: 'dsacls with /G and the former permission on the same object',
      },
    ],
    observable: 'directory',
    source: '[MS-DTYP] section 2.5.3.2; Microsoft support, event 12293 and error 0x80072338 (KB 2553863)',
  },
  'ACL-014': {
    slug: 'acl-tombstone-keeps-owner',
    severity: 'error',
    side: 'publisher',
    title: 'the deleted record still belongs to its former owner, so the next host is refused',
    explanation:
      'Deleting the record leaves its object in the directory, with owner and permissions, until it is swept away. A host that publishes the name again does not create a new object: it revives this one, and may not. DNS says that the name does not exist, and still the host fails with event 12293.',
    explains: derived('0x80072338', '0x8007232D'),
    fix: [
      MEND,
      SHOW_OWNER,
      GRANT_GROUP,
      {
        text: 'Or delete the object itself; then the first host that comes owns the name.',
        platform: 'windows',
        command:
          'Remove-ADObject -Identity "DC=_vlmcs._tcp,DC=ZONE,CN=MicrosoftDNS,DC=DomainDnsZones,DC=FOREST,DC=ROOT"',
        safe: false,
        undo: 'publish the record again; owner and permissions of before are lost',
      },
    ],
    observable: 'directory',
    source: '[MS-DNSP] section 2.3.1.1; measured on Samba 4.17',
  },
  'ACL-015': {
    slug: 'acl-host-not-in-group',
    severity: 'warning',
    side: 'publisher',
    title: 'the KMS host is not in the group that may write the record',
    explanation:
      'The group of the KMS hosts has its permission, and this host is not a member. It publishes only as long as it owns the record itself, and is refused as soon as that changes. After it was added it needs a new ticket: restart the host.',
    explains: derived('0x80072338'),
    fix: [
      MEND,
      {
        text: 'Add the host to the group.',
        platform: 'windows',
        command: "Add-ADGroupMember -Identity 'GROUP' -Members 'KMSHOST$'",
        safe: false,
        undo: "Remove-ADGroupMember -Identity 'GROUP' -Members 'KMSHOST$'",
      },
      {
        text: 'Then restart the host, so that its ticket names the group.',
        platform: 'windows',
        safe: true,
      },
    ],
    observable: 'directory',
    source: 'Customer Hosted Volume Activation Guide, permissions of the KMS hosts; measured on Samba 4.17',
  },
};
