import { ADD_SRV_POWERSHELL, PUBLISH, slmgr } from './commands.ts';
import { derived, documented, type Layer } from './entry.ts';

/** In which domains the client looks for the record, and whom it asks. */
export type ClientDomainCode =
  | 'CLI-007'
  | 'CLI-008'
  | 'CLI-010'
  | 'CLI-011'
  | 'CLI-012'
  | 'CLI-013'
  | 'CLI-014'
  | 'CLI-019'
  | 'CLI-025'
  | 'CLI-028'
  | 'CLI-029'
  | 'CLI-030';

const SUFFIX_LIST = 'Set-DnsClientGlobalSetting -SuffixSearchList @("DOMAIN", "OTHER-DOMAIN")';

export const CLIENT_DOMAIN: Layer<ClientDomainCode> = {
  'CLI-007': {
    slug: 'client-lookup-domain-set',
    severity: 'notice',
    side: 'client',
    title: 'the client looks for the record in one fixed domain',
    explanation:
      'KeyManagementServiceLookupDomain, set by slmgr /skms-domain, names the only domain in which this client asks for the record; its DNS suffixes are not used. That is right where the names of the computers and the Active Directory domain differ. slmgr /ckms does not clear it.',
    explains: [],
    fix: [
      {
        text: 'Nothing needs doing while the record is in that domain; to go back to the suffixes, clear it.',
        platform: 'windows',
        command: slmgr('/ckms-domain'),
        safe: true,
        undo: slmgr('/skms-domain DOMAIN'),
      },
    ],
    observable: 'facts',
    source: 'Windows Server documentation, "Slmgr.vbs options", /skms-domain',
  },
  'CLI-008': {
    slug: 'client-lookup-domain-empty-of-srv',
    severity: 'critical',
    side: 'client',
    title: 'the fixed lookup domain has no KMS record',
    explanation:
      'The client asks in this one domain only, and there is no record in it. Records in its own domain do not help, because the suffixes are not used while the lookup domain is set. The setting often outlives a migration, since slmgr /ckms leaves it.',
    explains: documented('0x8007232B', '0x8007251D'),
    fix: [
      {
        text: 'Clear the lookup domain.',
        platform: 'windows',
        command: slmgr('/ckms-domain'),
        safe: true,
        undo: slmgr('/skms-domain DOMAIN'),
      },
      PUBLISH,
    ],
    observable: 'facts',
    source: 'Windows Server documentation, "Slmgr.vbs options", /skms-domain; slmgr.vbs; RC-62',
  },
  'CLI-010': {
    slug: 'client-no-dns-suffix',
    severity: 'critical',
    side: 'client',
    title: 'the client has no DNS suffix, so it asks for no record',
    explanation:
      'The name of the record is _vlmcs._tcp and the domain of the client. A workgroup computer without a primary DNS suffix has no domain to append, and was seen to send no SRV query at all, although nslookup with the suffix of the connection finds the record. One page of Microsoft says that DHCP option 15 is enough; reports from the field say that it is not.',
    explains: derived('0x8007007B', '0x8007232B'),
    fix: [
      {
        text: 'Name the domain of the record (Windows 8 and later).',
        platform: 'windows',
        command: slmgr('/skms-domain DOMAIN'),
        safe: true,
        undo: slmgr('/ckms-domain'),
      },
      {
        text: 'Or set the primary DNS suffix, and restart the computer.',
        platform: 'windows',
        command:
          'reg add HKLM\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters /v "NV Domain" /t REG_SZ /d DOMAIN /f',
        safe: false,
        undo: 'write the former value of "NV Domain" back and restart',
      },
    ],
    observable: 'facts',
    source:
      'Windows Server documentation, "Common troubleshooting procedures for KMS and DNS issues"; field reports; RC-52',
  },
  'CLI-011': {
    slug: 'client-suffix-without-record',
    severity: 'critical',
    side: 'client',
    title: 'no domain in which this client looks has the record',
    explanation:
      'The record exists, in a domain that this client does not ask: its primary suffix and its suffix list lead elsewhere. nslookup on an administrator’s computer finds it and proves nothing about this client. Either the record has to come to the client’s domain or the client has to look where the record is.',
    explains: [...documented('0x8007232B'), ...derived('0x8007007B')],
    fix: [
      PUBLISH,
      {
        text: 'Or name the domain of the record on the client.',
        platform: 'windows',
        command: slmgr('/skms-domain DOMAIN'),
        safe: true,
        undo: slmgr('/ckms-domain'),
      },
      {
        text: 'Or add the domain to the suffix list; group policy "DNS suffix search list" does it for many clients.',
        platform: 'windows',
        command: SUFFIX_LIST,
        safe: true,
        undo: 'set the former list again',
      },
    ],
    dependsOn: [
      'CLI-008',
      'CLI-028',
      'CLI-030',
      'PUB-001',
      'PUB-003',
      'PUB-004',
      'PUB-005',
      'PUB-015',
      'PUB-019',
    ],
    observable: 'wire',
    source: 'Customer Hosted Volume Activation Guide, "DNS suffix search list"; RC-09, RC-53',
  },
  'CLI-012': {
    slug: 'client-suffix-order-shadows',
    severity: 'warning',
    side: 'client',
    title: 'another domain answers before the one that is meant',
    explanation:
      'Suffixes are asked in order, and the first that has the record ends the search. An old or foreign record in an earlier domain hides the set that was meant for this client. The client works as long as those hosts do.',
    explains: [],
    fix: [
      {
        text: 'Put the right domain first.',
        platform: 'windows',
        command: SUFFIX_LIST,
        safe: true,
        undo: 'set the former list again',
      },
      { text: 'Or take the record out of the earlier domain.', command: 'kmsdns plan', safe: true },
    ],
    observable: 'wire',
    source: 'Windows client policy, "DNS suffix search list"; Volume Activation Technical Reference Guide',
  },
  'CLI-013': {
    slug: 'client-record-at-bare-label-only',
    severity: 'critical',
    side: 'dns',
    title: 'the record stands at _vlmcs._tcp without any domain',
    explanation:
      'Small DNS servers such as dnsmasq answer for the bare name when no domain is written. nslookup asks for the bare name and is content; Windows asks for _vlmcs._tcp with its own domain behind it and is told that there is no such name. Everything that people try by hand works, and the client fails.',
    explains: derived('0x8007232B', '0x8007007B'),
    fix: [
      {
        text: 'Write the domain into the name.',
        platform: 'dnsmasq',
        command: 'srv-host=_vlmcs._tcp.DOMAIN,KMSHOST,1688,0,0',
        safe: true,
      },
    ],
    dependsOn: ['CLI-010'],
    observable: 'wire',
    source: 'dnsmasq manual, srv-host; field reports; RC-08',
  },
  'CLI-014': {
    slug: 'client-relies-on-devolution',
    severity: 'notice',
    side: 'client',
    title: 'the record is found only after a label of the suffix is stripped',
    explanation:
      'Without a suffix list Windows strips labels from its primary suffix, down to a level that policy sets. The record stands in a parent domain and is found by that. A suffix list, or a higher devolution level, ends it without any warning.',
    explains: [],
    fix: [
      {
        text: 'List the parent domain explicitly.',
        platform: 'windows',
        command: SUFFIX_LIST,
        safe: true,
        undo: 'set the former list again',
      },
      PUBLISH,
    ],
    observable: 'facts',
    source: 'Windows client policy, "Primary DNS suffix devolution" and its level',
  },
  'CLI-019': {
    slug: 'client-nrpt-diverts',
    severity: 'error',
    side: 'client',
    title: 'a name resolution policy sends the question to another server',
    explanation:
      'The Name Resolution Policy Table gives some domains their own DNS servers, usually for a VPN or DirectAccess. nslookup does not read it, so a test by hand asks a different server than the client. The servers of the rule do not have the record, or do not answer.',
    explains: documented('0x8007232B'),
    fix: [
      {
        text: 'See which rules are in force.',
        platform: 'windows',
        command: 'Get-DnsClientNrptPolicy -Effective',
        safe: true,
      },
      {
        text: 'Ask the way the client does.',
        platform: 'windows',
        command: 'Resolve-DnsName -Type SRV _vlmcs._tcp.DOMAIN',
        safe: true,
      },
      {
        text: 'Change the rule where it was made: group policy, or the profile of the VPN.',
        platform: 'windows',
        safe: false,
        undo: 'restore the rule',
      },
    ],
    observable: 'facts',
    source: 'Windows documentation, Name Resolution Policy Table; RC-42',
  },
  'CLI-025': {
    slug: 'client-no-dns-servers',
    severity: 'critical',
    side: 'client',
    title: 'the client has no DNS servers',
    explanation:
      'No adapter of this computer has a DNS server, by DHCP or by hand. Windows says so with a code of its own before any packet leaves. Nothing about KMS can work until this is mended.',
    explains: documented('0x8007267C'),
    fix: [
      {
        text: 'Ask DHCP again.',
        platform: 'windows',
        command: 'ipconfig /renew',
        safe: true,
      },
      {
        text: 'Or set the servers by hand.',
        platform: 'windows',
        command: 'Set-DnsClientServerAddress -InterfaceAlias ADAPTER -ServerAddresses DNSSERVER,DNSSERVER2',
        safe: false,
        undo: 'Set-DnsClientServerAddress -InterfaceAlias ADAPTER -ResetServerAddresses',
      },
    ],
    observable: 'facts',
    source: 'Microsoft support, "Windows activation fails with error 0x8007267C"; RC-38',
  },
  'CLI-028': {
    slug: 'client-devolution-off',
    severity: 'error',
    side: 'client',
    title: 'the record is in a parent domain, and this client does not strip labels',
    explanation:
      'The record stands above the client’s own domain. Windows would find it by stripping labels from the primary suffix, and does not: a suffix list switches that off, and policy may forbid it or stop it at a level. What worked before the list was handed out has stopped since.',
    explains: derived('0x8007232B'),
    fix: [
      {
        text: 'Add the parent domain to the suffix list.',
        platform: 'windows',
        command: SUFFIX_LIST,
        safe: true,
        undo: 'set the former list again',
      },
      PUBLISH,
    ],
    observable: 'facts',
    source: 'Windows client policy, "Primary DNS suffix devolution level"; RC-55',
  },
  'CLI-029': {
    slug: 'client-hosts-file-in-place-of-record',
    severity: 'notice',
    side: 'client',
    title: 'the hosts file names the KMS host, which cannot stand in for an SRV record',
    explanation:
      'A hosts file, LLMNR and NetBIOS know addresses of names, and no service records. An entry for the KMS host helps a client that is told the host, and none that has to find it.',
    explains: [],
    fix: [
      PUBLISH,
      {
        text: 'Or tell this client the host.',
        platform: 'windows',
        command: slmgr('/skms KMSHOST:PORT'),
        safe: true,
        undo: slmgr('/ckms'),
      },
    ],
    observable: 'facts',
    source: 'RFC 952; RFC 2782; RC-51',
  },
  'CLI-030': {
    slug: 'client-dhcp-search-list-ignored',
    severity: 'warning',
    side: 'client',
    title: 'the suffix list of DHCP option 119 has not arrived',
    explanation:
      'Option 119 carries a suffix list, option 15 a single suffix. Windows has ignored option 119 for most of its history, although a guide of Microsoft plans with a list handed out by DHCP. Clients then ask in one domain only.',
    explains: derived('0x8007232B'),
    fix: [
      {
        text: 'Hand the list out by group policy, "DNS suffix search list".',
        platform: 'windows',
        command: SUFFIX_LIST,
        safe: true,
        undo: 'set the former list again',
      },
      {
        text: 'Or publish the record in the domain of option 15.',
        platform: 'windows',
        command: ADD_SRV_POWERSHELL,
        safe: true,
        undo: 'delete that record again',
      },
    ],
    observable: 'not-yet',
    whyNot:
      'what a DHCP server offered stands in none of the evidence that is read; a capture of the lease would show it',
    source: 'RFC 3397; Volume Activation Technical Reference Guide, global scenario; RC-54',
  },
};
