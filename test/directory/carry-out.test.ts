import { describe, expect, it, test } from 'vitest';
import { KmsDnsError } from '../../src/core/errors.ts';
import { known } from '../../src/directory/audit-model.ts';
import { type CarriedOut, carryOut } from '../../src/directory/carry-out.ts';
import { daclDifference } from '../../src/directory/dacl-difference.ts';
import type { LdapFault, LdapFaultKind } from '../../src/directory/directory-client.ts';
import { type MendingStep, planMending } from '../../src/directory/mending.ts';
import {
  formatMendingJournal,
  type MendingEntry,
  type MendingJournal,
  parseMendingJournal,
} from '../../src/directory/mending-journal.ts';
import { formatSddl } from '../../src/directory/sddl.ts';
import {
  decodeSecurityDescriptor,
  encodeSecurityDescriptor,
} from '../../src/directory/security-descriptor.ts';
import { encodeSid } from '../../src/directory/sid.ts';
import { undoMending } from '../../src/directory/undo-mending.ts';
import {
  DOMAIN,
  fqdn,
  node,
  nodeSddl,
  OWNER,
  ROOT_DN,
  SID,
  sd,
  snapshot,
  srv,
  ZONE_DN,
  zone,
} from '../support/directory-snapshot.ts';
import {
  forestOf,
  type Manners,
  type MemoryDirectory,
  memoryDirectory,
} from '../support/memory-directory.ts';

const NODE = `DC=_vlmcs._tcp,${ZONE_DN}`;
const TEAM = `CN=KMS Hosts,CN=Users,${ROOT_DN}`;
const HOST = `CN=KMS01,CN=Computers,${ROOT_DN}`;
const CONTEXTS = [ROOT_DN, `DC=DomainDnsZones,${ROOT_DN}`];
const AT = new Date('2026-01-01T00:00:00Z');
const octetsOf = (sddl: string): Uint8Array => encodeSecurityDescriptor(sd(sddl));

/** A forest whose one record belongs to KMS01, with both hosts in it and no group. */
const PLAN = planMending(
  snapshot({
    group: known(undefined),
    zones: known([zone({ nodes: known([node({ records: [srv('kms01'), srv('kms02')] })]) })]),
  }),
  { groupName: 'KMS Hosts', ageing: 'static' },
);

function directory(manners: Manners = {}, sddl: string = nodeSddl(SID.kms01)): MemoryDirectory {
  return memoryDirectory(
    { [NODE]: { nTSecurityDescriptor: [octetsOf(sddl)] } },
    { newSid: SID.group, ...manners },
  );
}

interface Run {
  readonly done: CarriedOut<MendingStep>;
  /** Every state in which the journal was stored. */
  readonly stored: readonly MendingJournal[];
  readonly journal: MendingJournal;
}

async function apply(to: MemoryDirectory, steps: readonly MendingStep[] = PLAN.steps): Promise<Run> {
  const stored: MendingJournal[] = [];
  const recorder = async (journal: MendingJournal): Promise<string> => {
    // What is on disk counts, so it goes through its text.
    stored.push(parseMendingJournal(formatMendingJournal(journal), 'j'));
    return 'j';
  };
  const done = await carryOut(forestOf(to, ...CONTEXTS), steps, {
    recorder,
    startedAt: AT,
    progress: () => {},
  });
  return { done, stored, journal: stored.at(-1)! };
}

async function undo(at: MemoryDirectory, journal: MendingJournal): Promise<CarriedOut<MendingEntry>> {
  return undoMending(forestOf(at, ...CONTEXTS), journal, {
    recorder: async () => 'u',
    startedAt: AT,
    progress: () => {},
  });
}

const outcomes = ({ results }: CarriedOut<unknown>): readonly string[] =>
  results.map(({ outcome }) => outcome);
/** As it is written here, whatever the order of the letters. */
const canonical = (sddl: string): string => formatSddl(sd(sddl), DOMAIN);
const sddlAt = (of: MemoryDirectory): string => {
  const read = decodeSecurityDescriptor(of.values(NODE, 'nTSecurityDescriptor')![0]!);
  return read.ok ? formatSddl(read.value, DOMAIN) : read.detail;
};
const failing =
  (kind: LdapFaultKind, matching: RegExp): NonNullable<Manners['fault']> =>
  (call) =>
    matching.test(call) ? ({ kind, detail: `${kind}!`, hint: '' } satisfies LdapFault) : undefined;

describe('carrying a plan out', () => {
  it('makes the group, lets the hosts in, and adds one entry to the permissions', async () => {
    const ad = directory();
    const { done } = await apply(ad);
    expect(outcomes(done)).toEqual(['done', 'done', 'done', 'done']);
    expect(ad.values(TEAM, 'member')).toHaveLength(2);
    expect(sddlAt(ad)).toBe(canonical(nodeSddl(SID.kms01, `(A;;GA;;;${SID.group})`)));
    expect(ad.writes).toEqual([`add ${TEAM}`, `modify ${TEAM}`, `modify ${TEAM}`, `modify ${NODE} sd=4`]);
  });

  it('done again it changes nothing, and leaves no journal', async () => {
    const ad = directory();
    await apply(ad);
    const before = ad.writes.length;
    const { done, stored } = await apply(ad);
    expect(outcomes(done)).toEqual(['already', 'already', 'already', 'already']);
    expect([ad.writes.length, stored, done.journal]).toEqual([before, [], null]);
  });

  it('keeps what came in since the plan was made: the permissions are read anew', async () => {
    const ad = directory();
    const late = nodeSddl(SID.kms01, `(A;;RP;;;${SID.rogue})`);
    ad.set(NODE, 'nTSecurityDescriptor', [octetsOf(late)]);
    await apply(ad);
    expect(sddlAt(ad)).toBe(canonical(nodeSddl(SID.kms01, `(A;;RP;;;${SID.rogue})(A;;GA;;;${SID.group})`)));
  });

  it('has the former permissions on disk before it writes, and what came of it afterwards', async () => {
    const { stored } = await apply(directory());
    const grants = stored.map(({ entries }) => entries.find(({ kind }) => kind === 'grant'));
    const first = grants.find((one) => one !== undefined);
    expect(first).toMatchObject({ outcome: 'sending', dn: NODE });
    if (first?.kind !== 'grant') throw new Error('no grant');
    expect(daclDifference(first.before.dacl, sd(nodeSddl(SID.kms01)).dacl)).toEqual([]);
    expect(stored.at(-1)!.entries.map(({ outcome }) => outcome)).toEqual(['done', 'done', 'done', 'done']);
  });

  it('sends nothing when the journal cannot be written', async () => {
    const ad = directory();
    const run = carryOut(forestOf(ad, ...CONTEXTS), PLAN.steps, {
      recorder: () => Promise.reject(new Error('disk full')),
      startedAt: AT,
      progress: () => {},
    });
    await expect(run).rejects.toThrow('disk full');
    expect(ad.writes).toEqual([]);
  });

  it('tells what is done when the disk fills up on the way, and goes no further', async () => {
    const ad = directory();
    let left = 2;
    const recorder = (): Promise<string> =>
      left-- > 0 ? Promise.resolve('j') : Promise.reject(new KmsDnsError('file-unwritable', 'no room left'));
    const options = { recorder, startedAt: AT, progress: () => {} };
    const done = await carryOut(forestOf(ad, ...CONTEXTS), PLAN.steps, options);
    expect([outcomes(done), done.journal]).toEqual([['done', 'done', 'skipped', 'skipped'], 'j']);
    expect(done.results[2]!.says).toContain('no room left');
    expect(ad.writes).toHaveLength(2);
  });

  it('makes a name with its records, and leaves one alone that somebody made meanwhile', async () => {
    const record = { priority: 0, weight: 0, port: 1688, target: fqdn('kms01') };
    const { steps } = planMending(
      snapshot({ group: known(undefined), zones: known([zone({ nodes: known([]) })]) }),
      {
        groupName: 'KMS Hosts',
        ageing: 'static',
        sets: [{ owner: OWNER, ttlSeconds: 3600, records: [record] }],
      },
    );
    const made = steps.filter(({ kind }) => kind === 'create-node');
    const ad = memoryDirectory();
    expect(outcomes((await apply(ad, made)).done)).toEqual(['done']);
    expect(ad.values(NODE, 'dnsRecord')).toHaveLength(1);
    const taken = memoryDirectory({ [NODE]: { dnsRecord: ['squatter'] } });
    expect((await apply(taken, made)).done.results[0]).toMatchObject({
      outcome: 'already',
      says: expect.stringContaining('somebody has made it meanwhile'),
    });
  });
});

describe('a server that does not do as it is told', () => {
  test.each<[string, Manners, readonly string[]]>([
    ['says done and does nothing', { ignoresWrites: true }, ['refused', 'refused', 'refused', 'skipped']],
    [
      'refuses the group',
      { fault: failing('no-permission', /^add/) },
      ['refused', 'refused', 'refused', 'skipped'],
    ],
    [
      'refuses the permissions',
      { fault: failing('no-permission', /^modify DC/) },
      ['done', 'done', 'done', 'refused'],
    ],
    [
      'is gone when it is read back',
      { fault: failing('closed', /^search DC/) },
      ['done', 'done', 'done', 'unknown'],
    ],
    [
      'is gone from the start',
      { fault: failing('closed', /./) },
      ['unknown', 'skipped', 'skipped', 'skipped'],
    ],
  ])('%s', async (_, manners, expected) => {
    const { done } = await apply(directory(manners));
    expect(outcomes(done)).toEqual(expected);
    for (const { outcome, says } of done.results) expect([outcome, says.length > 0]).toEqual([outcome, true]);
  });

  it('whose answer to a change is lost has done it all the same, and the read-back says so', async () => {
    let lost = 0;
    const ad = directory();
    const { client } = ad;
    const modify: typeof client.modify = async (...sent) => {
      await client.modify(...sent);
      lost++;
      return { ok: false, fault: { kind: 'timeout', detail: 'no answer in time', hint: '' } };
    };
    const { done } = await apply({ ...ad, client: { ...client, modify } });
    expect([lost, outcomes(done)]).toEqual([3, ['done', 'done', 'done', 'done']]);
  });

  it('whose permissions turn out otherwise is told so, entry by entry', async () => {
    const ad = directory();
    const { client } = ad;
    const modify: typeof client.modify = async (dn, changes, sdFlags) => {
      const answer = await client.modify(dn, changes, sdFlags);
      if (sdFlags !== undefined)
        ad.set(NODE, 'nTSecurityDescriptor', [octetsOf(nodeSddl(SID.kms01, `(D;;WP;;;${SID.group})`))]);
      return answer;
    };
    const { done } = await apply({ ...ad, client: { ...client, modify } });
    expect(done.results.at(-1)).toMatchObject({
      outcome: 'changed',
      says: expect.stringMatching(/missing: allows .*full control; more: denies .*: write/),
    });
  });

  test.each<[string, string, string]>([
    ['no permission list', 'O:DAG:DAD:NO_ACCESS_CONTROL', 'everybody may do everything'],
    ['a list out of order', `O:DAG:DAD:(A;;GA;;;DA)(D;;WP;;;${SID.rogue})`, 'canonical order'],
  ])('%s is not touched', async (_, sddl, says) => {
    const ad = directory({}, sddl);
    const { done } = await apply(ad);
    expect(done.results.at(-1)).toMatchObject({ outcome: 'refused', says: expect.stringContaining(says) });
    expect(ad.writes.filter((one) => one.includes('sd='))).toEqual([]);
  });

  test('permissions that are no permissions are a value', async () => {
    const ad = memoryDirectory({ [NODE]: { nTSecurityDescriptor: ['nonsense'] } }, { newSid: SID.group });
    const { done } = await apply(ad);
    expect(done.results.at(-1)).toMatchObject({
      outcome: 'refused',
      says: expect.stringContaining('cannot be read'),
    });
  });

  test('a name that no server holds is skipped', async () => {
    const done = await carryOut(forestOf(directory(), 'DC=other'), PLAN.steps, {
      recorder: async () => 'j',
      startedAt: AT,
      progress: () => {},
    });
    expect(outcomes(done)).toEqual(['skipped', 'skipped', 'skipped', 'skipped']);
    expect(done.results[0]!.says).toContain('--ldap');
  });
});

describe('an undo', () => {
  it('takes everything back, the last step first', async () => {
    const ad = directory();
    const { journal } = await apply(ad);
    expect(outcomes(await undo(ad, journal))).toEqual(['done', 'done', 'done', 'done']);
    expect(sddlAt(ad)).toBe(canonical(nodeSddl(SID.kms01)));
    expect(ad.values(TEAM, 'member')).toBe(undefined);
    expect(outcomes(await undo(ad, journal))).toEqual(['already', 'already', 'already', 'already']);
  });

  test.each<[string, (ad: MemoryDirectory) => void, readonly string[]]>([
    [
      'the permissions',
      (ad) => ad.set(NODE, 'nTSecurityDescriptor', [octetsOf(nodeSddl(SID.kms02))]),
      ['changed', 'done', 'done', 'done'],
    ],
    [
      'the members',
      (ad) => ad.set(TEAM, 'member', [HOST, 'CN=other']),
      ['done', 'already', 'done', 'changed'],
    ],
    [
      'the group',
      (ad) => ad.set(TEAM, 'objectSid', [encodeSid(SID.rogue)]),
      ['done', 'done', 'done', 'changed'],
    ],
  ])('leaves alone what somebody changed since: %s', async (_, change, expected) => {
    const ad = directory();
    const { journal } = await apply(ad);
    change(ad);
    expect(outcomes(await undo(ad, journal))).toEqual(expected);
  });

  it('of what was refused finds nothing to take back', async () => {
    const refusing = directory({ fault: failing('no-permission', /^modify DC/) });
    const { journal } = await apply(refusing);
    expect(journal.entries.map(({ kind, outcome }) => [kind, outcome])).toEqual([
      ['create-group', 'done'],
      ['add-member', 'done'],
      ['add-member', 'done'],
      ['grant', 'refused'],
    ]);
    expect(outcomes(await undo(refusing, journal))).toEqual(['already', 'done', 'done', 'done']);
  });
});

describe('permission lists', () => {
  test.each<[string, string, string, readonly unknown[]]>([
    ['generic rights and what they mean', '(A;;GA;;;DA)', '(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;DA)', []],
    ['inherited ones in any order', '(A;ID;GA;;;DA)(A;ID;RP;;;SY)', '(A;ID;RP;;;SY)(A;ID;GA;;;DA)', []],
    [
      'explicit ones in another order',
      '(A;;GA;;;DA)(A;;RP;;;SY)',
      '(A;;RP;;;SY)(A;;GA;;;DA)',
      ['the same entries in another order'],
    ],
    ['one more', '(A;;GA;;;DA)', '(A;;GA;;;DA)(A;;GA;;;DA)', [expect.stringMatching(/^more: /)]],
    [
      'one less',
      '(A;;GA;;;DA)(A;;RP;;;SY)',
      '(A;;GA;;;DA)',
      [expect.stringMatching(/^missing: allows SYSTEM/)],
    ],
    ['no list', '(A;;GA;;;DA)', 'NO_ACCESS_CONTROL', ['a list that is null, not list']],
  ])('%s', (_, expected, seen, differences) => {
    expect(daclDifference(sd(`D:${expected}`).dacl, sd(`D:${seen}`).dacl)).toEqual(differences);
  });
});

describe('a journal', () => {
  it('comes back as it was written, with the permissions readable for people', async () => {
    const { journal } = await apply(directory());
    const text = formatMendingJournal(journal);
    expect(parseMendingJournal(text, 'j')).toEqual(journal);
    expect(text).toContain('"sddl": "D:AI(A;;GA;;;');
  });

  test.each<[string, string]>([
    ['', 'not JSON'],
    ['{}', 'not a journal of a directory'],
    ['{"schema":"kmsdns/journal@1"}', 'not a journal of a directory'],
    ['{"schema":"kmsdns/directory-journal@1"}', 'is missing'],
    ...[
      '7',
      '{"kind":"grant","dn":"x","outcome":"done"}',
      '{"kind":"grant","dn":"x","outcome":"done","before":{"octets":"AAAA"},"after":{"octets":"AAAA"}}',
      '{"kind":"create-group","dn":"x","outcome":"done","sid":"S-2"}',
      '{"kind":"add-member","dn":"x","outcome":"done"}',
      '{"kind":"create-node","dn":"x","outcome":"done","values":["%"]}',
      '{"kind":"drop-forest","dn":"x","outcome":"done"}',
      '{"kind":"add-member","dn":"","outcome":"done","member":"y"}',
      '{"kind":"add-member","dn":"x","outcome":"perhaps","member":"y"}',
    ].map((entry): [string, string] => [
      `{"schema":"kmsdns/directory-journal@1","action":"audit","startedAt":"x","server":"y","entries":[${entry}]}`,
      'entry 1 is damaged',
    ]),
  ])('%s is refused', (text, says) => {
    expect(() => parseMendingJournal(text, 'FILE')).toThrow(
      expect.objectContaining({ code: 'journal-invalid', message: expect.stringContaining(`FILE: `) }),
    );
    expect(() => parseMendingJournal(text, 'FILE')).toThrow(says);
  });
});
