import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { KmsDnsError } from '../../src/core/errors.ts';
import { diagnose } from '../../src/diagnose/diagnose.ts';
import type { Observation } from '../../src/diagnose/observation.ts';
import { formatRecording, parseRecording, type Recording } from '../../src/diagnose/recording.ts';
import { fact, WINDOWS_WIDE } from '../support/facts.ts';
import { caseOf, srv, srvAnswer, working, zoneServed } from '../support/scenario.ts';

const SEEN = [srvAnswer([srv('kms1')]), ...zoneServed([srv('kms1')]), ...working('kms1', '10.1.0.10')];
const WHOLE: Recording = {
  at: '2026-01-02T03:04:05.000Z',
  one: caseOf({}),
  facts: [
    fact('f1', 'override-name', { ...WINDOWS_WIDE, level: 'sku', name: 'kms1', effective: false }),
    fact('f2', 'search-list', { suffixes: ['contoso.test'], byPolicy: true, configured: true }),
    fact('f3', 'hosts-file-entry', { host: 'kms1.contoso.test', address: '10.1.0.9' }),
    fact('f4', 'nrpt-rule', { namespaces: ['.contoso.test'], servers: ['10.9.9.9'] }),
    fact('f5', 'event', {
      eventId: 12288,
      at: undefined,
      hresult: '0xC004F074',
      subject: 'kms1:1688',
      fields: {},
    }),
  ],
  decoded: [{ label: 'Hostname', value: 'pc01', meaning: 'name of the computer' }],
  observations: SEEN.map((one, i) => ({ id: `o${i + 1}`, ...one }) as Observation),
};
const TEXT = formatRecording(WHOLE);

function read(text: string): { readonly recording: Recording; readonly problems: readonly string[] } {
  const problems: string[] = [];
  return { recording: parseRecording(text, 'case.json', (problem) => problems.push(problem)), problems };
}

const judged = ({ one, observations, facts }: Recording) => diagnose(one, observations, facts);

describe('a recording', () => {
  it('is read as it was written, without a word', () => {
    const { recording, problems } = read(TEXT);
    expect(formatRecording(recording)).toBe(TEXT);
    expect(problems).toEqual([]);
  });

  test.each<
    [string, (text: string) => string, Partial<Record<'facts' | 'decoded' | 'observations', number>>, RegExp]
  >([
    [
      'an observation of a kind that is unknown',
      (text) => text.replace('"kind": "dns"', '"kind": "ufo"'),
      { observations: SEEN.length - 1 },
      /^case\.json: "observations"\[0\] is damaged and left out$/,
    ],
    [
      'a fact without its place',
      (text) => text.replace('"place": "search-list",', ''),
      { facts: 4 },
      /^case\.json: "facts"\[1\] is damaged and left out$/,
    ],
    [
      'a decoded field that is no record',
      (text) => text.replace('"label": "Hostname"', '"label": 7'),
      { decoded: 0 },
      /^case\.json: "decoded"\[0\] is damaged and left out$/,
    ],
    [
      'an end in the middle of the last observation',
      (text) => text.slice(0, -90),
      { observations: SEEN.length - 1 },
      /^case\.json: it ends in the middle; what stands before that is used$/,
    ],
    [
      'an end in the middle of the first observation',
      (text) => text.slice(0, text.indexOf('"observations"') + 60),
      { observations: 0 },
      /^case\.json: it ends in the middle/,
    ],
  ])('with %s is used but for that', (_, damage, left, problem) => {
    const { recording, problems } = read(damage(TEXT));
    expect(problems).toEqual([expect.stringMatching(problem)]);
    const counts = { facts: 5, decoded: 1, observations: SEEN.length, ...left };
    expect({
      facts: recording.facts.length,
      decoded: recording.decoded.length,
      observations: recording.observations.length,
    }).toEqual(counts);
    expect(judged(recording).verdict).not.toBe('broken');
  });

  test.each([
    ['no JSON', '{'],
    ['an end before anything was observed', TEXT.slice(0, TEXT.indexOf('"facts"'))],
    ['another document', '{"schema":"kmsdns/plan@1"}'],
    ['no client', TEXT.replace('"client"', '"klient"')],
    ['a resolver without its port', TEXT.replace('"port": 53', '"port": "53"')],
  ])('with %s is refused by its name', (_, text) => {
    expect(() => read(text)).toThrow(
      expect.objectContaining({ code: 'recording-invalid', message: expect.stringMatching(/^case\.json: /) }),
    );
  });

  it('is judged or refused, whatever became of its values', () => {
    const values = fc.constantFrom<unknown>(null, 7, -1, '', 'x', [], {}, true, [null], { because: 1 });
    const places = placesIn(JSON.parse(TEXT));
    fc.assert(
      fc.property(fc.constantFrom(...places), values, (place, value) => {
        const document: unknown = JSON.parse(TEXT);
        put(document, place, value);
        try {
          judged(read(JSON.stringify(document)).recording);
        } catch (error) {
          if (!(error instanceof KmsDnsError)) throw error;
        }
      }),
      { numRuns: 600 },
    );
  });

  it('is judged or refused, whatever became of its octets', () => {
    fc.assert(
      fc.property(fc.nat(TEXT.length - 1), fc.nat(40), fc.string({ maxLength: 4 }), (at, length, text) => {
        try {
          judged(read(TEXT.slice(0, at) + text + TEXT.slice(at + length)).recording);
        } catch (error) {
          if (!(error instanceof KmsDnsError)) throw error;
        }
      }),
      { numRuns: 300 },
    );
  });
});

type Place = readonly (string | number)[];

/** The paths of every value in a document. */
function placesIn(value: unknown, path: Place = []): readonly Place[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => {
    const own = [...path, Array.isArray(value) ? Number(key) : key];
    return [own, ...placesIn(each, own)];
  });
}

function put(document: unknown, place: Place, value: unknown): void {
  let at = document as Record<string | number, unknown>;
  for (const key of place.slice(0, -1)) at = at[key] as Record<string | number, unknown>;
  at[place.at(-1)!] = value;
}
