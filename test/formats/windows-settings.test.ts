/** What KMS hosts and clients are told on Windows: slmgr, .reg and Group Policy Preferences. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it, test } from 'vitest';
import type { DesiredState } from '../../src/core/desired-state.ts';
import { KmsDnsError } from '../../src/core/errors.ts';
import { SPP_REGISTRY_KEY } from '../../src/core/kms.ts';
import { readReg } from '../../src/core/reg-file.ts';
import { formatById } from '../../src/formats/registry.ts';
import { xmlText } from '../../src/formats/words.ts';
import { findProgram } from '../lab/support/programs.ts';
import { domain, HOSTILE, host, srv, state } from '../support/generated.ts';
import { checkXml, elementsOf, textContent } from '../support/xml-check.ts';

/** kms1 at home in contoso.com and at a port of its own; kms2 behind it; old in no domain. */
const WANTED: DesiredState = state(
  [
    domain('contoso.com.', [srv('kms2.contoso.com.', 20, 5), srv('kms1.contoso.com.', 10, 75, 1689)]),
    domain('fabrikam.example.', [srv('kms1.contoso.com.', 1, 2, 1689)]),
    domain('empty.example.', []),
  ],
  { hosts: [host('old.contoso.com.'), host('kms1.contoso.com.', [], 1689)] },
);

const files = (
  id: string,
  given: Readonly<Record<string, string>> = {},
  wanted = WANTED,
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    formatById(id)
      .write(wanted, given)
      .files.map(({ path, content }) => [
        path,
        typeof content === 'string' ? content : Buffer.from(content).toString('utf16le'),
      ]),
  );

/** The commands of a batch file, without comments. */
const commands = (text: string): readonly string[] =>
  text
    .split('\r\n')
    .filter((line) => line !== '' && !line.startsWith('rem') && line !== '@echo off')
    .map((line) => line.replace('cscript //nologo "%SystemRoot%\\System32\\slmgr.vbs"', 'slmgr'));

const restart = ['net stop sppsvc', 'net start sppsvc', 'slmgr /dlv'];

describe('slmgr-host', () => {
  it('sets the port and publishing of each host, and restarts the service', () => {
    const found = files('slmgr-host');
    expect(Object.keys(found)).toEqual([
      'slmgr-host.kms1.contoso.com.cmd',
      'slmgr-host.kms2.contoso.com.cmd',
      'slmgr-host.old.contoso.com.cmd',
    ]);
    expect(commands(found['slmgr-host.kms1.contoso.com.cmd']!)).toEqual([
      'slmgr /sprt 1689',
      'slmgr /sdns',
      ...restart,
    ]);
    expect(commands(found['slmgr-host.kms2.contoso.com.cmd']!)).toEqual([
      'slmgr /sprt 1688',
      'slmgr /sdns',
      ...restart,
    ]);
  });

  it('switches publishing off for a host that is published nowhere, and for all with a central publisher', () => {
    expect(commands(files('slmgr-host')['slmgr-host.old.contoso.com.cmd']!)).toContain('slmgr /cdns');
    for (const text of Object.values(files('slmgr-host', { publisher: 'central' }))) {
      expect(commands(text)).toContain('slmgr /cdns');
      expect(commands(text)).not.toContain('slmgr /sdns');
    }
  });

  test.each([
    ['normal', 'slmgr /spri'],
    ['low', 'slmgr /cpri'],
  ])('CPU priority %s', (priority, command) => {
    expect(
      commands(files('slmgr-host', { 'cpu-priority': priority })['slmgr-host.kms1.contoso.com.cmd']!),
    ).toContain(command);
  });

  it('says that the publish list has no option of slmgr', () => {
    for (const text of Object.values(files('slmgr-host')))
      expect(text.replace(/\r\nrem +/g, ' ')).toContain('slmgr has no option for DnsDomainPublishList');
  });

  it('warns of what the hosts publish unsaid, unless they stop publishing', () => {
    expect(formatById('slmgr-host').write(WANTED).warnings).not.toEqual([]);
    expect(formatById('slmgr-host').write(WANTED, { publisher: 'central' }).warnings).toEqual([]);
  });
});

describe('slmgr-client', () => {
  test.each([
    [{}, ['slmgr /ckms', 'slmgr /ckms-domain', 'slmgr /dlv']],
    [{ find: 'domain' }, ['slmgr /ckms', 'slmgr /skms-domain contoso.com', 'slmgr /dlv']],
    [{ find: 'host' }, ['slmgr /skms kms1.contoso.com:1689', 'slmgr /dlv']],
    [{ find: 'host', cache: 'off' }, ['slmgr /skms kms1.contoso.com:1689', 'slmgr /ckhc', 'slmgr /dlv']],
    [{ cache: 'on' }, ['slmgr /ckms', 'slmgr /ckms-domain', 'slmgr /skhc', 'slmgr /dlv']],
  ])('%j', (given: Readonly<Record<string, string>>, expected) => {
    const found = files('slmgr-client', given);
    expect(Object.keys(found)).toEqual(['slmgr-client.contoso.com.cmd', 'slmgr-client.fabrikam.example.cmd']);
    expect(commands(found['slmgr-client.contoso.com.cmd']!)).toEqual(expected);
  });
});

describe.each(['slmgr-host', 'slmgr-client'])('%s in a batch file', (id) => {
  test.each<readonly [string, string]>([
    ...HOSTILE,
    ['a variable', '%PATH%'],
    ['a caret', 'x^'],
    ['a pipe', 'x|y'],
  ])('a file name with %s runs nothing', (_, file) => {
    let found: Readonly<Record<string, string>>;
    try {
      found = files(id, {}, { ...WANTED, file });
    } catch (error) {
      expect(error).toMatchObject({ code: 'value-refused' });
      return;
    }
    for (const [path, text] of Object.entries(files(id))) {
      expect(commands(found[path]!)).toEqual(commands(text));
      for (const line of found[path]!.split('\r\n').filter((one) => one.startsWith('rem')))
        expect(line).not.toMatch(/[%^&|<>"!]/);
    }
  });
});

describe('client-reg', () => {
  const values = (text: string): unknown =>
    readReg(Buffer.from(text, 'utf16le'), 'x').keys.map(({ path, values: all }) => [
      path,
      ...all.map(({ name, data }) => [name, data]),
    ]);

  it('sets name and port as texts, in UTF-16 with byte order mark and CRLF', () => {
    const text = files('client-reg')['kms-client.contoso.com.reg']!;
    expect(text.startsWith('\uFEFFWindows Registry Editor Version 5.00\r\n')).toBe(true);
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    expect(values(text)).toEqual([
      [
        SPP_REGISTRY_KEY,
        ['KeyManagementServiceName', { kind: 'sz', text: 'kms1.contoso.com' }],
        ['KeyManagementServicePort', { kind: 'sz', text: '1689' }],
      ],
    ]);
  });

  it('takes both away', () => {
    expect(values(files('client-reg', { find: 'dns' })['kms-client.contoso.com.reg']!)).toEqual([
      [
        SPP_REGISTRY_KEY,
        ['KeyManagementServiceName', { kind: 'deleted' }],
        ['KeyManagementServicePort', { kind: 'deleted' }],
      ],
    ]);
  });
});

/** The document without its comment, which may hold no two hyphens. */
const documentOf = (text: string): ReturnType<typeof checkXml> => {
  const [, before = '', comment = '', after = ''] =
    /^([\s\S]*?)<!--([\s\S]*?)-->\n([\s\S]*)$/.exec(text) ?? [];
  expect(comment).not.toContain('--');
  return checkXml(`${before}${after}`);
};
const KEY = 'SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\SoftwareProtectionPlatform';

describe('Group Policy Preferences', () => {
  it('has the publish list of each host, for the computer of that name alone', () => {
    const document = documentOf(files('gpo-publish-list')['gpo.publish-list.xml']!);
    const items = elementsOf(document).filter(({ name }) => name === 'Registry');
    expect(
      items.map((item) => {
        const within = elementsOf(item);
        return [
          within.find(({ name }) => name === 'FilterComputer')!.attributes,
          within.filter(({ name }) => name === 'Value').map(textContent),
          within.find(({ name }) => name === 'Properties')!.attributes,
        ];
      }),
    ).toEqual(
      [
        ['kms1.contoso.com', ['contoso.com, 10, 75', 'fabrikam.example, 1, 2']],
        ['kms2.contoso.com', ['contoso.com, 20, 5']],
      ].map(([name, entries]) => [
        { bool: 'AND', not: '0', type: 'DNS', name },
        entries,
        {
          action: 'U',
          displayDecimal: '0',
          default: '0',
          hive: 'HKEY_LOCAL_MACHINE',
          key: KEY,
          name: 'DnsDomainPublishList',
          type: 'REG_MULTI_SZ',
          value: (entries as readonly string[]).join(' '),
        },
      ]),
    );
    const ids = items.map(({ attributes }) => attributes.uid);
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id).toMatch(/^\{[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\}$/);
  });

  it('says which host publishes a port of its own', () => {
    expect(formatById('gpo-publish-list').write(WANTED).notes).toEqual([
      'kms1.contoso.com publishes port 1689 only when it listens there: slmgr /sprt 1689.',
    ]);
  });

  test.each([
    ['host', 'U', 'kms1.contoso.com', '1689'],
    ['dns', 'D', '', ''],
  ])('tells clients: %s', (find, action, name, port) => {
    const found = files('gpo-client', { find });
    expect(Object.keys(found)).toEqual(['gpo-client.contoso.com.xml', 'gpo-client.fabrikam.example.xml']);
    const properties = elementsOf(documentOf(found['gpo-client.contoso.com.xml']!))
      .filter((element) => element.name === 'Properties')
      .map(({ attributes }) => [
        attributes.action,
        attributes.key,
        attributes.type,
        attributes.name,
        attributes.value,
      ]);
    expect(properties).toEqual([
      [action, KEY, 'REG_SZ', 'KeyManagementServiceName', name],
      [action, KEY, 'REG_SZ', 'KeyManagementServicePort', port],
    ]);
  });

  test.each<readonly [string, string]>([
    ...HOSTILE,
    ['the end of the comment', 'x --> <Registry/> <!-- y'],
    ['two hyphens', 'a--b'],
    ['a noncharacter', 'a\ufffeb'],
  ])('stays one well-formed document: a file name with %s', (_, file) => {
    for (const id of ['gpo-client', 'gpo-publish-list']) {
      let found: Readonly<Record<string, string>>;
      try {
        found = files(id, {}, { ...WANTED, file });
      } catch (error) {
        expect(error).toBeInstanceOf(KmsDnsError);
        continue;
      }
      for (const [path, text] of Object.entries(files(id)))
        expect(documentOf(found[path]!)).toEqual(documentOf(text));
    }
  });

  it('writes what XML reads as something else as entities', () => {
    const text = `<a b="${xmlText('& < > " \' ]]>', 'value')}"/>`;
    expect(checkXml(text).attributes.b).toBe('& < > " \' ]]>');
    for (const bad of ['a\nb', 'ü', '\0']) expect(() => xmlText(bad, 'value')).toThrow(KmsDnsError);
  });
});

describe.skipIf(findProgram('xmllint') === undefined)('xmllint, where it is installed', () => {
  test.each(['gpo-client', 'gpo-publish-list'])('finds %s well-formed', (id) => {
    for (const text of Object.values(files(id))) {
      const { stderr, status } = spawnSync('xmllint', ['--noout', '--nonet', '-'], {
        input: text,
        encoding: 'utf8',
        timeout: 20_000,
      });
      expect([status, stderr]).toEqual([0, '']);
    }
  });
});

it('a state that publishes nothing tells nobody anything', () => {
  const empty = state([domain('contoso.com.', [])]);
  for (const id of ['slmgr-host', 'slmgr-client', 'client-reg', 'gpo-client', 'gpo-publish-list'])
    expect(formatById(id).write(empty).files).toEqual([]);
});
