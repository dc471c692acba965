import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { renderZoneSnippets } from '../../src/bind/zone-snippet.ts';
import { KmsDnsError } from '../../src/core/errors.ts';
import { canonicalRecords, formatRecord } from '../../src/core/srv.ts';
import { readZoneText } from '../../src/core/zone-reader.ts';
import { domain, HOSTILE, packaged, srv, state, unchecked, withTemplate } from '../support/generated.ts';

const contents = (files: readonly { path: string; content: string | Uint8Array }[]): Record<string, string> =>
  Object.fromEntries(files.map(({ path, content }) => [path, String(content)]));
const recordLines = (text: string): readonly string[] =>
  text.split('\n').filter((line) => line !== '' && !line.startsWith(';'));

const EAST = domain(
  'east.contoso.com.',
  [srv('kms-w1.west.contoso.com.', 90, 75), srv('kms-e1.east.contoso.com.', 10, 75)],
  {
    zone: unchecked('contoso.com.'),
    ttlSeconds: 600,
  },
);
const WEST = domain('west.contoso.com.', [srv('kms-w1.west.contoso.com.', 10, 75, 1689)], {
  zone: unchecked('contoso.com.'),
});

describe('snippets', () => {
  it('hold one absolute line per record, with a TTL, in a fixed order', () => {
    const { files } = renderZoneSnippets(state([WEST, EAST]), packaged);
    expect(Object.keys(contents(files))).toEqual(['vlmcs.contoso.com.inc']);
    expect(recordLines(contents(files)['vlmcs.contoso.com.inc']!)).toEqual([
      '_vlmcs._tcp.east.contoso.com. 600 IN SRV 10 75 1688 kms-e1.east.contoso.com.',
      '_vlmcs._tcp.east.contoso.com. 600 IN SRV 90 75 1688 kms-w1.west.contoso.com.',
      '_vlmcs._tcp.west.contoso.com. 3600 IN SRV 10 75 1689 kms-w1.west.contoso.com.',
    ]);
    expect(renderZoneSnippets(state([EAST, WEST]), packaged).files).toEqual(files);
  });

  it('say how they are included, and whose they are', () => {
    const [file] = renderZoneSnippets(
      state([EAST], { file: '/home/ann/secret-project/kms.yaml' }),
      packaged,
    ).files;
    expect(file!.content).toContain('$INCLUDE "vlmcs.contoso.com.inc"');
    expect(file!.content).toContain('rndc freeze contoso.com');
    expect(file!.content).toContain('from kms.yaml');
    expect(file!.content).not.toContain('secret-project');
  });

  it('take the domain for the zone where none is named, and say so', () => {
    const rendered = renderZoneSnippets(state([domain('a.example.', [srv('k.a.example.')])]), packaged);
    expect(rendered.files.map(({ path }) => path)).toEqual(['vlmcs.a.example.inc']);
    expect(rendered.notes).toEqual([
      expect.stringContaining('The zone of a.example is not given'),
      expect.stringContaining('The TTL of a.example is not given'),
    ]);
    expect(renderZoneSnippets(state([EAST]), packaged).notes).toEqual([]);
  });

  it('of a domain without hosts are empty, not missing', () => {
    const [file] = renderZoneSnippets(state([domain('a.example.', [])]), packaged).files;
    expect(recordLines(String(file!.content))).toEqual([]);
  });

  it('refuse a domain outside its zone', () => {
    const outside = domain('east.contoso.com.', [srv('k.contoso.com.')], {
      zone: unchecked('fabrikam.com.'),
    });
    expect(() => renderZoneSnippets(state([outside]), packaged)).toThrow(
      expect.objectContaining({
        code: 'generate-impossible',
        message: expect.stringContaining('"fabrikam.com"'),
      }),
    );
  });
});

describe('nothing but the desired state comes out', () => {
  const places = {
    target: (value: string) => domain('contoso.com.', [srv(value)]),
    domain: (value: string) => domain(value, [srv('kms1.contoso.com.')]),
    zone: (value: string) => domain('contoso.com.', [srv('kms1.contoso.com.')], { zone: unchecked(value) }),
  };
  const rows = Object.keys(places).flatMap((place) =>
    HOSTILE.map(([what, value]) => [place as keyof typeof places, what, value] as const),
  );
  test.each(rows)('%s with %s', (place, _, value) => {
    // Such a name cannot be parsed; whoever passes one on all the same gets an error, and no text.
    expect(() => renderZoneSnippets(state([places[place](value)]), packaged)).toThrow();
  });

  test.each(HOSTILE)('a file name with %s', (_, value) => {
    let text: string;
    try {
      text = String(renderZoneSnippets(state([EAST], { file: value }), packaged).files[0]!.content);
    } catch (error) {
      expect(error).toMatchObject({ code: 'value-refused' });
      return;
    }
    expect(recordLines(text)).toHaveLength(2);
  });

  test.each([
    ['adds a record', '{{zone|comment}}. 60 IN SRV 0 0 1688 evil.example.\n', 'nobody asked for'],
    ['moves the names', '$ORIGIN x.\nrelative 60 IN A 192.0.2.1\n', 'nobody asked for'],
    ['includes a file', '$INCLUDE /etc/passwd\n', 'not followed'],
    ['opens a parenthesis', 'x 60 TXT ( a\n', 'never closed'],
  ])("a user's template that %s", (_, text, why) => {
    expect(() => renderZoneSnippets(state([EAST]), withTemplate('bind/zone.inc.tmpl', text))).toThrow(
      expect.objectContaining({ code: 'template-invalid', message: expect.stringContaining(why) }),
    );
  });
});

describe('any desired state', () => {
  const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?$/);
  const name = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => `${labels.join('.')}.`);
  const u16 = fc.integer({ min: 0, max: 65535 });
  const record = fc.record({ priority: u16, weight: u16, port: u16, target: name.map(unchecked) });
  const domains = fc.uniqueArray(
    fc.record({
      name,
      zone: fc.boolean(),
      publish: fc.array(record, { maxLength: 6 }),
      ttlSeconds: fc.option(fc.integer({ min: 0, max: 0x7fffffff }), { nil: undefined }),
    }),
    { maxLength: 5, selector: (one) => one.name },
  );

  it('comes back from its snippets, record for record', () => {
    fc.assert(
      fc.property(domains, (drawn) => {
        const wanted = state(
          drawn.map(({ name: own, zone, publish, ttlSeconds }) =>
            domain(own, publish, {
              ...(zone && { zone: unchecked(own) }),
              ...(ttlSeconds !== undefined && { ttlSeconds }),
            }),
          ),
        );
        const { files } = renderZoneSnippets(wanted, packaged);
        const found = files.flatMap(({ content, path }) => {
          const { records, problems } = readZoneText(String(content), unchecked('elsewhere.invalid.'), path);
          expect(problems).toEqual([]);
          return records.map(
            ({ owner, ttlSeconds, srv: data }) => `${owner} ${ttlSeconds} ${formatRecord(data!)}`,
          );
        });
        const expected = wanted.domains.flatMap(({ owner, ttlSeconds, publish }) =>
          canonicalRecords(publish).map((one) => `${owner} ${ttlSeconds ?? 3600} ${formatRecord(one)}`),
        );
        expect([...found].sort()).toEqual([...expected].sort());
      }),
    );
  });
});

test('errors are of our class only when they are the user’s', () => {
  const broken = domain('contoso.com.', [srv('kms1.contoso.com.\nevil IN A 203.0.113.66 ;')]);
  try {
    renderZoneSnippets(state([broken]), packaged);
    throw new Error('nothing was thrown');
  } catch (error) {
    expect(error).not.toBeInstanceOf(KmsDnsError);
    expect(String(error)).toContain('bug: bind/zone.inc.tmpl does not read back');
  }
});
