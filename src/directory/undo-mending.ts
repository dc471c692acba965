import {
  type CarriedOut,
  type CarryOutOptions,
  journalKeeper,
  type Keeper,
  type StepResult,
} from './carry-out.ts';
import { daclDifference } from './dacl-difference.ts';
import {
  type Changed,
  changeMember,
  hexOf,
  holderOf,
  isMember,
  readPermissions,
  readRecordValues,
  readSidOf,
  refused,
  unknown,
  withHint,
  writePermissions,
} from './directory-change.ts';
import type { DirectoryClient, LdapFault } from './directory-client.ts';
import type { Forest } from './forest.ts';
import type { MendingEntry, MendingJournal } from './mending-journal.ts';

/**
 * Takes back what a journal says was changed, in the reverse order, each only where what stands is what was written
 * then: a later change of somebody else is never lost. Its own journal takes the undo of permissions back.
 */
export async function undoMending(
  forest: Forest,
  journal: MendingJournal,
  { recorder, startedAt, progress }: CarryOutOptions,
): Promise<CarriedOut<MendingEntry>> {
  const keeper = journalKeeper(recorder, {
    action: 'undo',
    startedAt: startedAt.toISOString(),
    server: forest.servers[0]?.hostName ?? '',
  });
  const results: StepResult<MendingEntry>[] = [];
  let over: string | undefined;
  for (const entry of undoable(journal)) {
    progress(entry.dn);
    const client = holderOf(forest, entry.dn);
    const changed: Changed =
      over !== undefined
        ? { outcome: 'skipped', says: over }
        : client === undefined
          ? { outcome: 'skipped', says: `no server here holds ${JSON.stringify(entry.dn)}` }
          : await undo(client, entry, keeper);
    results.push({ step: entry, ...changed });
    if (changed.outcome === 'unknown') over = 'the step before could not be found out';
  }
  return { results, journal: await keeper.close() };
}

/** The entries of a journal that may have changed something, the last one first. */
export function undoable({ entries }: MendingJournal): readonly MendingEntry[] {
  return entries.filter(({ outcome }) => outcome !== 'skipped' && outcome !== 'already').toReversed();
}

async function undo(client: DirectoryClient, entry: MendingEntry, keeper: Keeper): Promise<Changed> {
  switch (entry.kind) {
    case 'grant':
      return undoGrant(client, entry, keeper);
    case 'add-member':
      return undoMember(client, entry);
    case 'create-node':
      return undoNode(client, entry);
    case 'create-group':
      return undoGroup(client, entry);
  }
}

async function undoGrant(
  client: DirectoryClient,
  { dn, before, after }: Extract<MendingEntry, { kind: 'grant' }>,
  keeper: Keeper,
): Promise<Changed> {
  const stands = await readPermissions(client, dn);
  if (!stands.ok) return notRead(stands.fault);
  if (stands.value === undefined) return { outcome: 'already', says: 'the object is gone' };
  if (daclDifference(before.dacl, stands.value.dacl).length === 0)
    return { outcome: 'already', says: 'the former permissions stand' };
  const differences = daclDifference(after.dacl, stands.value.dacl);
  if (differences.length > 0)
    return {
      outcome: 'changed',
      says: `left alone, as somebody has changed the permissions since: ${differences.join('; ')}`,
    };
  return keeper.around({ kind: 'grant', dn, before: after, after: before }, () =>
    writePermissions(client, dn, after, before),
  );
}

async function undoMember(
  client: DirectoryClient,
  { dn, member }: Extract<MendingEntry, { kind: 'add-member' }>,
): Promise<Changed> {
  const stands = await isMember(client, dn, member);
  if (!stands.ok && stands.fault.kind !== 'no-such-object') return notRead(stands.fault);
  if (!stands.ok || !stands.value) return { outcome: 'already', says: 'it is no member' };
  return changeMember(client, 'delete', dn, member);
}

async function undoNode(
  client: DirectoryClient,
  { dn, values }: Extract<MendingEntry, { kind: 'create-node' }>,
): Promise<Changed> {
  const stands = await readRecordValues(client, dn);
  if (!stands.ok) return notRead(stands.fault);
  if (stands.value === undefined) return { outcome: 'already', says: 'it is gone' };
  if (stands.value.join() !== hexOf(values).join())
    return { outcome: 'changed', says: 'left alone, as its records have changed since' };
  return remove(client, dn);
}

async function undoGroup(
  client: DirectoryClient,
  { dn, sid }: Extract<MendingEntry, { kind: 'create-group' }>,
): Promise<Changed> {
  const stands = await readSidOf(client, dn);
  if (!stands.ok) return notRead(stands.fault);
  if (stands.value === undefined) return { outcome: 'already', says: 'it is gone' };
  if (sid !== undefined && stands.value !== sid)
    return { outcome: 'changed', says: 'left alone: another group has this name now' };
  const members = await client.search({
    base: dn,
    scope: 'base',
    filter: '(member=*)',
    attributes: ['objectSid'],
  });
  if (!members.ok) return notRead(members.fault);
  if (members.value.entries.length > 0) return { outcome: 'changed', says: 'left alone, as it has members' };
  return remove(client, dn);
}

async function remove(client: DirectoryClient, dn: string): Promise<Changed> {
  const sent = await client.remove(dn);
  const stands = await client.search({
    base: dn,
    scope: 'base',
    filter: '(objectClass=*)',
    attributes: ['objectClass'],
  });
  if (stands.ok) return refused(sent);
  return stands.fault.kind === 'no-such-object'
    ? { outcome: 'done', says: 'it is deleted' }
    : unknown(sent, stands.fault);
}

function notRead(fault: LdapFault): Changed {
  return { outcome: 'unknown', says: `nothing was sent: ${withHint(fault)}` };
}
