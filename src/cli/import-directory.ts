import type { DesiredState } from '../core/desired-state.ts';
import { displayName, type Fqdn } from '../core/name.ts';
import type { LdapOutcome } from '../directory/directory-client.ts';
import { type Discovery, discover, type KmsHostSeen, onlyDomains } from '../directory/discovery.ts';
import { readDirectory } from '../directory/read-directory.ts';
import { readSuffixes, type SuffixesRead } from '../directory/read-suffixes.ts';
import type { Context } from './command.ts';
import { type DirectoryValues, faultLines, openDirectory } from './directory.ts';
import { parseDomain, tellState } from './import-action.ts';
import { counted, wrap } from './look.ts';
import { usage } from './options.ts';
import { checkOut, type OutOptions } from './out-file.ts';
import { loadState } from './state.ts';
import { wantedOf } from './wanted-hosts.ts';

interface ImportDirectoryValues extends DirectoryValues, OutOptions {
  readonly operands: readonly string[];
  /** A desired state whose hosts are the wanted ones. */
  readonly config: string | undefined;
}

/**
 * Reads what the forest publishes in place of DNS: the desired state to stdout or `--out`, to a person the hosts behind
 * the records and where computers look in vain.
 */
export async function runImportDirectory(values: ImportDirectoryValues, context: Context): Promise<number> {
  const given = values.operands.map(parseDomain);
  await checkOut(context, values);
  const loaded =
    values.config === undefined ? undefined : await loadState(context, { config: values.config, domain: [] });
  const searched = given.length > 0 ? given : await domainsOfThisComputer(values, context);
  const run = await openDirectory(context, values, searched);
  const read = await run.during('reading the directory', async ({ clients, unreached }) => {
    const directory = await readDirectory(clients, {
      now: new Date(),
      ...(loaded !== undefined && { wanted: wantedOf(loaded.whole) }),
    });
    if (!directory.ok) return directory;
    const suffixes = await readSuffixes(directory.value.forest);
    const found: Found = {
      discovery: onlyDomains(discover(directory.value, suffixes), given),
      sites: suffixes.sites,
      server: directory.value.snapshot.server,
      gaps: [
        ...unreached.map(({ server, fault }) => `${server}: ${fault.detail}`),
        ...[...directory.value.unread, ...suffixes.unread].map(({ dn, why }) => `${dn}: ${why}`),
      ],
      zonesRead: directory.value.snapshot.zones.known,
    };
    return { ok: true, value: found } satisfies LdapOutcome<Found>;
  });
  if (!read.ok) {
    for (const line of faultLines(read.fault, context)) context.warn(line);
    await tellState(EMPTY, values, context, { empty: [], unknown: [], fault: read.fault });
    return 3;
  }
  return tellFound(read.value, given, values, context);
}

interface Found {
  readonly discovery: Discovery;
  readonly sites: SuffixesRead['sites'];
  readonly server: string;
  readonly gaps: readonly string[];
  readonly zonesRead: boolean;
}

const EMPTY: DesiredState = {
  file: 'import',
  keys: {},
  servers: {},
  hosts: [],
  domains: [],
  findings: [],
};

/** Domain controllers are looked for where this computer is at home. */
async function domainsOfThisComputer(
  { ldap }: ImportDirectoryValues,
  { network, io }: Context,
): Promise<readonly Fqdn[]> {
  if (ldap.length > 0) return [];
  const [home] = await network.suffixes(io.env);
  if (home !== undefined) return [home];
  throw usage(
    'this computer has no DNS suffix by which its domain controllers could be found',
    'name the Active Directory domain, or a controller: --ldap ldaps://dc1.contoso.com',
  );
}

async function tellFound(
  { discovery, sites, server, gaps, zonesRead }: Found,
  given: readonly Fqdn[],
  values: ImportDirectoryValues,
  context: Context,
): Promise<number> {
  const { note, warn, err } = context;
  const { state, hosts, without, notes } = discovery;
  const warning = (text: string): void => warn(wrap(`${err.paint('warn', 'warning:')} ${text}`, err.columns));
  note(`${server}: ${counted(state.domains.length, 'domain')} with KMS records`);
  for (const one of notes) note(wrap(one, err.columns));
  for (const host of hosts) {
    const text = hostText(host);
    if (host.wanted === false) warning(`${text}; the desired state does not want it`);
    else note(wrap(text, err.columns));
  }
  for (const { suffix, computers, zone } of without)
    note(
      wrap(
        `${displayName(suffix)}: ${counted(computers, 'computer')} with this suffix, and no KMS record${zone ? '' : '; no zone of the directory holds it'}`,
        err.columns,
      ),
    );
  for (const gap of gaps) warning(`not read: ${gap}`);
  const empty = zonesRead
    ? given.filter((domain) => !state.domains.some((one) => one.domain === domain))
    : [];
  for (const domain of empty) note(`${displayName(domain)}: no KMS record is published there today`);
  await tellState(state, values, context, {
    empty,
    unknown: [],
    directory: {
      server,
      hosts: hosts.map(hostDocument),
      withoutRecord: without,
      sites,
      notes,
      unread: gaps,
    },
  });
  return gaps.length > 0 || !zonesRead ? 3 : 0;
}

/** One host for a person: where it stands, since when, and what it is. */
function hostText({ name, domains, registered, account }: KmsHostSeen): string {
  const where = `${displayName(name)}: ${registered === 'static' ? 'static' : registered === 'dynamic' ? 'registered itself' : 'partly registered by itself'} in ${domains.map(displayName).join(', ')}`;
  if (account.kind === 'none') return `${where}; no computer of the forest has this name`;
  if (account.kind === 'unknown') return `${where}; its account could not be read: ${account.why}`;
  const day = account.lastLogon?.toISOString().slice(0, 10);
  return [
    where,
    account.operatingSystem,
    account.enabled === false ? 'its account is disabled' : undefined,
    day === undefined ? 'no logon known' : `last logon about ${day}`,
  ]
    .filter((part) => part !== undefined)
    .join('; ');
}

function hostDocument({ name, domains, registered, account, wanted }: KmsHostSeen): object {
  return {
    name,
    domains,
    registered,
    account: account.kind === 'found' ? account.name : null,
    accountState: account.kind,
    enabled: account.kind === 'found' ? (account.enabled ?? null) : null,
    lastLogon: account.kind === 'found' ? (account.lastLogon?.toISOString() ?? null) : null,
    operatingSystem: account.kind === 'found' ? (account.operatingSystem ?? null) : null,
    wanted: wanted ?? null,
  };
}
