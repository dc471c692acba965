import { ADD_SRV_POWERSHELL, PUBLISH, slmgr } from './commands.ts';
import { derived, documented, type Layer } from './entry.ts';

/** The zone that holds the record, and the servers that serve it. */
export type ZoneCode =
  | 'ZON-001'
  | 'ZON-002'
  | 'ZON-003'
  | 'ZON-004'
  | 'ZON-005'
  | 'ZON-006'
  | 'ZON-007'
  | 'ZON-008'
  | 'ZON-009'
  | 'ZON-010'
  | 'ZON-011'
  | 'ZON-012'
  | 'ZON-013'
  | 'ZON-014'
  | 'ZON-015';

export const ZONE: Layer<ZoneCode> = {
  'ZON-001': {
    slug: 'zone-not-delegated',
    severity: 'critical',
    side: 'dns',
    title: 'the zone above knows no servers for it',
    explanation:
      'Whoever asks for the domain is told by the zone above that there is no such name: the delegation was never made, was lost, or the server no longer loads the zone. Records inside it are out of reach, even where a copy of the zone exists.',
    explains: documented('0x8007232B'),
    fix: [
      {
        text: 'See what the zone above answers.',
        platform: 'linux',
        command: 'dig @PARENTSERVER NS ZONE +norecurse',
        safe: true,
      },
      {
        text: 'Delegate the zone.',
        platform: 'bind',
        command:
          "printf 'server PARENTSERVER\\nzone PARENT\\nupdate add ZONE. 3600 NS AUTHORITY.\\nsend\\n' | nsupdate -k KEYFILE",
        safe: false,
        undo: 'delete the same NS record',
      },
      {
        text: 'On a Microsoft DNS server:',
        platform: 'windows',
        command:
          'Add-DnsServerZoneDelegation -Name PARENT -ChildZoneName CHILD -NameServer AUTHORITY -IPAddress ADDRESS',
        safe: false,
        undo: 'Remove-DnsServerZoneDelegation -Name PARENT -ChildZoneName CHILD',
      },
    ],
    observable: 'wire',
    source: 'RFC 1034 section 4.2.2',
  },
  'ZON-002': {
    slug: 'zone-lame',
    severity: 'critical',
    side: 'dns',
    title: 'a name server of the zone does not serve it',
    explanation:
      'The zone names a server that does not answer, refuses, or answers without authority. Resolvers try it all the same and lose time; if every server is like that, they report a failure and no client learns of any record.',
    explains: documented('0x8007232A'),
    fix: [
      {
        text: 'Ask each server for the zone’s SOA; the answer wants the AA flag.',
        platform: 'linux',
        command: 'dig @AUTHORITY SOA ZONE +norecurse',
        safe: true,
      },
      {
        text: 'Load the zone there, or take the server out of the NS records here and in the zone above.',
        safe: false,
        undo: 'put the NS record back',
      },
    ],
    observable: 'wire',
    source: 'RFC 1912 section 2.8; RC-40',
  },
  'ZON-003': {
    slug: 'zone-authorities-differ',
    severity: 'error',
    side: 'dns',
    title: 'the authoritative servers do not serve the same records',
    explanation:
      'Resolvers pick any of the authoritative servers, so some clients see one set of KMS hosts and some another, or none. A secondary that was not told, a transfer that is refused, or Active Directory replication that lags leaves them apart.',
    explains: derived('0x8007232B'),
    fix: [
      { text: 'Compare the servers, one by one.', command: 'kmsdns verify', safe: true },
      {
        text: 'Ask the secondary for a new transfer.',
        platform: 'bind',
        command: 'rndc retransfer ZONE',
        safe: true,
      },
      {
        text: 'Start replication between the domain controllers.',
        platform: 'windows',
        command: 'repadmin /syncall /AdeP',
        safe: true,
      },
    ],
    dependsOn: ['ACL-008', 'ZON-004'],
    observable: 'wire',
    source: 'RFC 1034 section 4.3.5; RFC 1996; RC-31, RC-32',
  },
  'ZON-004': {
    slug: 'zone-secondary-stale',
    severity: 'error',
    side: 'dns',
    title: 'a secondary server holds an older version of the zone',
    explanation:
      'Its serial is behind that of the primary, so the KMS records of today are not in it. Transfers are refused, notifications do not arrive, or the serial was not raised after an edit by hand. When the expire time of the SOA is over the server stops answering for the zone altogether.',
    explains: derived('0x8007232B', '0x8007232A'),
    fix: [
      {
        text: 'Ask for a new transfer on the secondary.',
        platform: 'bind',
        command: 'rndc retransfer ZONE',
        safe: true,
      },
      {
        text: 'On a Microsoft DNS server:',
        platform: 'windows',
        command: 'Start-DnsServerZoneTransfer -Name ZONE -FullTransfer',
        safe: true,
      },
      {
        text: 'See whether the primary allows it.',
        platform: 'linux',
        command: 'dig @PRIMARY AXFR ZONE | head',
        safe: true,
      },
    ],
    observable: 'wire',
    source: 'RFC 1035 section 3.3.13; RFC 1996; RC-31',
  },
  'ZON-005': {
    slug: 'zone-tcp-label-delegated',
    severity: 'warning',
    side: 'dns',
    title: 'the record belongs into a child zone',
    explanation:
      'The name _tcp of the domain, or one below it, is delegated: usual when Active Directory runs beside BIND. Records that stand in the parent zone below a delegation are never served; the child zone has to hold the KMS record.',
    explains: [...documented('0x8007232B'), ...derived('0x8007251D')],
    fix: [
      {
        text: 'Publish in the child zone; leave `zone` out of the desired state and it is found.',
        command: 'kmsdns plan',
        safe: true,
      },
    ],
    observable: 'wire',
    source: 'RFC 1034 section 4.2.1; RC-30',
  },
  'ZON-006': {
    slug: 'zone-wildcard-covers-srv',
    severity: 'warning',
    side: 'dns',
    title: 'a wildcard answers for names that nobody published',
    explanation:
      'A random name beside _vlmcs._tcp is answered too, so an answer for the KMS name proves nothing. While no record of its own stands at the name, clients get what the wildcard says; once one stands there, the wildcard no longer covers it.',
    explains: [],
    fix: [{ text: 'Narrow the wildcard, so that it does not reach below _tcp.', safe: true }],
    observable: 'wire',
    source: 'RFC 4592 section 2.2; RC-28',
  },
  'ZON-007': {
    slug: 'zone-dname-or-alias-above',
    severity: 'notice',
    side: 'dns',
    title: 'a DNAME above the name leads elsewhere',
    explanation:
      'Everything below the DNAME is read from its target, so the KMS record has to stand there. An update sent to the zone with the DNAME would write a record that nobody is given.',
    explains: [],
    fix: [{ text: 'Publish for the domain that the DNAME leads to.', safe: true }],
    observable: 'wire',
    source: 'RFC 6672 section 2.3',
  },
  'ZON-008': {
    slug: 'zone-views-differ',
    severity: 'notice',
    side: 'dns',
    title: 'the answer depends on who asks',
    explanation:
      'Views of BIND, and zone scopes with DNS policies of Microsoft, give different networks different contents of one zone. Where the record was put into one of them only, half of the clients have it and half do not, and each tester proves the other wrong.',
    explains: derived('0x8007232B'),
    fix: [
      {
        text: 'Ask the same server from both networks.',
        platform: 'linux',
        command: 'dig @AUTHORITY -b SOURCE-ADDRESS SRV _vlmcs._tcp.DOMAIN +norecurse',
        safe: true,
      },
      {
        text: 'List the scopes of a Microsoft DNS server.',
        platform: 'windows',
        command: 'Get-DnsServerZoneScope -ZoneName ZONE; Get-DnsServerQueryResolutionPolicy -ZoneName ZONE',
        safe: true,
      },
      {
        text: 'Put the record into the other scope as well.',
        platform: 'windows',
        command: `${ADD_SRV_POWERSHELL} -ZoneScope SCOPE`,
        safe: false,
        undo: 'delete that record in the scope again',
      },
    ],
    observable: 'wire',
    source:
      'BIND 9 reference manual, view statement; Windows Server documentation, DNS policies; RC-44, RC-45',
  },
  'ZON-009': {
    slug: 'zone-srv-public',
    severity: 'warning',
    side: 'dns',
    title: 'the KMS record is visible on the Internet',
    explanation:
      'A public DNS server gives it out. It names internal hosts to everybody, and computers that were taken home keep finding it. KMS is meant for the inside; a host whose port 1688 can be reached from outside lets strangers use the licence.',
    explains: [],
    fix: [
      {
        text: 'Take the record out of the public copy of the zone.',
        safe: false,
        undo: 'publish it there again',
      },
      {
        text: 'Close TCP port 1688 towards the Internet.',
        platform: 'firewall',
        command: 'nft add rule inet filter input iifname OUTSIDE tcp dport 1688 drop',
        safe: true,
        undo: 'nft delete rule inet filter input handle HANDLE',
      },
    ],
    observable: 'wire',
    source: 'surveys of public SRV names; RC-36',
  },
  'ZON-010': {
    slug: 'zone-srv-owner-is-cname',
    severity: 'notice',
    side: 'dns',
    title: 'a CNAME stands at _vlmcs._tcp',
    explanation:
      'Clients are sent on to another name, which works where every resolver follows it. No SRV record can stand beside a CNAME: servers ignore such an update and answer that all went well, so nothing may be published here while the CNAME stands.',
    explains: [],
    fix: [
      {
        text: 'To share one set among domains, keep the CNAME and publish at the name it leads to.',
        safe: true,
      },
      { text: 'To publish here, delete the CNAME by hand first.', safe: false, undo: 'add the CNAME again' },
    ],
    observable: 'wire',
    source: 'RFC 2136 section 3.4.2.2; measured on BIND 9.18; RC-29',
  },
  'ZON-011': {
    slug: 'zone-no-dynamic-update',
    severity: 'notice',
    side: 'dns',
    title: 'the zone takes no dynamic updates',
    explanation:
      'KMS hosts publish themselves by dynamic update. A zone that is edited by hand or generated from a database refuses them or does not know the operation; each host notes event 12293 every day. A record made by hand serves clients just as well.',
    explains: derived('0x8007232D', '0x8007232C'),
    fix: [
      {
        text: 'Publish the record the way the zone is made.',
        command: 'kmsdns generate bind-zone',
        safe: true,
      },
      {
        text: 'And keep the hosts from trying.',
        platform: 'windows',
        command: slmgr('/cdns'),
        safe: true,
        undo: slmgr('/sdns'),
      },
      {
        text: 'Or allow secure updates, where the zone is in Active Directory.',
        platform: 'windows',
        command: 'dnscmd DNSSERVER /Config ZONE /AllowUpdate 2',
        safe: false,
        undo: 'dnscmd DNSSERVER /Config ZONE /AllowUpdate 0',
      },
    ],
    observable: 'facts',
    source: 'Customer Hosted Volume Activation Guide, manual records; RFC 2136 section 3.3; RC-74',
  },
  'ZON-012': {
    slug: 'zone-negative-ttl-long',
    severity: 'notice',
    side: 'dns',
    title: 'denials of this zone are remembered for long',
    explanation:
      'The lesser of the SOA’s TTL and its MINIMUM says how long resolvers and clients keep "there is no such name". With hours or days here, a record that was added late stays invisible for as long to everybody who asked too early.',
    explains: [],
    fix: [
      {
        text: 'Set the MINIMUM of the SOA to an hour or less.',
        platform: 'bind',
        command: 'rndc freeze ZONE && $EDITOR ZONEFILE && rndc thaw ZONE',
        safe: false,
        undo: 'put the former MINIMUM back',
      },
      {
        text: 'On a Microsoft DNS server:',
        platform: 'windows',
        command:
          "$old = Get-DnsServerResourceRecord -ZoneName ZONE -RRType Soa; $new = [ciminstance]::new($old); $new.RecordData.MinimumTimeToLive = [TimeSpan]'01:00:00'; Set-DnsServerResourceRecord -ZoneName ZONE -OldInputObject $old -NewInputObject $new",
        safe: false,
        undo: 'write the former SOA back',
      },
    ],
    observable: 'wire',
    source: 'RFC 2308 sections 4 and 5; RC-34',
  },
  'ZON-013': {
    slug: 'zone-primary-wrong',
    severity: 'warning',
    side: 'dns',
    title: 'the primary that the SOA names cannot take updates',
    explanation:
      'Hosts send their dynamic updates to the server that the SOA names as primary. It does not resolve, does not answer, or is no server of this zone, so updates end nowhere or are refused as not authoritative. Clients that only read are not affected, until the records are out of date.',
    explains: derived('0x80072331', '0x80072332', '0x800705B4'),
    fix: [
      {
        text: 'See whom the SOA names, and whether that server has the zone.',
        platform: 'linux',
        command: 'dig SOA ZONE +short; dig @PRIMARY SOA ZONE +norecurse',
        safe: true,
      },
      {
        text: 'Correct the MNAME, or give the server to update explicitly as `server` in the desired state.',
        safe: false,
        undo: 'put the former MNAME back',
      },
      PUBLISH,
    ],
    observable: 'facts',
    source: 'RFC 2136 section 4.3; Microsoft support, DNS dynamic updates in Windows Server; RC-78',
  },
  'ZON-014': {
    slug: 'zone-in-two-partitions',
    severity: 'error',
    side: 'dns',
    title: 'the zone stands in the directory twice',
    explanation:
      'The same zone lives in two partitions, after a change of its replication scope or a domain controller that was brought up anew. Each server loads one of the two, and not all of them the same, so a record that is written into one is missing for the clients of the other.',
    explains: derived('0x8007232B'),
    fix: [
      {
        text: 'See which of the two the servers load, and what the other one has beside it.',
        platform: 'windows',
        command: 'dnscmd DNSSERVER /ZoneInfo ZONE',
        safe: true,
      },
      {
        text: 'Then delete the object of the other one in its partition, not the zone in the DNS console.',
        platform: 'windows',
        command: "Remove-ADObject -Identity 'DC=ZONE,CN=MicrosoftDNS,PARTITION' -Recursive",
        safe: false,
        undo: 'restore the objects from the Active Directory recycle bin or a backup',
      },
    ],
    observable: 'directory',
    source: 'Microsoft support, duplicate zones in Active Directory and events 4515 and 4516',
  },
  'ZON-015': {
    slug: 'zone-conflict-object',
    severity: 'warning',
    side: 'dns',
    title: 'the directory keeps a second object of this name that lost a conflict',
    explanation:
      'Two domain controllers made the same name before they heard of each other, or the move of a zone was not finished. One of the two objects was renamed to CNF: or ..InProgress- and is not served; records that were written into it are lost to clients.',
    explains: derived('0x8007232B'),
    fix: [
      {
        text: 'See what it holds, and bring over what is missing.',
        platform: 'windows',
        command: "Get-ADObject -Identity 'DN' -Properties dnsRecord, whenCreated, whenChanged",
        safe: true,
      },
      {
        text: 'Then delete it.',
        platform: 'windows',
        command: "Remove-ADObject -Identity 'DN' -Recursive",
        safe: false,
        undo: 'restore the object from the Active Directory recycle bin or a backup',
      },
    ],
    observable: 'directory',
    source: '[MS-ADTS] section 3.1.1.5.1.2; Microsoft support, duplicate zones in Active Directory',
  },
};
