import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { KmsDnsError } from '../../src/core/errors.ts';
import { parseFqdn } from '../../src/core/name.ts';
import { formatJournal, type Journal, journalFileName, parseJournal } from '../../src/publish/journal.ts';
import { anyLiveSet, DOMAIN, endpoint, OWNER, record, setOf } from '../support/srv-sets.ts';

const JOURNAL: Journal = {
  action: 'apply',
  startedAt: '2026-11-21T10:50:00.000Z',
  entries: [
    {
      domain: DOMAIN,
      zone: DOMAIN,
      server: endpoint('10.0.0.53'),
      name: OWNER,
      before: null,
      after: setOf(3600, record('kms1', 10, 75)),
      outcome: 'applied',
    },
  ],
};

describe('a journal', () => {
  it('is read as it was written', () => {
    const anyEntry = fc.record({
      domain: fc.constant(DOMAIN),
      zone: fc.constantFrom(DOMAIN, parseFqdn('com')),
      server: fc.constantFrom(endpoint('10.0.0.53'), endpoint('2001:db8::53', 5300)),
      name: fc.constant(OWNER),
      before: anyLiveSet,
      after: anyLiveSet,
      outcome: fc.constantFrom('sending' as const, 'applied' as const, 'unknown' as const),
    });
    const anyJournal = fc.record({
      action: fc.constantFrom('apply' as const, 'rollback' as const),
      startedAt: fc.constant('2026-11-21T10:50:00.000Z'),
      entries: fc.array(anyEntry, { maxLength: 4 }),
    });
    fc.assert(
      fc.property(anyJournal, (journal) => {
        expect(parseJournal(formatJournal(journal), 'j.json')).toEqual(journal);
      }),
    );
  });

  it('is a text that people can read and diff', () => {
    expect(formatJournal(JOURNAL)).toMatchInlineSnapshot(`
      "{
        "schema": "kmsdns/journal@1",
        "action": "apply",
        "startedAt": "2026-11-21T10:50:00.000Z",
        "entries": [
          {
            "domain": "contoso.com.",
            "zone": "contoso.com.",
            "server": "10.0.0.53:53",
            "name": "_vlmcs._tcp.contoso.com.",
            "before": null,
            "after": {
              "name": "_vlmcs._tcp.contoso.com.",
              "ttl": 3600,
              "records": [
                {
                  "priority": 10,
                  "weight": 75,
                  "port": 1688,
                  "target": "kms1.contoso.com."
                }
              ]
            },
            "outcome": "applied"
          }
        ]
      }
      "
    `);
  });

  it('has a file name that sorts by time, fits every file system, and differs where the change does', () => {
    const name = journalFileName(JOURNAL);
    expect(name).toMatch(/^2026-11-21T10-50-00\.000Z-apply-[0-9a-f]{8}\.json$/);
    expect(journalFileName({ ...JOURNAL, entries: [] })).not.toBe(name);
    expect(journalFileName({ ...JOURNAL, startedAt: '2026-11-21T10:50:00.001Z' }) > name).toBe(true);
  });
});

describe('a damaged journal', () => {
  type Json = Record<string, unknown>;
  const damaged = (change: (document: Json, entry: Json) => void): string => {
    const document = JSON.parse(formatJournal(JOURNAL)) as Json;
    change(document, (document.entries as Json[])[0]!);
    return JSON.stringify(document);
  };
  const afterOf = (entry: Json): Json => entry.after as Json;
  const firstRecord = (entry: Json): Json => (afterOf(entry).records as Json[])[0]!;

  test.each<[string, string, RegExp]>([
    ['cut off', formatJournal(JOURNAL).slice(0, 200), /not JSON/],
    ['empty', '', /not JSON/],
    ['not an object', '[]', /not a journal of this version/],
    ['null', 'null', /not a journal of this version/],
    ['of another kind', '{"schema":"kmsdns/plan@1"}', /not a journal of this version/],
    ['of another version', damaged((d) => (d.schema = 'kmsdns/journal@2')), /not a journal of this version/],
    ['without an action', damaged((d) => delete d.action), /"action"/],
    ['with another action', damaged((d) => (d.action = 'delete')), /"action"/],
    ['without a time', damaged((d) => delete d.startedAt), /"startedAt"/],
    ['without entries', damaged((d) => delete d.entries), /"entries"/],
    ['with an entry that is none', damaged((d) => (d.entries = [7])), /entry 1/],
    ['with a second entry that is none', damaged((d, e) => (d.entries = [e, null])), /entry 2/],
    ['with a domain that is no name', damaged((_, e) => (e.domain = 'a..b')), /entry 1/],
    ['without a zone', damaged((_, e) => delete e.zone), /entry 1/],
    ['with a server that is no address', damaged((_, e) => (e.server = 'ns1.contoso.com')), /entry 1/],
    ['with an outcome nobody knows', damaged((_, e) => (e.outcome = 'fine')), /entry 1/],
    ['without what was there before', damaged((_, e) => delete e.before), /entry 1/],
    ['with a set of another name', damaged((_, e) => (afterOf(e).name = 'evil.example.')), /entry 1/],
    ['with an empty set', damaged((_, e) => (afterOf(e).records = [])), /entry 1/],
    ['with a TTL of 32 bits', damaged((_, e) => (afterOf(e).ttl = 2 ** 31)), /entry 1/],
    ['with half a second', damaged((_, e) => (afterOf(e).ttl = 0.5)), /entry 1/],
    ['with a port of 17 bits', damaged((_, e) => (firstRecord(e).port = 65536)), /entry 1/],
    ['with a weight in quotes', damaged((_, e) => (firstRecord(e).weight = '75')), /entry 1/],
    ['with a target that is no name', damaged((_, e) => (firstRecord(e).target = 'kms1 .com')), /entry 1/],
    [
      'with the letters of another target',
      damaged((_, e) => (firstRecord(e).targetAsServed = 'KMS2.contoso.com.')),
      /entry 1/,
    ],
  ])('%s, is refused by name', (_name, text, says) => {
    const error = ((): unknown => {
      try {
        return parseJournal(text, 'j.json');
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(KmsDnsError);
    expect(error).toMatchObject({ code: 'journal-invalid', hint: expect.stringContaining('kmsdns apply') });
    expect((error as Error).message).toMatch(/^j\.json: /);
    expect((error as Error).message).toMatch(says);
  });

  it('is never a crash, whichever octet was changed', () => {
    const text = formatJournal(JOURNAL);
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom(...'0a"{}[],:\\ '), (at, letter) => {
        const changed = text.slice(0, at) + letter + text.slice(at + 1);
        try {
          parseJournal(changed, 'j.json');
        } catch (error) {
          expect(error).toBeInstanceOf(KmsDnsError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
