/** What the formats write, before its judges: each product's checker, the running product, and `dig`. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { checkZoneText } from '../../src/bind/check.ts';
import { type DesiredState, parseDesiredState } from '../../src/core/desired-state.ts';
import { parseFqdn } from '../../src/core/name.ts';
import type { Rendered, RenderedFile } from '../../src/core/rendered.ts';
import { formatRecord } from '../../src/core/srv.ts';
import { formatById } from '../../src/formats/registry.ts';
import { startBind } from './support/bind.ts';
import { dig, digSrv } from './support/dig.ts';
import {
  frameFor,
  type Generated,
  knotConfig,
  nsdConfig,
  putAll,
  putFiles,
  startGeneratedDnsmasq,
  startGeneratedKnot,
  startGeneratedNsd,
  startGeneratedUnbound,
  unboundConfig,
} from './support/generated-servers.ts';
import { freshKey } from './support/keys.ts';
import type { LabServer } from './support/lab.ts';
import { startNsd } from './support/nsd.ts';
import { nsupdate } from './support/nsupdate.ts';
import { startPowerDns } from './support/powerdns.ts';
import { findProgram, program } from './support/programs.ts';
import { labServer } from './support/require.ts';
import { runProgram } from './support/run.ts';
import { openZone, publisherZone, staticZone } from './support/zones.ts';

/** Everything the formats disagree about: order of fields, zeros, other ports, a name below its zone. */
const STATE = (server = '127.0.0.1', port = 53): DesiredState =>
  parseDesiredState(
    `
version: 1
keys: { kms-publisher: { file: kms-publisher.key } }
servers: { corp: { address: ${server}, port: ${port}, auth: { tsig: kms-publisher } } }
domains:
  corp.example:
    { server: corp, zone: corp.example, ttl: 600, publish: [
      { host: kms1.corp.example, priority: 1, weight: 2, port: 3 },
      { host: kms2.corp.example, priority: 10, weight: 50 },
      { host: kms3.elsewhere.example } ] }
  site.corp.example:
    { server: corp, zone: corp.example, ttl: 600, publish: [{ host: kms2.corp.example, priority: 65535, weight: 65535, port: 65535 }] }
`,
    'kmsdns.yaml',
  );

const OWNERS = ['_vlmcs._tcp.corp.example', '_vlmcs._tcp.site.corp.example'] as const;

/** `ttl priority weight port target` at an owner, as `digSrv` gives it. */
function wantedAt(owner: string, ttlSeconds = 600): readonly string[] {
  const domain = STATE().domains.find((one) => one.owner === `${owner}.`)!;
  return domain.publish.map((record) => `${ttlSeconds} ${formatRecord(record)}`).sort();
}

const write = (id: string, options: Readonly<Record<string, string>> = {}, state = STATE()): Rendered =>
  formatById(id).write(state, options);

async function expectServed(server: LabServer, ttlSeconds?: number): Promise<void> {
  for (const owner of OWNERS)
    expect(await digSrv(server.endpoint, owner)).toEqual(wantedAt(owner, ttlSeconds));
}

/** What a checker says of a file that it accepts: nothing that is an error. */
async function expectAccepted(name: string, args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await runProgram(name, args);
  expect({ exitCode, output: exitCode === 0 ? '' : stdout + stderr }).toEqual({ exitCode: 0, output: '' });
  return stdout + stderr;
}

const folder = mkdtempSync(join(tmpdir(), 'kmsdns-formats-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The lines for a zone and the zone around them; or the child zones, which need nothing around them. */
function zoneText(
  id: string,
  scope: 'zone' | 'child',
  more: Readonly<Record<string, string>> = {},
): Generated {
  const { files } = write(id, {
    scope,
    ...(scope === 'child' && { 'name-server': 'ns1.corp.example' }),
    ...more,
  });
  return scope === 'child'
    ? { files, zones: [...OWNERS] }
    : {
        files,
        zones: ['corp.example'],
        zoneFiles: { 'db.corp.example.zone': frameFor('corp.example', 'vlmcs.corp.example.inc') },
      };
}

const SCOPES = ['zone', 'child'] as const;

labServer('named')('zone files, and BIND', () => {
  test.each(['zone-file', 'coredns', 'nsd', 'knot'])('named-checkzone sees the records of %s', async (id) => {
    const [include] = write(id).files.filter(({ path }) => path.endsWith('.inc'));
    const checked = await checkZoneText(parseFqdn('corp.example'), String(include!.content), {
      snippet: true,
    });
    const srv = 'records' in checked ? checked.records!.filter(({ type }) => type === 'SRV') : [];
    expect(
      srv
        .map(({ owner, ttlSeconds, srv: record }) => `${owner} ${ttlSeconds} ${formatRecord(record!)}`)
        .sort(),
    ).toEqual(OWNERS.flatMap((owner) => wantedAt(owner).map((record) => `${owner}. ${record}`)).sort());
  });

  test.each(['zone-file', 'coredns', 'nsd', 'knot'])('the child zones of %s are whole', async (id) => {
    const { files } = zoneText(id, 'child');
    const zones = files.filter(({ path }) => path.endsWith('.zone'));
    expect(zones).toHaveLength(2);
    for (const { path, content } of zones) {
      const zone = parseFqdn(path.replace(/^db\.|\.zone$/g, ''));
      expect(await checkZoneText(zone, String(content))).toMatchObject({ ran: true, ok: true });
    }
  });

  it.each(SCOPES)('serves them, scope %s', async (scope) => {
    const dir = join(folder, `bind-${scope}`);
    const generated = zoneText('zone-file', scope);
    putAll(dir, generated);
    const bind = await startBind({
      zones: [staticZone('lab.example')],
      moreConfig: generated.zones
        .map((zone) => `zone "${zone}" { type primary; file "${dir}/db.${zone}.zone"; };\n`)
        .join(''),
    });
    await expectServed(bind);
    if (scope === 'zone')
      expect((await dig(bind.endpoint, 'after.corp.example', 'TXT')).answer).toHaveLength(1);
    await bind.stop();
  });
});

labServer('nsd')('NSD', () => {
  it.each(SCOPES)('accepts and serves what is written, scope %s', async (scope) => {
    const generated = zoneText('nsd', scope);
    const dir = join(folder, `nsd-${scope}`);
    await expectAccepted('nsd-checkconf', [nsdConfig(generated, dir, 5300)]);
    for (const zone of generated.zones)
      expect(await expectAccepted('nsd-checkzone', [zone, join(dir, `db.${zone}.zone`)])).toContain('is ok');
    const nsd = await startGeneratedNsd(generated);
    await expectServed(nsd);
    await nsd.stop();
  });
});

labServer('knotd', 'knot-tools')('Knot', () => {
  const key = freshKey('kms-publisher');
  const stranger = freshKey('stranger');
  const options = (dir: string): Readonly<Record<string, string>> => ({
    'key-directory': dir,
    'zone-directory': dir,
  });

  it.each(SCOPES)('accepts and serves what is written, scope %s', async (scope) => {
    const dir = join(folder, `knot-${scope}`);
    const generated = zoneText('knot', scope, options(dir));
    await expectAccepted('knotc', ['-c', knotConfig(generated, [key], dir, 5300), 'conf-check']);
    for (const zone of generated.zones)
      await expectAccepted('kzonecheck', ['-o', zone, join(dir, `db.${zone}.zone`)]);
    const knot = await startGeneratedKnot((own) => zoneText('knot', scope, options(own)), [key]);
    await expectServed(knot);
    await knot.stop();
  });

  describe('its ACL', () => {
    let knot: LabServer;
    beforeAll(async () => {
      knot = await startGeneratedKnot((dir) => zoneText('knot', 'zone', options(dir)), [key, stranger]);
    });
    afterAll(() => knot.stop());

    test.each([
      ['SRV at our name', '_vlmcs._tcp.corp.example. 600 SRV 5 5 5 kms9.corp.example.', 'NOERROR'],
      ['SRV at our other name', '_vlmcs._tcp.site.corp.example. 600 SRV 5 5 5 kms9.corp.example.', 'NOERROR'],
      ['another type there', '_vlmcs._tcp.corp.example. 600 TXT x', 'NOTAUTH'],
      ['a name below', 'x._vlmcs._tcp.corp.example. 600 SRV 0 0 1688 kms1.corp.example.', 'NOTAUTH'],
      ['another service', '_ldap._tcp.corp.example. 600 SRV 0 0 389 kms1.corp.example.', 'NOTAUTH'],
      ['an address', 'kms1.corp.example. 600 A 192.0.2.1', 'NOTAUTH'],
    ])('for the key, %s: %s is %s', async (_, record, rcode) => {
      const update = { zone: 'corp.example', keyFile: knot.keyFile(key.name), tcp: true };
      const reply = await nsupdate(knot.endpoint, { ...update, lines: [`update add ${record}`] });
      expect(reply.rcode).toBe(rcode);
      if (rcode === 'NOERROR')
        await nsupdate(knot.endpoint, {
          ...update,
          lines: [`update delete ${record.replace(' 600 ', ' ')}`],
        });
    });

    test.each([
      ['without a key', {}],
      ['with another key', { keyFile: stranger.name }],
    ])('nobody may %s', async (_, { keyFile }: { keyFile?: string }) => {
      const lines = ['update add _vlmcs._tcp.corp.example. 600 SRV 5 5 5 kms9.corp.example.'];
      const signed = keyFile === undefined ? {} : { keyFile: knot.keyFile(keyFile) };
      expect((await nsupdate(knot.endpoint, { zone: 'corp.example', lines, ...signed })).rcode).toBe(
        'NOTAUTH',
      );
      await expectServed(knot);
    });
  });

  it('takes the scripts for knsupdate, which do nothing twice', async () => {
    const bare = (dir: string): Generated => {
      const generated = zoneText('knot', 'zone', options(dir));
      return { ...generated, zoneFiles: { 'db.corp.example.zone': frameFor('corp.example', '/dev/null') } };
    };
    const knot = await startGeneratedKnot(bare, [key]);
    const { files } = write('knsupdate', {}, STATE('127.0.0.1', knot.endpoint.port));
    const keyFile = join(folder, 'knsupdate.key');
    writeFileSync(keyFile, `${key.algorithm}:${key.name}:${key.secret}\n`, { mode: 0o600 });
    const run = async (script: string): Promise<string> => {
      const { stdout, stderr } = await runProgram('knsupdate', ['-k', keyFile, script]);
      return stdout + stderr;
    };
    const scripts = putFiles(join(folder, 'knsupdate'), files);
    expect(scripts).toHaveLength(2);
    for (const script of scripts) expect(await run(script)).toBe('');
    await expectServed(knot);
    for (const script of scripts) expect(await run(script)).toContain('YXRRSET');
    await expectServed(knot);
    await knot.stop();
  });

  it('takes a configuration with thousands of names', async () => {
    const names = Array.from({ length: 2500 }, (_, i) => `d${i}.corp.example`);
    const many = parseDesiredState(
      `version: 1\nkeys: { kms-publisher: { file: k } }\nservers: { corp: { address: 127.0.0.1, auth: { tsig: kms-publisher } } }\ndomains:\n${names
        .map(
          (name) =>
            `  ${name}: { server: corp, zone: corp.example, publish: [{ host: kms1.corp.example }] }\n`,
        )
        .join('')}`,
      'many.yaml',
    );
    const dir = join(folder, 'knot-many');
    const { files } = write('knot', options(dir), many);
    const generated = {
      files,
      zones: [],
      zoneFiles: { 'db.corp.example.zone': frameFor('corp.example', 'x') },
    };
    await expectAccepted('knotc', ['-c', knotConfig(generated, [key], dir, 5300), 'conf-check']);
  });
});

labServer('named')('update scripts', () => {
  it('are read by nsupdate too', async () => {
    const own = freshKey('lab');
    const bind = await startBind({
      keys: [own],
      zones: [{ name: 'corp.example', access: { may: 'everything', key: own.name }, hosts: false }],
    });
    const { files } = write('knsupdate', {}, STATE('127.0.0.1', bind.endpoint.port));
    for (const script of putFiles(join(folder, 'nsupdate'), files)) {
      const { stdout, stderr } = await runProgram('nsupdate', ['-k', bind.keyFile(own.name), script]);
      expect(stdout + stderr).toBe('');
    }
    await expectServed(bind);
    await bind.stop();
  });
});

labServer('named')('playbooks', () => {
  // Ansible weighs more than all servers of the lab together: its test runs where it is installed.
  it.skipIf(findProgram('ansible-playbook') === undefined)(
    'are carried out by Ansible, and the second time change nothing',
    async () => {
      const own = freshKey('kms-publisher');
      const bind = await startBind({
        keys: [own],
        zones: [{ name: 'corp.example', access: { may: 'everything', key: own.name }, hosts: false }],
      });
      const { files } = write('ansible', {}, STATE('127.0.0.1', bind.endpoint.port));
      const [playbook] = putFiles(join(folder, 'ansible'), files);
      const secrets = join(folder, 'ansible', 'secrets.json');
      const extra = {
        kms_key_secret: own.secret,
        kms_key_algorithm: own.algorithm,
        // Where dnspython is, as Debian has it beside Ansible.
        ansible_python_interpreter: '/usr/bin/python3',
      };
      writeFileSync(secrets, JSON.stringify(extra), { mode: 0o600 });
      const env = { LC_ALL: 'C.UTF-8', HOME: folder };
      const play = async (): Promise<string> => {
        const { stdout, stderr } = await runProgram(
          'ansible-playbook',
          ['--extra-vars', `@${secrets}`, playbook!],
          { env, timeoutMs: 50_000 },
        );
        return /ok=.*$/m.exec(stdout)?.[0] ?? stdout + stderr;
      };
      expect(await play()).toMatch(/ok=2 +changed=2 +unreachable=0 +failed=0/);
      await expectServed(bind);
      expect(await play()).toMatch(/ok=2 +changed=0 +unreachable=0 +failed=0/);
      await bind.stop();
    },
    120_000,
  );
});

labServer('unbound', 'nsd')('Unbound', () => {
  it('accepts and answers what is written, and looks up everything else', async () => {
    const [file] = write('unbound').files;
    await expectAccepted('unbound-checkconf', [unboundConfig(file!, join(folder, 'unbound'), 5300)]);
    const records = ['_vlmcs._tcp 60 IN TXT "upstream"', '_vlmcs._tcp 60 IN SRV 9 9 9 kms9'];
    const server = await startNsd({ zones: [staticZone('corp.example', records)] });
    const unbound = await startGeneratedUnbound(file!, OWNERS[0], { zone: 'corp.example', server });
    await expectServed(unbound);
    const upstream = async (name: string, type: string): Promise<readonly string[]> =>
      (await dig(unbound.endpoint, name, type, { recurse: true })).answer;
    expect(await upstream(OWNERS[0], 'TXT')).toEqual([`${OWNERS[0]}. 60 IN TXT "upstream"`]);
    expect(await upstream('kms1.corp.example', 'A')).toHaveLength(1);
    await unbound.stop();
    await server.stop();
  });
});

labServer('dnsmasq')('dnsmasq', () => {
  it('accepts and answers what is written', async () => {
    const [file] = write('dnsmasq').files;
    const [conf] = putFiles(join(folder, 'dnsmasq'), [file!]);
    expect(await expectAccepted('dnsmasq', ['--test', `--conf-file=${conf}`])).toContain('syntax check OK');
    const dnsmasq = await startGeneratedDnsmasq(file!, OWNERS[0]);
    await expectServed(dnsmasq);
    await dnsmasq.stop();
  });

  it('has one TTL for all, the lowest', async () => {
    const state = STATE();
    const [first, second] = state.domains;
    const { files, notes } = write(
      'dnsmasq',
      {},
      { ...state, domains: [first!, { ...second!, ttlSeconds: 60 }] },
    );
    expect(notes).toEqual([expect.stringContaining('lowest, 60 s')]);
    const dnsmasq = await startGeneratedDnsmasq(files[0]!, OWNERS[0]);
    await expectServed(dnsmasq, 60);
    await dnsmasq.stop();
  });
});

labServer('pdns_server')('PowerDNS', () => {
  const key = freshKey('kms-publisher');

  it('takes the commands, once and again', async () => {
    const pdns = await startPowerDns({ keys: [key], zones: [staticZone('corp.example')] });
    // The commands name no configuration: what they call finds it here.
    const bin = join(folder, 'bin');
    const [wrapper] = putFiles(bin, [
      { path: 'pdnsutil', content: `#!/bin/sh\nexec ${program('pdnsutil')} --config-dir=${pdns.dir} "$@"\n` },
    ]);
    chmodSync(wrapper!, 0o755);
    const [script] = putFiles(bin, write('pdnsutil').files);
    for (let run = 1; run <= 2; run++) {
      const { exitCode, stdout, stderr } = await runProgram('env', [
        `PATH=${bin}:/usr/bin:/bin`,
        'sh',
        script!,
      ]);
      expect({ exitCode, output: exitCode === 0 ? '' : stdout + stderr }).toEqual({
        exitCode: 0,
        output: '',
      });
      expect(stdout).toMatch(/Checked \d+ records of 'corp.example', 0 errors/);
      await expectServed(pdns);
    }
    await pdns.stop();
  });

  describe('its Lua policy', () => {
    let pdns: LabServer;
    beforeAll(async () => {
      const [policy] = write('powerdns-policy').files;
      pdns = await startPowerDns({
        keys: [key],
        zones: [publisherZone('corp.example', key.name), openZone('open.example')].map((zone) => ({
          ...zone,
          healthCheck: false as const,
        })),
        luaPolicy: true,
        policy: String(policy!.content),
      });
    });
    afterAll(() => pdns.stop());

    const add = async (zone: string, record: string, keyFile?: string): Promise<string> => {
      const lines = [`update add ${record}`];
      const signed = keyFile === undefined ? {} : { keyFile };
      return (await nsupdate(pdns.endpoint, { zone, lines, tcp: true, ...signed })).rcode;
    };

    test.each([
      [
        'SRV at our name',
        'corp.example',
        '_vlmcs._tcp.corp.example',
        'SRV',
        '5 5 5 kms9.corp.example.',
        true,
      ],
      [
        'SRV at our other name',
        'corp.example',
        '_vlmcs._tcp.site.corp.example',
        'SRV',
        '5 5 5 kms9.corp.example.',
        true,
      ],
      ['another type', 'corp.example', '_vlmcs._tcp.corp.example', 'TXT', '"x"', false],
      [
        'another service',
        'corp.example',
        '_ldap._tcp.corp.example',
        'SRV',
        '0 0 389 kms9.corp.example.',
        false,
      ],
      [
        'a name below',
        'corp.example',
        'x._vlmcs._tcp.corp.example',
        'SRV',
        '0 0 1688 kms9.corp.example.',
        false,
      ],
      [
        'another zone',
        'open.example',
        '_vlmcs._tcp.open.example',
        'SRV',
        '0 0 1688 kms9.open.example.',
        false,
      ],
    ] as const)('for the key, %s', async (_what, zone, owner, type, data, written) => {
      expect(await add(zone, `${owner}. 60 ${type} ${data}`, pdns.keyFile(key.name))).toBe('NOERROR');
      expect((await dig(pdns.endpoint, owner, type)).answer).toEqual(
        written ? [`${owner}. 60 IN ${type} ${data}`] : [],
      );
    });

    it('drops what is unsigned, by TCP', async () => {
      expect(await add('corp.example', `${OWNERS[0]}. 60 SRV 7 7 7 evil.example.`)).toBe('NOERROR');
      expect((await dig(pdns.endpoint, OWNERS[0], 'SRV')).answer.join()).not.toContain('evil');
    });
  });
});

/** A judge that accepts everything would make every test above pass. */
labServer(
  'named',
  'nsd',
  'knot-tools',
  'unbound',
  'dnsmasq',
)('the checkers refuse what is broken', () => {
  const broken = (name: string, content: string): string =>
    putFiles(join(folder, 'broken'), [{ path: name, content } as RenderedFile])[0]!;
  test.each([
    ['nsd-checkconf', () => [broken('nsd.conf', 'zone:\n  nonsense: yes\n')]],
    ['nsd-checkzone', () => ['corp.example', broken('nsd.zone', '@ 60 IN SRV 1 2 kms1\n')]],
    ['kzonecheck', () => ['-o', 'corp.example', broken('knot.zone', '@ 60 IN SRV 1 2 kms1\n')]],
    ['knotc', () => ['-c', broken('knot.conf', 'acl:\n  - id: a\n    nonsense: b\n'), 'conf-check']],
    ['unbound-checkconf', () => [broken('unbound.conf', 'server:\n  local-data: "a. SRV 1 2 kms1"\n')]],
    ['dnsmasq', () => ['--test', `--conf-file=${broken('dnsmasq.conf', 'srv-host=a,b,c,d\n')}`]],
  ])('%s', async (name, args) => {
    expect((await runProgram(name, args())).exitCode).not.toBe(0);
  });
});
