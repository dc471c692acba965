import { describe, expect, test } from 'vitest';
import { desk } from '../support/desk.ts';

describe('kmsdns import --ldap, before anything is asked', () => {
  test.each([
    [['--ldap', 'dc1.contoso.com'], /not ldap:\/\/HOST\[:PORT\] or ldaps:\/\/HOST\[:PORT\]/],
    [['--ldap', 'ldaps://dc1', '--from', 'zone'], /--ldap and --from contradict each other/],
    [['contoso.test', '--user', 'ann'], /--user means something only together with --ldap/],
    [['contoso.test', '-c', 'kmsdns.yaml'], /--config means something only together with --ldap/],
    [['--ldap', 'ldaps://dc1', '--user', 'ann'], /--user without a password/],
    [['--ldap', 'ldap://dc1', '--ca', 'ca.pem'], /--ca means nothing without encryption/],
  ])('%j', async (argv, says) => {
    const user = desk({});
    try {
      const ran = await user.run('import', ...argv);
      expect(ran).toMatchObject({ code: 64, stdout: '' });
      expect(ran.stderr).toMatch(says);
    } finally {
      user.clear();
    }
  });
});

describe('kmsdns diagnose --ldap, before anything is asked', () => {
  test.each([
    [['contoso.test', '--insecure'], /--insecure means something only together with --ldap/],
    [['--ldap', 'ldaps://dc1', '--replay', 'case.json'], /a replay asks nothing/],
    [['--ldap', 'ldaps://dc1', '--batch', 'domains.txt'], /--batch and --ldap exclude each other/],
  ])('%j', async (argv, says) => {
    const user = desk({ files: { 'domains.txt': 'contoso.test' } });
    try {
      const ran = await user.run('diagnose', ...argv);
      expect(ran).toMatchObject({ code: 64, stdout: '' });
      expect(ran.stderr).toMatch(says);
    } finally {
      user.clear();
    }
  });
});

describe('--ldap without a URL has the domain controllers looked for in DNS', () => {
  const NOBODY = ['-s', '127.0.0.1:1', '--timeout', '0.1'];
  test.each([
    ['import', ['contoso.test', '--ldap', ...NOBODY]],
    ['import', [...NOBODY, 'contoso.test', '--ldap']],
    ['diagnose', ['contoso.test', '--ldap', ...NOBODY]],
    ['diagnose', ['-c', 'kmsdns.yaml', '--ldap', ...NOBODY]],
  ])('%s %j', async (command, argv) => {
    const file = 'version: 1\ndomains: { contoso.test: { publish: [{ host: kms1.contoso.test }] } }\n';
    const user = desk({ files: { 'kmsdns.yaml': file } });
    try {
      const { stderr } = await user.run(command, ...argv);
      expect(stderr.replaceAll(/\s+/g, ' ')).toMatch(
        /the domain controllers of contoso\.test could not be found/,
      );
    } finally {
      user.clear();
    }
  });
});
