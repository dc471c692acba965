/** Edits that are right one by one, and what they make of the whole file. */
import { describe, expect, it } from 'vitest';
import { parseFqdn } from '../../src/core/name.ts';
import type { FileKind } from '../../src/lint/file-kind.ts';
import { lintOctets } from '../../src/lint/lint-file.ts';
import { mendFile } from '../../src/lint/mend-file.ts';

const ORIGIN = parseFqdn('contoso.com');

function mended(kind: FileKind, text: string): { text: string; made: number; left: readonly string[] } {
  const octets = Buffer.from(text);
  const options = { kind, origin: ORIGIN };
  const { octets: outcome, made, left } = mendFile(lintOctets('file', octets, options), octets, options);
  return {
    text: Buffer.from(outcome).toString(),
    made,
    left: left.results.map(({ line, code }) => `${line} ${code}`),
  };
}

describe('records that become the same', () => {
  it('are one: two slips of one name, beside the right one', () => {
    const right = '_vlmcs._tcp 60 SRV 0 0 1688 kms1\n';
    expect(
      mended('zone', `${right}_vmlcs._tcp 60 SRV 0 0 1688 kms1\n_vlmcs._udp 60 SRV 0 0 1688 kms1\n`),
    ).toEqual({
      text: `${right};${right};${right}`,
      made: 4,
      left: [],
    });
  });

  it.each([
    ['behind the slip', '_vlmcs._udp 60 SRV 0 0 1688 kms1\n_vlmcs._tcp 60 SRV 0 0 1688 kms1\n'],
    [
      'a target without its dot',
      '_vlmcs._tcp 60 SRV 0 0 1688 kms1.contoso.com\n_vlmcs._tcp 60 SRV 0 0 1688 kms1\n',
    ],
    ['a port', '_vlmcs._tcp 60 SRV 0 0 0 kms1\n_vlmcs._tcp 60 SRV 0 0 1688 kms1\n'],
  ])('are one: %s', (_, text) => {
    const { text: outcome, left } = mended('zone', text);
    expect(outcome.split('\n').filter((line) => /^[^;]/.test(line))).toHaveLength(1);
    expect(left).toEqual([]);
  });

  it('stay two lines where the next record takes its owner from the second', () => {
    const text =
      '_vlmcs._tcp 60 SRV 0 0 1688 kms1\n_vlmcs._tcp 60 SRV 0 0 1688 kms1\n; and\n\n   60 SRV 0 0 1688 kms2\n';
    expect(mended('zone', text)).toEqual({ text, made: 0, left: ['2 SRV-012'] });
    const last = text.replace('   60', '_vlmcs._tcp 60');
    expect(mended('zone', last).left).toEqual([]);
  });

  it('stay two where one goes over several lines', () => {
    const text = '_vlmcs._tcp 60 SRV 0 0 1688 kms1\n_vlmcs._tcp 60 SRV ( 0 0\n 1688 kms1 )\n';
    expect(mended('zone', text)).toEqual({ text, made: 0, left: ['3 SRV-012'] });
  });

  it('are one in dnsmasq, where nothing is said twice', () => {
    expect(
      mended(
        'dnsmasq',
        'srv-host=_vlmcs._tcp.a.example,k.a.example\nsrv-host=_vlmcs._udp.a.example,k.a.example,1688\n',
      ),
    ).toEqual({
      text: 'srv-host=_vlmcs._tcp.a.example,k.a.example,1688\n#srv-host=_vlmcs._tcp.a.example,k.a.example,1688\n',
      made: 3,
      left: [],
    });
  });
});

describe('a host that a set would have twice, with other numbers', () => {
  it.each([
    ['behind', '_vlmcs._tcp 60 SRV 10 0 1688 kms1\n_vlmcs._udp 60 SRV 20 0 1688 kms1\n', '2 SRV-004'],
    ['before', '_vlmcs._udp 60 SRV 20 0 1688 kms1\n_vlmcs._tcp 60 SRV 10 0 1688 kms1\n', '1 SRV-004'],
  ])('is left to a person: the slip %s the right record', (_, text, left) => {
    expect(mended('zone', text)).toEqual({ text, made: 0, left: [left] });
  });

  it('does not keep the other edits of the file from being made', () => {
    const text =
      '_vlmcs._tcp 60 SRV 10 0 1688 kms1\n_vlmcs._udp 60 SRV 20 0 1688 kms1\n_vmlcs._tcp.east 60 SRV 0 0 1688 kms1\n';
    expect(mended('zone', text)).toEqual({
      text: text.replace('_vmlcs', '_vlmcs'),
      made: 1,
      left: ['2 SRV-004'],
    });
  });
});

describe('a publish list', () => {
  it('never gets a domain twice by its mending', () => {
    const text =
      'contoso.com, 10, 75\ncontoso.com., 1, 2\n_vlmcs._tcp.contoso.com\neast.contoso.com.\n_vlmcs._tcp.east.contoso.com\n';
    expect(mended('publish-list', text)).toEqual({
      text: text.replace('east.contoso.com.', 'east.contoso.com'),
      made: 1,
      left: ['2 PUB-005', '3 PUB-005', '5 PUB-005'],
    });
  });

  it('in a registry export is mended entry by entry, although each edit writes the whole value', () => {
    const value = (...entries: string[]): string =>
      `"DnsDomainPublishList"=hex(7):${[...Buffer.from(`${entries.map((one) => `${one}\0`).join('')}\0`, 'utf16le')].map((octet) => octet.toString(16).padStart(2, '0')).join(',')}`;
    const file = (line: string): string =>
      `Windows Registry Editor Version 5.00\n\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\SoftwareProtectionPlatform]\n${line}\n`;
    expect(mended('reg', file(value('a.example.', '_vlmcs._tcp.b.example')))).toEqual({
      text: file(value('a.example', 'b.example')),
      made: 2,
      left: [],
    });
  });
});
