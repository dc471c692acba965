/** One comma-separated part of an event's text. */
export interface EventField {
  readonly name: string;
  readonly meaning: string;
}

export interface EventEntry {
  readonly title: string;
  readonly loggedBy: 'client' | 'host';
  readonly log: string;
  readonly providers: readonly string[];
  readonly when: string;
  readonly text: string;
  /** In the order in which they stand in the text. */
  readonly fields: readonly EventField[];
  /** Prints the latest of them. */
  readonly command: string;
  readonly seeAlso: readonly string[];
}

/** What events that belong to one attempt mean together. */
export interface Correlation {
  readonly client12288: string;
  readonly client12289: string;
  readonly host12290: string;
  readonly meaning: string;
}

/** Vista wrote the first, everything since writes the last; an export may hold any of them. */
const PROVIDERS = [
  'Microsoft-Windows-Security-SPP',
  'Software Protection Service',
  'Microsoft-Windows-Security-Licensing-SLC',
] as const;

const HRESULT_FIELD: EventField = {
  name: 'HRESULT',
  meaning: 'the code of this step; 0x00000000 is success. kmsdns explain CODE says what it means',
};

/** Flags of 12288 and 12289: Vista Volume Activation 2.0 Operations Guide. */
export const STATUS_FLAGS: readonly (readonly [number, string])[] = [
  [0x8, 'the firmware has no marker of a qualifying Windows (no ACPI SLIC)'],
  [0x0100_0000, 'the KMS host was not found (no binding server registration)'],
  [0x0200_0000, 'the data registered for the KMS host have a wrong type'],
  [0x0400_0000, 'the count of the KMS host is too low'],
  [0x0800_0000, 'the computer was not sold with a qualifying Windows (not Windows SLP)'],
];

/** Licence states as events and WMI number them: SoftwareLicensingProduct.LicenseStatus. */
export const LICENCE_STATES: readonly string[] = [
  'unlicensed',
  'licensed',
  'out-of-box grace',
  'out-of-tolerance grace',
  'non-genuine grace',
  'notification',
  'extended grace',
];

const STATUS_FLAGS_FIELD: EventField = {
  name: 'status flags',
  meaning: STATUS_FLAGS.map(([flag, text]) => `0x${flag.toString(16)}: ${text}`).join('; '),
};

const LICENCE_STATE_FIELD: EventField = {
  name: 'licence state',
  meaning: LICENCE_STATES.map((text, i) => `${i} ${text}`).join(', '),
};

const CMID_FIELD: EventField = {
  name: 'client machine ID',
  meaning: 'the ID by which the host counts; two computers with the same one count once',
};

const N_POLICY_FIELD: EventField = {
  name: 'minimum count',
  meaning: 'the count that this product needs: 25 for client editions, 5 for servers',
};

const MINUTES_FIELD: EventField = {
  name: 'minutes to expiry',
  meaning: 'minutes until the present licence state ends; 0 where it does not end',
};

const TIME_FIELD: EventField = {
  name: 'client time',
  meaning: 'date and time of the request, in UTC; written in the form of the computer’s locale',
};

const PRODUCT_FIELD: EventField = {
  name: 'activation ID',
  meaning: 'the product that is to be activated; slmgr /dlv all lists them',
};

function printLatest(log: string, id: number): string {
  return `wevtutil qe "${log}" /q:"*[System[(EventID=${id})]]" /c:10 /rd:true /f:text`;
}

const APPLICATION = 'Application';
const KMS_LOG = 'Key Management Service';

/** Events about KMS by their ID: Volume Activation Technical Reference Guide, table 11, and Microsoft support pages. */
export const EVENTS: Readonly<Record<number, EventEntry>> = {
  12288: {
    title: 'A KMS client sent a request, or could not send it',
    loggedBy: 'client',
    log: APPLICATION,
    providers: PROVIDERS,
    when: 'for every host that is tried, after the request was sent or could not be; Windows 7 and later also when DNS has no record',
    text: 'The most useful event there is: it names the host and the port that were tried and the code of that try. Several of them within one attempt are several hosts. With success and no event 12289 after it, the request left and nothing came back.',
    fields: [
      HRESULT_FIELD,
      STATUS_FLAGS_FIELD,
      {
        name: 'host and port',
        meaning: 'the KMS host that was tried, as NAME:PORT; empty when there was none',
      },
      CMID_FIELD,
      TIME_FIELD,
      { name: 'virtual machine', meaning: 'not used' },
      LICENCE_STATE_FIELD,
      MINUTES_FIELD,
      PRODUCT_FIELD,
      N_POLICY_FIELD,
    ],
    command: printLatest(APPLICATION, 12288),
    seeAlso: ['12289', '12290', '8198'],
  },
  12289: {
    title: 'A KMS client has processed the answer of a host',
    loggedBy: 'client',
    log: APPLICATION,
    providers: PROVIDERS,
    when: 'after the answer of a KMS host was checked',
    text: 'The network is innocent once this event is there: a host has answered. The third field says whether the client was activated, the fifth how many computers the host has counted.',
    fields: [
      HRESULT_FIELD,
      STATUS_FLAGS_FIELD,
      { name: 'activated', meaning: '1 when the client is activated now, 0 when not' },
      { name: 'reserved', meaning: 'not used' },
      { name: 'count', meaning: 'computers that the host has counted in the last 30 days' },
      {
        name: 'activation interval',
        meaning: 'minutes between attempts until activated, as the host wants it',
      },
      { name: 'renewal interval', meaning: 'minutes between renewals, as the host wants it' },
      TIME_FIELD,
    ],
    command: printLatest(APPLICATION, 12289),
    seeAlso: ['12288', '0xC004F038'],
  },
  12290: {
    title: 'A KMS host has processed a request',
    loggedBy: 'host',
    log: KMS_LOG,
    providers: PROVIDERS,
    when: 'for every request that a KMS host answers',
    text: 'One line for each client that arrived: its name, its ID and the code it was answered with. Silence here while clients say that they asked means another host, a full log, or a request that was lost.',
    fields: [
      HRESULT_FIELD,
      N_POLICY_FIELD,
      { name: 'client', meaning: 'the computer’s name, as the client says it' },
      CMID_FIELD,
      TIME_FIELD,
      { name: 'virtual machine', meaning: '1 when the client is a virtual machine' },
      LICENCE_STATE_FIELD,
      MINUTES_FIELD,
      PRODUCT_FIELD,
    ],
    command: printLatest(KMS_LOG, 12290),
    seeAlso: ['12288', 'host-idle', 'host-duplicate-client-ids'],
  },
  12291: {
    title: 'The Key Management Service could not start',
    loggedBy: 'host',
    log: APPLICATION,
    providers: PROVIDERS,
    when: 'when the initialisation of KMS on a host fails',
    text: 'The host answers nobody while this stands. The message that the guide prints for it speaks of a timer of the client, which belongs to another event; go by the number.',
    fields: [HRESULT_FIELD],
    command: printLatest(APPLICATION, 12291),
    seeAlso: ['12292', 'host-kms-start-failed'],
  },
  12292: {
    title: 'The renewal timer of the Key Management Service could not start',
    loggedBy: 'host',
    log: APPLICATION,
    providers: PROVIDERS,
    when: 'when the timer of a host cannot be set up',
    text: 'A fault of the host’s licence service; restart sppsvc and look whether it comes again.',
    fields: [HRESULT_FIELD],
    command: printLatest(APPLICATION, 12292),
    seeAlso: ['12291', 'host-kms-start-failed'],
  },
  12293: {
    title: 'A KMS host could not publish itself in DNS',
    loggedBy: 'host',
    log: APPLICATION,
    providers: PROVIDERS,
    when: 'at the start of the service and every 24 hours, once for each domain that fails',
    text: 'The code says what DNS answered to the update, the domain says where. The host itself works: clients that are told it, or find a record that somebody else made, are served.',
    fields: [HRESULT_FIELD, { name: 'domain', meaning: 'the DNS domain in which the host tried to publish' }],
    command: printLatest(APPLICATION, 12293),
    seeAlso: ['12294', '0x80072338', '0x8007232D', '0x8007267C', 'publish-failed'],
  },
  12294: {
    title: 'A KMS host has published itself in DNS',
    loggedBy: 'host',
    log: APPLICATION,
    providers: PROVIDERS,
    when: 'at the start of the service and every 24 hours, once for each domain',
    text: 'The DNS server acknowledged the update. That proves that it was acknowledged, and no more: a server may ignore a record beside a CNAME or above a limit, and one domain controller may have it and the next not yet.',
    fields: [{ name: 'domain', meaning: 'the DNS domain in which the record was published' }],
    command: printLatest(APPLICATION, 12294),
    seeAlso: ['12293', 'publish-silently-dropped'],
  },
  8196: {
    title: 'The activation of a licence timed out',
    loggedBy: 'client',
    log: APPLICATION,
    providers: PROVIDERS.slice(0, 1),
    when: 'when an attempt gets no answer; described for virtual machines in Azure, with 0x800705B4',
    text: 'The KMS host of the cloud could not be reached. Look at the route to it and at a pinned host before looking at DNS.',
    fields: [HRESULT_FIELD],
    command: printLatest(APPLICATION, 8196),
    seeAlso: ['0x800705B4', 'client-override-cloud-endpoint'],
  },
  8198: {
    title: 'License activation failed',
    loggedBy: 'client',
    log: APPLICATION,
    providers: PROVIDERS.slice(0, 1),
    when: 'at the end of an attempt that failed, automatic or by slmgr /ato',
    text: 'The result of a whole attempt, as hr=CODE, with the command line that started it. A code of the Internet (0x80072EE7, 0x80072EE2) here says that the computer is no KMS client at all; 0xC0020017 and 0x8007139F say that no KMS host was reached. The events 12288 of the same minute say more.',
    fields: [
      { name: 'hr', meaning: HRESULT_FIELD.meaning },
      {
        name: 'command line',
        meaning: 'what started it; Action=AutoActivate for an attempt of the system itself',
      },
    ],
    command: printLatest(APPLICATION, 8198),
    seeAlso: ['12288', '0xC0020017', '0x8007139F', '0x80072EE7'],
  },
  8229: {
    title: 'Access was denied to the licence service',
    loggedBy: 'client',
    log: APPLICATION,
    providers: PROVIDERS.slice(0, 1),
    when: 'when DCOM permissions keep the service from being called',
    text: 'Goes with 0x80070005 from an elevated prompt: the DCOM access permissions of the computer were changed. No packet was sent.',
    fields: [HRESULT_FIELD],
    command: printLatest(APPLICATION, 8229),
    seeAlso: ['0x80070005'],
  },
};

/** Windows Server documentation, "Guidelines for troubleshooting KMS", and what follows from the protocol. */
export const CORRELATIONS: readonly Correlation[] = [
  {
    client12288: 'a code other than 0',
    client12289: 'none',
    host12290: 'none',
    meaning:
      'name, TCP or RPC: the request never left, and the event names the host and port that were tried',
  },
  {
    client12288: '0',
    client12289: 'none',
    host12290: 'none',
    meaning: 'the request left and nothing came back: the path cuts it, or another machine took it',
  },
  {
    client12288: '0',
    client12289: 'none',
    host12290: 'there',
    meaning: 'the host answered, and the answer was lost or rejected by the client',
  },
  {
    client12288: '0',
    client12289: 'a code other than 0, or not activated',
    host12290: 'there',
    meaning:
      'the host answered with a refusal: count, activation, key or clock (0xC004F038, F041, F042, F06C)',
  },
  {
    client12288: 'none',
    client12289: 'none',
    host12290: '–',
    meaning:
      'the client never tried: activation type, token-only flag, Active Directory, no KMS key, or a stopped service',
  },
  {
    client12288: 'any',
    client12289: 'any',
    host12290: 'none, although the client says that it asked this host',
    meaning: 'the client talks to another machine (cached, pinned or rogue), or the log of the host is full',
  },
];
