/** Two statements of Microsoft that cannot both be right, and how this package reads them. */
export interface Contradiction {
  readonly says: readonly [string, string];
  readonly reading: string;
  /** Codes, events, options, values, findings and terms that it is about. */
  readonly about: readonly string[];
}

/**
 * Where Microsoft's own pages disagree, among the two Volume Activation guides of 2009 and with what is online today.
 * "Technical Reference Guide" is the Volume Activation Technical Reference Guide for Windows 7 and Server 2008 R2,
 * "Customer Hosted Guide" the Customer Hosted Volume Activation Guide beside it.
 */
export const CONTRADICTIONS: readonly Contradiction[] = [
  {
    says: [
      'Technical Reference Guide, table 3: DnsDomainPublishList holds domains',
      'Technical Reference Guide, table 5: its example lists host names, and other hosts than the one it is for',
    ],
    reading: 'domains; a host publishes itself only',
    about: ['DnsDomainPublishList', 'PUB-005'],
  },
  {
    says: [
      'Technical Reference Guide: the home domain is always published and need not be listed',
      'Customer Hosted Guide: setting the list ends the default of publishing in the primary suffix only',
    ],
    reading: 'home domain and list; list the home domain as well, and both readings give the same records',
    about: ['DnsDomainPublishList', 'PUB-010', 'PUB-003'],
  },
  {
    says: [
      'Customer Hosted Guide: export the registry key and import it on the other KMS hosts',
      'Technical Reference Guide: each host has its own list, with its own priority and weight',
    ],
    reading: 'a copied key gives every host the same numbers, which ends the division of load',
    about: ['DnsDomainPublishList', 'weight'],
  },
  {
    says: [
      'Technical Reference Guide, table 5: hosts of each site publish in the domain of the other',
      'Technical Reference Guide, permissions: the group of each site is given the record of its own domain only',
    ],
    reading: 'both groups need permission on both records',
    about: ['ACL-001', 'ACL-005', 'DnsDomainPublishList'],
  },
  {
    says: [
      'Customer Hosted Guide: a client picks a host at random',
      'Technical Reference Guide and Customer Hosted Guide: Windows 7 and Server 2008 R2 go by priority and weight',
    ],
    reading: 'Vista and Server 2008 at random, everything later by priority and weight',
    about: ['priority', 'weight', 'SRV-023'],
  },
  {
    says: [
      'Windows Server documentation, KMS and DNS: "KMS does not use" priority and weight',
      'the guides, the Office pages and the Windows client pages: it does',
    ],
    reading: 'it does, from Windows 7 on; the sentence is left over from Vista',
    about: ['priority', 'weight', 'SRV-023', 'RUN-006'],
  },
  {
    says: [
      'Customer Hosted Guide: KMS hosts need full control on the record',
      'Technical Reference Guide: read, write and delete',
    ],
    reading: 'read, write and delete are enough',
    about: ['ACL-001', 'ACL-009'],
  },
  {
    says: [
      'Technical Reference Guide: a host key allows 10 activations on up to 6 computers',
      'Customer Hosted Guide: 6 hosts, each of which may be activated 9 more times',
    ],
    reading: 'the limit belongs to the key; ask the activation centre',
    about: ['0xC004C008', 'CSVLK', 'HST-016'],
  },
  {
    says: [
      'Technical Reference Guide, message of 0xC004F039: KMS is not enabled',
      'Technical Reference Guide, cause of 0xC004F039: the request got no answer; check TCP port 1688',
    ],
    reading: 'check the port first, then the role of the host',
    about: ['0xC004F039', 'HST-004'],
  },
  {
    says: [
      'Technical Reference Guide, message of 0xC004F074: no KMS could be contacted',
      'Technical Reference Guide, cause of 0xC004F074: all KMS hosts returned errors',
    ],
    reading: 'a summary; the events 12288 of the attempt say what happened',
    about: ['0xC004F074', '12288'],
  },
  {
    says: [
      'Technical Reference Guide, table 10: 0x8007232A concerns the KMS host',
      'Windows: every DNS query can end with it, also a client’s',
    ],
    reading: 'client and host',
    about: ['0x8007232A', 'RES-004'],
  },
  {
    says: [
      'Microsoft support, page about 0x8007232A: the DNS server does not respond',
      'winerror.h: the server answered with a failure; no response is 0x800705B4',
    ],
    reading: 'a server that answered SERVFAIL; where nothing answers at all, either code may be seen',
    about: ['0x8007232A', '0x800705B4', 'RES-001'],
  },
  {
    says: [
      'Technical Reference Guide, table 11: the provider is Microsoft-Windows-Security-Licensing-SLC, or Software Protection Service',
      'the pages of today: Microsoft-Windows-Security-SPP',
    ],
    reading: 'accept all three',
    about: ['12288', '12289', '12290', '12291', '12292', '12293', '12294'],
  },
  {
    says: [
      'Technical Reference Guide, table 11: event 12291 says that KMS could not be initialised',
      'Technical Reference Guide, message of 12291: the client could not initialise its renewal timer',
    ],
    reading: 'go by the number',
    about: ['12291', '12292'],
  },
  {
    says: [
      'Customer Hosted Guide: the KMS host assigns the client machine ID',
      'Technical Reference Guide, WMI: the client has and sends it',
    ],
    reading: 'the client makes it',
    about: ['CMID', 'HST-013'],
  },
  {
    says: [
      'Technical Reference Guide: /sai is run on the client',
      'Technical Reference Guide, WMI, and the script: an error unless the computer is a KMS host',
    ],
    reading: 'on the host',
    about: ['/sai', '/sri', 'VLActivationInterval'],
  },
  {
    says: [
      'Technical Reference Guide, WMI: SetVLRenewalInterval holds before the client is licensed',
      'Technical Reference Guide, /sri: it holds for clients that are activated',
    ],
    reading: 'after; the sentence was copied from the activation interval',
    about: ['/sri', 'VLRenewalInterval'],
  },
  {
    says: [
      'Technical Reference Guide, table 8: renewal interval "15 to 43,200 minutes (30 days, default)"',
      'Technical Reference Guide, /sri: the default is 10,080 minutes',
    ],
    reading: '10,080; 30 days is the most',
    about: ['/sri', 'VLRenewalInterval'],
  },
  {
    says: [
      'Technical Reference Guide, /skms: IPv6 addresses cannot be given; use a host name',
      'slmgr.vbs of Windows 10: [ADDRESS]:PORT is read',
    ],
    reading: 'brackets on newer systems, a host name everywhere',
    about: ['/skms', 'KeyManagementServiceName', 'CLI-005'],
  },
  {
    says: [
      'Windows Server documentation, KMS and DNS: /skms with a bare IPv6 address and a port',
      'slmgr.vbs: colons part host and port',
    ],
    reading: 'never without brackets',
    about: ['/skms', 'CLI-005'],
  },
  {
    says: [
      'Customer Hosted Guide: a host is assigned by hand "by KMS host caching"',
      'Technical Reference Guide, /skms: it switches discovery off and clears the cache',
    ],
    reading: 'pinning has nothing to do with caching',
    about: ['/skms', '/skhc'],
  },
  {
    says: [
      'Customer Hosted Guide and Office pages: the address of a DNS server can be listed as a suffix',
      'Windows: a suffix is a DNS domain',
    ],
    reading: 'a domain',
    about: ['SearchList', 'DNS suffix', 'CLI-011'],
  },
  {
    says: [
      'Technical Reference Guide, global scenario: DHCP hands out the suffix search list',
      'Windows ignores DHCP option 119, which carries one; option 15 carries one suffix',
    ],
    reading: 'group policy for a list',
    about: ['SearchList', 'DhcpDomain', 'DNS suffix', 'CLI-030'],
  },
  {
    says: [
      'Technical Reference Guide and the error pages: the time is compared in "UTP"',
      'Microsoft support, 0xC004F06C: in UTC, and four hours apart at most',
    ],
    reading: 'UTC',
    about: ['0xC004F06C', 'CLI-022'],
  },
  {
    says: [
      'Customer Hosted Guide: restart the Software Licensing service',
      'Customer Hosted Guide, its command: net stop sppsvc && net start sppsvc',
    ],
    reading: 'slsvc on Vista and Server 2008, sppsvc since',
    about: ['sppsvc', 'DnsDomainPublishList', 'PUB-017'],
  },
  {
    says: [
      'Technical Reference Guide, table 10: the cause of 0xC004C021 names KMS',
      'Technical Reference Guide, table 10: its type is MAK, and so is its message',
    ],
    reading: 'a slip; MAK',
    about: ['0xC004C021'],
  },
  {
    says: [
      'Technical Reference Guide, WMI tables: methods of SoftwareLicensingService stand under SoftwareLicensingProduct and the reverse, and properties among the methods',
      'WMI itself, and the reference of today',
    ],
    reading: 'go by the reference of today',
    about: ['DiscoveredKeyManagementServiceName', 'KeyManagementServiceName'],
  },
  {
    says: [
      'Technical Reference Guide, table 7, and Customer Hosted Guide, table 2: every server host key activates volume editions of Vista and Windows 7',
      'Customer Hosted Guide, table 1: names the HPC editions otherwise',
    ],
    reading: 'the same group under two names',
    about: ['CSVLK', '0xC004F042', 'HST-003'],
  },
  {
    says: [
      'winerror of the licence service: the non-genuine period is 0x4004F065, information',
      'Technical Reference Guide, table 10, and the error pages: 0xC004F065, an error',
    ],
    reading: 'the same statement, printed with the other severity',
    about: ['0xC004F065'],
  },
  {
    says: [
      'Customer Hosted Guide and Windows Server documentation: allow-update { any; }; on BIND',
      'BIND and RFC 3007: that lets anybody rewrite the zone',
    ],
    reading: 'a key, and an update-policy for this one name',
    about: ['ACL-002', 'dynamic update'],
  },
  {
    says: [
      'Windows Server documentation, KMS and DNS: the values stand under CurrentVersion\\SL',
      'everything else since 2009, and tests by readers: SoftwareProtectionPlatform',
    ],
    reading: 'SoftwareProtectionPlatform; SL for Vista and Server 2008 only',
    about: ['DisableDnsPublishing', 'DnsDomainPublishList', 'CLI-021', 'PUB-004'],
  },
  {
    says: [
      'Windows Server documentation, KMS and DNS: a workgroup client takes the domain of DHCP option 15',
      'reports from the field: without a primary suffix no query is sent at all',
    ],
    reading: 'no query; set a primary suffix or a lookup domain',
    about: ['DhcpDomain', 'NV Domain', 'CLI-010', '0x8007007B'],
  },
  {
    says: [
      'Windows Server documentation, replacing a KMS host: open TCP port 135 as well',
      'every other page: TCP port 1688 alone',
    ],
    reading: '1688; port 135 is not needed',
    about: ['port 135', 'port 1688', 'TCP-010', '0x800706D9'],
  },
  {
    says: [
      'Microsoft KB 2553863: 0x80072338 in event 12293 means no permission on the record',
      'winerror.h: 0x80072338 means that a DNS signature failed to verify',
    ],
    reading:
      'no permission in an Active Directory zone, a wrong signature where keys are used; both are told',
    about: ['0x80072338', '12293', 'ACL-001', 'ACL-006'],
  },
  {
    says: [
      'the error for "no SRV record" is 0x8007232B, 0x80092328 or 0x8007007B, by the version of Windows',
      'Microsoft support, Active Directory activation: 0x8007007B means a key of the retail channel',
    ],
    reading: 'look at the key channel before looking at DNS when it is 0x8007007B',
    about: ['0x8007007B', '0x80092328', '0x8007232B', 'CLI-024'],
  },
  {
    says: [
      'Windows Server documentation, migrating a KMS host (a draft): /skms:HOST:PORT, and the "KMS machine name" of the event log',
      'slmgr.vbs: /skms HOST:PORT, and the name is printed by /dlv',
    ],
    reading: 'a blank, and /dlv',
    about: ['/skms', '/dlv'],
  },
  {
    says: [
      'Windows Server documentation, migrating a KMS host (a draft): the threshold counts unique client operating systems',
      'the guides and later pages: clients and servers count alike',
    ],
    reading: 'every distinct computer counts; only the number that is needed differs',
    about: ['threshold', '0xC004F038'],
  },
  {
    says: [
      'Windows Server documentation, troubleshooting KMS: the host sends its port and overwrites that of the client',
      'no other page says so',
    ],
    reading: 'doubtful; the port comes from the record, or from KeyManagementServicePort',
    about: ['KeyManagementServicePort', 'port 1688', 'CLI-004'],
  },
  {
    says: [
      'Windows Server documentation, manual record: the target is an "FQDN or A-Name"',
      'RFC 2782: the target is a host name with addresses, written out in full',
    ],
    reading: 'the full name',
    about: ['SRV-008', 'SRV-006'],
  },
  {
    says: ['Azure pages: the KMS host of Azure has these addresses', 'other Azure pages: it has those'],
    reading: 'go by the name; the addresses change',
    about: ['CLI-026'],
  },
];

/** What contradicts what about a code, an event, an option, a value, a finding or a term. */
export function contradictionsAbout(name: string): readonly Contradiction[] {
  const wanted = name.toLowerCase();
  return CONTRADICTIONS.filter(({ about }) => about.some((one) => one.toLowerCase() === wanted));
}
