/** What `generate` writes, put to work: named loads it, nsupdate runs it, and `dig` says what became of it. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { renderBindKey } from '../../src/bind/key.ts';
import { renderNamedConf } from '../../src/bind/named-policy.ts';
import { renderNsupdate, type ScriptEdit, scriptEdits } from '../../src/bind/nsupdate-script.ts';
import { renderZoneSnippets } from '../../src/bind/zone-snippet.ts';
import { type DesiredState, parseDesiredState } from '../../src/core/desired-state.ts';
import { parseFqdn } from '../../src/core/name.ts';
import type { RenderedFile } from '../../src/core/rendered.ts';
import { tsigKey } from '../../src/core/tsig.ts';
import { packaged } from '../support/generated.ts';
import { type BindServer, startBind } from './support/bind.ts';
import { dig, digSrv } from './support/dig.ts';
import { freshKey } from './support/keys.ts';
import { nsupdate } from './support/nsupdate.ts';
import { labServer } from './support/require.ts';
import { runProgram } from './support/run.ts';
import { publisherZone } from './support/zones.ts';

const FRAME = (zone: string): string =>
  [
    `$ORIGIN ${zone}.`,
    '@ 3600 IN SOA ns1 hostmaster 1 3600 600 86400 60',
    '@ 3600 IN NS ns1',
    'ns1 3600 IN A 127.0.0.1',
    'kms1 3600 IN A 192.0.2.11',
    'kms2 3600 IN A 192.0.2.12',
    '',
  ].join('\n');

const stateText = (port: number, zone: string, publish: string): string => `
version: 1
keys: { kms-publisher: { file: kms-publisher.key } }
servers: { corp: { address: 127.0.0.1, port: ${port}, auth: { tsig: kms-publisher } } }
hosts:
  kms1.${zone}: { addresses: [127.0.0.1] }
  kms2.${zone}: { addresses: [127.0.0.1] }
domains:
  ${zone}: { server: corp, zone: ${zone}, ttl: 600, publish: ${publish} }
  site.${zone}: { server: corp, zone: ${zone}, ttl: 300, publish: ${publish} }
`;

labServer('named')('generated files on BIND', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kmsdns-generated-'));
  const keyFile = join(folder, 'kms-publisher.key');
  const own = freshKey('lab');
  let bind: BindServer;

  const wanted = (zone: string, publish?: string, port = bind.endpoint.port): DesiredState =>
    parseDesiredState(
      stateText(
        port,
        zone,
        publish ?? `[{ host: kms1.${zone}, priority: 10, weight: 75 }, { host: kms2.${zone}, priority: 90 }]`,
      ),
      'lab.yaml',
    );
  const put = ({ path, content, mode }: RenderedFile): string => {
    const target = join(folder, path);
    writeFileSync(target, content, mode === undefined ? {} : { mode });
    return target;
  };

  beforeAll(async () => {
    const secret = Uint8Array.from(randomBytes(32));
    expect(put(renderBindKey(tsigKey(parseFqdn('kms-publisher'), 'hmac-sha256', secret), packaged))).toBe(
      keyFile,
    );
    const folders = { keyDirectory: folder, zoneDirectory: folder };
    const byKey = renderNamedConf(
      wanted('keyed.example', undefined, 53),
      { variant: 'publisher', ...folders },
      packaged,
    );
    writeFileSync(join(folder, 'db.keyed.example.zone'), FRAME('keyed.example'));
    const byAddress = renderNamedConf(
      wanted('open.example', undefined, 53),
      { variant: 'unsigned-hosts', nameServer: parseFqdn('ns1.open.example'), ...folders },
      packaged,
    );
    const [conf, ...childZones] = byAddress.files;
    childZones.forEach(put);
    const [snippet] = renderZoneSnippets(wanted('static.example', undefined, 53), packaged).files;
    put(snippet!);
    writeFileSync(
      join(folder, 'db.static.example.zone'),
      `${FRAME('static.example')}$INCLUDE "${join(folder, snippet!.path)}"\nafter 60 IN TXT "origin unchanged"\n`,
    );
    bind = await startBind({
      keys: [own],
      zones: [publisherZone('lab.example', own.name)],
      moreConfig: `${byKey.files[0]!.content}\n${conf!.content}
zone "static.example" { type primary; file "${folder}/db.static.example.zone"; };\n`,
    });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs one generated script as its head says, with our key; what nsupdate complained of, and the names it was for. */
  const runScript = async (
    edit: ScriptEdit,
    options: readonly string[] = ['-k', keyFile],
  ): Promise<string> => {
    const [file] = renderNsupdate([edit], packaged).files;
    const { exitCode, stdout, stderr } = await runProgram('nsupdate', [...options, put(file!)]);
    expect(exitCode === 0).toBe(stdout + stderr === '');
    return stdout + stderr;
  };

  it('the include keeps its names absolute, and the zone goes on behind it', async () => {
    expect(await digSrv(bind.endpoint, '_vlmcs._tcp.static.example')).toEqual([
      '600 10 75 1688 kms1.static.example.',
      '600 90 0 1688 kms2.static.example.',
    ]);
    expect(await digSrv(bind.endpoint, '_vlmcs._tcp.site.static.example')).toHaveLength(2);
    expect((await dig(bind.endpoint, 'after.static.example', 'TXT')).rcode).toBe('NOERROR');
  });

  describe('publisher', () => {
    const owner = '_vlmcs._tcp.keyed.example';
    const set = (
      records: readonly (readonly [number, number, string])[],
      ttlSeconds = 600,
    ): NonNullable<ScriptEdit['after']> => ({
      name: parseFqdn(owner),
      ttlSeconds,
      records: records.map(([priority, weight, target]) => ({
        priority,
        weight,
        port: 1688,
        target: parseFqdn(target),
      })),
    });
    const first = set([
      [10, 75, 'kms1.keyed.example'],
      [90, 0, 'kms2.keyed.example'],
    ]);

    it('a first roll-out by the guarded scripts, which do nothing twice', async () => {
      const edits = scriptEdits(wanted('keyed.example'));
      for (const edit of edits) expect(await runScript(edit)).toBe('');
      expect(await digSrv(bind.endpoint, owner)).toEqual([
        '600 10 75 1688 kms1.keyed.example.',
        '600 90 0 1688 kms2.keyed.example.',
      ]);
      expect(await digSrv(bind.endpoint, `_vlmcs._tcp.site.keyed.example`)).toHaveLength(2);
      for (const edit of edits) expect(await runScript(edit)).toContain('YXRRSET');
      expect(await digSrv(bind.endpoint, owner)).toHaveLength(2);
    });

    it('a change by exact records; the same script a second time is a conflict', async () => {
      const [edit] = scriptEdits(wanted('keyed.example'));
      const next = set([[10, 100, 'kms1.keyed.example']], 900);
      expect(await runScript({ ...edit!, before: first, after: next })).toBe('');
      expect(await digSrv(bind.endpoint, owner)).toEqual(['900 10 100 1688 kms1.keyed.example.']);
      expect(await runScript({ ...edit!, before: first, after: next })).toContain('NXRRSET');
      expect(await digSrv(bind.endpoint, owner)).toEqual(['900 10 100 1688 kms1.keyed.example.']);
    });

    it('the unguarded script adds to what is there', async () => {
      const [edit] = scriptEdits(wanted('keyed.example', '[{ host: kms2.keyed.example }]'), { merge: true });
      expect(await runScript(edit!)).toBe('');
      expect(await digSrv(bind.endpoint, owner)).toEqual([
        '600 0 0 1688 kms2.keyed.example.',
        '600 10 100 1688 kms1.keyed.example.',
      ]);
    });

    test.each([
      ['the same name, another type', 'update add _vlmcs._tcp.keyed.example. 60 TXT x', 'REFUSED'],
      [
        'another service',
        'update add _ldap._tcp.keyed.example. 60 SRV 0 0 389 kms1.keyed.example.',
        'REFUSED',
      ],
      [
        'a name below',
        'update add x._vlmcs._tcp.keyed.example. 60 SRV 0 0 1688 kms1.keyed.example.',
        'REFUSED',
      ],
      ['an address', 'update add kms1.keyed.example. 60 A 192.0.2.99', 'REFUSED'],
      ['the records of the apex', 'update delete keyed.example. NS', 'REFUSED'],
      [
        'its own name and type',
        'update add _vlmcs._tcp.keyed.example. 600 SRV 0 0 1688 kms1.keyed.example.',
        'NOERROR',
      ],
    ])('the key may change %s: %s', async (_, line, rcode) => {
      expect((await nsupdate(bind.endpoint, { zone: 'keyed.example', keyFile, lines: [line] })).rcode).toBe(
        rcode,
      );
    });

    it('nobody may without the key', async () => {
      const lines = ['update delete _vlmcs._tcp.keyed.example. SRV'];
      expect((await nsupdate(bind.endpoint, { zone: 'keyed.example', lines })).rcode).toBe('REFUSED');
    });
  });

  describe('unsigned-hosts', () => {
    const child = '_vlmcs._tcp.open.example';

    it('the child zone is served as it was generated', async () => {
      expect(await digSrv(bind.endpoint, child)).toEqual([
        '600 10 75 1688 kms1.open.example.',
        '600 90 0 1688 kms2.open.example.',
      ]);
      const soa = await dig(bind.endpoint, child, 'SOA');
      expect(soa.answer[0]).toContain(' ns1.open.example. hostmaster.open.example. 1 ');
    });

    it('a listed address may write there, unsigned', async () => {
      const lines = [`update add ${child}. 600 SRV 5 0 1688 kms3.open.example.`];
      expect((await nsupdate(bind.endpoint, { zone: child, lines })).rcode).toBe('NOERROR');
      expect(await digSrv(bind.endpoint, child)).toHaveLength(3);
    });

    test.skipIf(process.platform !== 'linux')('another address may not', async () => {
      // The ACL has 127.0.0.1 alone; the same update from the second loopback address is refused.
      const script = `server 127.0.0.1 ${bind.endpoint.port}\nlocal 127.0.0.2\nzone ${child}.\nupdate delete ${child}. SRV\nsend\n`;
      const { stdout, stderr } = await runProgram('nsupdate', [], { input: script });
      expect(stdout + stderr).toContain('REFUSED');
      expect(await digSrv(bind.endpoint, child)).toHaveLength(3);
    });
  });
});
