import { PUBLISH, RESTART_SPPSVC, SPP_KEY, slmgr } from './commands.ts';
import { derived, documented, type Layer } from './entry.ts';

/** What a KMS host is told to publish, and whether it does. */
export type PublicationHostCode =
  | 'PUB-001'
  | 'PUB-002'
  | 'PUB-003'
  | 'PUB-004'
  | 'PUB-005'
  | 'PUB-006'
  | 'PUB-010'
  | 'PUB-011'
  | 'PUB-012'
  | 'PUB-015'
  | 'PUB-016'
  | 'PUB-017'
  | 'PUB-018'
  | 'PUB-019'
  | 'PUB-020';

export const PUBLICATION_HOST: Layer<PublicationHostCode> = {
  'PUB-001': {
    slug: 'publish-off-and-no-record',
    severity: 'critical',
    side: 'publisher',
    title: 'publishing is switched off on the KMS host, and nobody else publishes',
    explanation:
      'DisableDnsPublishing is not 0, so the host writes no record: slmgr /cdns, an image or a policy did that. It is right where records are made by hand or from a desired state, and here there is none. The host says nothing about it, no event and no error.',
    explains: documented('0x8007232B'),
    fix: [
      {
        text: 'Switch publishing on and restart the service.',
        platform: 'windows',
        command: `${slmgr('/sdns')} && ${RESTART_SPPSVC}`,
        safe: true,
        undo: slmgr('/cdns'),
      },
      PUBLISH,
    ],
    observable: 'facts',
    source: 'Volume Activation Technical Reference Guide, DisableDnsPublishing; RC-70',
  },
  'PUB-002': {
    slug: 'publish-failed',
    severity: 'error',
    side: 'publisher',
    title: 'the KMS host says that it could not publish itself (event 12293)',
    explanation:
      'The event names the domain and a code, and the code says why: refused, no such zone, no DNS servers, a signature, a time-out. It comes anew every 24 hours and at every start of the service. Clients notice only when no other record serves them.',
    explains: [
      ...documented('0x80072338', '0x8007267C'),
      ...derived(
        '0x80072329',
        '0x8007232A',
        '0x8007232B',
        '0x8007232C',
        '0x8007232D',
        '0x8007232E',
        '0x8007232F',
        '0x80072330',
        '0x80072331',
        '0x80072332',
        '0x80072339',
        '0x8007233A',
        '0x800705B4',
        '0x80070005',
      ),
    ],
    fix: [
      {
        text: 'See the code of the latest try.',
        platform: 'windows',
        command: 'wevtutil qe Application /q:"*[System[(EventID=12293)]]" /c:5 /rd:true /f:text',
        safe: true,
      },
      { text: 'Read what it means.', command: 'kmsdns explain CODE', safe: true },
      { text: 'Mended, let the host try at once.', platform: 'windows', command: RESTART_SPPSVC, safe: true },
      PUBLISH,
    ],
    dependsOn: [
      'ACL-001',
      'ACL-004',
      'ACL-006',
      'ACL-007',
      'ACL-009',
      'HST-010',
      'PUB-005',
      'PUB-018',
      'PUB-019',
      'ZON-001',
      'ZON-011',
      'ZON-013',
    ],
    observable: 'facts',
    source: 'Volume Activation Technical Reference Guide, event 12293; Microsoft KB 2553863',
  },
  'PUB-003': {
    slug: 'publish-domain-not-listed',
    severity: 'critical',
    side: 'publisher',
    title: 'no KMS host is told to publish in this domain',
    explanation:
      'A KMS host publishes in its own primary domain and in the domains of its DnsDomainPublishList. Clients of any other domain find no record there, unless somebody publishes it for them.',
    explains: documented('0x8007232B'),
    fix: [
      {
        text: 'Add the domain to DnsDomainPublishList of the hosts and restart sppsvc.',
        platform: 'windows',
        command: 'kmsdns generate publish-list-ps1',
        safe: true,
      },
      { text: 'Or publish it centrally.', command: 'kmsdns apply', safe: true },
    ],
    dependsOn: ['PUB-004', 'PUB-005', 'PUB-011', 'PUB-015'],
    observable: 'facts',
    source: 'Volume Activation Technical Reference Guide, DnsDomainPublishList; RC-09, RC-87',
  },
  'PUB-004': {
    slug: 'publish-list-in-legacy-key',
    severity: 'error',
    side: 'publisher',
    title: 'the publishing values stand under the key of Vista, where nobody reads them',
    explanation:
      'Vista and Server 2008 kept them under CurrentVersion\\SL, and one page of Microsoft still prints that key. Windows 7, Server 2008 R2 and later read SoftwareProtectionPlatform. The list looks right in an export, and the host publishes in its own domain alone.',
    explains: documented('0x8007232B'),
    fix: [
      {
        text: 'Write the list to the right key and restart the service.',
        platform: 'windows',
        command: 'kmsdns generate publish-list-ps1',
        safe: true,
      },
    ],
    observable: 'facts',
    source:
      'Windows Server documentation, "Common troubleshooting procedures for KMS and DNS issues" and its readers’ reports; RC-71',
  },
  'PUB-005': {
    slug: 'publish-list-format',
    severity: 'error',
    side: 'publisher',
    title: 'a line of DnsDomainPublishList is not "domain, priority, weight"',
    explanation:
      'Each line names a domain to publish in, and may give priority and weight. A host name in place of the domain, a number out of range or a fourth field makes the host publish somewhere else, with 0 and 0, or not at all.',
    explains: [],
    fix: [
      {
        text: 'Write the lines anew from the desired state.',
        command: 'kmsdns generate publish-list-reg',
        safe: true,
      },
    ],
    observable: 'facts',
    source:
      'Volume Activation Technical Reference Guide, table 3 (its table 5 has host names, which is wrong); RC-72',
  },
  'PUB-006': {
    slug: 'publish-manual-and-automatic-conflict',
    severity: 'warning',
    side: 'publisher',
    title: 'the host publishes itself with other values',
    explanation:
      'A KMS host writes its own record once a day. If the record that was written for it has another priority, weight or port, there are soon two for the same host, or they replace each other.',
    explains: [],
    fix: [
      {
        text: 'Give the host the same values by its DnsDomainPublishList.',
        platform: 'windows',
        command: 'kmsdns generate publish-list-ps1',
        safe: true,
      },
      {
        text: 'Or switch off publishing on the host.',
        platform: 'windows',
        command: 'cscript //nologo %windir%\\system32\\slmgr.vbs /cdns',
        safe: true,
        undo: 'cscript //nologo %windir%\\system32\\slmgr.vbs /sdns',
      },
    ],
    observable: 'facts',
    source: 'Customer Hosted Volume Activation Guide, manual records',
  },
  'PUB-010': {
    slug: 'publish-home-domain-unclear',
    severity: 'notice',
    side: 'publisher',
    title: 'documents disagree whether the home domain is published beside the list',
    explanation:
      'One guide says that a KMS host always publishes in its own primary domain and needs no line for it; another says that setting DnsDomainPublishList ends that. With a line for the home domain both readings give the same records.',
    explains: [],
    fix: [
      {
        text: 'List the home domain of the host explicitly.',
        command: 'kmsdns generate publish-list-reg',
        safe: true,
      },
    ],
    observable: 'facts',
    source:
      'Volume Activation Technical Reference Guide, table 3; Customer Hosted Volume Activation Guide, DNS publishing',
  },
  'PUB-011': {
    slug: 'publish-value-wrong-type',
    severity: 'error',
    side: 'publisher',
    title: 'a publishing value of the KMS host has the wrong registry type',
    explanation:
      'DnsDomainPublishList is REG_MULTI_SZ with one line per domain, DisableDnsPublishing is REG_DWORD, the listening port is REG_SZ. A list that was written as one text with commas, or a switch as a text, looks right and is not read as meant. No document says what Windows does with it.',
    explains: [],
    fix: [
      {
        text: 'Write the values anew, each with its type.',
        platform: 'windows',
        command: 'kmsdns generate publish-list-reg',
        safe: true,
      },
      {
        text: 'Or by hand; \\0 parts the lines.',
        platform: 'windows',
        command: `reg add ${SPP_KEY} /v DnsDomainPublishList /t REG_MULTI_SZ /d "DOMAIN, 10, 75\\0OTHER-DOMAIN, 90, 75" /f`,
        safe: false,
        undo: 'write the former value back',
      },
    ],
    observable: 'facts',
    source: 'Volume Activation Technical Reference Guide, table 3; RC-111',
  },
  'PUB-012': {
    slug: 'publish-host-beyond-plan',
    severity: 'warning',
    side: 'publisher',
    title: 'the host would publish what the desired state does not say',
    explanation:
      'A KMS host publishes in its own primary domain without being told. If the desired state has no record for it there, it writes one all the same, with priority 0 and weight 0, which is tried before every host with a higher number.',
    explains: [],
    fix: [
      { text: 'Add the host to that domain in the desired state.', safe: true },
      {
        text: 'Or switch off publishing on the host and publish centrally.',
        platform: 'windows',
        command: 'cscript //nologo %windir%\\system32\\slmgr.vbs /cdns',
        safe: true,
        undo: 'cscript //nologo %windir%\\system32\\slmgr.vbs /sdns',
      },
    ],
    observable: 'facts',
    source: 'Volume Activation Technical Reference Guide, DnsDomainPublishList',
  },
  'PUB-015': {
    slug: 'publish-host-namespace-disjoint',
    severity: 'error',
    side: 'publisher',
    title: 'the primary DNS suffix of the KMS host is not the domain of its clients',
    explanation:
      'A host publishes under its own primary DNS suffix, not under the name of its Active Directory domain. Where the two differ, the record stands in the zone of the computer names, and clients of the domain ask in another one. Event 12294 says in which domain it was published.',
    explains: derived('0x8007232B'),
    fix: [
      {
        text: 'Tell the host the domain of its clients.',
        platform: 'windows',
        command: 'kmsdns generate publish-list-ps1',
        safe: true,
      },
      {
        text: 'Or name the domain of the record on the clients.',
        platform: 'windows',
        command: slmgr('/skms-domain DOMAIN'),
        safe: true,
        undo: slmgr('/ckms-domain'),
      },
      PUBLISH,
    ],
    observable: 'directory',
    source:
      'Customer Hosted Volume Activation Guide, DNS publishing; Windows Server documentation, "Slmgr.vbs options"; RC-10',
  },
  'PUB-016': {
    slug: 'publish-record-scavenged',
    severity: 'critical',
    side: 'publisher',
    title: 'the record was removed by scavenging',
    explanation:
      'It was registered dynamically, nobody refreshed it for the no-refresh and the refresh interval, and a server with scavenging took it away. A host that may not write the record, or that was off for two weeks, loses it so. In the directory the object is still there, as a tombstone.',
    explains: derived('0x8007232B'),
    fix: [
      { text: 'Let the host publish again.', platform: 'windows', command: RESTART_SPPSVC, safe: true },
      {
        text: 'See the intervals of the zone.',
        platform: 'windows',
        command: 'Get-DnsServerZoneAging -Name ZONE; Get-DnsServerScavenging',
        safe: true,
      },
      PUBLISH,
    ],
    dependsOn: ['ACL-001', 'ACL-004'],
    observable: 'directory',
    source: '[MS-DNSP] section 2.3.1.1; Windows Server documentation, ageing and scavenging; RC-33',
  },
  'PUB-017': {
    slug: 'publish-service-not-restarted',
    severity: 'error',
    side: 'publisher',
    title: 'the host has not published in a listed domain since its list was changed',
    explanation:
      'The service reads its values when it starts. The list names the domain, and no event 12294 or 12293 speaks of it, so the service still works with the former list.',
    explains: derived('0x8007232B'),
    fix: [
      { text: 'Restart the service of the host.', platform: 'windows', command: RESTART_SPPSVC, safe: true },
      {
        text: 'Then look for event 12294 with that domain.',
        platform: 'windows',
        command:
          'wevtutil qe Application /q:"*[System[(EventID=12293 or EventID=12294)]]" /c:10 /rd:true /f:text',
        safe: true,
      },
    ],
    observable: 'facts',
    source: 'Customer Hosted Volume Activation Guide, DnsDomainPublishList; RC-73',
  },
  'PUB-018': {
    slug: 'publish-single-label-domain',
    severity: 'error',
    side: 'publisher',
    title: 'the domain has one label, and Windows sends no dynamic updates for it',
    explanation:
      'By default the Windows DNS client updates neither the root nor top-level zones, and a domain without a dot counts as one. The host publishes nothing and clients of a domain such as "corp" find nothing. A policy allows it.',
    explains: derived('0x8007232B'),
    fix: [
      {
        text: 'Enable the policy "Update top level domain zones" on the KMS hosts.',
        platform: 'windows',
        command:
          'reg add "HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows NT\\DNSClient" /v UpdateTopLevelDomainZones /t REG_DWORD /d 1 /f',
        safe: false,
        undo: 'reg delete "HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows NT\\DNSClient" /v UpdateTopLevelDomainZones /f',
      },
      PUBLISH,
    ],
    observable: 'facts',
    source: 'Windows client policy, "Update top level domain zones"; RC-80',
  },
  'PUB-019': {
    slug: 'publish-host-in-workgroup',
    severity: 'error',
    side: 'publisher',
    title: 'the KMS host is in no domain, so it cannot publish itself',
    explanation:
      'A host outside Active Directory has no Kerberos identity and is refused by every zone that wants secure updates; without a primary DNS suffix it has not even a zone to publish in. It serves clients as well as any other host, once somebody else makes its record.',
    explains: derived('0x8007232B', '0x8007232D'),
    fix: [
      PUBLISH,
      {
        text: 'And keep the host from trying.',
        platform: 'windows',
        command: slmgr('/cdns'),
        safe: true,
        undo: slmgr('/sdns'),
      },
    ],
    observable: 'facts',
    source: 'Customer Hosted Volume Activation Guide, permissions of the KMS hosts; RFC 3645; RC-82',
  },
  'PUB-020': {
    slug: 'publish-silently-dropped',
    severity: 'error',
    side: 'publisher',
    title: 'the update was acknowledged and the record is not there',
    explanation:
      'The DNS server answered that all went well, the host logged event 12294, and no server has the record. BIND drops records above the limit of an update-policy type such as SRV(2), and servers ignore an SRV record beside a CNAME; the update may also have gone to a view that nobody is given.',
    explains: derived('0x8007232B'),
    fix: [
      {
        text: 'Look for the update in the log of the server.',
        platform: 'bind',
        command: 'rndc trace && grep update NAMED-LOG',
        safe: true,
      },
      { text: 'See what a proven update does there.', command: 'kmsdns preflight', safe: true },
      {
        text: 'Raise the limit of the update-policy, or take the CNAME away.',
        platform: 'bind',
        command: 'kmsdns generate bind-named',
        safe: true,
      },
    ],
    dependsOn: ['ZON-010'],
    observable: 'facts',
    source: 'BIND 9 reference manual, update-policy; RFC 2136 section 3.4.2.2; RC-83',
  },
};
