import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { decodeEvidence, evidenceLines } from '../../../src/diagnose/evidence/evidence-text.ts';
import { readEvidence, unreadableEvidence } from '../../../src/diagnose/evidence/read-evidence.ts';
import type { FactsRead } from '../../../src/diagnose/fact.ts';
import { readSample, readText, SAMPLES, sampleOctets } from '../../support/evidence.ts';

/** What holds for every answer, whatever the octets were. */
function checkShape(read: FactsRead, firstId: number): void {
  expect(read.facts.map(({ id }) => id)).toEqual(read.facts.map((_, i) => `f${firstId + i}`));
  expect(JSON.parse(JSON.stringify(read.facts))).toEqual(read.facts);
  for (const fact of read.facts) {
    expect(fact.raw.length).toBeLessThanOrEqual(1001);
    expect(fact.line === undefined || fact.line >= 1).toBe(true);
  }
  if (read.facts.length === 0 && read.decoded.length === 0)
    expect(read.problems.length + (read.format === undefined ? 0 : 1)).toBeGreaterThan(0);
  expect(read.problems.length).toBeLessThanOrEqual(102);
}

describe('readEvidence', () => {
  test.each([
    ['a binary event log', 'ElfFile\0\0\0', 'wevtutil qe'],
    ['a registry hive', 'regf\x01\x02', 'reg export'],
    ['an archive', 'PK\x03\x04....', 'send the files in it'],
    ['a compressed file', '\x1f\x8b\x08', 'send what is in it'],
    ['nothing', '', 'it is empty'],
    ['blanks', ' \r\n\r\n', 'it is empty'],
    ['prose', 'The client does not activate. Please help.', 'nothing in it is known'],
    ['other JSON', '{"name": "x"}', 'nothing in it is known'],
    ['a web page', '<html><body>Events</body></html>', 'nothing in it is known'],
  ])('%s: says what to send', (_, content, advice) => {
    const read = readEvidence(Buffer.from(content, 'latin1'), 'x', 1);
    expect(read.format).toBeUndefined();
    expect(read.problems.map(({ message }) => message).join()).toContain(advice);
    expect(read.facts).toEqual([
      expect.objectContaining({
        id: 'f1',
        file: 'x',
        kind: 'unreadable',
        because: expect.stringContaining(advice),
      }),
    ]);
  });

  it('of what could not be opened has nothing but that', () => {
    expect(unreadableEvidence('logs', '"logs" is a folder, not a file', 7)).toEqual({
      file: 'logs',
      format: undefined,
      facts: [
        {
          id: 'f7',
          file: 'logs',
          place: 'file',
          raw: '',
          kind: 'unreadable',
          because: '"logs" is a folder, not a file',
        },
      ],
      decoded: [],
      problems: [{ line: undefined, message: '"logs" is a folder, not a file' }],
    });
  });

  it('tells the kind by content alone, and counts ids on', () => {
    const read = readEvidence(sampleOctets('kms-host.reg'), 'ipconfig.txt', 41);
    expect(read.format).toBe('registry export');
    expect(read.file).toBe('ipconfig.txt');
    expect(read.facts[0]).toMatchObject({ id: 'f41', file: 'ipconfig.txt' });
  });

  it('counts what could not be decoded', () => {
    const octets = Buffer.concat([
      Buffer.from('10.0.0.1 kms01 # Büro über äöü '),
      Buffer.of(0xff),
      Buffer.from('\n'),
    ]);
    const read = readEvidence(octets, 'hosts', 1);
    expect(read.facts).toHaveLength(1);
    expect(read.problems).toEqual([
      { line: undefined, message: '1 characters are no utf-8; they are shown as \uFFFD' },
    ]);
  });

  it('knows all its samples', () => {
    for (const name of SAMPLES) {
      const read = readSample(name);
      expect(read.format, name).toBeDefined();
      expect(read.facts.length, name).toBeGreaterThan(0);
      expect(read.decoded.length, name).toBeGreaterThan(0);
      checkShape(read, 1);
    }
  });

  it('gives the line on which the value stands', () => {
    for (const name of SAMPLES.filter((each) => !/\.reg$|events-viewer|events\.xml/.test(each))) {
      const { lines } = evidenceLines(decodeEvidence(sampleOctets(name)).text);
      for (const { kind, line, raw, place } of readSample(name).facts) {
        if (raw === '' || line === undefined) continue;
        // An event is found where its header starts; its text follows.
        const here = lines
          .slice(line - 1, kind === 'event' || place.startsWith('event') ? line + 20 : line)
          .join('\n');
        expect(here, `${name}:${line} ${place}`).toContain(raw.split(/[\s]/)[0]);
      }
    }
  });

  it('is the same for every line end', () => {
    for (const name of [
      'ipconfig-en.txt',
      'slmgr-dlv-en.txt',
      'events.txt',
      'licensing-product.json',
      'hosts',
    ]) {
      const text = decodeEvidence(sampleOctets(name)).text.replaceAll('\r\n', '\n');
      for (const end of ['\n', '\r\n'])
        expect(readText(text.replaceAll('\n', end)).facts).toEqual(readText(text).facts);
    }
  });

  it('leaves out what is too much, and says so', () => {
    const read = readText('10.0.0.1 a\n'.repeat(10_050));
    expect(read.facts).toHaveLength(10_000);
    expect(read.problems).toEqual([{ line: undefined, message: expect.stringContaining('50 are left out') }]);
    const problems = readText(`10.0.0.1 a\n10.0.0.1 b\n${'x y\n10.0.0.1 c\n'.repeat(150)}`).problems;
    expect(problems).toHaveLength(101);
    expect(problems.at(-1)).toEqual({ line: undefined, message: 'and 50 more problems' });
  });
});

describe('readEvidence, for any octets', () => {
  it('never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), fc.integer({ min: 1, max: 999 }), (octets, firstId) => {
        checkShape(readEvidence(octets, 'x', firstId), firstId);
      }),
      { numRuns: 300 },
    );
  }, 60_000);

  it('never throws for text that is nearly one of its kinds', () => {
    const piece = fc.constantFrom(
      ...[
        'Windows Registry Editor Version 5.00\n',
        'REGEDIT4\n',
        '[HKEY_LOCAL_MACHINE\\SOFTWARE]\n',
        '"a"=hex:00,\\\n',
      ],
      ...[
        '"KeyManagementServiceName"="',
        '"x"=dword:',
        '   DNS . . . . : ',
        'Ethernet adapter x:\n',
        '10.0.0.1',
        '::1%',
      ],
      ...[
        '<Event ',
        '<Event>',
        '</Event>',
        '<EventID>12288</EventID>',
        '<Data>',
        '</Data>',
        '&#x110000;',
        '<![CDATA[',
      ],
      ...[
        'Event[0]:\n',
        'Source: Security-SPP\n',
        'ID: 12288\n',
        '0x8007232B, ',
        '0xC004F074',
        ',,,,',
        '"',
        '""',
        ';',
        '\t',
      ],
      ...[
        '{"LicenseStatus":',
        '"KeyManagementServiceMachine"',
        '[',
        '{',
        '}',
        ']',
        ':',
        '\\u',
        'null',
        '1e999',
        '-',
      ],
      ...[
        ', VOLUME_KMSCLIENT channel\n',
        'Key: X7QKM\n',
        'KMS from DNS: a:1688\n',
        'x: 120 minutes\n',
        '\n',
        '\r',
        ' ',
        '：',
      ],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        checkShape(readEvidence(Buffer.from(pieces.join('')), 'x', 1), 1);
      }),
      { numRuns: 800 },
    );
  }, 60_000);

  it('never throws for a damaged sample, and keeps its ids in order', () => {
    const mutation = fc.record({
      sample: fc.constantFrom(...SAMPLES),
      what: fc.constantFrom('cut', 'flip', 'drop', 'repeat', 'insert', 'swap'),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      length: fc.integer({ min: 1, max: 200 }),
      octets: fc.uint8Array({ minLength: 1, maxLength: 20 }),
    });
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
        let octets = sampleOctets(mutations[0]!.sample);
        for (const { what, at, length, octets: other } of mutations) {
          const from = Math.floor(at * octets.length);
          const [head, middle, tail] = [
            octets.subarray(0, from),
            octets.subarray(from, from + length),
            octets.subarray(from + length),
          ];
          octets = Buffer.concat(
            {
              cut: [head],
              flip: [head, middle.map((octet, i) => octet ^ other[i % other.length]!), tail],
              drop: [head, tail],
              repeat: [head, middle, middle, tail],
              insert: [head, other, middle, tail],
              swap: [tail, middle, head],
            }[what]!,
          );
        }
        checkShape(readEvidence(octets, 'x', 1), 1);
      }),
      { numRuns: 800 },
    );
  }, 60_000);

  // What once took the square of the time, or would in a careless reader. The bound is the runner's, far above what a loaded machine needs.
  const MEGABYTES = 4 * 1024 * 1024;
  test.each([
    ['blanks', ' '],
    ['blanks before a colon', `${' '.repeat(8000)}:\n`],
    ['dot leaders', ' .'],
    ['starts of events', '<Event '],
    ['event ids without an end', '<Event ><EventID<EventID'],
    ['arrays', '['],
    ['objects', '{"LicenseStatus":1,"a":'],
    ['products', '{"LicenseStatus":1,"PartialProductKey":"X7QKM"},'],
    ['open quotes', 'a,b,c,"Security-SPP,12288\n'],
    ['deleted registry keys', '[HKEY_LOCAL_MACHINE\\a]\n[-HKEY_LOCAL_MACHINE\\b]\n'],
    ['registry lines that are none', 'REGEDIT4\nx\n'],
    ['adapters', 'x:\n   DNS . . . : 1.2.3.4\n   IPv4 . . . : 1.2.3.4\n'],
    ['products of slmgr', 'Name: x\nDescription: y, VOLUME_KMSCLIENT channel\nKey: X7QKM\n'],
    ['events of a list', 'a: Security-SPP\nb: 12288\nc: 1\nd: 2\ne: 3\n'],
    ['one long line', '0x1,'],
    ['zeros', '\0'],
  ])(
    'bounded: %s',
    (_, piece) => {
      const octets = Buffer.from(piece.repeat(Math.ceil(MEGABYTES / piece.length)));
      checkShape(readEvidence(octets, 'x', 1), 1);
    },
    10_000,
  );
});
