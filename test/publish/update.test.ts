import dnsPacket from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { parseFqdn } from '../../src/core/name.ts';
import { TYPE } from '../../src/core/wire.ts';
import { planDomain } from '../../src/publish/plan.ts';
import {
  type Edit,
  encodeSections,
  poisoned,
  rehearsal,
  type UpdateSections,
  updateSections,
} from '../../src/publish/update.ts';
import { hexFromOctets, octetsFromHex } from '../support/hex.ts';
import { anyLiveSet, anyWanted, OWNER, record, setOf } from '../support/srv-sets.ts';

const ZONE = parseFqdn('contoso.com');
const A = record('kms1', 10, 75);
const B = record('kms2', 90, 75);

/* Written by hand from RFC 2136: header and zone §2.2, §2.3; prerequisites §2.4; updates §2.5. */
const CONTOSO = '07 636f6e746f736f 03 636f6d 00';
const OWNER_HEX = `06 5f766c6d6373 04 5f746370 ${CONTOSO}`;
const header = (prerequisites: string, updates: string): string =>
  `1234 2800 0001 ${prerequisites} ${updates} 0000   ${CONTOSO} 0006 0001`;
/** Priority, weight, port 1688, target. */
const A_HEX = `0018 000a 004b 0698 04 6b6d7331 ${CONTOSO}`;
const B_HEX = `0018 005a 004b 0698 04 6b6d7332 ${CONTOSO}`;
const IN_SRV = '0021 0001';
const NONE_SRV = '0021 00fe';

interface Row {
  readonly name: string;
  readonly edit: Omit<Edit, 'name'>;
  readonly poison?: true;
  readonly hex: string;
}

const ROWS: readonly Row[] = [
  {
    name: 'a first set: neither SRV nor CNAME may be there (§2.4.3), one record is added (§2.5.1)',
    edit: { before: null, after: setOf(3600, A) },
    hex: `
      ${header('0002', '0001')}
      ${OWNER_HEX} ${NONE_SRV} 00000000 0000
      ${OWNER_HEX} 0005 00fe 00000000 0000
      ${OWNER_HEX} ${IN_SRV} 00000e10 ${A_HEX}`,
  },
  {
    name: 'one more: the live set, value by value with TTL 0 (§2.4.2), and only the new record is added',
    edit: { before: setOf(300, A), after: setOf(300, A, B) },
    hex: `
      ${header('0001', '0001')}
      ${OWNER_HEX} ${IN_SRV} 00000000 ${A_HEX}
      ${OWNER_HEX} ${IN_SRV} 0000012c ${B_HEX}`,
  },
  {
    name: 'one less: exactly that record is deleted (§2.5.4: class NONE, TTL 0)',
    edit: { before: setOf(300, A, B), after: setOf(300, A) },
    hex: `
      ${header('0002', '0001')}
      ${OWNER_HEX} ${IN_SRV} 00000000 ${A_HEX}
      ${OWNER_HEX} ${IN_SRV} 00000000 ${B_HEX}
      ${OWNER_HEX} ${NONE_SRV} 00000000 ${B_HEX}`,
  },
  {
    name: 'the last one: still that record, never the set or the name',
    edit: { before: setOf(300, A), after: null },
    hex: `
      ${header('0001', '0001')}
      ${OWNER_HEX} ${IN_SRV} 00000000 ${A_HEX}
      ${OWNER_HEX} ${NONE_SRV} 00000000 ${A_HEX}`,
  },
  {
    name: 'another TTL: every record is deleted and added in one message',
    edit: { before: setOf(300, A), after: setOf(3600, A, B) },
    hex: `
      ${header('0001', '0003')}
      ${OWNER_HEX} ${IN_SRV} 00000000 ${A_HEX}
      ${OWNER_HEX} ${NONE_SRV} 00000000 ${A_HEX}
      ${OWNER_HEX} ${IN_SRV} 00000e10 ${A_HEX}
      ${OWNER_HEX} ${IN_SRV} 00000e10 ${B_HEX}`,
  },
  {
    name: 'poisoned: in front stands that the apex is not in use (§2.4.5), which never holds',
    edit: { before: setOf(300, A), after: setOf(300, A, B) },
    poison: true,
    hex: `
      ${header('0002', '0001')}
      ${CONTOSO} 00ff 00fe 00000000 0000
      ${OWNER_HEX} ${IN_SRV} 00000000 ${A_HEX}
      ${OWNER_HEX} ${IN_SRV} 0000012c ${B_HEX}`,
  },
];

test.each(ROWS)('$name', ({ edit, poison, hex }) => {
  const sections = updateSections(ZONE, [{ name: OWNER, ...edit }]);
  const octets = encodeSections(0x1234, poison === true ? poisoned(sections) : sections);
  expect(hexFromOctets(octets)).toBe(hexFromOctets(octetsFromHex(hex)));
});

/** The members of a section of ours as dns-packet reads them from the wire. */
function readByDnsPacket(sections: UpdateSections): {
  readonly prerequisites: readonly string[];
  readonly updates: readonly string[];
} {
  const message = dnsPacket.decode(Buffer.from(encodeSections(1, sections)));
  const text = (rr: dnsPacket.Answer): string => {
    if (rr.type !== 'SRV') throw new Error(`unexpected ${rr.type}`);
    const { priority, weight, port, target } = rr.data;
    // dns-packet has no name for class NONE, 254, and takes its top bit for that of mDNS.
    return `${rr.class === 'IN' ? 'IN' : 'NONE'} ${rr.ttl} ${priority} ${weight} ${port} ${target}`;
  };
  return {
    prerequisites: (message.answers ?? []).map(text),
    updates: (message.authorities ?? []).map(text),
  };
}

describe('for any change of a set that is there', () => {
  const anyEdit = fc
    .tuple(anyWanted, fc.constantFrom('additive' as const, 'exact' as const), anyLiveSet)
    .filter(([, , live]) => live !== null)
    .map(([publish, policy, live]) => planDomain({ owner: OWNER, policy, publish, ttlSeconds: 300 }, live));

  it('guards every live record and no other', () => {
    fc.assert(
      fc.property(anyEdit, ({ before, after }) => {
        const { prerequisites } = readByDnsPacket(updateSections(ZONE, [{ name: OWNER, before, after }]));
        const live = (before?.records ?? []).map(
          ({ priority, weight, port, target }) => `IN 0 ${priority} ${weight} ${port} ${target.slice(0, -1)}`,
        );
        expect([...prerequisites].sort()).toEqual([...live].sort());
      }),
    );
  });

  it('makes the wanted set of the guarded one when it is carried out record by record', () => {
    fc.assert(
      fc.property(anyEdit, ({ before, after }) => {
        const { prerequisites, updates } = readByDnsPacket(
          updateSections(ZONE, [{ name: OWNER, before, after }]),
        );
        const zone = new Set(prerequisites.map((text) => text.split(' ').slice(2).join(' ')));
        for (const line of updates) {
          const [dnsClass, ttl, ...rdata] = line.split(' ');
          if (dnsClass === 'NONE') {
            expect(ttl).toBe('0');
            zone.delete(rdata.join(' '));
          } else {
            expect(ttl).toBe(String(after?.ttlSeconds));
            zone.add(rdata.join(' '));
          }
        }
        const wanted = (after?.records ?? []).map(
          ({ priority, weight, port, target }) => `${priority} ${weight} ${port} ${target.slice(0, -1)}`,
        );
        expect([...zone].sort()).toEqual([...wanted].sort());
      }),
    );
  });
});

it('joins the edits of one zone in one message, their guards in front', () => {
  const east = parseFqdn('_vlmcs._tcp.east.contoso.com');
  const sections = updateSections(ZONE, [
    { name: OWNER, before: setOf(300, A), after: setOf(300, A, B) },
    { name: east, before: null, after: { ...setOf(300, A), name: east } },
  ]);
  expect(sections.prerequisites.map(({ owner, type }) => [owner, type])).toEqual([
    [OWNER, TYPE.SRV],
    [east, TYPE.SRV],
    [east, TYPE.CNAME],
  ]);
  expect(sections.updates.map(({ owner }) => owner)).toEqual([OWNER, east]);
});

describe('the rehearsal of preflight', () => {
  it('is the change itself where there is one', () => {
    const edits = [{ name: OWNER, before: null, after: setOf(300, A) }];
    expect(rehearsal(ZONE, edits)).toEqual(updateSections(ZONE, edits));
  });

  it('adds what is there already where there is none', () => {
    const { updates } = rehearsal(ZONE, [{ name: OWNER, before: setOf(300, A), after: setOf(300, A) }]);
    expect(updates).toEqual([
      { owner: OWNER, type: TYPE.SRV, class: 1, ttlSeconds: 300, rdata: { kind: 'SRV', record: A } },
    ]);
  });

  it('has nothing to ask where nothing is wanted and nothing there', () => {
    expect(rehearsal(ZONE, [{ name: OWNER, before: null, after: null }]).updates).toEqual([]);
  });
});

it('refuses to split a change that does not fit into one message', () => {
  const many = Array.from({ length: 2000 }, (_, i) => record(`kms${i}`, 0, 0));
  const sections = updateSections(ZONE, [{ name: OWNER, before: null, after: setOf(300, ...many) }]);
  expect(() => encodeSections(1, sections)).toThrow(expect.objectContaining({ code: 'update-too-large' }));
});
