import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { parseDesiredState } from '../../src/core/desired-state.ts';
import { SPP_REGISTRY_KEY } from '../../src/core/kms.ts';
import { readReg } from '../../src/core/reg-file.ts';
import type { Rendered } from '../../src/core/rendered.ts';
import { powerShellTokens } from '../../src/publish/powershell-literals.ts';
import {
  renderPublishListPs1,
  renderPublishListReg,
  renderPublishListTxt,
} from '../../src/publish/publish-list-files.ts';
import {
  domain,
  HOSTILE,
  host,
  packaged,
  srv,
  state,
  unchecked,
  withTemplate,
} from '../support/generated.ts';

const EXAMPLE = parseDesiredState(
  readFileSync(new URL('../../examples/east-west.yaml', import.meta.url), 'utf8'),
  'examples/east-west.yaml',
);
const E1 = unchecked('kms-e1.east.contoso.com.');
const fileOf = (rendered: Rendered, name: string): string | Uint8Array =>
  rendered.files.find(({ path }) => path === name)!.content;

/** Host e1 of the corrected example as REG_MULTI_SZ: made by hand in UTF-16LE, two entries and the end of the list. */
const VECTOR =
  '65,00,61,00,73,00,74,00,2e,00,63,00,6f,00,6e,00,74,00,6f,00,73,00,6f,00,2e,00,63,00,6f,00,6d,00,2c,00,20,00,31,00,30,00,2c,00,20,00,37,00,35,00,00,00,' +
  '77,00,65,00,73,00,74,00,2e,00,63,00,6f,00,6e,00,74,00,6f,00,73,00,6f,00,2e,00,63,00,6f,00,6d,00,2c,00,20,00,39,00,30,00,2c,00,20,00,37,00,35,00,00,00,00,00';

describe('.reg', () => {
  const octets = fileOf(
    renderPublishListReg(EXAMPLE, packaged),
    'publish-list.kms-e1.east.contoso.com.reg',
  ) as Uint8Array;
  const text = Buffer.from(octets).toString('utf16le');

  it('is UTF-16LE with its mark, CRLF at every line end, and begins as regedit wants it', () => {
    expect([...octets.subarray(0, 4)]).toEqual([0xff, 0xfe, 0x57, 0x00]);
    expect(text.slice(1).startsWith('Windows Registry Editor Version 5.00\r\n')).toBe(true);
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  });

  it('holds the list byte for byte, wrapped as regedit wraps', () => {
    const hex = /"DnsDomainPublishList"=hex\(7\):([^"]*)$/.exec(text)![1]!;
    expect(hex.replaceAll('\\\r\n  ', '').trim()).toBe(VECTOR);
    const lines = text.split('\r\n').filter((line) => line.endsWith('\\'));
    // regedit breaks as soon as a comma reaches column 77: 79 characters in the first line, 78 in the others.
    expect(lines.map(({ length }) => length)).toEqual([79, ...lines.slice(1).map(() => 78)]);
  });

  it('is what Node, and not our reader, decodes to the two lines', () => {
    const hex = text.slice(text.indexOf('hex(7):') + 7).replace(/[\\\r\n ]/g, '');
    const value = Buffer.from(hex.replaceAll(',', ''), 'hex').toString('utf16le');
    expect(value).toBe('east.contoso.com, 10, 75\0west.contoso.com, 90, 75\0\0');
  });

  it('sets one value of one key', () => {
    const { keys, problems } = readReg(octets, 'x');
    expect(problems).toEqual([]);
    expect(keys.map(({ path, values }) => [path, values.map(({ name }) => name)])).toEqual([
      [SPP_REGISTRY_KEY, ['DnsDomainPublishList']],
    ]);
  });
});

describe('.ps1', () => {
  const content = fileOf(
    renderPublishListPs1(EXAMPLE, packaged),
    'publish-list.kms-e1.east.contoso.com.ps1',
  ) as string;
  const tokens = powerShellTokens(content);
  const code = tokens
    .filter(({ kind }) => kind === 'code')
    .map(({ text }) => text)
    .join('');

  it('is UTF-8 with a mark and CRLF, for Windows PowerShell 5', () => {
    expect(content.startsWith('\uFEFF# DnsDomainPublishList')).toBe(true);
    expect(content.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    expect(content.slice(1)).toMatch(/^[\x20-\x7e\r\n]*$/);
  });

  it('has its values in single quotes, each once', () => {
    const literals = tokens.filter(({ kind }) => kind === 'single-quoted').map(({ text }) => text);
    for (const value of ['kms-e1.east.contoso.com', 'east.contoso.com, 10, 75', 'west.contoso.com, 90, 75'])
      expect(literals.filter((text) => text === value)).toHaveLength(1);
    expect(literals).toContain(SPP_REGISTRY_KEY.replace('HKEY_LOCAL_MACHINE', 'HKLM:'));
  });

  it('is balanced, once strings and comments are out', () => {
    const open: string[] = [];
    const pairs: Readonly<Record<string, string>> = { ')': '(', '}': '{', ']': '[' };
    for (const char of code) {
      if ('({['.includes(char)) open.push(char);
      else if (')}]'.includes(char)) expect(open.pop()).toBe(pairs[char]);
    }
    expect(open).toEqual([]);
    expect(tokens.every(({ closed }) => closed)).toBe(true);
  });

  test.each([
    ['-WhatIf is understood', /\[CmdletBinding\(SupportsShouldProcess = \$true/],
    [
      'the list is only written behind it',
      /\$PSCmdlet\.ShouldProcess\(\$valueName[^}]*New-ItemProperty[^}]*MultiString/,
    ],
    ['the service is only restarted behind it', /\$PSCmdlet\.ShouldProcess\([^}]*Restart-Service -Name/],
    [
      'publishing is switched on only when asked',
      /\$stopped -and -not \$EnablePublishing\)[^}]*Write-Warning[^}]*\} elseif \(\$stopped -and \$PSCmdlet\.ShouldProcess\([^}]*Remove-ItemProperty/,
    ],
    ['before and after are shown', /Show-List\s+\$before[\s\S]*Show-List\s+\$after/],
    ['any other computer is refused', /\$thisHost -ne \$wantedHost -and -not \$AnyComputer\) \{\s*throw/],
  ])('%s', (_, pattern) => {
    expect(code).toMatch(pattern);
  });

  it('writes nothing anywhere else', () => {
    expect(code.match(/\b(New|Set|Remove|Clear|Restart|Stop|Invoke|Start)-\w+/g)).toEqual([
      'Set-StrictMode',
      'New-ItemProperty',
      'Remove-ItemProperty',
      'Restart-Service',
    ]);
    expect(code).not.toMatch(/Invoke-Expression|\biex\b|&\s*\(/);
  });
});

describe('.txt', () => {
  it('is the lines and nothing else', () => {
    expect(renderPublishListTxt(EXAMPLE).files).toEqual([
      {
        path: 'publish-list.kms-e1.east.contoso.com.txt',
        content: 'east.contoso.com, 10, 75\r\nwest.contoso.com, 90, 75\r\n',
      },
      {
        path: 'publish-list.kms-e2.east.contoso.com.txt',
        content: 'east.contoso.com, 10, 25\r\nwest.contoso.com, 90, 25\r\n',
      },
      {
        path: 'publish-list.kms-w1.west.contoso.com.txt',
        content: 'west.contoso.com, 10, 75\r\neast.contoso.com, 90, 75\r\n',
      },
      {
        path: 'publish-list.kms-w2.west.contoso.com.txt',
        content: 'west.contoso.com, 10, 25\r\neast.contoso.com, 90, 25\r\n',
      },
    ]);
  });

  it('can be of one host', () => {
    expect(renderPublishListTxt(EXAMPLE, { hosts: [E1] }).files.map(({ path }) => path)).toEqual([
      'publish-list.kms-e1.east.contoso.com.txt',
    ]);
  });
});

const FORMATS: Readonly<Record<string, (wanted: Parameters<typeof renderPublishListTxt>[0]) => Rendered>> = {
  reg: (wanted) => renderPublishListReg(wanted, packaged),
  ps1: (wanted) => renderPublishListPs1(wanted, packaged),
  txt: (wanted) => renderPublishListTxt(wanted),
};

describe.each(Object.keys(FORMATS))('%s', (format) => {
  const render = FORMATS[format]!;

  it('carries the warnings', () => {
    const wanted = state([domain('contoso.com.', [srv('kms1.east.contoso.com.')])]);
    expect(render(wanted).warnings.map(({ code, subject }) => [code, subject])).toEqual([
      ['PUB-012', 'kms1.east.contoso.com.'],
    ]);
  });

  test.each<[string, Parameters<typeof state>, readonly string[]]>([
    [
      'a home domain in the list',
      [[domain('contoso.com.', [srv('kms1.contoso.com.')])]],
      ['No document says whether'],
    ],
    [
      'a TTL',
      [[domain('contoso.com.', [srv('kms1.x.contoso.com.')], { ttlSeconds: 60 })]],
      ['cannot say a TTL'],
    ],
    [
      'another port',
      [[domain('contoso.com.', [srv('kms1.x.contoso.com.', 0, 0, 1700)])]],
      ['only when it listens there: slmgr /sprt 1700'],
    ],
    [
      'a host without a domain',
      [[], { hosts: [host('kms1.contoso.com.')] }],
      ['gets no list. Switch its publishing off'],
    ],
    ['nothing to say', [[domain('contoso.com.', [srv('kms1.x.contoso.com.')])]], []],
  ])('notes %s', (_, args, notes) => {
    const found = render(state(...args)).notes;
    expect(found).toEqual(notes.map((note) => expect.stringContaining(note)));
  });

  const places = {
    domain: (value: string) => state([domain(value, [srv('kms1.contoso.com.')])]),
    target: (value: string) => state([domain('contoso.com.', [srv(value)])]),
    file: (value: string) => state([domain('contoso.com.', [srv('kms1.contoso.com.')])], { file: value }),
  };
  const rows = Object.keys(places).flatMap((place) =>
    HOSTILE.map(([what, value]) => [place as keyof typeof places, what, value] as const),
  );
  test.each(rows)('nothing but the list comes out: %s with %s', (place, _, value) => {
    let rendered: Rendered;
    try {
      rendered = render(places[place](value));
    } catch (error) {
      expect(error).toMatchObject({ code: 'value-refused' });
      return;
    }
    const [file] = rendered.files;
    expect(file!.path).toMatch(/^publish-list\.[a-z0-9._%~-]+\.(reg|ps1|txt)$/);
    const text =
      typeof file!.content === 'string' ? file!.content : Buffer.from(file!.content).toString('utf16le');
    const reference = render(places.file('kmsdns.yaml')).files[0]!;
    const count = (content: string | Uint8Array): number =>
      (typeof content === 'string' ? content : Buffer.from(content).toString('utf16le')).split(
        /[\r\n\u2028\u2029]+/,
      ).length;
    // The same number of lines as with harmless values, and the same commands.
    if (format !== 'reg') expect(count(text)).toBe(count(reference.content));
    if (format === 'reg') {
      const { keys, problems } = readReg(file!.content as Uint8Array, 'x');
      expect([problems, keys.length, keys[0]!.values.length]).toEqual([[], 1, 1]);
    }
    if (format === 'ps1') {
      const codeOf = (script: string): string =>
        powerShellTokens(script)
          .filter(({ kind }) => kind === 'code')
          .map(({ text: piece }) => piece)
          .join('');
      expect(codeOf(text)).toBe(codeOf(String(reference.content)));
    }
  });
});

describe("a user's template is refused when it", () => {
  const REG = 'registry/publish-list.reg.tmpl';
  const PS1 = 'registry/publish-list.ps1.tmpl';
  test.each([
    [REG, 'sets another key', (text: string) => text.replace('SoftwareProtectionPlatform]', 'Other]')],
    [REG, 'sets a second value', (text: string) => `${text}"DisableDnsPublishing"=dword:00000001\n`],
    [REG, 'deletes the key', (text: string) => text.replace('[HKEY', '[-HKEY')],
    [
      REG,
      'has the list fixed',
      (text: string) => text.replace('{{list|regMultiSz}}', 'hex(7):61,00,00,00,00,00'),
    ],
    [REG, 'has no list', (text: string) => text.replace(/"DnsDomainPublishList".*\n/, '')],
    [PS1, 'has the list fixed', (text: string) => text.replace('{{entry|psString}}', "'evil.example, 0, 0'")],
    [
      PS1,
      'adds to the list',
      (text: string) => text.replace('$wanted = @(\n', "$wanted = @(\n    'evil.example'\n"),
    ],
    [
      PS1,
      'computes the list',
      (text: string) => text.replace('$wanted = @(\n', '$wanted = @(\n    $env:X\n'),
    ],
    [PS1, 'names another host', (text: string) => text.replace('{{host|psString}}', "'kms9'")],
    [
      PS1,
      'puts values in double quotes',
      (text: string) => text.replace('{{host|psString}}', '"{{host|comment}}"'),
    ],
    [PS1, 'forgets a quote', (text: string) => `${text}'`],
  ] as const)('%s: %s', (name, _, change) => {
    const templates = withTemplate(name, change(packaged[name].text));
    const render = name === REG ? renderPublishListReg : renderPublishListPs1;
    expect(() => render(EXAMPLE, templates)).toThrow(expect.objectContaining({ code: 'template-invalid' }));
  });
});
