import { NETWORK_TERMS } from './terms-network.ts';

/** A word of the field, plainly. */
export interface Term {
  readonly title: string;
  readonly text: string;
  /** Other ways to write it, in lower case. */
  readonly aliases?: readonly string[];
  readonly seeAlso?: readonly string[];
}

/** Words of volume activation: the Volume Activation guides and the Windows Server documentation. */
const ACTIVATION_TERMS: Readonly<Record<string, Term>> = {
  KMS: {
    title: 'Key Management Service',
    text: 'Activates Windows and Office inside a company: clients find a KMS host by DNS, ask it over RPC on TCP port 1688, and are licensed for 180 days. The host alone is activated with Microsoft.',
    aliases: ['key management service'],
    seeAlso: ['KMS host', 'KMS client', '_vlmcs._tcp'],
  },
  'KMS host': {
    title: 'Computer that activates others',
    text: 'A Windows server or client with a KMS host key. Its licence service listens on port 1688, counts the computers that ask, and writes its own SRV record into DNS.',
    aliases: ['host', 'kms server'],
    seeAlso: ['CSVLK', '/dlv', 'DnsDomainPublishList'],
  },
  'KMS client': {
    title: 'Computer that asks a KMS host',
    text: 'What a volume edition is by default: the client setup key that it was installed with tells it to look for a KMS host. A MAK or a retail key ends that.',
    aliases: ['client'],
    seeAlso: ['GVLK', 'key channel'],
  },
  GVLK: {
    title: 'KMS client setup key',
    text: 'The key that makes a computer a KMS client, one for each edition and published by Microsoft for everybody; it activates nothing by itself. Also called generic volume licence key.',
    aliases: ['client setup key', 'kms client setup key', 'generic volume license key'],
    seeAlso: ['/ipk', 'key channel'],
  },
  CSVLK: {
    title: 'KMS host key',
    text: 'The key of a customer that makes a computer a KMS host. Each has a group; a host key activates its own group, lower groups, and everything older. kmsdns explain 0xC004F042 --host-key GROUP --product PRODUCT answers for a pair.',
    aliases: ['host key', 'kms host key'],
    seeAlso: ['0xC004F042', '0xC004C008'],
  },
  MAK: {
    title: 'Multiple Activation Key',
    text: 'Activates each computer once and for good with Microsoft, over the Internet or the telephone. A computer with a MAK never asks for a KMS host.',
    aliases: ['multiple activation key'],
    seeAlso: ['key channel', 'client-key-channel-not-kms'],
  },
  'key channel': {
    title: 'The kind of product key that is installed',
    text: 'slmgr /dlv shows it in the description: VOLUME_KMSCLIENT asks a KMS host, VOLUME_KMS is a KMS host, VOLUME_MAK, RETAIL and OEM activate with Microsoft. Look at it before looking at DNS.',
    aliases: ['volume_kmsclient', 'channel'],
    seeAlso: ['/dlv', 'client-key-channel-not-kms'],
  },
  CMID: {
    title: 'Client machine ID',
    text: 'A number that the client makes and sends, by which a KMS host counts. Copies of an image that was not generalised share one and count once.',
    aliases: ['client machine id'],
    seeAlso: ['/rearm', 'SkipRearm', 'host-duplicate-client-ids'],
  },
  threshold: {
    title: 'How many computers must have asked before a host activates anybody',
    text: '5 for servers, 25 for Windows clients, 5 for Office. Every distinct computer that asked in the last 30 days counts, whichever kind it is. A host remembers twice the highest number that was needed: 10, or 50 once a client edition has asked.',
    aliases: ['n-policy', 'count', 'n policy', 'activation threshold'],
    seeAlso: ['0xC004F038', '/dli'],
  },
  'activation interval': {
    title: 'Time between attempts until a client is activated',
    text: '120 minutes unless the host says otherwise; 15 to 43,200 are allowed.',
    seeAlso: ['VLActivationInterval', '/sai'],
  },
  'renewal interval': {
    title: 'Time between renewals of an activated client',
    text: '10,080 minutes, which is 7 days, unless the host says otherwise. After a renewal that failed the client watches the network for 15 minutes and then tries at the activation interval.',
    seeAlso: ['VLRenewalInterval', '/sri'],
  },
  validity: {
    title: 'How long an activation by KMS holds',
    text: '180 days from the last success; each renewal starts them anew. A KMS network that is broken is noticed by new computers at once and by activated ones half a year later.',
    aliases: ['180 days', 'activation validity interval'],
    seeAlso: ['/xpr', 'grace period'],
  },
  'grace period': {
    title: 'Time in which Windows runs without being activated',
    text: '30 days after installation; 30 days after the 180 days of an activation have passed (out-of-tolerance); then notifications. Which one it is stands in the licence state.',
    aliases: ['oob grace', 'oot grace', 'out-of-tolerance', 'grace', 'oob', 'oot'],
    seeAlso: ['licence state', '0xC004F009'],
  },
  'licence state': {
    title: 'What Windows thinks of its licence, as a number from 0 to 6',
    text: '0 unlicensed, 1 licensed, 2 out-of-box grace, 3 out-of-tolerance grace, 4 non-genuine grace, 5 notification, 6 extended grace. It stands in WMI as LicenseStatus and in the events 12288 and 12290.',
    aliases: ['license status', 'licensestatus', 'license state', 'licence status'],
    seeAlso: ['12288', 'grace period'],
  },
  rearm: {
    title: 'Setting the licence state back',
    text: 'Gives a computer a new client machine ID and a new grace period; possible three times. sysprep /generalize does it for images.',
    seeAlso: ['/rearm', 'SkipRearm'],
  },
  'host caching': {
    title: 'Remembering the KMS host that worked',
    text: 'On by default: after a success the client goes back to that host until it fails, and DNS is not asked. Changes of the records reach such clients only then.',
    aliases: ['caching', 'kms host caching'],
    seeAlso: ['/skhc', '/ckhc', 'client-caching-defeats-weights'],
  },
  'lookup domain': {
    title: 'The one DNS domain in which a client looks for the record',
    text: 'Set with slmgr /skms-domain; the suffixes of the client do not count then.',
    seeAlso: ['/skms-domain', 'KeyManagementServiceLookupDomain'],
  },
  ADBA: {
    title: 'Active Directory-based activation',
    text: 'Windows 8, Server 2012 and later look for an activation object in their forest before they look for a KMS host. It has no threshold, and a client that was activated so sends no KMS request.',
    aliases: ['active directory-based activation', 'activation object', 'active directory based activation'],
    seeAlso: ['/ao-list', '/act-type', 'client-activated-by-directory'],
  },
  VAMT: {
    title: 'Volume Activation Management Tool',
    text: 'Configures many computers from one place. Choosing one host for KMS leaves that host pinned on each of them; choosing DNS clears what was pinned.',
    aliases: ['volume activation management tool'],
    seeAlso: ['client-host-override-set'],
  },
  sppsvc: {
    title: 'Software Protection service',
    text: 'The licence service of Windows 7, Server 2008 R2 and later. On a KMS host it is KMS; it reads its registry values when it starts. On clients it stops when there is nothing to do, which is no fault.',
    aliases: ['software protection', 'slsvc', 'software licensing service', 'spp'],
    seeAlso: ['DnsDomainPublishList'],
  },
  slmgr: {
    title: 'Software License Manager script',
    text: 'slmgr.vbs sets and shows everything about activation. cscript //nologo %windir%\\system32\\slmgr.vbs prints to the console; without cscript it opens a window for each line.',
    aliases: ['slmgr.vbs'],
    seeAlso: ['/dlv', '/ato', '/skms'],
  },
  'application ID': {
    title: 'Number of a family of products: Windows, Office',
    text: 'First level of the registry keys below SoftwareProtectionPlatform. Windows is 55c92734-d682-4d71-983e-d6ec3f16059f. A host that is pinned at this level counts for the whole family.',
    aliases: ['appid', 'app id', '55c92734-d682-4d71-983e-d6ec3f16059f'],
    seeAlso: ['activation ID', 'KeyManagementServiceName'],
  },
  'activation ID': {
    title: 'Number of one product',
    text: 'Second level of the registry keys, and the last argument of many slmgr options. slmgr /dlv all lists them. A host that is pinned at this level wins over all others.',
    aliases: ['skuid', 'sku id', 'actid'],
    seeAlso: ['application ID', '/dlv'],
  },
};

/** Every term, by the way this package writes it. */
export const TERMS: ReadonlyMap<string, Term> = new Map(
  Object.entries({ ...ACTIVATION_TERMS, ...NETWORK_TERMS }),
);
