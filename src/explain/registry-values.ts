import { NEIGHBOUR_VALUES } from './registry-neighbours.ts';

/** One registry value that decides something about KMS. */
export interface RegistryValue {
  readonly keys: readonly string[];
  readonly type: 'REG_SZ' | 'REG_DWORD' | 'REG_MULTI_SZ' | 'not documented';
  readonly title: string;
  readonly text: string;
  /** What may stand in it. */
  readonly range: string;
  /** What holds when it is not there. */
  readonly fallback: string;
  readonly readBy: string;
  readonly restart: 'sppsvc' | 'computer' | 'no';
  readonly setBy?: string;
  readonly seeAlso?: readonly string[];
}

const WINDOWS_NT = 'HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion';
const SPP = `${WINDOWS_NT}\\SoftwareProtectionPlatform`;
const LEVELS = [`${SPP}\\APPLICATION-ID\\ACTIVATION-ID`, `${SPP}\\APPLICATION-ID`, SPP] as const;
const SERVICE_HIVE =
  'HKU\\S-1-5-20\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\SoftwareProtectionPlatform';
const HOST = 'the licence service of a KMS host';
const CLIENT = 'the licence service of a KMS client';

/** Volume Activation Technical Reference Guide, table 3. */
const HOST_VALUES: Readonly<Record<string, RegistryValue>> = {
  DisableDnsPublishing: {
    keys: [SPP],
    type: 'REG_DWORD',
    title: 'Keeps a KMS host from publishing itself in DNS',
    text: 'Anything but 0 stops it, without an event and without withdrawing what stands in DNS already. DnsDomainPublishList is ignored then.',
    range: '0 publish; anything else do not',
    fallback: '0: the host publishes',
    readBy: HOST,
    restart: 'sppsvc',
    setBy: '/cdns, /sdns',
    seeAlso: ['DnsDomainPublishList', 'publish-off-and-no-record'],
  },
  DnsDomainPublishList: {
    keys: [SPP],
    type: 'REG_MULTI_SZ',
    title: 'Further DNS domains in which a KMS host publishes itself, with priority and weight',
    text: 'One line for each domain, as "domain, priority, weight"; the numbers may be left out and are 0 then. A line names a domain, never a host, and a host publishes itself only; the example of the 2009 guide gets both wrong. Whether the host’s own domain is still published beside the list, two documents see differently: list it as well, and both agree.',
    range: 'lines of domain[, priority[, weight]], numbers 0 to 65535',
    fallback: 'the host publishes in its primary DNS suffix, with 0 and 0',
    readBy: HOST,
    restart: 'sppsvc',
    setBy: 'kmsdns generate publish-list-reg, publish-list-ps1',
    seeAlso: ['publish-list-format', 'publish-home-domain-unclear', '12293', '12294'],
  },
  KeyManagementServiceListeningPort: {
    keys: [SPP],
    type: 'REG_SZ',
    title: 'TCP port on which a KMS host listens',
    text: 'A text, although it is a number. The SRV record, every firewall rule and every pinned client have to say the same port.',
    range: '1 to 65535, as a text',
    fallback: '1688',
    readBy: HOST,
    restart: 'sppsvc',
    setBy: '/sprt',
    seeAlso: ['host-listener-port-differs'],
  },
  EnableKmsLowPriority: {
    keys: [SPP],
    type: 'REG_DWORD',
    title: 'Runs KMS at low priority on a host',
    text: 'Makes way for other work. On a busy machine KMS may not answer in time and not hold its count.',
    range: '0 normal; anything else low',
    fallback: '0',
    readBy: HOST,
    restart: 'sppsvc',
    setBy: '/cpri, /spri',
    seeAlso: ['host-low-priority'],
  },
  VLActivationInterval: {
    keys: [SPP],
    type: 'REG_DWORD',
    title: 'Minutes between the attempts of clients that are not activated',
    text: 'On a host: what it hands out with each answer. On a client: an initial value only, which the first answer of a host replaces.',
    range: '15 to 43200 minutes',
    fallback: '120',
    readBy: `${HOST}, and a client until its first answer`,
    restart: 'sppsvc',
    setBy: '/sai',
    seeAlso: ['VLRenewalInterval'],
  },
  VLRenewalInterval: {
    keys: [SPP],
    type: 'REG_DWORD',
    title: 'Minutes between the renewals of activated clients',
    text: 'On a host: what it hands out with each answer. A client’s own value is never used, since it has an answer by the time it renews.',
    range: '15 to 43200 minutes',
    fallback: '10080, which is 7 days',
    readBy: HOST,
    restart: 'sppsvc',
    setBy: '/sri',
    seeAlso: ['VLActivationInterval'],
  },
  KeyManagementServiceVersion: {
    keys: [SPP],
    type: 'REG_SZ',
    title: 'Tells an old monitoring product that this is a KMS host',
    text: 'Made by hand for the discovery of Operations Manager 2005. It does not make a machine a KMS host, and that it is there does not prove that the machine is one.',
    range: 'a version',
    fallback: 'not there',
    readBy: 'a management pack, and nobody else',
    restart: 'no',
  },
  KeyManagementServiceRegisteredDomainName: {
    keys: [SERVICE_HIVE],
    type: 'not documented',
    title: 'Domain in which a KMS host last published itself',
    text: 'Written by the service; documented for Vista. A change of the domain makes the host publish again.',
    range: 'a DNS domain',
    fallback: 'the host has not published yet',
    readBy: HOST,
    restart: 'no',
    seeAlso: ['12294'],
  },
  KeyManagementServiceRegisteredPortNumber: {
    keys: [SERVICE_HIVE],
    type: 'not documented',
    title: 'Port that a KMS host last published',
    text: 'Written by the service; documented for Vista. A change of the listening port makes the host publish again.',
    range: 'a port',
    fallback: 'the host has not published yet',
    readBy: HOST,
    restart: 'no',
    seeAlso: ['KeyManagementServiceListeningPort'],
  },
  Manual: {
    keys: [`${SPP}\\Activation`],
    type: 'REG_DWORD',
    title: 'Keeps a computer from activating over the Internet by itself',
    text: 'For MAK computers and for the KMS host’s own activation with Microsoft. KMS clients do not care.',
    range: '0 or 1',
    fallback: '0',
    readBy: 'the licence service, for activation with Microsoft',
    restart: 'no',
  },
};

/** Volume Activation Technical Reference Guide, table 3; "Slmgr.vbs options"; slmgr.vbs. */
const CLIENT_VALUES: Readonly<Record<string, RegistryValue>> = {
  KeyManagementServiceName: {
    keys: LEVELS,
    type: 'REG_SZ',
    title: 'The KMS host that a client is told to use',
    text: 'Switches discovery by DNS off at its level; a value for a product wins over one for an application, and that over the one for the computer. A client whose pinned host fails does not look in DNS, as far as documents say.',
    range: 'a DNS name, a NetBIOS name or an IPv4 address; an IPv6 address in brackets',
    fallback: 'the client asks DNS for _vlmcs._tcp',
    readBy: CLIENT,
    restart: 'no',
    setBy: '/skms, /ckms',
    seeAlso: ['KeyManagementServicePort', 'client-host-override-set'],
  },
  KeyManagementServicePort: {
    keys: LEVELS,
    type: 'REG_SZ',
    title: 'Port of the pinned KMS host',
    text: 'A text, although it is a number. Counts only together with KeyManagementServiceName; a client that finds its host by DNS uses the port of the record.',
    range: '1 to 65535, as a text',
    fallback: '1688',
    readBy: CLIENT,
    restart: 'no',
    setBy: '/skms',
    seeAlso: ['client-override-port-mismatch'],
  },
  KeyManagementServiceLookupDomain: {
    keys: LEVELS,
    type: 'REG_SZ',
    title: 'The one domain in which a client looks for the record',
    text: 'The DNS suffixes of the client are not used while it is set, and it is not used while a host is pinned. Documented as a property of WMI; the name in the registry is the same as far as is known.',
    range: 'a DNS domain',
    fallback: 'the client looks in its own DNS suffixes',
    readBy: `${CLIENT}, from Windows 8 on`,
    restart: 'no',
    setBy: '/skms-domain, /ckms-domain',
    seeAlso: ['client-lookup-domain-set'],
  },
  DisableKeyManagementServiceHostCaching: {
    keys: [SPP],
    type: 'REG_DWORD',
    title: 'Makes a client ask DNS at every attempt',
    text: 'Documented as a method of WMI and as /ckhc; the value in the registry is seen in the field under this name and stands in no document.',
    range: '0 remember the host; 1 do not',
    fallback: '0: the client remembers the host that worked',
    readBy: CLIENT,
    restart: 'no',
    setBy: '/ckhc, /skhc',
    seeAlso: ['client-caching-defeats-weights'],
  },
  VLActivationType: {
    keys: LEVELS,
    type: 'REG_DWORD',
    title: 'Which kind of volume activation a client may use',
    text: '0 every kind, 1 Active Directory, 2 KMS, 3 tokens. A client with 1 or 3 never asks for a KMS host. WMI shows it as VLActivationTypeEnabled.',
    range: '0 to 3',
    fallback: '0',
    readBy: `${CLIENT}, from Windows 8 on`,
    restart: 'no',
    setBy: '/act-type',
    seeAlso: ['client-activation-type-not-kms'],
  },
  UserOperations: {
    keys: [SPP],
    type: 'REG_DWORD',
    title: 'Lets users without elevation install keys and activate',
    text: 'Without it such options answer 0x80070005 at a prompt that is not elevated. KMS activation itself needs no elevation.',
    range: '0 or 1',
    fallback: '0',
    readBy: 'the licence service',
    restart: 'no',
    seeAlso: ['0x80070005'],
  },
  SkipRearm: {
    keys: [SPP],
    type: 'REG_DWORD',
    title: 'Makes /rearm and sysprep leave the licence state alone',
    text: 'An image that was made with 1 gives every copy the same client machine ID: many computers count as one, and the KMS host never reaches its threshold.',
    range: '0 or 1',
    fallback: '0',
    readBy: 'the licence service, at /rearm and sysprep /generalize',
    restart: 'no',
    seeAlso: ['/rearm', 'host-duplicate-client-ids'],
  },
  DiscoveredKeyManagementServiceName: {
    keys: [SERVICE_HIVE],
    type: 'not documented',
    title: 'The KMS host that a client found by DNS and remembers',
    text: 'Written by the service after a success, one for each product; documented for Vista, shown by WMI as DiscoveredKeyManagementServiceMachineName. That it differs from the records of today is no fault by itself.',
    range: 'a host name',
    fallback: 'no host is remembered',
    readBy: CLIENT,
    restart: 'no',
    setBy: '/skms and /ckms clear it',
    seeAlso: ['client-cached-host-stale', 'client-cached-host-outside-set'],
  },
  DiscoveredKeyManagementServicePort: {
    keys: [SERVICE_HIVE],
    type: 'not documented',
    title: 'The port of the remembered KMS host',
    text: 'Written by the service together with the name.',
    range: 'a port',
    fallback: 'no host is remembered',
    readBy: CLIENT,
    restart: 'no',
    seeAlso: ['DiscoveredKeyManagementServiceName'],
  },
  DiscoveredKeyManagementServiceMachineIpAddress: {
    keys: [SERVICE_HIVE],
    type: 'not documented',
    title: 'The address of the remembered KMS host',
    text: 'What slmgr /dlv shows as the IP address of the KMS machine: the address at the last success, documented as a property of WMI since Windows 8. It says where the client was, not where it goes next: the name is looked up anew.',
    range: 'an IP address',
    fallback: 'no host is remembered',
    readBy: CLIENT,
    restart: 'no',
    seeAlso: ['DiscoveredKeyManagementServiceName'],
  },
  NotificationDisabled: {
    keys: [SPP],
    type: 'REG_DWORD',
    title: 'Hides the notifications about activation',
    text: 'The licence state is the same; nobody is told.',
    range: '0 or 1',
    fallback: '0',
    readBy: 'the notifications of Windows',
    restart: 'no',
  },
  AlternateURL: {
    keys: [`${SPP}\\Activation`],
    type: 'REG_SZ',
    title: 'Help page that the activation window links to',
    text: 'The guide uses it for the page of the help desk.',
    range: 'a URL',
    fallback: 'the page of Microsoft',
    readBy: 'the activation window',
    restart: 'no',
  },
};

/** Every registry value that touches KMS, by its name. */
export const REGISTRY_VALUES: ReadonlyMap<string, RegistryValue> = new Map(
  Object.entries({ ...HOST_VALUES, ...CLIENT_VALUES, ...NEIGHBOUR_VALUES }),
);

/** Properties of WMI by which the same values are shown: SoftwareLicensingService, SoftwareLicensingProduct. */
export const WMI_NAMES: ReadonlyMap<string, string> = new Map([
  ['KeyManagementServiceMachine', 'KeyManagementServiceName'],
  ['KeyManagementServiceDnsPublishing', 'DisableDnsPublishing'],
  ['KeyManagementServiceLowPriority', 'EnableKmsLowPriority'],
  ['KeyManagementServiceHostCaching', 'DisableKeyManagementServiceHostCaching'],
  ['VLActivationTypeEnabled', 'VLActivationType'],
  ['DiscoveredKeyManagementServiceMachineName', 'DiscoveredKeyManagementServiceName'],
  ['DiscoveredKeyManagementServiceMachinePort', 'DiscoveredKeyManagementServicePort'],
]);
