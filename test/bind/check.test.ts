import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, it, test } from 'vitest';
import { checkNamedConf, checkZoneText } from '../../src/bind/check.ts';
import { parseFqdn } from '../../src/core/name.ts';
import { formatRecord } from '../../src/core/srv.ts';
import { needsProgram } from '../support/needs-program.ts';

const ZONE = parseFqdn('contoso.com');
const WHOLE = '$TTL 60\n@ IN SOA ns1 h 1 3600 600 86400 300\n@ IN NS ns1\nns1 IN A 192.0.2.1\n';

needsProgram('named-checkzone')('named-checkzone', () => {
  it('says how BIND understands a zone', async () => {
    const checked = await checkZoneText(ZONE, `${WHOLE}_vlmcs._tcp IN SRV 0 0 1688 kms1\n`);
    expect(checked).toMatchObject({
      ran: true,
      ok: true,
      output: expect.stringContaining('loaded serial 1'),
    });
    const srv = checked.ran ? checked.records?.find(({ type }) => type === 'SRV') : undefined;
    expect([srv?.owner, srv?.ttlSeconds, formatRecord(srv!.srv!)]).toEqual([
      '_vlmcs._tcp.contoso.com.',
      60,
      '0 0 1688 kms1.contoso.com.',
    ]);
  });

  it('takes a snippet as part of a zone', async () => {
    const checked = await checkZoneText(
      ZONE,
      '_vlmcs._tcp.contoso.com. 60 IN SRV 0 0 1688 kms1.contoso.com.\n',
      {
        snippet: true,
      },
    );
    expect(checked).toMatchObject({ ran: true, ok: true });
    expect(checked.ran && checked.records?.map(({ type }) => type)).toEqual(['SOA', 'NS', 'SRV']);
  });

  test.each([
    ['a host name with an underscore', '_vlmcs._tcp IN SRV 0 0 1688 kms_1\n', 'bad name'],
    [
      'an alias beside the record',
      '_vlmcs._tcp IN SRV 0 0 1688 kms1\n_vlmcs._tcp IN CNAME x\n',
      'CNAME and other data',
    ],
    ['a number out of range', '_vlmcs._tcp IN SRV 0 0 99999 kms1\n', 'out of range'],
  ])('refuses %s', async (_, line, message) => {
    const checked = await checkZoneText(ZONE, WHOLE + line);
    expect(checked).toMatchObject({ ran: true, ok: false, output: expect.stringContaining(message) });
    expect(checked.ran && checked.records).toBeUndefined();
  });

  it('takes a zone whose name looks like an option for a zone', async () => {
    const text = '@ 60 IN SOA ns.invalid. h.invalid. 1 1 1 1 1\n@ 60 IN NS ns.invalid.\n';
    expect(await checkZoneText(parseFqdn('-h.example'), text)).toMatchObject({ ran: true, ok: true });
  });
});

needsProgram('named-checkconf')('named-checkconf', () => {
  it('judges a named.conf and what stands in for its includes', async () => {
    const text =
      'include "/etc/bind/k.key"; // include "/etc/bind/k.key";\nzone "x" { type primary; file "x.db"; update-policy { grant "k" name _vlmcs._tcp.x. SRV; }; };\n';
    const key = 'key "k" { algorithm hmac-sha256; secret "c2VjcmV0LXNlY3JldA=="; };';
    expect(await checkNamedConf(text, { '/etc/bind/k.key': key })).toEqual({
      ran: true,
      ok: true,
      output: '',
    });
    expect(await checkNamedConf(text, { '/etc/bind/k.key': 'key "k" {' })).toMatchObject({
      ran: true,
      ok: false,
    });
    expect(await checkNamedConf(text)).toMatchObject({
      ok: false,
      output: expect.stringContaining('file not found'),
    });
  });

  it('says what is wrong', async () => {
    expect(await checkNamedConf('zone "x" { type primary; allow-update { nobody-knows; }; };')).toMatchObject(
      {
        ran: true,
        ok: false,
        output: expect.stringContaining('nobody-knows'),
      },
    );
  });
});

describe('when nobody can judge', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kmsdns-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('a missing program is neither good nor bad', async () => {
    const options = { searchPath: folder };
    expect(await checkZoneText(ZONE, WHOLE, options)).toEqual({
      ran: false,
      why: 'named-checkzone is not installed or cannot be run (ENOENT)',
    });
    expect(await checkNamedConf('', {}, options)).toMatchObject({ ran: false });
  });

  test.skipIf(process.platform === 'win32')('neither is one that hangs', async () => {
    const program = join(folder, 'named-checkconf');
    writeFileSync(program, '#!/bin/sh\nexec sleep 60\n');
    chmodSync(program, 0o755);
    const searchPath = [folder, process.env.PATH ?? ''].join(delimiter);
    expect(await checkNamedConf('', {}, { searchPath, timeoutMs: 100 })).toEqual({
      ran: false,
      why: 'named-checkconf did not end within 100 ms',
    });
  });
});
