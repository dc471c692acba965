import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { DesiredServer, DesiredState } from '../../src/core/desired-state.ts';
import { KmsDnsError } from '../../src/core/errors.ts';
import type { IpAddress } from '../../src/core/net.ts';
import type { RenderedFile } from '../../src/core/rendered.ts';
import { formatRecord } from '../../src/core/srv.ts';
import type { Format } from '../../src/formats/format.ts';
import { expectedRecords } from '../../src/formats/read-back.ts';
import { detectFormats, FORMATS, formatById, formatOf } from '../../src/formats/registry.ts';
import { anyState, recordsIn, SAMPLE, SAMPLE_OPTIONS } from '../support/formats.ts';
import { CORP, domain, HOSTILE, srv, state, unchecked } from '../support/generated.ts';

const readable = FORMATS.filter((format) => format.read !== undefined);
const byId = (formats: readonly Format[]): readonly (readonly [string, Format])[] =>
  formats.map((format) => [format.id, format]);
const write = (format: Format, wanted: DesiredState): readonly RenderedFile[] =>
  format.write(wanted, SAMPLE_OPTIONS[format.id]).files;
const octetsOf = ({ content }: RenderedFile): Uint8Array =>
  typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
const readAll = (format: Format, files: readonly RenderedFile[]): readonly string[] =>
  files
    .flatMap((file) => {
      const reading = format.read!(octetsOf(file), file.path);
      expect(reading.problems).toEqual([]);
      return recordsIn(reading);
    })
    .sort();

describe('the registry', () => {
  it('has each id once, and finds by it', () => {
    const ids = FORMATS.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) {
      expect(id).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
      expect(formatById(id).id).toBe(id);
    }
  });

  it('knows no other', () => {
    expect(() => formatById('dnsmask')).toThrow(
      expect.objectContaining({ code: 'usage', message: expect.stringContaining('did you mean "dnsmasq"?') }),
    );
  });
});

describe.each(byId(FORMATS))('%s', (_, format) => {
  it('says what it cannot, in whole sentences of one line', () => {
    for (const { says } of format.cannot) expect(says).toMatch(/^[A-Z][^\n]*[A-Za-z0-9)]\.$/);
    expect(new Set(format.cannot.map(({ of }) => of)).size).toBe(format.cannot.length);
  });

  it('writes the same octets whatever the order of domains and records', () => {
    const turned = {
      ...SAMPLE,
      domains: [...SAMPLE.domains].reverse().map((one) => ({ ...one, publish: [...one.publish].reverse() })),
    };
    expect(write(format, turned)).toEqual(write(format, SAMPLE));
  });

  it('ends every text in one line feed, and has no blank at the end of a line', () => {
    for (const { path, content } of write(format, SAMPLE)) {
      if (typeof content !== 'string') continue;
      expect(content, path).toMatch(/[^\n]\n$/);
      expect(content, path).not.toMatch(/[ \t]$/m);
    }
  });

  it('writes internationalised names, and names as long as names get', () => {
    const long = `${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.example.`;
    for (const name of ['xn--bcher-kva.example.', long]) {
      const wanted = state([
        domain(name, [srv(`xn--kms-hoa.${name}`)], { zone: unchecked(name), ttlSeconds: 60, server: 'corp' }),
      ]);
      expect(write(format, wanted).length).toBeGreaterThan(0);
    }
  });

  it('refuses an option that it does not know', () => {
    expect(() => format.write(SAMPLE, { ...SAMPLE_OPTIONS[format.id], 'no-such-option': 'x' })).toThrow(
      expect.objectContaining({ code: 'usage' }),
    );
  });
});

describe.each(byId(readable))('%s, read back', (_, format) => {
  const lost = new Set<string>(format.cannot.map(({ of }) => of));
  const line = ({ owner, ttlSeconds, record }: ReturnType<typeof expectedRecords>[number]): string =>
    `${owner} ${lost.has('ttl') ? '-' : ttlSeconds} ${formatRecord(record)}`;
  const withoutTtl = (text: string): string => (lost.has('ttl') ? text.replace(/ \S+/, ' -') : text);

  it('is the same record set, for any state', () => {
    fc.assert(
      fc.property(anyState, (wanted) => {
        const found = readAll(format, write(format, wanted)).map(withoutTtl).sort();
        expect(found).toEqual(expectedRecords(wanted).map(line).sort());
      }),
      { numRuns: 60 },
    );
  });

  it('is recognised by its content, and taken for no other format', () => {
    const files = write(format, SAMPLE).filter(
      (file) => format.read!(octetsOf(file), file.path).records.length > 0,
    );
    expect(files.length).toBeGreaterThan(0);
    // Three products read master files as any server does.
    const id = ['knot', 'nsd', 'coredns'].includes(format.id) ? 'zone-file' : format.id;
    for (const file of files) expect(detectFormats(octetsOf(file)).map((one) => one.id)).toEqual([id]);
  });

  if (format.joins === true)
    it('means the same when its files stand behind one another', () => {
      const files = write(format, SAMPLE);
      expect(files.length).toBeGreaterThan(1);
      const joined = { path: 'joined', content: files.map(({ content }) => content).join('') };
      expect(readAll(format, [joined])).toEqual(readAll(format, files));
    });

  it('never throws, whatever the octets', () => {
    const [sample] = write(format, SAMPLE);
    const text = Buffer.from(octetsOf(sample!));
    fc.assert(
      fc.property(
        fc.nat({ max: text.length - 1 }),
        fc.uint8Array({ maxLength: 8 }),
        fc.nat(40),
        (at, put, cut) => {
          const broken = Buffer.concat([text.subarray(0, at), put, text.subarray(at + cut)]);
          const { records, problems } = format.read!(broken, 'broken');
          for (const { record } of records) expect(record.port).toBeLessThan(65536);
          for (const { line, column } of problems) expect(Math.min(line, column)).toBeGreaterThan(0);
        },
      ),
      { numRuns: 200 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (octets) => {
        format.read!(octets, 'noise');
      }),
    );
  });
});

it('a file that holds no records says so, where it was written here', () => {
  for (const format of FORMATS.filter(({ read }) => read === undefined)) {
    if (format.id === 'gpo-publish-list') continue;
    const [file] = write(format, SAMPLE);
    expect(() => formatOf(octetsOf(file!), 'x')).toThrow(
      expect.objectContaining({
        code: 'format-unclear',
        message: expect.stringContaining(`holds no records: it is written for ${format.product}`),
      }),
    );
  }
});

it.each(['knot', 'nsd', 'coredns'])('the configuration of %s is recognised, and holds no record', (id) => {
  for (const scope of ['zone', 'child']) {
    const { files } = formatById(id).write(SAMPLE, { scope });
    for (const file of files) {
      const format = formatOf(octetsOf(file), file.path);
      const count = format.read!(octetsOf(file), file.path).records.length;
      expect([format.id, count > 0]).toEqual(
        /\.(inc|zone)$/.test(file.path) ? ['zone-file', true] : [id, false],
      );
    }
  }
});

it('CoreDNS is shown a path without quotes, which its parser refuses; every other server one in quotes', () => {
  const line = (id: string): string | undefined =>
    /\$INCLUDE .*/.exec(
      String(write(formatById(id), SAMPLE).find(({ path }) => path.endsWith('.inc'))!.content),
    )?.[0];
  expect(line('coredns')).toBe('$INCLUDE vlmcs.contoso.com.inc');
  for (const id of ['zone-file', 'knot', 'nsd']) expect(line(id)).toBe('$INCLUDE "vlmcs.contoso.com.inc"');
});

it.each([
  ['named.conf', 'zone "contoso.com" {\n\ttype primary;\n\tfile "db.contoso.com";\n};\n'],
  ['a play', '- name: x\n  hosts: all\n  tasks: []\n'],
  ['unbound.conf', 'server:\n  interface: 127.0.0.1\nforward-zone:\n  name: "."\n'],
  ['a service', '[Unit]\nDescription=x\n'],
])('%s is none of these formats', (_, text) => {
  expect(detectFormats(Buffer.from(text))).toEqual([]);
});

it('a master file without any KMS host is one all the same', () => {
  const none = state([domain('contoso.com.', [])]);
  for (const scope of ['zone', 'child'])
    for (const file of formatById('zone-file').write(none, { scope }).files)
      expect(formatOf(octetsOf(file), file.path).id).toBe('zone-file');
});

/** Every place of a state that holds a text. */
const PLACES: Readonly<Record<string, (value: string) => DesiredState>> = {
  target: (value) => ({ ...SAMPLE, domains: [domain('contoso.com.', [srv(value)], { server: 'corp' })] }),
  domain: (value) => state([domain(value, [srv('kms1.contoso.com.')], { server: 'corp' })]),
  zone: (value) =>
    state([domain('contoso.com.', [srv('k.contoso.com.')], { zone: unchecked(value), server: 'corp' })]),
  file: (value) => ({ ...SAMPLE, file: value }),
  'key id': (value) => ({
    ...SAMPLE,
    keys: { [value]: { kind: 'file', path: 'kms.key' } },
    servers: { corp: { ...CORP, auth: { kind: 'tsig', key: value } } },
  }),
  'key file': (value) => ({ ...SAMPLE, keys: { 'kms-publisher': { kind: 'file', path: value } } }),
  'server id': (value) => ({
    ...SAMPLE,
    servers: { [value]: { ...CORP, id: value } },
    domains: SAMPLE.domains.map((one) => ({ ...one, server: value })),
  }),
  'server name': (value) => ({ ...SAMPLE, servers: { corp: named(value) } }),
  'server address': (value) => ({
    ...SAMPLE,
    servers: { corp: { id: 'corp', address: value as IpAddress, port: 53, auth: CORP.auth } },
  }),
  'host address': (value) => ({
    ...SAMPLE,
    hosts: [{ name: unchecked('kms1.fabrikam.example.'), addresses: [value as IpAddress], port: 1688 }],
  }),
  'host name': (value) => ({ ...SAMPLE, hosts: [{ name: unchecked(value), addresses: [], port: 1688 }] }),
};

function named(name: string): DesiredServer {
  return { id: 'corp', name: unchecked(name), port: 53, auth: CORP.auth };
}

describe.each(byId(FORMATS))('%s keeps every value in its field', (_, format) => {
  const rows = Object.keys(PLACES).flatMap((place) =>
    HOSTILE.map(([what, value]) => [place, what, value] as const),
  );
  test.each(rows)('%s with %s', (place, _what, value) => {
    const wanted = PLACES[place]!(value);
    let files: readonly RenderedFile[];
    try {
      files = write(format, wanted);
    } catch (error) {
      expect(error).toBeInstanceOf(KmsDnsError);
      return;
    }
    expect(['target', 'domain', 'zone']).not.toContain(place);
    expectHarmless(format, files, value);
  });

  const options = Object.keys(format.options).flatMap((option) =>
    HOSTILE.map(([what, value]) => [option, what, value] as const),
  );
  if (options.length > 0)
    test.each(options)('option %s with %s', (option, _what, value) => {
      let files: readonly RenderedFile[];
      try {
        ({ files } = format.write(SAMPLE, { ...SAMPLE_OPTIONS[format.id], [option]: value }));
      } catch (error) {
        expect(error).toBeInstanceOf(KmsDnsError);
        return;
      }
      // A plain word may well be a value; whatever else got through must not have moved anything.
      if (!/^[a-z]+$/.test(value)) expectHarmless(format, files, value);
    });
});

/** The text says what it says without the value: as many lines, and the same records. */
function expectHarmless(format: Format, files: readonly RenderedFile[], value: string): void {
  const plain = write(format, SAMPLE);
  const shape = (all: readonly RenderedFile[]): readonly number[] =>
    all.map(({ content }) => String(content).split(/[\r\n\u0085\u2028\u2029]/).length);
  expect(shape(files)).toEqual(shape(plain));
  if (format.read !== undefined) expect(readAll(format, files)).toEqual(readAll(format, plain));
  if (value !== '' && /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(value))
    for (const { content } of files) expect(String(content)).not.toContain(value);
}
