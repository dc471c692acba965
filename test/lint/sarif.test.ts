/*
 * The judge is the schema that OASIS publishes with SARIF 2.1.0 (rtm.5, as @microsoft/jest-sarif 1.0.0-beta.0 ships
 * it under the MIT licence; descriptions left out) and Ajv.
 */
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { lintOctets } from '../../src/lint/lint-file.ts';
import { relativeUri, sarifOf } from '../../src/lint/sarif.ts';

const SCHEMA = JSON.parse(
  readFileSync(new URL('../fixtures/sarif/sarif-2.1.0-rtm.5.schema.json', import.meta.url), 'utf8'),
) as Record<string, unknown>;
// Draft 4 calls it `id`; of what else changed since, the schema uses nothing.
const { id: _, $schema: __, ...draft7 } = SCHEMA;
const validate = new Ajv({
  strict: false,
  unicodeRegExp: false,
  allErrors: true,
  validateFormats: false,
}).compile(draft7);

const FILES: Readonly<Record<string, string>> = {
  'dns/my zone/db.contoso.com': `$TTL 60
@ SOA ns1 h 1 2 3 4 5
_vlmcs._tcp SRV 0 0 1688 kms1.contoso.com
_vlmcs._udp SRV 0 0 0 10.0.0.1
_vlmcs._tcp 90 SRV 1 2 1 gone
`,
  'dnsmasq.conf': 'filterwin2k\nsrv-host=_vlmcs._tcp,kms1,0,100,1688\n',
  'list.txt': 'kms_1.contoso.com, 1, 2\n_vlmcs._tcp.b.example, 1\n',
  'named.conf': 'zone "contoso.com" { type primary; allow-update { any; }; };\n',
  'ü # %.reg':
    'REGEDIT4\n\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\SL]\n"KeyManagementServicePort"=dword:00000698\n',
};

const sarif = (files: readonly string[]): Record<string, unknown> =>
  sarifOf(
    files.flatMap((file) => lintOctets(file, Buffer.from(FILES[file]!)).results),
    '0.0.0-test',
    relativeUri,
  );

describe('SARIF', () => {
  it.each<[string, string[]]>([
    ['no results', []],
    ...Object.keys(FILES).map((file): [string, string[]] => [file, [file]]),
    ['all files', Object.keys(FILES)],
  ])('of %s is valid by the schema', (_name, files) => {
    const log = sarif(files);
    const { runs } = log as { runs: [{ results: readonly unknown[] }] };
    expect(runs[0].results.length > 0).toBe(files.length > 0);
    expect(validate(log), JSON.stringify(validate.errors)).toBe(true);
  });

  it.each([
    ['a member that is not known', { ...sarif([]), more: 1 }],
    ['another version', { ...sarif([]), version: '2.0.0' }],
    [
      'a line 0',
      JSON.parse(JSON.stringify(sarif(['dnsmasq.conf'])).replace(/"startLine":\d+/, '"startLine":0')),
    ],
  ])('would not be with %s', (_name, log) => {
    expect(validate(log)).toBe(false);
  });
});
