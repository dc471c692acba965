import { KmsDnsError } from '../core/errors.ts';
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
import type { MendingStep } from './mending.ts';
import type { MendingEntry, MendingJournal, MendingRecorder, StepOutcome } from './mending-journal.ts';
import { type SecurityDescriptor, withGrant } from './security-descriptor.ts';
import type { Sid } from './sid.ts';

/** A step and what became of it. */
export interface StepResult<S> extends Changed {
  readonly step: S;
}

export interface CarriedOut<S> {
  readonly results: readonly StepResult<S>[];
  /** Where the journal is; null: nothing was sent. */
  readonly journal: string | null;
}

export interface CarryOutOptions {
  readonly recorder: MendingRecorder;
  readonly startedAt: Date;
  readonly progress: (dn: string) => void;
}

/**
 * Carries a plan out, step by step, over the connections of `forest`. Before each change the journal with all that an
 * undo needs is stored, and where that fails nothing is sent. Permissions are read anew, so that nothing is lost that
 * came in since the plan was made. After a lost connection the rest is skipped.
 */
export async function carryOut(
  forest: Forest,
  steps: readonly MendingStep[],
  { recorder, startedAt, progress }: CarryOutOptions,
): Promise<CarriedOut<MendingStep>> {
  const keeper = journalKeeper(recorder, {
    action: 'audit',
    startedAt: startedAt.toISOString(),
    server: forest.servers[0]?.hostName ?? '',
  });
  /** SIDs of groups by their names, once they are known. */
  const groups = new Map<string, Sid>();
  const results: StepResult<MendingStep>[] = [];
  let over: string | undefined;
  for (const step of steps) {
    const dn = dnOf(step);
    progress(dn);
    const client = holderOf(forest, dn);
    const changed: Changed =
      over !== undefined
        ? { outcome: 'skipped', says: over }
        : client === undefined
          ? { outcome: 'skipped', says: `no server here holds ${JSON.stringify(dn)}: name one with --ldap` }
          : await carryOutStep(client, step, groups, keeper);
    results.push({ step, ...changed });
    if (changed.outcome === 'unknown') over = 'the step before could not be found out';
  }
  return { results, journal: await keeper.close() };
}

/** The object that a step changes. */
export function dnOf(step: MendingStep): string {
  return step.kind === 'create-group' || step.kind === 'add-member' ? step.group.dn : step.dn;
}

async function carryOutStep(
  client: DirectoryClient,
  step: MendingStep,
  groups: Map<string, Sid>,
  keeper: Keeper,
): Promise<Changed> {
  switch (step.kind) {
    case 'create-group':
      return createGroup(client, step, groups, keeper);
    case 'add-member': {
      const stands = await isMember(client, step.group.dn, step.member.dn);
      if (!stands.ok) return notRead(stands.fault);
      if (stands.value) return { outcome: 'already', says: 'it is a member' };
      return keeper.around({ kind: 'add-member', dn: step.group.dn, member: step.member.dn }, () =>
        changeMember(client, 'add', step.group.dn, step.member.dn),
      );
    }
    case 'create-node':
      return createNode(client, step, keeper);
    case 'grant':
      return grant(client, step, groups, keeper);
  }
}

/** Security groups by scope ([MS-ADTS] §2.2.12). */
const GROUP_TYPE = { global: '-2147483646', universal: '-2147483640' } as const;

async function createGroup(
  client: DirectoryClient,
  { group, scope }: Extract<MendingStep, { kind: 'create-group' }>,
  groups: Map<string, Sid>,
  keeper: Keeper,
): Promise<Changed> {
  const stands = await readSidOf(client, group.dn);
  if (!stands.ok) return notRead(stands.fault);
  if (stands.value !== undefined) {
    groups.set(group.dn, stands.value);
    return { outcome: 'already', says: 'it stands' };
  }
  let sid: Sid | undefined;
  const text = (value: string): readonly Uint8Array[] => [new TextEncoder().encode(value)];
  return keeper.around(
    { kind: 'create-group', dn: group.dn },
    async () => {
      const sent = await client.add(group.dn, {
        objectClass: text('group'),
        sAMAccountName: text(group.name),
        groupType: text(GROUP_TYPE[scope]),
      });
      const made = await readSidOf(client, group.dn);
      if (!made.ok) return unknown(sent, made.fault);
      sid = made.value;
      if (sid === undefined) return refused(sent);
      groups.set(group.dn, sid);
      return { outcome: 'done', says: `it has the SID ${sid}` };
    },
    () => (sid === undefined ? {} : { sid }),
  );
}

async function createNode(
  client: DirectoryClient,
  { dn, values }: Extract<MendingStep, { kind: 'create-node' }>,
  keeper: Keeper,
): Promise<Changed> {
  const stands = await readRecordValues(client, dn);
  if (!stands.ok) return notRead(stands.fault);
  if (stands.value !== undefined)
    return { outcome: 'already', says: 'somebody has made it meanwhile; it stays as it is' };
  return keeper.around({ kind: 'create-node', dn, values }, async () => {
    const sent = await client.add(dn, {
      objectClass: [new TextEncoder().encode('dnsNode')],
      dnsRecord: values,
    });
    const made = await readRecordValues(client, dn);
    if (!made.ok) return unknown(sent, made.fault);
    if (made.value === undefined) return refused(sent);
    return made.value.join() === hexOf(values).join()
      ? { outcome: 'done', says: 'it stands with its records' }
      : { outcome: 'changed', says: 'it stands, but with other records' };
  });
}

async function grant(
  client: DirectoryClient,
  { dn, group, mask }: Extract<MendingStep, { kind: 'grant' }>,
  groups: ReadonlyMap<string, Sid>,
  keeper: Keeper,
): Promise<Changed> {
  const sid = group.sid ?? groups.get(group.dn);
  if (sid === undefined)
    return { outcome: 'skipped', says: `there is no group ${JSON.stringify(group.name)}` };
  const stands = await readPermissions(client, dn);
  if (!stands.ok) return notRead(stands.fault);
  const before = stands.value;
  if (before === undefined) return { outcome: 'skipped', says: 'there is no such object' };
  const granted = withGrant(before, sid, mask);
  if (granted.kind === 'already') return { outcome: 'already', says: 'the entry stands' };
  if (granted.kind === 'refused') return { outcome: 'refused', says: granted.detail };
  const after: SecurityDescriptor = granted.descriptor;
  return keeper.around({ kind: 'grant', dn, before, after }, () =>
    writePermissions(client, dn, before, after),
  );
}

/** Nothing was sent, as it is not known what stands there. */
function notRead(fault: LdapFault): Changed {
  const lost = fault.kind === 'closed' || fault.kind === 'timeout' || fault.kind === 'cancelled';
  return { outcome: lost ? 'unknown' : 'refused', says: `nothing was sent: ${withHint(fault)}` };
}

type Start = MendingEntry extends infer E ? (E extends MendingEntry ? Omit<E, 'outcome'> : never) : never;

/** Keeps the journal of one run true: on disk before anything is sent, and with what came of it afterwards. */
export interface Keeper {
  around(entry: Start, change: () => Promise<Changed>, more?: () => object): Promise<Changed>;
  close(): Promise<string | null>;
}

export function journalKeeper(recorder: MendingRecorder, head: Omit<MendingJournal, 'entries'>): Keeper {
  const entries: MendingEntry[] = [];
  let place: string | null = null;
  const settle = (at: number, outcome: StepOutcome | 'sending', entry: Start, more: object = {}): void => {
    entries[at] = { ...entry, ...more, outcome } as MendingEntry;
  };
  return {
    async around(entry, change, more) {
      const at = entries.length;
      settle(at, 'sending', entry);
      try {
        place = await recorder({ ...head, entries });
      } catch (error) {
        if (place === null || !(error instanceof KmsDnsError)) throw error;
        // What is done already must be told, and stands in the journal as it was stored last.
        entries.pop();
        return {
          outcome: 'skipped',
          says: `nothing was sent, as the journal cannot be kept: ${error.message}`,
        };
      }
      const changed = await change();
      settle(at, changed.outcome, entry, more?.());
      return changed;
    },
    async close() {
      // What was stored before sending is enough for an undo; a disk that filled up since must not hide what was done.
      if (place !== null) place = await recorder({ ...head, entries }).catch(() => place);
      return place;
    },
  };
}
