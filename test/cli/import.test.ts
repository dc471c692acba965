import { afterEach, describe, expect, it } from 'vitest';
import { READABLE_FORMAT_NAMES } from '../../src/cli/format-names.ts';
import { ALIAS, type PracticeDesk, type PracticeOptions, practiceDesk } from '../support/practice-desk.ts';

let desk: PracticeDesk;
const open = async (options?: PracticeOptions): Promise<PracticeDesk> => {
  desk = await practiceDesk(options);
  return desk;
};
afterEach(() => desk.stop());
const from = (): readonly string[] => ['-s', desk.at[0]!];

describe('kmsdns import', () => {
  it('writes a desired state on which plan is in sync', async () => {
    const { run } = await open();
    const ran = await run('import', 'east.contoso.test', 'west.contoso.test', ...from());
    expect(ran.transcript).toMatchSnapshot();
    desk.write('now.yaml', ran.stdout);
    expect((await run('plan', '-c', 'now.yaml', '--exit-code', '-q')).code).toBe(0);
  });

  it('writes it to --out, and replaces nothing without --force', async () => {
    const { run } = await open();
    const ran = await run('import', 'east.contoso.test', '--out', 'new/kmsdns.yaml', ...from());
    expect([ran.code, ran.stdout, ran.stderr]).toEqual([0, '', 'written: new/kmsdns.yaml\n']);
    expect((await run('plan', '-c', 'new/kmsdns.yaml', '--exit-code', '-q')).code).toBe(0);
    expect((await run('import', 'east.contoso.test', '--out', 'new/kmsdns.yaml', ...from())).code).toBe(64);
  });

  it('with --json is one document, in the layout of the file', async () => {
    const { run } = await open();
    const ran = await run('import', 'east.contoso.test', '--json', '--out', 'now.yaml', ...from());
    expect(ran.transcript).toMatchSnapshot();
    const { state } = ran.json();
    desk.write('now.json', JSON.stringify(state));
    expect((await run('plan', '-c', 'now.json', '--exit-code', '-q')).code).toBe(0);
    expect(desk.read('now.yaml')).toMatch(/^# Which KMS hosts/);
  });

  it('says what it could not find out and leaves that out; the rest is written all the same', async () => {
    const { run } = await open({ records: ALIAS });
    const ran = await run('import', 'east.contoso.test', 'west.contoso.test', ...from());
    expect(ran.code).toBe(3);
    expect(ran.stdout).toContain('  east.contoso.test:');
    expect(ran.stdout).not.toContain('west.contoso.test');
    expect(ran.stderr).toMatch(/east\.contoso\.test: no KMS record is published there today/);
    expect(ran.stderr).toMatch(/warning: west\.contoso\.test is left out.*alias/s);
  });

  it('writes nothing where nothing was found out', async () => {
    const { run } = await open();
    desk.server.setQuirks({ servfail: true });
    const ran = await run('import', 'east.contoso.test', '--out', 'now.yaml', ...from());
    expect([ran.code, ran.stdout, desk.list('.').includes('now.yaml')]).toEqual([3, '', false]);
  });

  it.each([
    ['a..b', /label is empty/],
    ['_vlmcs._tcp.contoso.com', /name the domain alone/],
    ['10.0.0.1', /ends in a number/],
    ['müller.example', /ASCII/],
  ])('refuses %j, which is no domain', async (domain, says) => {
    const { run } = await open();
    const ran = await run('import', domain, ...from());
    expect([ran.code, desk.server.log]).toEqual([64, []]);
    expect(ran.stderr).toMatch(says);
  });
});

describe('kmsdns import --from', () => {
  const DNSMASQ = 'local-ttl=600\nsrv-host=_vlmcs._tcp.east.contoso.test,kms1.east.contoso.test,1688,10,75\n';

  it('writes a desired state from a file of another product, and asks nobody', async () => {
    const { run, write } = await open();
    write('kms.conf', DNSMASQ);
    const ran = await run('import', '--from', 'kms.conf');
    expect(ran.transcript).toMatchSnapshot();
    write('now.yaml', ran.stdout);
    const back = await run('generate', 'dnsmasq', '-c', 'now.yaml', '-q');
    expect(back.stdout).toContain(DNSMASQ);
  });

  it('reads what generate wrote, in every readable format', async () => {
    const { run, write, list } = await open();
    write(
      'kmsdns.yaml',
      'version: 1\ndomains:\n  east.contoso.test: { zone: contoso.test, ttl: 600, publish: [{ host: kms1.east.contoso.test, priority: 1, weight: 2, port: 3 }] }\n',
    );
    for (const format of READABLE_FORMAT_NAMES) {
      expect((await run('generate', format, '--out', `from-${format}`)).code, format).toBe(0);
      const made = list('.').includes(`from-${format}`) ? list(`from-${format}`) : [];
      const from = made.length === 0 ? [`from-${format}`] : made.map((name) => `from-${format}/${name}`);
      const args = from.flatMap((file) => ['--from', file]);
      const ran = await run('import', ...args, '--format', format, '--json');
      expect([format, ran.code]).toEqual([format, 0]);
      expect(ran.json(), format).toMatchObject({
        state: {
          domains: {
            'east.contoso.test.': {
              publish: [{ host: 'kms1.east.contoso.test.', priority: 1, weight: 2, port: 3 }],
            },
          },
        },
      });
    }
  });

  describe('a publish list', () => {
    const STATE =
      'version: 1\nhosts: { kms1.east.contoso.test: { port: 1688 } }\ndomains:\n  east.contoso.test: { publish: [{ host: kms1.east.contoso.test, priority: 1, weight: 2 }] }\n  west.contoso.test: { publish: [{ host: kms1.east.contoso.test, priority: 90 }] }\n';
    const HOST = ['--host', 'kms1.east.contoso.test'];
    const WANTED = {
      'east.contoso.test.': { publish: [{ host: 'kms1.east.contoso.test.', priority: 1, weight: 2 }] },
      'west.contoso.test.': { publish: [{ host: 'kms1.east.contoso.test.', priority: 90 }] },
    };

    it.each([
      ['publish-list-reg', []],
      ['publish-list-txt', HOST],
      ['publish-list-ps1', []],
      ['gpo-publish-list', []],
    ])('%s gives what its host publishes', async (format, whose) => {
      const { run, write } = await open();
      write('kmsdns.yaml', STATE);
      expect((await run('generate', format, '--out', 'list')).code).toBe(0);
      for (const named of [[], ['--format', format]]) {
        const ran = await run('import', '--from', 'list', ...whose, ...named, '--json');
        expect([ran.code, ran.json().files]).toEqual([0, [{ file: 'list', format, records: 2 }]]);
        expect(ran.json()).toMatchObject({ state: { domains: WANTED } });
      }
    });

    it('asks whose it is when nothing says so, and takes it from the name of the file', async () => {
      const { run, write } = await open();
      write('list.txt', 'east.contoso.test, 1, 2\n');
      write('publish-list.kms1.east.contoso.test.txt', 'east.contoso.test, 1, 2\n');
      const asked = await run('import', '--from', 'list.txt');
      expect([asked.code, asked.stdout]).toEqual([64, '']);
      expect(asked.stderr).toMatch(/does not say whose publish list it is.*--host kms1\.contoso\.com/s);
      const told = await run('import', '--from', 'publish-list.kms1.east.contoso.test.txt');
      expect(told.code).toBe(0);
      expect(told.stdout).toContain('host: kms1.east.contoso.test');
    });
  });

  it('reads several files, tells what it leaves out with its place, and ends with 3', async () => {
    const { run, write } = await open();
    write('a.conf', DNSMASQ);
    write(
      'b.zone',
      '$ORIGIN west.contoso.test.\n_vlmcs._tcp 60 IN SRV 0 0 0 kms\n_ldap._tcp 60 SRV 0 0 389 dc\n',
    );
    const ran = await run('import', '--from', 'a.conf', '--from', 'b.zone');
    expect(ran.transcript).toMatchSnapshot();
    expect(ran.code).toBe(3);
  });

  it('reads a folder as generate wrote it, configuration and all, and says what it leaves out', async () => {
    const { run, write } = await open();
    write(
      'kmsdns.yaml',
      'version: 1\nkeys: { k: { file: k } }\nservers: { s: { address: 192.0.2.1, auth: { tsig: k } } }\ndomains:\n  east.contoso.test: { zone: contoso.test, server: s, publish: [{ host: kms1.east.contoso.test, weight: 2 }] }\n  fabrikam.test: { server: s, publish: [{ host: kms1.east.contoso.test }] }\n  none.test: { policy: exact, publish: [] }\n',
    );
    for (const format of ['knot', 'nsd', 'coredns', 'bind-zone', 'zone-file']) {
      expect((await run('generate', format, '--out', `all/${format}/`)).code).toBe(0);
      const ran = await run('import', '--from', `all/${format}`, '--json');
      expect([format, ran.code, Object.keys((ran.json().state as { domains: object }).domains)]).toEqual([
        format,
        0,
        ['east.contoso.test.', 'fabrikam.test.'],
      ]);
    }
    write('all/slmgr.cmd', '@echo off\n');
    const ran = await run('import', '--from', 'all');
    expect(ran.code).toBe(0);
    expect(ran.stderr).toMatch(/left out: .*slmgr\.cmd" looks like no format/);
  });

  it('takes only the domains that are named, and says which it does not find', async () => {
    const { run, write } = await open();
    write('a.conf', DNSMASQ);
    expect((await run('import', 'east.contoso.test', '--from', 'a.conf')).code).toBe(0);
    const ran = await run('import', 'west.contoso.test', '--from', 'a.conf');
    expect([ran.code, ran.stdout]).toEqual([3, '']);
    expect(ran.stderr).toContain('no KMS record of west.contoso.test');
  });

  it('with --json tells the files, their formats and the problems', async () => {
    const { run, write } = await open();
    write('a.conf', `${DNSMASQ}srv-host=_vlmcs._tcp,k,1\n`);
    const ran = await run('import', '--from', 'a.conf', '--json');
    expect(ran.json()).toMatchObject({
      schema: 'kmsdns/state@1',
      files: [{ file: 'a.conf', format: 'dnsmasq', records: 2 }],
      problems: [{ file: 'a.conf', line: 3, column: 1 }],
    });
  });

  it.each([
    [['--from', 'text', '--server', '127.0.0.1'], /--server means nothing together with --from/],
    [['--from', 'text'], /looks like no format/],
    [['--from', 'text', '--format', 'dnsmask'], /did you mean "dnsmasq"/],
    [['--from', 'missing'], /no file/],
    [
      ['east.contoso.test', '--host', 'kms1.contoso.test'],
      /--host means something only together with --from/,
    ],
    [['east.contoso.test', '--format', 'dnsmasq'], /--format means something only together with --from/],
    [[], /needs a DOMAIN, or --from FILE/],
  ])('%j is refused', async (args, message) => {
    const { run, write } = await open();
    write('text', 'hello\n');
    const ran = await run('import', ...args);
    expect(ran.code).toBe(64);
    expect(ran.stderr).toMatch(message);
  });
});
