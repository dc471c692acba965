import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { parseDesiredState } from '../../src/core/desired-state.ts';
import { formatDesiredState } from '../../src/core/desired-state-text.ts';
import { canonicalRecords, formatRecord } from '../../src/core/srv.ts';
import type { FormatReading } from '../../src/formats/format.ts';
import { FORMATS, formatOf } from '../../src/formats/registry.ts';
import { stateFromReadings } from '../../src/formats/state-from-files.ts';
import { anyState, SAMPLE, SAMPLE_OPTIONS } from '../support/formats.ts';
import { unchecked } from '../support/generated.ts';

const fromZone = (text: string, only: readonly string[] = []) =>
  stateFromReadings(
    [formatOf(Buffer.from(text), 'x', 'zone-file').read!(Buffer.from(text), 'db.x.example')],
    only.map(unchecked),
  );
const shown = ({ state }: ReturnType<typeof fromZone>): readonly string[] =>
  state.domains.flatMap(({ domain, ttlSeconds, publish }) =>
    publish.map((record) => `${domain} ${ttlSeconds ?? '-'} ${formatRecord(record)}`),
  );

describe('a desired state from files', () => {
  it('has the records of KMS, by domain', () => {
    const found = fromZone(
      '_vlmcs._tcp 60 IN SRV 1 2 3 kms1\n_vlmcs._tcp.b 60 SRV 0 0 1688 kms2\n_ldap._tcp 60 SRV 0 0 389 dc1\n_vlmcs._udp 60 SRV 0 0 1 k\n',
    );
    expect(shown(found)).toEqual([
      'b.x.example. 60 0 0 1688 kms2.x.example.',
      'x.example. 60 1 2 3 kms1.x.example.',
    ]);
    expect([found.otherServices, found.problems, found.remarks]).toEqual([2, [], []]);
  });

  it('has only the domains that were asked for', () => {
    const text = '_vlmcs._tcp 60 IN SRV 1 2 3 kms1\n_vlmcs._tcp.b 60 SRV 0 0 1688 kms2\n';
    expect(shown(fromZone(text, ['b.x.example.']))).toEqual(['b.x.example. 60 0 0 1688 kms2.x.example.']);
  });

  test.each([
    ['port 0', '_vlmcs._tcp 60 IN SRV 0 0 0 kms1', /port 0/],
    ['no host', '_vlmcs._tcp 60 IN SRV 0 0 0 .', /no KMS host/],
    ['an address', '_vlmcs._tcp 60 IN SRV 0 0 1688 192.0.2.1.', /it is an address/],
    ['an underscore', '_vlmcs._tcp 60 IN SRV 0 0 1688 kms_1', /underscore/],
    ['no domain', '_vlmcs._tcp. 60 IN SRV 0 0 1688 kms1', /no domain behind it/],
    ['a domain with odd letters', '_vlmcs._tcp.a\\;b 60 IN SRV 0 0 1688 kms1', /domain/],
    ['a doubled owner', '_vlmcs._tcp._vlmcs._tcp 60 IN SRV 0 0 1688 kms1', /name the domain alone/],
    [
      'the same host twice',
      '_vlmcs._tcp 60 IN SRV 0 0 1688 kms1\n_vlmcs._tcp 60 IN SRV 1 0 1688 kms1',
      /a second time/,
    ],
  ])('leaves out %s, and says where it stood', (_, text, message) => {
    const { problems } = fromZone(text);
    expect(problems).toEqual([
      {
        file: 'db.x.example',
        line: text.split('\n').length,
        column: 1,
        message: expect.stringMatching(message),
      },
    ]);
  });

  it('takes the lowest TTL of a set, and says so', () => {
    const found = fromZone('_vlmcs._tcp 60 IN SRV 0 0 1688 a\n_vlmcs._tcp 30 IN SRV 0 0 1688 b\n');
    expect(found.state.domains[0]!.ttlSeconds).toBe(30);
    expect(found.remarks).toEqual([
      expect.objectContaining({ line: 2, message: expect.stringContaining('lower') }),
    ]);
  });

  it('says the same record twice once, and keeps what the reader could not read', () => {
    const found = fromZone('_vlmcs._tcp 60 IN SRV 0 0 1688 a\n_vlmcs._tcp 60 IN SRV 0 0 1688 A\nbroken\n');
    expect(shown(found)).toHaveLength(1);
    expect(found.problems).toEqual([expect.objectContaining({ line: 3 })]);
  });
});

const readable = FORMATS.filter(({ read }) => read !== undefined);
test.each(readable.map((format) => [format.id, format] as const))(
  '%s: what was written can be imported, and the file that comes of it can be read',
  (_, format) => {
    fc.assert(
      fc.property(anyState, (wanted) => {
        const { files } = format.write(wanted, SAMPLE_OPTIONS[format.id]);
        const readings = files.map(
          ({ path, content }): FormatReading =>
            format.read!(typeof content === 'string' ? Buffer.from(content) : content, path),
        );
        const { state, problems, remarks } = stateFromReadings(readings);
        // A port 0 may stand in a record, but no desired state has it.
        expect(problems.filter(({ message }) => !message.startsWith('port 0'))).toEqual([]);
        expect(remarks).toEqual([]);
        const again = parseDesiredState(formatDesiredState(state), 'again.yaml');
        const records = (domains: typeof wanted.domains): readonly string[] =>
          domains.flatMap(({ owner, publish }) =>
            canonicalRecords(publish)
              .filter(({ port }) => port > 0)
              .map((record) => `${owner} ${formatRecord(record)}`),
          );
        expect([...records(again.domains)].sort()).toEqual([...records(wanted.domains)].sort());
      }),
      { numRuns: 30 },
    );
  },
);

describe('the format of a file', () => {
  it('is known by the content', () => {
    for (const format of readable) {
      if (format.recognises === undefined) continue;
      const [file] = format.write(SAMPLE, SAMPLE_OPTIONS[format.id]).files;
      expect(formatOf(Buffer.from(String(file!.content)), 'x').id).toBe(format.id);
      expect(formatOf(Buffer.from(`\uFEFF${file!.content}`, 'utf16le'), 'x').id).toBe(format.id);
    }
  });

  test.each([
    ['hello\n', undefined, 'format-unclear'],
    ['', undefined, 'format-unclear'],
    ['srv-host=a,b,1\nlocal-data: "a. SRV 1 2 3 b."\n', undefined, 'format-unclear'],
    ['', 'powerdns-policy', 'usage'],
    ['', 'nonsense', 'usage'],
    ['', 'constructor', 'usage'],
  ])('of %j as %s is refused: %s', (text, id, code) => {
    expect(() => formatOf(Buffer.from(text), 'x', id)).toThrow(expect.objectContaining({ code }));
  });

  it('of what is written by other rooms is the one that reads it', () => {
    expect(formatOf(Buffer.from(''), 'x', 'bind-zone').id).toBe('zone-file');
    expect(formatOf(Buffer.from(''), 'x', 'nsupdate').id).toBe('knsupdate');
  });
});
