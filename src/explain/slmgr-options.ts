/** One option of slmgr.vbs. */
export interface SlmgrOption {
  readonly syntax: string;
  readonly title: string;
  readonly on: 'client' | 'host' | 'both';
  /** Does it need an elevated prompt? */
  readonly elevated: 'yes' | 'no' | string;
  readonly text: string;
  /** Registry values or WMI properties that it changes. */
  readonly writes?: readonly string[];
  readonly range?: string;
  readonly undo?: string;
  /** Needs the service to be started anew before it counts. */
  readonly restart?: boolean;
  /** Windows versions that know it, where not all do. */
  readonly versions?: string;
  readonly seeAlso?: readonly string[];
}

const SINCE_8 = 'Windows 8, Server 2012 and later';
const UNTIL_8 = 'Windows 7 to 8, Server 2008 R2 to 2012; removed in 8.1 and Server 2012 R2';

/** Options by which a KMS client is pointed, tried and looked at: "Slmgr.vbs options", and the script itself. */
const CLIENT_OPTIONS: Readonly<Record<string, SlmgrOption>> = {
  '/skms': {
    syntax: '/skms NAME[:PORT] | :PORT [ACTIVATION-ID]',
    title: 'Pin the KMS host that this client uses',
    on: 'client',
    elevated: 'yes',
    text: 'From then on the client asks this host only; no record in DNS counts for it, and it does not fall back to DNS. A name without a port sets the port back to 1688. With an activation ID it holds for that product alone, and such a setting wins over one without. It also clears the cached host. An IPv6 address wants brackets, which only newer versions of the script read.',
    writes: ['KeyManagementServiceName', 'KeyManagementServicePort'],
    undo: '/ckms',
    seeAlso: ['/ckms', '/skms-domain', 'client-host-override-set'],
  },
  '/ckms': {
    syntax: '/ckms [ACTIVATION-ID]',
    title: 'Let this client find its KMS host by DNS again',
    on: 'client',
    elevated: 'yes',
    text: 'Removes the pinned name, address and port. It does not remove a lookup domain, for which there is /ckms-domain, and without an activation ID it does not touch a host that was set for one product.',
    writes: ['KeyManagementServiceName', 'KeyManagementServicePort'],
    undo: '/skms NAME:PORT',
    seeAlso: ['/skms', '/ckms-domain'],
  },
  '/skms-domain': {
    syntax: '/skms-domain DOMAIN [ACTIVATION-ID]',
    title: 'Name the one DNS domain in which this client looks for the record',
    on: 'client',
    elevated: 'yes',
    text: 'The client asks for _vlmcs._tcp in this domain and uses none of its DNS suffixes. Without effect while a host is pinned with /skms. Meant for networks in which computer names and the Active Directory domain differ.',
    writes: ['KeyManagementServiceLookupDomain'],
    undo: '/ckms-domain',
    versions: SINCE_8,
    seeAlso: ['/skms', 'client-lookup-domain-set'],
  },
  '/ckms-domain': {
    syntax: '/ckms-domain [ACTIVATION-ID]',
    title: 'Let this client look in its own DNS suffixes again',
    on: 'client',
    elevated: 'yes',
    text: 'Removes the domain that /skms-domain set. /ckms leaves it, so a client that was cleaned up half keeps asking in a domain that is gone.',
    writes: ['KeyManagementServiceLookupDomain'],
    undo: '/skms-domain DOMAIN',
    versions: SINCE_8,
    seeAlso: ['/ckms'],
  },
  '/skhc': {
    syntax: '/skhc',
    title: 'Remember the KMS host that worked (the default)',
    on: 'client',
    elevated: 'yes',
    text: 'After a success the client goes to the same host until it fails, and looks in DNS only then. Priority and weight count for the first search only.',
    writes: ['DisableKeyManagementServiceHostCaching'],
    undo: '/ckhc',
    seeAlso: ['/ckhc', 'client-caching-defeats-weights'],
  },
  '/ckhc': {
    syntax: '/ckhc',
    title: 'Ask DNS at every attempt',
    on: 'client',
    elevated: 'yes',
    text: 'Switches host caching off. Recommended where priorities and weights shall hold, as between sites. The client then needs DNS for each renewal.',
    writes: ['DisableKeyManagementServiceHostCaching'],
    undo: '/skhc',
    seeAlso: ['/skhc'],
  },
  '/act-type': {
    syntax: '/act-type [0 | 1 | 2 | 3] [ACTIVATION-ID]',
    title: 'Limit this computer to one kind of volume activation',
    on: 'client',
    elevated: 'yes',
    text: '0 allows every kind, 1 Active Directory only, 2 KMS only, 3 tokens only. A client with 1 or 3 never asks for a KMS host, and nothing in DNS will change that.',
    writes: ['VLActivationType'],
    range: '0 to 3; default 0',
    undo: '/act-type 0',
    versions: SINCE_8,
    seeAlso: ['client-activation-type-not-kms', 'ADBA'],
  },
  '/stao': {
    syntax: '/stao',
    title: 'Activate by tokens only',
    on: 'client',
    elevated: 'yes',
    text: 'Stops automatic KMS attempts. /ato by hand still tries KMS, which hides the setting from whoever tests.',
    undo: '/ctao',
    versions: UNTIL_8,
    seeAlso: ['/ctao', '/act-type'],
  },
  '/ctao': {
    syntax: '/ctao',
    title: 'Allow automatic KMS activation again (the default)',
    on: 'client',
    elevated: 'yes',
    text: 'Clears the token-only flag of /stao.',
    undo: '/stao',
    versions: UNTIL_8,
    seeAlso: ['/stao', '/act-type'],
  },
};

/** Options of a KMS host. */
const HOST_OPTIONS: Readonly<Record<string, SlmgrOption>> = {
  '/sprt': {
    syntax: '/sprt PORT',
    title: 'Set the TCP port on which this KMS host listens',
    on: 'host',
    elevated: 'yes',
    text: 'Clients that find the host by DNS use the port of the record, so the record has to carry the new port; a host that publishes itself is expected to do that after a restart. Pinned clients and firewall rules have to be changed by hand.',
    writes: ['KeyManagementServiceListeningPort'],
    range: '1 to 65535; default 1688',
    undo: '/sprt 1688',
    restart: true,
    seeAlso: ['host-listener-port-differs', 'port 1688'],
  },
  '/sdns': {
    syntax: '/sdns',
    title: 'Let this KMS host publish itself in DNS (the default)',
    on: 'host',
    elevated: 'yes',
    text: 'The host writes its SRV record at every start of the service and every 24 hours, in its own domain and in those of DnsDomainPublishList.',
    writes: ['DisableDnsPublishing'],
    undo: '/cdns',
    restart: true,
    seeAlso: ['/cdns', '12293', '12294'],
  },
  '/cdns': {
    syntax: '/cdns',
    title: 'Keep this KMS host from publishing itself',
    on: 'host',
    elevated: 'yes',
    text: 'For hosts whose record somebody else keeps. Records that stand already are not withdrawn by it; they have to be deleted.',
    writes: ['DisableDnsPublishing'],
    undo: '/sdns',
    restart: true,
    seeAlso: ['/sdns', 'publish-off-and-no-record'],
  },
  '/sai': {
    syntax: '/sai MINUTES',
    title: 'Set how often clients that are not activated try',
    on: 'host',
    elevated: 'yes',
    text: 'Minutes between attempts until a client is activated. The host hands the value out with each answer; what a client has in its own registry counts only until then. The script refuses it on a machine that is no KMS host.',
    writes: ['VLActivationInterval'],
    range: '15 to 43200 minutes; default 120',
    undo: '/sai 120',
    restart: true,
    seeAlso: ['/sri', 'activation interval'],
  },
  '/sri': {
    syntax: '/sri MINUTES',
    title: 'Set how often activated clients renew',
    on: 'host',
    elevated: 'yes',
    text: 'Minutes between renewals of an activated client. Each success starts its 180 days anew. The host hands the value out with each answer.',
    writes: ['VLRenewalInterval'],
    range: '15 to 43200 minutes; default 10080',
    undo: '/sri 10080',
    restart: true,
    seeAlso: ['/sai', 'renewal interval'],
  },
  '/spri': {
    syntax: '/spri',
    title: 'Run KMS at normal priority (the default)',
    on: 'host',
    elevated: 'yes',
    text: 'The threads of the service get processor time like any other.',
    writes: ['EnableKmsLowPriority'],
    undo: '/cpri',
    restart: true,
    seeAlso: ['/cpri'],
  },
  '/cpri': {
    syntax: '/cpri',
    title: 'Run KMS at low priority',
    on: 'host',
    elevated: 'yes',
    text: 'Makes way for other work on the same machine. On a busy one KMS may answer late and not hold its count.',
    writes: ['EnableKmsLowPriority'],
    undo: '/spri',
    restart: true,
    seeAlso: ['host-low-priority'],
  },
  '/dti': {
    syntax: '/dti [ACTIVATION-ID]',
    title: 'Show the installation ID for activation by telephone',
    on: 'both',
    elevated: 'no',
    text: 'For a KMS host without the Internet: the activation centre answers this number with a confirmation ID for /atp.',
    seeAlso: ['/atp', '0xC004F041'],
  },
  '/atp': {
    syntax: '/atp CONFIRMATION-ID',
    title: 'Activate with the confirmation ID of the activation centre',
    on: 'both',
    elevated: 'yes',
    text: 'The second half of an activation by telephone. A digit that is wrong gives 0xC004F02C.',
    seeAlso: ['/dti', '0xC004F02C'],
  },
};

/** Options that show the state, try now, or change key and licence. */
const COMMON_OPTIONS: Readonly<Record<string, SlmgrOption>> = {
  '/ato': {
    syntax: '/ato [ACTIVATION-ID]',
    title: 'Try to activate now',
    on: 'both',
    elevated: 'not for a KMS client; yes where it activates over the Internet',
    text: 'On a KMS client it asks for a KMS host at once, also when automatic attempts are switched off. On a KMS host it activates the host itself with Microsoft.',
    seeAlso: ['12288', '8198'],
  },
  '/dli': {
    syntax: '/dli [ACTIVATION-ID | all]',
    title: 'Show the licence',
    on: 'both',
    elevated: 'no',
    text: 'On a KMS host also the count and the number of requests so far, which are cumulative since the installation and reset by nothing else.',
    seeAlso: ['/dlv', 'threshold'],
  },
  '/dlv': {
    syntax: '/dlv [ACTIVATION-ID | all]',
    title: 'Show the licence with all details',
    on: 'both',
    elevated: 'no',
    text: 'On a client: key channel, pinned host, host from DNS, lookup domain, host caching, activation type, intervals. On a host: port, publishing, count. The output is translated; kmsdns diagnose --facts reads it in any language by its structure.',
    seeAlso: ['/dli', 'key channel'],
  },
  '/xpr': {
    syntax: '/xpr [ACTIVATION-ID]',
    title: 'Show when the activation ends',
    on: 'client',
    elevated: 'no',
    text: 'For a KMS client the end of the 180 days since its last success. Keys that activate for good have no such date.',
    seeAlso: ['validity'],
  },
  '/ipk': {
    syntax: '/ipk PRODUCT-KEY',
    title: 'Install a product key',
    on: 'both',
    elevated: 'yes, unless UserOperations is 1',
    text: 'Replaces the key that is there without asking. A KMS client setup key makes the computer a KMS client, a KMS host key makes it a KMS host that publishes itself: a host key on an ordinary computer is how rogue records come about.',
    undo: 'install the former key',
    restart: true,
    seeAlso: ['GVLK', 'CSVLK', 'srv-target-not-in-plan'],
  },
  '/upk': {
    syntax: '/upk [ACTIVATION-ID]',
    title: 'Remove the product key',
    on: 'both',
    elevated: 'yes',
    text: 'After a restart the computer has no licence until it gets a key. On a KMS host it ends the role; the SRV record stays in DNS and has to be deleted.',
    undo: 'install the key with /ipk',
    seeAlso: ['/ipk', 'srv-target-decommissioned'],
  },
  '/cpky': {
    syntax: '/cpky',
    title: 'Remove the product key from the registry',
    on: 'both',
    elevated: 'yes',
    text: 'Keeps the key from being read out of the registry. The licence stays. Not needed for MAKs and KMS host keys.',
  },
  '/rearm': {
    syntax: '/rearm',
    title: 'Set the licence state back and start a new grace period',
    on: 'client',
    elevated: 'yes',
    text: 'Gives the computer a new client machine ID and 30 days; possible a few times only. sysprep /generalize does the same. Does nothing while SkipRearm is 1, and images made so share one client ID.',
    seeAlso: ['SkipRearm', 'host-duplicate-client-ids', 'rearm'],
  },
  '/rilc': {
    syntax: '/rilc',
    title: 'Install the licence files of the system again',
    on: 'both',
    elevated: 'yes',
    text: 'From the local copies that were stored during installation. For licensing data that cannot be read.',
    seeAlso: ['0x8007000D'],
  },
  '/ao-list': {
    syntax: '/ao-list',
    title: 'List the activation objects of the forest',
    on: 'both',
    elevated: 'no',
    text: 'A client that finds one that fits is activated by Active Directory and sends no KMS request, which is right.',
    versions: SINCE_8,
    seeAlso: ['ADBA', 'client-activated-by-directory'],
  },
  '/ad-activation-online': {
    syntax: '/ad-activation-online PRODUCT-KEY [NAME]',
    title: 'Create an activation object for the forest, over the Internet',
    on: 'host',
    elevated: 'no, but rights on the container of the activation objects',
    text: 'Activates every domain member of a fitting edition without a KMS host and without a threshold.',
    undo: '/del-ao',
    versions: SINCE_8,
    seeAlso: ['ADBA'],
  },
  '/ad-activation-get-iid': {
    syntax: '/ad-activation-get-iid PRODUCT-KEY',
    title: 'Begin the activation of the forest by telephone',
    on: 'host',
    elevated: 'no',
    text: 'Shows the installation ID that the activation centre wants to hear.',
    versions: SINCE_8,
    seeAlso: ['/ad-activation-apply-cid'],
  },
  '/ad-activation-apply-cid': {
    syntax: '/ad-activation-apply-cid PRODUCT-KEY CONFIRMATION-ID [NAME]',
    title: 'End the activation of the forest by telephone',
    on: 'host',
    elevated: 'no, but rights on the container of the activation objects',
    text: 'Creates the activation object with what the activation centre has answered.',
    undo: '/del-ao',
    versions: SINCE_8,
    seeAlso: ['/ad-activation-get-iid'],
  },
  '/del-ao': {
    syntax: '/del-ao DISTINGUISHED-NAME | RELATIVE-NAME',
    title: 'Delete an activation object of the forest',
    on: 'host',
    elevated: 'no, but rights on the object',
    text: 'Clients that were activated by it stay so until their 180 days are over, and then come to KMS.',
    versions: SINCE_8,
    seeAlso: ['ADBA'],
  },
};

/** Every option of slmgr.vbs that touches KMS, by its name. */
export const SLMGR_OPTIONS: ReadonlyMap<string, SlmgrOption> = new Map(
  Object.entries({ ...CLIENT_OPTIONS, ...HOST_OPTIONS, ...COMMON_OPTIONS }),
);
