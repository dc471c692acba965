import { displayName, type Fqdn, labelsOf, parentOf, readName } from '../core/name.ts';
import {
  type AccountSeen,
  type HostSeen,
  known,
  type PrincipalSeen,
  type Reading,
  unread,
} from './audit-model.ts';
import { firstText, type LdapEntry, textValues } from './directory-client.ts';
import { dateFromFileTimeText } from './file-time.ts';
import { type Forest, searchIn, sidOf } from './forest.ts';
import { anyOf, equals, inParts } from './ldap-filter.ts';
import { decodeSid, domainOf, type Sid, wellKnownName } from './sid.ts';

const ACCOUNT_ATTRIBUTES = [
  'objectSid',
  'objectClass',
  'sAMAccountName',
  'userAccountControl',
  'dNSHostName',
  'servicePrincipalName',
  'lastLogonTimestamp',
  'operatingSystem',
];

/** ADS_UF_ACCOUNTDISABLE: [MS-ADTS] §2.2.16. */
const DISABLED = 0x2;

/** Alternatives in one filter; servers refuse filters that are too long. */
const PER_SEARCH = 40;

/** Accounts that a search found, and domains that could not be searched. */
interface Found {
  readonly accounts: readonly AccountSeen[];
  readonly unsearched: readonly string[];
}

/** All objects of the forest that one of the filters names, with their groups where `groups` asks for them. */
async function findAccounts(forest: Forest, filters: readonly string[], groups: boolean): Promise<Found> {
  const accounts: AccountSeen[] = [];
  const unsearched: string[] = forest.outOfReach.map((name) => `${name} was not searched`);
  for (const { dn } of forest.domains) {
    for (const part of inParts(filters, PER_SEARCH)) {
      const read = await searchIn(forest, dn, {
        base: dn,
        scope: 'sub',
        filter: `(&(objectSid=*)${anyOf(part)})`,
        attributes: ACCOUNT_ATTRIBUTES,
      });
      if (!read.ok) {
        unsearched.push(read.fault.detail);
        break;
      }
      for (const entry of read.value.entries) {
        const account = await accountOf(forest, dn, entry, groups);
        if (account !== undefined) accounts.push(account);
      }
    }
  }
  return { accounts, unsearched };
}

async function accountOf(
  forest: Forest,
  context: string,
  entry: LdapEntry,
  withGroups: boolean,
): Promise<AccountSeen | undefined> {
  const sid = sidOf(entry);
  if (sid === undefined) return undefined;
  const hostName = readName(firstText(entry, 'dNSHostName') ?? '');
  const control = Number(firstText(entry, 'userAccountControl') ?? Number.NaN);
  const lastLogon = dateFromFileTimeText(firstText(entry, 'lastLogonTimestamp') ?? '');
  const operatingSystem = firstText(entry, 'operatingSystem');
  return {
    sid,
    dn: entry.dn,
    kind: kindOf(textValues(entry, 'objectClass')),
    name: firstText(entry, 'sAMAccountName') ?? entry.dn,
    ...(Number.isInteger(control) && { enabled: (control & DISABLED) === 0 }),
    ...(hostName.ok && labelsOf(hostName.name).length > 0 && { dnsHostName: hostName.name }),
    servicePrincipalNames: textValues(entry, 'servicePrincipalName'),
    ...(lastLogon !== undefined && { lastLogon }),
    ...(operatingSystem !== undefined && { operatingSystem }),
    groups: withGroups ? await groupsOf(forest, context, entry.dn) : unread('its groups were not asked for'),
  };
}

function kindOf(classes: readonly string[]): AccountSeen['kind'] {
  const all = new Set(classes.map((one) => one.toLowerCase()));
  // A computer is a user, too.
  for (const kind of ['computer', 'group', 'user'] as const) if (all.has(kind)) return kind;
  return 'other';
}

/** All groups, nested ones and the primary one included; constructed by the server, so asked of the object itself. */
async function groupsOf(forest: Forest, context: string, dn: string): Promise<Reading<readonly Sid[]>> {
  const read = await searchIn(forest, context, {
    base: dn,
    scope: 'base',
    filter: '(objectClass=*)',
    attributes: ['tokenGroups'],
  });
  if (!read.ok) return unread(read.fault.detail);
  const values = read.value.entries[0]?.attributes.get('tokengroups');
  if (values === undefined) return unread('its groups are not shown to this account');
  const sids = values.map((octets) => decodeSid(octets));
  const broken = sids.find((sid) => !sid.ok);
  return broken === undefined
    ? known(sids.flatMap((sid) => (sid.ok ? [sid.value.sid] : [])))
    : unread('one of its groups cannot be read');
}

/** What a NetBIOS name, and with it a computer account, keeps of a longer label. */
const NETBIOS_LENGTH = 15;

/** `KMS01$` for kms01.contoso.com in contoso.com; undefined for a name that is not directly in a domain of the forest. */
function computerNameOf(
  name: Fqdn,
  { domains }: Forest,
): { readonly name: string; readonly dn: string } | undefined {
  const domain = domains.find((one) => one.name === parentOf(name));
  const [label = ''] = labelsOf(name);
  return domain && { name: `${label.slice(0, NETBIOS_LENGTH)}$`.toLowerCase(), dn: domain.dn };
}

/**
 * The computer accounts of hosts, by dNSHostName, else by a service principal; else by the account's own name, as a
 * computer that was made beforehand, or by a tool, has nothing else before it joins.
 */
export async function readHosts(
  forest: Forest,
  names: readonly Fqdn[],
): Promise<{ readonly hosts: readonly HostSeen[]; readonly accounts: readonly AccountSeen[] }> {
  const filters = names.flatMap((name) => [
    equals('dNSHostName', displayName(name)),
    equals('servicePrincipalName', `HOST/${displayName(name)}`),
    ...[computerNameOf(name, forest)].flatMap((own) =>
      own === undefined ? [] : [equals('sAMAccountName', own.name)],
    ),
  ]);
  const { accounts, unsearched } = await findAccounts(forest, filters, true);
  const computers = accounts.filter(({ kind }) => kind === 'computer');
  const hosts = names.map((name): HostSeen => {
    const spn = `host/${displayName(name)}`.toLowerCase();
    const account =
      computers.find(({ dnsHostName }) => dnsHostName === name) ??
      computers.find(({ servicePrincipalNames }) =>
        servicePrincipalNames.some((one) => one.toLowerCase() === spn),
      ) ??
      computers.find((one) => isNamedAs(one, computerNameOf(name, forest)));
    if (account !== undefined) return { name, account: known(account.sid) };
    const [why] = unsearched;
    return { name, account: why === undefined ? known(undefined) : unread(why) };
  });
  return { hosts, accounts: computers };
}

function isNamedAs({ name, dn, dnsHostName }: AccountSeen, own: ReturnType<typeof computerNameOf>): boolean {
  if (own === undefined || dnsHostName !== undefined) return false;
  return name.toLowerCase() === own.name && dn.toLowerCase().endsWith(`,${own.dn.toLowerCase()}`);
}

/** Who these SIDs are. One that the forest does not have is `gone` only when all of its domain was searched. */
export async function readPrincipals(
  forest: Forest,
  sids: readonly Sid[],
  already: readonly AccountSeen[],
): Promise<readonly PrincipalSeen[]> {
  const seen = new Map(already.map((account) => [account.sid, account]));
  const asked = [...new Set(sids)].filter((sid) => !seen.has(sid) && wellKnownName(sid) === undefined);
  const ours = asked.filter((sid) => forest.domains.some((domain) => domain.sid === domainOf(sid)));
  const filters = ours.map((sid) => equals('objectSid', sid));
  const { accounts, unsearched } =
    ours.length === 0 ? { accounts: [], unsearched: [] } : await findAccounts(forest, filters, true);
  for (const account of accounts) seen.set(account.sid, account);
  const graves = await namesOfDeleted(
    forest,
    ours.filter((sid) => !seen.has(sid)),
  );
  const principals = asked.map((sid): PrincipalSeen => {
    const account = seen.get(sid);
    if (account !== undefined) return { kind: 'found', sid, account };
    if (!ours.includes(sid))
      return { kind: 'unknown', sid, why: 'it belongs to a domain that no server here knows' };
    const [why] = unsearched;
    if (why !== undefined) return { kind: 'unknown', sid, why };
    const was = graves.get(sid);
    return { kind: 'gone', sid, ...(was !== undefined && { was }) };
  });
  return [
    ...already.map((account): PrincipalSeen => ({ kind: 'found', sid: account.sid, account })),
    ...principals,
  ];
}

/** What deleted objects were called; they keep SID and name as tombstones for months. Who may not look learns nothing. */
async function namesOfDeleted(forest: Forest, sids: readonly Sid[]): Promise<ReadonlyMap<Sid, string>> {
  const names = new Map<Sid, string>();
  if (sids.length === 0) return names;
  for (const { dn } of forest.domains) {
    const read = await searchIn(forest, dn, {
      base: dn,
      scope: 'sub',
      filter: `(&(isDeleted=TRUE)${anyOf(sids.map((sid) => equals('objectSid', sid)))})`,
      attributes: ['objectSid', 'sAMAccountName'],
      showDeleted: true,
    });
    for (const entry of read.ok ? read.value.entries : []) {
      const sid = sidOf(entry);
      const name = firstText(entry, 'sAMAccountName');
      if (sid !== undefined && name !== undefined) names.set(sid, name);
    }
  }
  return names;
}

/** Groups of this sAMAccountName, one in each domain at most. */
export async function readGroups(forest: Forest, name: string): Promise<Reading<readonly AccountSeen[]>> {
  const { accounts, unsearched } = await findAccounts(
    forest,
    [`(&(objectClass=group)${equals('sAMAccountName', name)})`],
    false,
  );
  const [why] = unsearched;
  return accounts.length === 0 && why !== undefined ? unread(why) : known(accounts);
}

/** Does this domain have an account of that name? */
export async function hasAccount(forest: Forest, name: string): Promise<boolean> {
  return (await findAccounts(forest, [equals('sAMAccountName', name)], false)).accounts.length > 0;
}
