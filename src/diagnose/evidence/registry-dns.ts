import { parseIpAddress } from '../../core/address.ts';
import type { FactDraft } from './fact-draft.ts';
import type { RegistryExport } from './registry-values.ts';

const SYSTEM = 'hkey_local_machine\\system\\currentcontrolset';
const TCPIP = [`${SYSTEM}\\services\\tcpip\\parameters`, `${SYSTEM}\\services\\tcpip6\\parameters`] as const;
const DNSCACHE = `${SYSTEM}\\services\\dnscache\\parameters`;
const POLICIES = 'hkey_local_machine\\software\\policies\\microsoft';
const DNS_POLICY = `${POLICIES}\\windows nt\\dnsclient`;
const TIME = `${SYSTEM}\\services\\w32time`;

/** What decides the names a client asks for and whom it asks: Tcpip\Parameters and the DNSClient policies. */
export function readDnsKeys(draft: FactDraft, registry: RegistryExport): void {
  readHostName(draft, registry);
  readPrimarySuffix(draft, registry);
  readSearchList(draft, registry);
  readDevolution(draft, registry);
  for (const root of TCPIP) {
    for (const path of registry.below(`${root}\\interfaces`, 1)) readInterface(draft, registry, path);
  }
  readPolicyOfConnections(draft, registry);
  readNrpt(draft, registry);
  readNeighbours(draft, registry);
}

function readHostName(draft: FactDraft, registry: RegistryExport): void {
  const name =
    registry.text(TCPIP[0], 'NV Hostname') ??
    registry.text(TCPIP[0], 'Hostname') ??
    registry.text(`${SYSTEM}\\control\\computername\\activecomputername`, 'ComputerName');
  if (name === undefined || name.text === '') return;
  draft.fact('host-name', name, { name: name.text });
  draft.decoded('Hostname', name.text, 'name of the computer');
}

/** A policy wins over what the computer was set to; `NV Domain` over `Domain`, which a start of Windows copies. */
function readPrimarySuffix(draft: FactDraft, registry: RegistryExport): void {
  const policy =
    registry.text(`${POLICIES}\\system\\dnsclient`, 'NV PrimaryDnsSuffix') ??
    registry.text(`${POLICIES}\\system\\dnsclient`, 'PrimaryDnsSuffix');
  if (policy !== undefined && policy.text !== '') {
    draft.fact('primary-suffix', policy, { suffix: policy.text, byPolicy: true });
    draft.decoded('PrimaryDnsSuffix', policy.text, 'primary DNS suffix, by policy: asked first');
    return;
  }
  const [nv, current] = [registry.text(TCPIP[0], 'NV Domain'), registry.text(TCPIP[0], 'Domain')];
  const own = nv !== undefined && nv.text !== '' ? nv : (current ?? nv);
  if (own === undefined) return;
  draft.fact('primary-suffix', own, { suffix: own.text, byPolicy: false });
  draft.decoded(
    'Domain',
    own.text,
    own.text === '' ? 'none: the computer is in no domain' : 'primary DNS suffix: asked first',
  );
}

function readSearchList(draft: FactDraft, registry: RegistryExport): void {
  const policy = registry.text(DNS_POLICY, 'SearchList');
  const own = registry.text(TCPIP[0], 'SearchList');
  const byPolicy = policy !== undefined && policy.text !== '';
  const list = byPolicy ? policy : own;
  const suffixes = list?.text.split(/[,\s]+/).filter((suffix) => suffix !== '') ?? [];
  if (list === undefined || suffixes.length === 0) return;
  draft.fact('search-list', list, { suffixes, byPolicy, configured: true });
  draft.decoded('SearchList', suffixes.join(' '), 'only these are asked, from left to right');
}

function readDevolution(draft: FactDraft, registry: RegistryExport): void {
  for (const path of [DNS_POLICY, DNSCACHE, TCPIP[0]]) {
    const on = registry.number(path, 'UseDomainNameDevolution');
    const level = registry.number(path, 'DomainNameDevolutionLevel');
    const at = on ?? level;
    if (at === undefined) continue;
    const value = { on: on === undefined || on.number !== 0, level: level?.number };
    draft.fact('devolution', at, value);
    draft.decoded(
      'UseDomainNameDevolution',
      String(value.on),
      value.on
        ? `parents of the primary suffix are asked, down to ${value.level ?? 2} labels`
        : 'parents of the primary suffix are not asked',
    );
    return;
  }
}

/** One adapter. Those without an address were used once and say nothing about today. */
function readInterface(draft: FactDraft, registry: RegistryExport, path: string): void {
  const adapter = path.slice(path.lastIndexOf('\\') + 1);
  const known = ['IPAddress', 'DhcpIPAddress'].some((name) => registry.get(path, name) !== undefined);
  const dynamic = registry.text(path, 'DhcpIPAddress')?.text ?? '';
  const fixed = registry.get(path, 'IPAddress') === undefined ? undefined : registry.list(path, 'IPAddress');
  const addresses = [...(fixed?.entries ?? []), dynamic]
    .map(parseIpAddress)
    .filter((address) => address !== undefined && address !== '0.0.0.0' && address !== '255.255.255.255');
  if (known && addresses.length === 0) return;
  for (const address of new Set(addresses)) {
    const at = fixed ?? registry.text(path, 'DhcpIPAddress')!;
    draft.fact('ip-address', at, { address: address!, adapter });
    draft.decoded('IPAddress', address!, `address of ${adapter}`);
  }

  const own = registry.text(path, 'Domain');
  const suffix = own !== undefined && own.text !== '' ? own : registry.text(path, 'DhcpDomain');
  if (suffix !== undefined && suffix.text !== '') {
    draft.fact('connection-suffix', suffix, { suffix: suffix.text, adapter });
    draft.decoded('Domain', suffix.text, `suffix of the connection ${adapter}`);
  }
  const fixedServers = registry.text(path, 'NameServer');
  const servers =
    fixedServers !== undefined && fixedServers.text !== ''
      ? fixedServers
      : (registry.text(path, 'DhcpNameServer') ?? fixedServers);
  // A value that is not there is no proof that the adapter has no server, unless its addresses are.
  if (servers === undefined && addresses.length === 0) return;
  const at = servers ?? fixed ?? registry.text(path, 'DhcpIPAddress')!;
  addServers(draft, { ...at, raw: servers?.text ?? '' }, servers?.text ?? '', adapter);
}

/** "DNS servers" and "Connection-specific DNS suffix" of the DNS client policy hold for every connection. */
function readPolicyOfConnections(draft: FactDraft, registry: RegistryExport): void {
  const servers = registry.text(DNS_POLICY, 'NameServer');
  if (servers !== undefined && servers.text !== '') addServers(draft, servers, servers.text, 'policy');
  const suffix = registry.text(DNS_POLICY, 'AdapterDomainName');
  if (suffix !== undefined && suffix.text !== '') {
    draft.fact('connection-suffix', suffix, { suffix: suffix.text, adapter: 'policy' });
    draft.decoded('AdapterDomainName', suffix.text, 'suffix of every connection, by policy');
  }
}

function addServers(
  draft: FactDraft,
  at: { line?: number | undefined; place: string; raw: string },
  text: string,
  adapter: string,
): void {
  const servers: string[] = [];
  for (const part of text.split(/[,;\s]+/).filter((each) => each !== '')) {
    const address = parseIpAddress(part) ?? parseIpAddress(part.replace(/%.*$/, ''));
    if (address === undefined) draft.problem(at.line, `${JSON.stringify(part.slice(0, 80))} is no address`);
    else servers.push(address);
  }
  draft.fact('dns-servers', at, { servers, adapter });
  draft.decoded(
    'NameServer',
    servers.join(' '),
    servers.length === 0 ? `${adapter} has no DNS server` : `DNS servers of ${adapter}, asked in this order`,
  );
}

/** Name Resolution Policy Table, by policy or local: [MS-GPNRPT] 2.2.2. */
function readNrpt(draft: FactDraft, registry: RegistryExport): void {
  for (const root of [`${DNS_POLICY}\\dnspolicyconfig`, `${DNSCACHE}\\dnspolicyconfig`]) {
    for (const path of registry.below(root, 1)) {
      const single = registry.get(path, 'Name')?.value.data.kind === 'sz';
      const text = single ? registry.text(path, 'Name') : undefined;
      const names = single ? undefined : registry.list(path, 'Name');
      const at = text ?? names;
      if (at === undefined) continue;
      const namespaces = text === undefined ? (names?.entries ?? []) : [text.text];
      const servers = ['GenericDNSServers', 'DirectAccessDNSServers']
        .flatMap((name) => registry.text(path, name)?.text.split(/[;,\s]+/) ?? [])
        .filter((server) => server !== '');
      draft.fact('nrpt-rule', at, { namespaces, servers });
      draft.decoded(
        'NRPT',
        `${namespaces.join(' ')} → ${servers.join(' ')}`,
        servers.length === 0 ? 'these names are not asked elsewhere' : 'these names are asked there only',
      );
    }
  }
}

/** Settings beside DNS that make an activation fail. */
function readNeighbours(draft: FactDraft, registry: RegistryExport): void {
  const rpc = registry.number(`${POLICIES}\\windows nt\\rpc`, 'RestrictRemoteClients');
  if (rpc !== undefined && (rpc.number === 0 || rpc.number === 1 || rpc.number === 2)) {
    draft.fact('rpc-restriction', rpc, { level: rpc.number });
    draft.decoded(
      'RestrictRemoteClients',
      String(rpc.number),
      rpc.number === 2
        ? 'no anonymous call is taken: a KMS host with it serves nobody'
        : 'KMS is not affected',
    );
  }
  const enabled = registry.number(`${TIME}\\timeproviders\\ntpclient`, 'Enabled');
  const type = registry.text(`${TIME}\\parameters`, 'Type');
  const time = enabled ?? type;
  if (time !== undefined) {
    draft.fact('time-service', time, {
      enabled: enabled === undefined ? undefined : enabled.number !== 0,
      type: type?.text,
    });
    const off = enabled?.number === 0 || type?.text.toLowerCase() === 'nosync';
    draft.decoded(
      'W32Time',
      [type?.text, enabled === undefined ? undefined : `Enabled ${enabled.number}`]
        .filter(Boolean)
        .join(', '),
      off ? 'the clock is not set by anybody' : 'the clock is synchronised',
    );
  }
  for (const [path, adapter] of [
    [DNS_POLICY, 'policy'],
    ...registry
      .below(`${TCPIP[0]}\\interfaces`, 1)
      .map((each) => [each, each.slice(each.lastIndexOf('\\') + 1)] as const),
  ] as const) {
    const registration = registry.number(path, 'RegistrationEnabled');
    if (registration === undefined) continue;
    draft.fact('dns-registration', registration, { on: registration.number !== 0, adapter });
    draft.decoded(
      'RegistrationEnabled',
      String(registration.number),
      registration.number === 0
        ? 'the computer does not register its addresses in DNS'
        : 'the computer registers its addresses in DNS',
    );
  }
}
