import { describe, expect, it } from 'vitest';
import { parseFqdn } from '../../src/core/name.ts';
import { held, released, type WrittenRecord } from '../../src/lint/written-record.ts';

const LINES = ['_vlmcs._tcp 60 SRV ( 0 1', '  1688 "kms1" ) ; “Ω”'];
const word = (line: number, text: string) => ({
  text,
  line,
  column: LINES[line - 1]!.indexOf(text) + 1,
  length: text.length,
});

const RECORD: WrittenRecord = {
  form: 'zone',
  owner: parseFqdn('_vlmcs._tcp.contoso.com'),
  origin: parseFqdn('contoso.com'),
  srv: { priority: 0, weight: 1, port: 1688, target: parseFqdn('kms1.contoso.com') },
  ttlSeconds: 60,
  line: 1,
  column: 1,
  words: {
    owner: word(1, '_vlmcs._tcp'),
    ttl: word(1, '60'),
    priority: word(1, '0'),
    weight: word(1, '1'),
    port: word(2, '1688'),
    target: word(2, 'kms1'),
  },
  lines: { lineAt: (line) => LINES[line - 1] },
};

describe('a record that is held', () => {
  it.each<[string, WrittenRecord]>([
    ['as it was', RECORD],
    ['without a TTL', { ...RECORD, ttlSeconds: undefined }],
    ['with words that are not written', { ...RECORD, form: 'dnsmasq', words: { target: word(2, 'kms1') } }],
    ['with lines that are gone', { ...RECORD, lines: { lineAt: () => undefined } }],
    [
      'with a word that reads otherwise than its line',
      { ...RECORD, words: { port: { ...word(2, '1688'), text: '1' } } },
    ],
  ])('comes back %s', (_name, record) => {
    const { lines, ...back } = released(held(record));
    const { lines: original, ...given } = record;
    expect(back).toEqual(given);
    const stands = new Set([record.line, ...Object.values(record.words).map(({ line }) => line)]);
    for (const line of stands) expect(lines.lineAt(line)).toBe(original.lineAt(line));
    expect(lines.lineAt(3)).toBeUndefined();
  });
});
