import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { joinName, parseFqdn } from '../../src/core/name.ts';
import { CLASS, type Message, prerequisite, type Rr, TYPE, update } from '../../src/core/wire.ts';
import { anybody, anyKey, nobody, onlySrvAt } from '../../src/lab/policy.ts';
import { formatRr } from '../../src/lab/record-text.ts';
import { isLaterSerial, nextSerial, updateZone, zoneSection } from '../../src/lab/update.ts';
import { a, recordsOf, rrsetAt, soa, soaOf, srv, txt, type Zone, zoneFrom } from '../../src/lab/zone-data.ts';
import { anyUpdate, brokenChange } from '../support/arbitrary-updates.ts';
import { caseRecords, updateCases } from '../support/update-cases.ts';

const ZONE = parseFqdn('update.example');
const OWNER = joinName('_vlmcs._tcp', ZONE);
const KEY = parseFqdn('publisher');
const START = zoneFrom({ name: ZONE, records: caseRecords(ZONE) });

/** Every record as text, the SOA without its serial apart. */
function linesOf(zone: Zone): string[] {
  const sets = [...zone.nodes.values()].flatMap((node) => [...node.values()]);
  return sets
    .filter(({ type }) => type !== TYPE.SOA)
    .flatMap((set) => recordsOf(set).map(formatRr))
    .sort();
}

function sections(
  prerequisites: readonly Rr[] = [],
  updates: readonly Rr[] = [],
): Pick<Message, 'answers' | 'authorities'> {
  return { answers: prerequisites, authorities: updates };
}

describe('updateZone', () => {
  test.each(updateCases(ZONE).map((row) => [row.name, row] as const))('%s', (_, row) => {
    const before = linesOf(START);
    const outcome = updateZone(START, sections(row.prerequisites, row.updates), KEY, anyKey);
    expect(outcome.ok ? 'NOERROR' : outcome.rcode).toBe(row.rcode);
    const after = outcome.ok ? outcome.zone : START;
    const drops = (row.drops ?? []).map(formatRr);
    const expected = [...before.filter((line) => !drops.includes(line)), ...(row.adds ?? []).map(formatRr)];
    expect(linesOf(after)).toEqual(expected.sort());
    const changed = drops.length + (row.adds ?? []).length > 0;
    expect(soaOf(after).serial).toBe(row.serial ?? (changed ? 2 : 1));
    expect(after === START).toBe(!changed && row.serial === undefined);
    expect(linesOf(START)).toEqual(before);
  });

  it('says what it passes over', () => {
    const outcome = updateZone(
      START,
      sections(
        [],
        [update.add({ ...a(OWNER, '192.0.2.1'), type: TYPE.CNAME, rdata: { kind: 'CNAME', target: ZONE } })],
      ),
      KEY,
      anyKey,
    );
    expect(outcome).toMatchObject({
      ok: true,
      ignored: [expect.stringMatching(/_vlmcs\._tcp.* CNAME .*cannot stand beside other data/)],
    });
  });

  it('says why it refuses', () => {
    const because = (prerequisites: readonly Rr[], updates: readonly Rr[]): string => {
      const outcome = updateZone(START, sections(prerequisites, updates), undefined, anybody);
      return outcome.ok ? '' : outcome.because;
    };
    expect(because([prerequisite.rrsetExists(ZONE, TYPE.MX)], [])).toBe(
      'update.example. ANY MX does not hold',
    );
    expect(because([prerequisite.rrsetExactly(txt(ZONE, 'x'))], [])).toMatch(
      /not exactly update\.example\. 0 IN TXT "x"/,
    );
    expect(because([], [a('elsewhere.example', '192.0.2.1')])).toMatch(/elsewhere\.example\. .* not in zone/);
  });
});

describe('policy', () => {
  const add = update.add(srv(OWNER, 'kms3.update.example'));
  const poison = prerequisite.nameNotInUse(ZONE);
  const publisher = onlySrvAt(KEY, [OWNER]);
  test.each([
    ['a key', anyKey, KEY, [add], 'NOERROR'],
    ['no key', anyKey, undefined, [add], 'REFUSED'],
    ['anybody', anybody, undefined, [add], 'NOERROR'],
    ['nobody', nobody, KEY, [add], 'REFUSED'],
    ['the publisher', publisher, KEY, [add], 'NOERROR'],
    [
      'the publisher deletes',
      publisher,
      KEY,
      [update.deleteRr(add), update.deleteRrset(OWNER, TYPE.SRV)],
      'NOERROR',
    ],
    ['another key', publisher, parseFqdn('other'), [add], 'REFUSED'],
    [
      'the publisher at another name',
      publisher,
      KEY,
      [add, srv(joinName('_ldap._tcp', ZONE), 'dc.update.example')],
      'REFUSED',
    ],
    ['the publisher with another type', publisher, KEY, [txt(OWNER, 'x')], 'REFUSED'],
    ['the publisher deletes the name', publisher, KEY, [update.deleteRrset(OWNER, TYPE.ANY)], 'REFUSED'],
    ['nobody, with nothing to write', nobody, KEY, [], 'REFUSED'],
  ])('%s', (_, policy, keyName, updates, rcode) => {
    const outcome = updateZone(START, sections([], updates), keyName, policy);
    expect(outcome.ok ? 'NOERROR' : outcome.rcode).toBe(rcode);
    if (rcode === 'NOERROR' && outcome.ok) expect(outcome.zone).not.toBe(START);
  });

  it('is asked before prerequisites are looked at, so that they tell a stranger nothing', () => {
    const outcome = updateZone(START, sections([poison], [add]), undefined, anyKey);
    expect(outcome).toMatchObject({ ok: false, rcode: 'REFUSED' });
  });

  it('is asked after them where a server keeps the order of the RFC', () => {
    const manners = { prerequisitesFirst: true };
    const outcome = updateZone(START, sections([poison], [add]), undefined, anyKey, manners);
    expect(outcome).toMatchObject({ ok: false, rcode: 'YXDOMAIN' });
    expect(updateZone(START, sections([], [add]), undefined, anyKey, manners)).toMatchObject({
      rcode: 'REFUSED',
    });
  });
});

describe('manners', () => {
  const three = srv(OWNER, 'kms3.update.example');
  const first = rrsetAt(START, OWNER, TYPE.SRV)!;
  const served = (zone: Zone): number => rrsetAt(zone, OWNER, TYPE.SRV)?.members.length ?? 0;

  test.each([
    ['more than the cap', 2, [three], 2],
    ['up to the cap', 3, [three, srv(OWNER, 'kms4.update.example')], 3],
    ['one for one', 2, [update.deleteRr(recordsOf(first)[0]!), three], 2],
    ['no cap', undefined, [three, srv(OWNER, 'kms4.update.example')], 4],
  ])('SRV(n): %s', (_, capSrv, updates, expected) => {
    const manners = capSrv === undefined ? {} : { capSrv };
    const outcome = updateZone(START, sections([], updates), KEY, anyKey, manners);
    expect(outcome.ok && served(outcome.zone)).toBe(expected);
  });

  it('SRV(n) lets a record that is there be retimed, and other types be', () => {
    const retime = { ...recordsOf(first)[0]!, ttlSeconds: 60 };
    const outcome = updateZone(START, sections([], [retime, txt(OWNER, 'x')]), KEY, anyKey, { capSrv: 2 });
    expect(outcome.ok && rrsetAt(outcome.zone, OWNER, TYPE.SRV)?.ttlSeconds).toBe(60);
    expect(outcome.ok && rrsetAt(outcome.zone, OWNER, TYPE.TXT)).toBeDefined();
  });

  it('says NOERROR and writes nothing, but only after every check', () => {
    const manners = { noerrorWithoutWriting: true };
    expect(updateZone(START, sections([], [three]), KEY, anyKey, manners)).toMatchObject({
      ok: true,
      zone: START,
    });
    expect(updateZone(START, sections([], [three]), KEY, nobody, manners)).toMatchObject({
      rcode: 'REFUSED',
    });
    const failing = sections([prerequisite.nameNotInUse(ZONE)], [three]);
    expect(updateZone(START, failing, KEY, anyKey, manners)).toMatchObject({ rcode: 'YXDOMAIN' });
  });
});

test('zoneSection wants exactly one entry of type SOA', () => {
  const question = { name: ZONE, type: TYPE.SOA, class: CLASS.IN };
  const read = (...questions: (typeof question)[]): unknown =>
    zoneSection({ questions } as unknown as Message);
  expect(read(question)).toBe(question);
  expect(read()).toMatchObject({ rcode: 'FORMERR' });
  expect(read(question, question)).toMatchObject({ rcode: 'FORMERR' });
  expect(read({ ...question, type: 1 as typeof TYPE.SOA })).toMatchObject({ rcode: 'FORMERR' });
});

describe('serials', () => {
  /** RFC 1982 §7 shows the rules with 2 and 8 bits; these are the same places of the circle with 32. */
  test.each([
    [2, 1, true],
    [1, 1, false],
    [1, 2, false],
    [0, 0xffff_ffff, true],
    [0xffff_ffff, 0, false],
    [0x8000_0000, 1, true],
    [0x8000_0001, 1, false],
    [0x8000_0002, 1, false],
    [0x7fff_ffff, 0xffff_ffff, false],
    [0x7fff_fffe, 0xffff_ffff, true],
  ])('is %d later than %d: %s', (serial, than, later) => {
    expect(isLaterSerial(serial, than)).toBe(later);
  });

  it('moves on by one, round the end and over 0', () => {
    expect(nextSerial(1)).toBe(2);
    expect(nextSerial(0x7fff_ffff)).toBe(0x8000_0000);
    expect(nextSerial(0xffff_ffff)).toBe(1);
    fc.assert(fc.property(fc.nat(0xffff_ffff), (serial) => isLaterSerial(nextSerial(serial), serial)));
  });

  it('goes round the end in a zone too', () => {
    const records = caseRecords(ZONE).map((rr) =>
      rr.type === TYPE.SOA ? soa(ZONE, 'ns1.update.example', { serial: 0xffff_ffff }) : rr,
    );
    const zone = zoneFrom({ name: ZONE, records });
    const outcome = updateZone(zone, sections([], [a(OWNER, '192.0.2.1')]), KEY, anyKey);
    expect(outcome.ok && soaOf(outcome.zone).serial).toBe(1);
  });
});

const messages = fc.array(
  fc.record({
    message: anyUpdate(ZONE),
    broken: fc.option(brokenChange(ZONE), { nil: undefined, freq: 3 }),
  }),
  { minLength: 1, maxLength: 12 },
);

describe('any sequence of messages', () => {
  it('leaves a zone as it was when one fails, and otherwise moves its serial on exactly when it changes', () => {
    let [failed, changed] = [0, 0];
    fc.assert(
      fc.property(messages, (all) => {
        let zone = zoneFrom({ name: ZONE, records: caseRecords(ZONE) });
        for (const {
          message: { prerequisites, updates },
          broken,
        } of all) {
          const before = linesOf(zone);
          const message = sections(prerequisites, broken === undefined ? updates : [...updates, broken]);
          const outcome = updateZone(zone, message, KEY, anyKey);
          expect(linesOf(zone)).toEqual(before);
          if (!outcome.ok) {
            failed++;
            continue;
          }
          expect(broken).toBeUndefined();
          const [old, now] = [soaOf(zone), soaOf(outcome.zone)];
          const different =
            linesOf(outcome.zone).join('\n') !== before.join('\n') || now.serial !== old.serial;
          expect(outcome.zone === zone).toBe(!different);
          if (different) {
            changed++;
            expect(isLaterSerial(now.serial, old.serial)).toBe(true);
          }
          zone = outcome.zone;
        }
      }),
      { numRuns: 300 },
    );
    expect(Math.min(failed, changed)).toBeGreaterThan(100);
  });

  it('keeps what makes a zone one: an SOA and an NS at the apex, aliases alone, no name without records', () => {
    fc.assert(
      fc.property(messages, (all) => {
        let zone = START;
        for (const { message } of all) {
          const outcome = updateZone(zone, sections([], message.updates), KEY, anyKey);
          if (outcome.ok) zone = outcome.zone;
        }
        expect(rrsetAt(zone, ZONE, TYPE.SOA)?.members).toHaveLength(1);
        expect(rrsetAt(zone, ZONE, TYPE.NS)?.members.length).toBeGreaterThan(0);
        for (const node of zone.nodes.values()) {
          expect(node.size).toBeGreaterThan(0);
          for (const { members } of node.values()) expect(members.length).toBeGreaterThan(0);
          if (node.has(TYPE.CNAME)) expect([node.size, node.get(TYPE.CNAME)!.members.length]).toEqual([1, 1]);
        }
      }),
    );
  });

  it('undoes: deleting what was added at a new name gives the old records back', () => {
    const fresh = fc.uniqueArray(fc.integer({ min: 1, max: 250 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fresh, (numbers) => {
        const records = numbers.map((n) => a(joinName('fresh', ZONE), `192.0.2.${n}`));
        const added = updateZone(START, sections([], records), KEY, anyKey);
        const gone = updateZone(
          added.ok ? added.zone : START,
          sections([], records.map(update.deleteRr)),
          KEY,
          anyKey,
        );
        expect(added.ok && linesOf(added.zone).length).toBe(linesOf(START).length + numbers.length);
        expect(gone.ok && linesOf(gone.zone)).toEqual(linesOf(START));
      }),
    );
  });
});
