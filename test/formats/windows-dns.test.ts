/** Windows DNS Server: PowerShell by name, dnscmd by place. Priority 1, weight 2, port 3. */
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { DesiredState } from '../../src/core/desired-state.ts';
import { formatRecord } from '../../src/core/srv.ts';
import { formatById } from '../../src/formats/registry.ts';
import { readTimeSpan, timeSpanText } from '../../src/formats/time-span.ts';
import { powerShellTokens } from '../../src/publish/powershell-literals.ts';
import { CORP, domain, HOSTILE, srv, state, unchecked } from '../support/generated.ts';

const ONE: DesiredState = state([
  domain('east.contoso.com.', [srv('kms1.contoso.com.', 1, 2, 3)], {
    zone: unchecked('contoso.com.'),
    ttlSeconds: 90_061,
    server: 'corp',
  }),
]);

const written = (id: string, wanted = ONE, given: Readonly<Record<string, string>> = {}): string =>
  String(formatById(id).write(wanted, given).files[0]!.content);

const read = (id: string, text: string): readonly string[] => {
  const { records, problems } = formatById(id).read!(Buffer.from(text), 'x');
  expect(problems).toEqual([]);
  return records.map(
    ({ owner, ttlSeconds, record }) => `${owner} ${ttlSeconds ?? '-'} ${formatRecord(record)}`,
  );
};

describe('powershell', () => {
  it('has each value under its name, relative to the zone, the TTL as a TimeSpan', () => {
    expect(written('powershell')).toContain(
      "\r\n    @{ ZoneName = 'contoso.com'; Name = '_vlmcs._tcp.east'; DomainName = 'kms1.contoso.com.'; Priority = 1; Weight = 2; Port = 3; TimeToLive = '1.01:01:01' }\r\n",
    );
  });

  it('is UTF-8 with byte order mark and CRLF, as Windows PowerShell 5 reads it', () => {
    const text = written('powershell');
    expect(text.startsWith('\uFEFF')).toBe(true);
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  });

  it('is whole for another reader of PowerShell: literals that end, brackets that close', () => {
    const tokens = powerShellTokens(written('powershell').slice(1));
    expect(tokens.every(({ closed }) => closed)).toBe(true);
    const literals = tokens.filter(({ kind }) => kind === 'single-quoted').map(({ text }) => text);
    for (const value of ['contoso.com', '_vlmcs._tcp.east', 'kms1.contoso.com.', '1.01:01:01'])
      expect(literals).toContain(value);
    const open: string[] = [];
    const code = tokens.filter(({ kind }) => kind === 'code').map(({ text }) => text);
    for (const char of code.join('')) {
      if ('({['.includes(char)) open.push(char);
      if (')}]'.includes(char)) expect(`${open.pop()}${char}`).toMatch(/^(\(\)|\{\}|\[\])$/);
    }
    expect(open).toEqual([]);
  });

  it('changes nothing without ShouldProcess, and takes only ObjectNotFound for absent', () => {
    const text = written('powershell');
    expect(text).toContain('[CmdletBinding(SupportsShouldProcess)]');
    const changes = [...text.matchAll(/^ *(Add|Set|Remove)-DnsServerResourceRecord\b/gm)];
    expect(changes).toHaveLength(2);
    for (const { index } of changes)
      expect(text.slice(0, index)).toMatch(
        /if \(\$PSCmdlet\.ShouldProcess\([^\n]*\{\r\n(?: {12,}[^\n]*\n)*$/,
      );
    expect(text).toContain("if ($_.CategoryInfo.Category -ne 'ObjectNotFound') { throw }");
    expect(text).not.toContain('SilentlyContinue');
  });

  test.each([
    [
      'one command, in any order and letters',
      'add-dnsserverresourcerecord -Port 3 -Weight 2 -Priority 1 -DomainName k.x.example -Name _a._tcp -ZoneName "x.example" -srv -TimeToLive 01:00:00',
      ['_a._tcp.x.example. 3600 1 2 3 k.x.example.'],
    ],
    [
      'backticks, comments, no TTL, other types',
      "<# Add-DnsServerResourceRecord -Srv -Name no #>\nAdd-DnsServerResourceRecord -Srv `\r\n  -ZoneName:x.example -Name '@' ` \n",
      [],
    ],
    [
      'over two lines',
      "Add-DnsServerResourceRecord -Srv -ZoneName x.example `\r\n  -Name '@' -DomainName 'k.x.example.' -Priority 1 -Weight 2 -Port 3 # mine\r\nAdd-DnsServerResourceRecord -A -ZoneName x.example -Name www -IPv4Address 192.0.2.1",
      ['x.example. - 1 2 3 k.x.example.'],
    ],
    [
      'what is computed is not ours',
      'Add-DnsServerResourceRecord -Srv -ZoneName $zone -Name _a._tcp -DomainName "$kms.x.example" -Priority 1 -Weight 2 -Port 3',
      [],
    ],
  ])('reads %s', (_, text, expected) => {
    expect(read('powershell', text)).toEqual(expected);
  });

  test.each([
    [
      "\n @{ ZoneName = 'x.example'; Name = 'a'; DomainName = 'k.'; Priority = 1; Weight = 2 }",
      2,
      2,
      'port ""',
    ],
    [
      'Add-DnsServerResourceRecord -Srv -ZoneName x.example -Name a -DomainName k -Priority 1 -Weight 2 -Port 3 -TimeToLive 3600s',
      1,
      1,
      'time span',
    ],
    ["@{ ZoneName = 'x..example'; Name = 'a'; DomainName = 'k.' }", 1, 1, 'empty'],
  ])('says where: %j', (text, line, column, message) => {
    const { problems } = formatById('powershell').read!(Buffer.from(text), 'x');
    expect(problems).toEqual([{ file: 'x', line, column, message: expect.stringContaining(message) }]);
  });

  test.each([
    [0, '00:00:00'],
    [59, '00:00:59'],
    [3600, '01:00:00'],
    [86_400, '1.00:00:00'],
    [0x7fffffff, '24855.03:14:07'],
  ])('%d seconds are %s', (seconds, text) => {
    expect(timeSpanText(seconds)).toBe(text);
    expect(readTimeSpan(text)).toBe(seconds);
  });

  it('every TTL survives as a TimeSpan', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0x7fffffff }), (seconds) => {
        expect(readTimeSpan(timeSpanText(seconds))).toBe(seconds);
      }),
    );
  });

  test.each(['1', '24:00:00', '00:60:00', '00:00:60', '-01:00:00', '24855.03:14:08', '01:00:00.5', ''])(
    '%j is no TTL',
    (text) => {
      expect(readTimeSpan(text)).toBeUndefined();
    },
  );
});

describe('dnscmd', () => {
  it('has zone, relative name, TTL, type, then priority weight port target', () => {
    expect(written('dnscmd')).toMatch(
      /^dnscmd 10\.0\.0\.53 \/RecordAdd contoso\.com _vlmcs\._tcp\.east 90061 SRV 1 2 3 kms1\.contoso\.com\. \|\| exit \/b 1\r$/m,
    );
  });

  it('talks to the named server, the one of the domain, or this computer', () => {
    const named = { ...CORP, name: unchecked('dc1.contoso.com.') };
    expect(written('dnscmd', { ...ONE, servers: { corp: named } })).toContain('dnscmd dc1.contoso.com /');
    expect(written('dnscmd', ONE, { server: 'dc2.contoso.com' })).toContain('dnscmd dc2.contoso.com /');
    expect(written('dnscmd', { ...ONE, servers: {} })).toContain('dnscmd . /');
  });

  test.each<readonly [string, string]>([
    ...HOSTILE,
    ['a variable', '%PATH%'],
    ['a caret', 'x^'],
    ['a pipe', 'x | y'],
    ['a redirection', 'x>y'],
  ])('a file name with %s runs nothing', (_, file) => {
    let text: string;
    try {
      text = written('dnscmd', { ...ONE, file });
    } catch (error) {
      expect(error).toMatchObject({ code: 'value-refused' });
      return;
    }
    for (const line of text.split('\r\n').filter((one) => one.startsWith('rem')))
      expect(line).not.toMatch(/[%^&|<>"!]/);
    expect(text.split('\r\n')).toHaveLength(written('dnscmd').split('\r\n').length);
  });

  test.each([
    [
      'options in front of the TTL, and no TTL',
      'dnscmd ns1 /RecordAdd x.example _a._tcp /Aging /OpenAcl 60 SRV 1 2 3 k.x.example.\n@DnsCmd.exe /recordadd x.example @ srv 4 5 6 l.x.example\ndnscmd ns1 /RecordAdd x.example www A 192.0.2.1',
      ['_a._tcp.x.example. 60 1 2 3 k.x.example.', 'x.example. - 4 5 6 l.x.example.'],
    ],
    ['not what is deleted', 'dnscmd ns1 /RecordDelete x.example a SRV 1 2 3 k. /f', []],
  ])('reads %s', (_, text, expected) => {
    expect(read('dnscmd', text)).toEqual(expected);
  });

  test.each([
    ['\n  dnscmd . /RecordAdd x.example a 60 SRV 1 2 k', 2, 3, 'port "k"'],
    ['dnscmd . /RecordAdd x.example a 1h SRV 1 2 3 k', 1, 1, 'TTL "1h"'],
    ['dnscmd . /RecordAdd x.example a SRV 1 2 3 k more', 1, 1, 'and no more'],
    ['dnscmd . /RecordAdd x..example a SRV 1 2 3 k', 1, 1, 'empty'],
  ])('says where: %j', (text, line, column, message) => {
    const { problems } = formatById('dnscmd').read!(Buffer.from(text), 'x');
    expect(problems).toEqual([{ file: 'x', line, column, message: expect.stringContaining(message) }]);
  });
});
