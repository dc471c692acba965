/** What stands in Active Directory, taken over and taken as evidence: `import --ldap` and `diagnose --ldap` on Samba. */
import { beforeAll, describe, expect, test } from 'vitest';
import { type Desk, desk, type Ran } from '../support/desk.ts';
import { labServer } from './support/require.ts';
import { type Samba, startSamba } from './support/samba.ts';
import { createComputer, createSite, deleteComputer, putNode } from './support/samba-directory.ts';
import { DC_HOST, DOMAIN, PASSWORDS } from './support/samba-domain.ts';

const add = (host: string): string => `update add _vlmcs._tcp.${DOMAIN} 3600 SRV 0 0 1688 ${host}.${DOMAIN}.`;

labServer('samba')('what stands in Active Directory', () => {
  let samba: Samba;
  let user: Desk;
  let login: readonly string[];

  beforeAll(async () => {
    samba = await startSamba({ dns: 'internal' });
    const { port } = await samba.forward(636);
    user = desk({ files: { pw: `${PASSWORDS.Administrator}\n`, wrong: 'no' } });
    login = [
      ...['--ldap', `ldaps://127.0.0.1:${port}`, '--ca', samba.caFile],
      ...['--user', `Administrator@${DOMAIN}`, '--password-file', 'pw'],
    ];
    return () => user.clear();
  });
  const run = (command: string, ...argv: readonly string[]): Promise<Ran> =>
    user.run(command, ...argv, ...login);

  describe('is taken over by import', () => {
    beforeAll(async () => {
      await createComputer(samba, 'rogue');
      await createSite(samba, 'Branch');
      await samba.nsupdate(await samba.kinit('kms01$'), add('kms01'));
      await putNode(samba, { zone: `_msdcs.${DOMAIN}`, partition: 'ForestDnsZones' }, [
        { target: `rogue.${DOMAIN}` },
      ]);
      user.write('kmsdns.yaml', `version: 1\nhosts: { kms01.${DOMAIN}: {} }\ndomains: {}\n`);
    });

    test('every record of every zone, such that a plan is in sync', async () => {
      const ran = await run('import', '--out', 'found.yaml');
      expect(ran.code).toBe(0);
      const text = user.read('found.yaml');
      expect(text).toContain(`ad: { name: ${DC_HOST}, auth: { gss: {} } }`);
      expect(text).toMatch(new RegExp(`^ {2}${DOMAIN}:$`, 'm'));
      expect(text).toMatch(new RegExp(`^ {2}_msdcs\\.${DOMAIN}:$`, 'm'));
      user.write(
        'plain.yaml',
        text.replace(', auth: { gss: {} }', '').replace(`name: ${DC_HOST}`, 'address: 127.0.0.10'),
      );
      const planned = await samba.kmsdns([
        'plan',
        '-c',
        `${user.folder}/plain.yaml`,
        '--exit-code',
        '-d',
        DOMAIN,
      ]);
      expect(planned, planned.stderr).toMatchObject({ exitCode: 0 });
    });

    test('hosts nobody wants are pointed out, with system, logon and how they came', async () => {
      const ran = await run('import', '-c', 'kmsdns.yaml');
      expect(ran.stderr).toMatch(/warning: rogue\.contoso\.test: static in _msdcs\.contoso\.test;/);
      expect(ran.stderr).not.toMatch(/warning: kms01/);
      const document = (await run('import', '-c', 'kmsdns.yaml', '--json')).json() as {
        directory: {
          hosts: { name: string; wanted: boolean; registered: string; account: string }[];
          sites: unknown;
        };
      };
      expect(
        document.directory.hosts.map(({ name, wanted, registered, account }) => [
          name,
          wanted,
          registered,
          account,
        ]),
      ).toEqual([
        [`kms01.${DOMAIN}.`, true, 'dynamic', 'kms01$'],
        [`rogue.${DOMAIN}.`, false, 'static', 'rogue$'],
      ]);
      expect(document.directory.sites).toContainEqual(expect.objectContaining({ name: 'Branch' }));
    });

    test('a password that is wrong is no empty forest', async () => {
      const ran = await user.run(
        'import',
        ...login.map((word) => (word === 'pw' ? 'wrong' : word)),
        '--json',
      );
      expect(ran.code).toBe(3);
      expect(ran.stderr).toContain('the password is wrong');
      expect(ran.json()).toMatchObject({ state: { domains: {} }, fault: { kind: 'credentials' } });
    });
  });

  describe('is evidence for diagnose', () => {
    const diagnosed = async (
      ...argv: readonly string[]
    ): Promise<{ verdict: string; causes: { code: string; evidence: { says: string }[] }[] }> => {
      const { address, port } = await samba.forward(53);
      return (
        await run('diagnose', DOMAIN, '-s', `${address}:${port}`, '--timeout', '0.3', '--json', ...argv)
      ).json() as never;
    };

    test('the second host is refused, and the entry that is missing is named', async () => {
      await samba.nsupdate(await samba.kinit('kms02$'), add('kms02'));
      user.write(
        'events.txt',
        [
          'Event[0]:',
          '  Log Name: Key Management Service',
          '  Source: Microsoft-Windows-Security-SPP',
          '  Date: 2026-11-20T10:00:00.000',
          '  Event ID: 12293',
          '  Level: Error',
          `  Computer: kms02.${DOMAIN}`,
          '  Description:',
          `Publishing the Key Management Service (KMS) to DNS in the '${DOMAIN}' domain failed.`,
          'Info:',
          '0x80072338',
          '',
        ].join('\n'),
      );
      user.write(
        'kmsdns.yaml',
        `version: 1\ndomains:\n  ${DOMAIN}: { publish: [{ host: kms01.${DOMAIN} }, { host: kms02.${DOMAIN} }] }\n`,
      );
      const { causes } = await diagnosed('--facts', 'events.txt', '-c', 'kmsdns.yaml');
      const [cause] = causes.filter(({ code }) => code === 'ACL-001');
      expect(cause?.evidence.map(({ says }) => says)).toEqual([
        expect.stringMatching(/^kms02\.contoso\.test\. may not write: .*no entry grants it/),
        expect.stringContaining('12293'),
      ]);
    });

    test('a third host is refused that nobody listed anywhere', async () => {
      const log = user.read('events.txt').replace(`Computer: kms02.${DOMAIN}`, `Computer: rogue.${DOMAIN}`);
      user.write('third.txt', log);
      const { causes } = await diagnosed('--facts', 'third.txt');
      const [cause] = causes.filter(({ code }) => code === 'ACL-001');
      expect(cause?.evidence.map(({ says }) => says)[0]).toMatch(/^rogue\.contoso\.test\. may not write/);
    });

    test('the owner of the record is gone', async () => {
      await deleteComputer(samba, 'kms01');
      const { causes } = await diagnosed();
      expect(causes.map(({ code }) => code)).toContain('ACL-004');
    });
  });
});
