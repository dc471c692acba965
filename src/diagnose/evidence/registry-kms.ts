import type { Fact, OverrideLevel } from '../fact.ts';
import { ACTIVATION_TYPE, generationOf, minutesInWords, portOf } from './decoded-values.ts';
import type { FactDraft } from './fact-draft.ts';
import type { RegistryExport } from './registry-values.ts';

const NT = 'hkey_local_machine\\software\\microsoft\\windows nt\\currentversion';
const NETWORK_SERVICE = 'hkey_users\\s-1-5-20\\software\\microsoft';
const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Office 2010, and 2013 with everything after it, under the common key: ospp.vbs. */
const OFFICE_APPLICATIONS = ['59a52881-a989-479d-af46-f275c6370663', '0ff1ce15-a989-479d-af46-f275c6370663'];

type Scope = Fact<'override-name'>['scope'];

/** A place where KMS settings stand, with everything that follows from where it is. */
interface SettingsKey {
  readonly path: string;
  readonly level: OverrideLevel;
  readonly legacyKey: boolean;
  readonly scope: Scope;
  readonly product: string | undefined;
}

/** Roots of the settings, of Vista (`SL`), of later Windows, and of Office 2010 or Office on Windows 7. */
const ROOTS: readonly (readonly [path: string, legacyKey: boolean, scope: Scope])[] = [
  [`${NT}\\softwareprotectionplatform`, false, 'windows'],
  [`${NT}\\sl`, true, 'windows'],
  ['hkey_local_machine\\software\\microsoft\\officesoftwareprotectionplatform', false, 'office'],
];
/** What the service itself wrote: the host it found, and what it registered. */
const SERVICE_ROOTS: typeof ROOTS = [
  [`${NETWORK_SERVICE}\\windows nt\\currentversion\\softwareprotectionplatform`, false, 'windows'],
  [`${NETWORK_SERVICE}\\windows nt\\currentversion\\sl`, true, 'windows'],
  [`${NETWORK_SERVICE}\\officesoftwareprotectionplatform`, false, 'office'],
];

const LEVELS = { global: 'all products', appid: 'one application', sku: 'one edition' } as const;

/** Every KMS value of a client or a host: Volume Activation Technical Reference Guide, table 3, and slmgr.vbs. */
export function readKmsKeys(draft: FactDraft, registry: RegistryExport): void {
  for (const root of ROOTS) {
    for (const key of settingsKeys(registry, root)) readClientValues(draft, registry, key);
    readHostValues(draft, registry, root);
  }
  for (const root of SERVICE_ROOTS) {
    for (const key of settingsKeys(registry, root)) readServiceValues(draft, registry, key);
  }
  readBuild(draft, registry);
}

/** The root, the applications under it, and their editions; nothing else that may stand there. */
function settingsKeys(
  registry: RegistryExport,
  [root, legacyKey, scope]: (typeof ROOTS)[number],
): readonly SettingsKey[] {
  const key = (path: string, level: OverrideLevel): SettingsKey => {
    const product = level === 'global' ? undefined : path.slice(root.length + 1);
    const office = OFFICE_APPLICATIONS.some((id) => product?.startsWith(id));
    return { path, level, legacyKey, scope: office ? 'office' : scope, product };
  };
  const isProduct = (path: string): boolean =>
    path
      .slice(root.length + 1)
      .split('\\')
      .every((part) => GUID.test(part));
  return [
    key(root, 'global'),
    ...registry
      .below(root, 1)
      .filter(isProduct)
      .map((path) => key(path, 'appid')),
    ...registry
      .below(root, 2)
      .filter(isProduct)
      .map((path) => key(path, 'sku')),
  ];
}

function readClientValues(draft: FactDraft, registry: RegistryExport, key: SettingsKey): void {
  const { path, level, legacyKey, scope, product } = key;
  const setting = { legacyKey, scope, product };
  const where = `${LEVELS[level]}${legacyKey ? '; under SL, which Windows 7 and later do not read' : ''}`;

  const name = registry.text(path, 'KeyManagementServiceName');
  if (name !== undefined && name.text !== '') {
    draft.fact('override-name', name, { level, name: name.text, effective: false, ...setting });
    draft.decoded('KeyManagementServiceName', name.text, `the only host asked, for ${where}`);
  }
  const port = registry.text(path, 'KeyManagementServicePort');
  if (port !== undefined && port.text !== '') {
    const number = portOf(port.text);
    draft.fact('override-port', port, { level, port: number, effective: false, ...setting });
    draft.decoded(
      'KeyManagementServicePort',
      port.text,
      number === undefined ? 'no port' : `port of the pinned host, for ${where}`,
    );
  }
  const domain = registry.text(path, 'KeyManagementServiceLookupDomain');
  if (domain !== undefined && domain.text !== '') {
    draft.fact('lookup-domain', domain, { level, domain: domain.text, ...setting });
    draft.decoded('KeyManagementServiceLookupDomain', domain.text, `the only domain asked, for ${where}`);
  }

  const type = registry.number(path, 'VLActivationType') ?? registry.number(path, 'VLActivationTypeEnabled');
  if (type !== undefined) {
    const number = type.number;
    if (number === 0 || number === 1 || number === 2 || number === 3) {
      if (scope === 'windows' && !legacyKey) draft.fact('activation-type', type, { type: number });
      draft.decoded('VLActivationType', String(number), ACTIVATION_TYPE[number]);
    } else draft.problem(type.line, `VLActivationType is ${number}; 0 to 3 have a meaning`);
  }
  if (level !== 'global' || scope !== 'windows') return;

  const caching = registry.number(path, 'DisableKeyManagementServiceHostCaching');
  if (caching !== undefined) {
    if (!legacyKey) draft.fact('host-caching', caching, { on: caching.number === 0 });
    draft.decoded(
      'DisableKeyManagementServiceHostCaching',
      String(caching.number),
      caching.number === 0 ? 'the last good host is asked first' : 'DNS is asked at every attempt',
    );
  }
  const skip = registry.number(path, 'SkipRearm');
  if (skip !== undefined) {
    draft.fact('skip-rearm', skip, { on: skip.number !== 0 });
    draft.decoded(
      'SkipRearm',
      String(skip.number),
      skip.number === 0
        ? 'sysprep resets the client id'
        : 'clones keep the client id, and a host counts them as one',
    );
  }
  readIntervals(draft, registry, path);
}

function readIntervals(draft: FactDraft, registry: RegistryExport, path: string): void {
  const activation = registry.number(path, 'VLActivationInterval');
  const renewal = registry.number(path, 'VLRenewalInterval');
  const at = activation ?? renewal;
  if (at === undefined) return;
  draft.fact('intervals', at, {
    activationMinutes: activation?.number,
    renewalMinutes: renewal?.number,
  });
  const both = [
    ['VLActivationInterval', activation, 'between attempts while not activated'],
    ['VLRenewalInterval', renewal, 'between renewals'],
  ] as const;
  for (const [name, found, what] of both) {
    if (found === undefined) continue;
    const range = found.number >= 15 && found.number <= 43_200 ? '' : '; allowed are 15 to 43200 minutes';
    draft.decoded(name, String(found.number), `${minutesInWords(found.number)} ${what}${range}`);
  }
}

function readHostValues(
  draft: FactDraft,
  registry: RegistryExport,
  [path, legacyKey]: (typeof ROOTS)[number],
): void {
  const legacy = legacyKey ? '; under SL, which Windows 7 and later do not read' : '';
  const disabled = registry.number(path, 'DisableDnsPublishing');
  if (disabled !== undefined) {
    draft.fact('publishing-disabled', disabled, { disabled: disabled.number !== 0, legacyKey });
    draft.decoded(
      'DisableDnsPublishing',
      String(disabled.number),
      `the host ${disabled.number === 0 ? 'publishes itself' : 'publishes nothing'}${legacy}`,
    );
  }
  const list = registry.list(path, 'DnsDomainPublishList');
  if (list !== undefined) {
    draft.fact('publish-list', list, { entries: list.entries, legacyKey });
    draft.decoded(
      'DnsDomainPublishList',
      list.entries.join(' | '),
      `published besides the home domain: domain, priority, weight${legacy}`,
    );
  }
  const port = registry.text(path, 'KeyManagementServiceListeningPort');
  if (port !== undefined) {
    const number = portOf(port.text);
    if (!legacyKey) draft.fact('listening-port', port, { port: number });
    draft.decoded(
      'KeyManagementServiceListeningPort',
      port.text,
      number === undefined ? 'no port' : `the host listens here${legacy}`,
    );
  }
  const low = registry.number(path, 'EnableKmsLowPriority');
  if (low !== undefined) {
    if (!legacyKey) draft.fact('low-priority', low, { on: low.number !== 0 });
    draft.decoded(
      'EnableKmsLowPriority',
      String(low.number),
      low.number === 0 ? 'normal priority' : 'a busy host may lose its count',
    );
  }
  const version = registry.get(path, 'KeyManagementServiceVersion');
  if (version !== undefined)
    draft.decoded(
      'KeyManagementServiceVersion',
      version.value.data.kind === 'sz' ? version.value.data.text : '',
      'for inventory tools; does not prove that this is a KMS host',
    );
  const evidence = HOST_VALUES.map((name) => registry.at(path, name)).find((at) => at !== undefined);
  if (evidence !== undefined && !draft.has('is-kms-host'))
    draft.fact('is-kms-host', evidence, { host: true });
}

/** Only a KMS host has a use for these. */
const HOST_VALUES = [
  'DisableDnsPublishing',
  'DnsDomainPublishList',
  'KeyManagementServiceListeningPort',
  'EnableKmsLowPriority',
];

function readServiceValues(draft: FactDraft, registry: RegistryExport, key: SettingsKey): void {
  const { path, legacyKey, scope, product } = key;
  const host =
    registry.text(path, 'DiscoveredKeyManagementServiceName') ??
    registry.text(path, 'DiscoveredKeyManagementServiceMachineName');
  if (host !== undefined && host.text !== '') {
    const port =
      registry.text(path, 'DiscoveredKeyManagementServicePort') ??
      registry.text(path, 'DiscoveredKeyManagementServiceMachinePort');
    const address =
      registry.text(path, 'DiscoveredKeyManagementServiceMachineIpAddress') ??
      registry.text(path, 'DiscoveredKeyManagementServiceIpAddress');
    draft.fact('cached-host', host, {
      host: host.text,
      port: port === undefined ? undefined : portOf(port.text),
      address: address === undefined || address.text === '' ? undefined : address.text,
      legacyKey,
      scope,
      product,
    });
    draft.decoded(
      'Discovered host',
      [host.text, port?.text ?? ''].filter((part) => part !== '').join(':'),
      'the last host found in DNS that answered; asked first while caching is on',
    );
  }

  const domain = registry.text(path, 'KeyManagementServiceRegisteredDomainName');
  const port = registry.text(path, 'KeyManagementServiceRegisteredPortNumber');
  const registered = domain ?? port;
  if (registered === undefined) return;
  draft.fact('registered-publication', registered, {
    domain: domain === undefined || domain.text === '' ? undefined : domain.text,
    port: port === undefined ? undefined : portOf(port.text),
  });
  draft.decoded('Registered', [domain?.text, port?.text].join(' '), 'what this KMS host last published');
  if (!draft.has('is-kms-host')) draft.fact('is-kms-host', registered, { host: true });
}

function readBuild(draft: FactDraft, registry: RegistryExport): void {
  // Windows 10 still says 6.3 in CurrentVersion.
  const major = registry.number(NT, 'CurrentMajorVersionNumber');
  const version = registry.text(NT, 'CurrentVersion');
  const at = major ?? version;
  const number = major === undefined ? version?.text : `${major.number}.0`;
  const generation = generationOf(number ?? '');
  if (at === undefined || generation === undefined) return;
  const name = registry.text(NT, 'ProductName')?.text ?? `Windows ${number}`;
  draft.fact('client-build', at, { name, generation });
  draft.decoded('ProductName', name, `version ${number}`);
}
