/** Signing in to a directory by Kerberos, as a user does: inside the domain's network, with a ticket or a keytab. */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Desk, desk } from '../support/desk.ts';
import { builtCommand } from './support/built-command.ts';
import { type Kdc, startKdc } from './support/kdc.ts';
import { labServer } from './support/require.ts';
import { type Finished, runProgram } from './support/run.ts';
import { type Samba, startSamba, type Ticket } from './support/samba.ts';
import { DC_ADDRESS, DC_HOST, DOMAIN, PASSWORDS, REALM } from './support/samba-domain.ts';

const URL = `ldaps://${DC_HOST}`;
const flat = (text: string): string => text.replace(/\s+/g, ' ');

labServer('samba', 'krb5kdc')('signing in to a directory by Kerberos', () => {
  let samba: Samba;
  let user: Desk;
  let ticket: Ticket;
  beforeAll(async () => {
    samba = await startSamba({ dns: 'internal' });
    ticket = await samba.kinit('Administrator');
    user = desk({ files: { pw: `${PASSWORDS.Administrator}\n` } });
    user.write(
      'kmsdns.yaml',
      `version: 1\ndomains:\n  ${DOMAIN}: { publish: [{ host: kms01.${DOMAIN} }, { host: kms02.${DOMAIN} }] }\n`,
    );
    const record = `update add _vlmcs._tcp.${DOMAIN} 3600 SRV 0 0 1688 kms01.${DOMAIN}.`;
    await samba.nsupdate(await samba.kinit('kms01$'), record);
    return () => user.clear();
  });

  const kmsdns = (argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Finished> =>
    samba.kmsdns([...argv, '--ca', samba.caFile], { cwd: user.folder, env });
  const KERBEROS = ['--ldap', URL, '--kerberos'];
  const PASSWORD = ['--ldap', URL, '--user', `Administrator@${DOMAIN}`, '--password-file', 'pw'];
  const refused = async (
    argv: readonly string[],
    env?: Readonly<Record<string, string>>,
  ): Promise<string> => {
    const ran = await kmsdns(['audit', ...argv], env);
    expect([ran.exitCode, ran.stdout], ran.stderr).toEqual([3, '? The directory could not be read.\n']);
    return flat(ran.stderr);
  };

  describe('shows what a password shows', () => {
    test.each([
      ['ldaps', KERBEROS],
      ['StartTLS', ['--ldap', `ldap://${DC_HOST}`, '--start-tls', '--kerberos']],
      ['a domain controller found through DNS', [DOMAIN, '--kerberos']],
      [
        'its address, and its name besides',
        ['--ldap', `ldaps://${DC_ADDRESS}`, '--tls-name', DC_HOST, '--kerberos'],
      ],
    ])('to an audit: %s', async (_, argv) => {
      const byPassword = await kmsdns(['audit', ...PASSWORD, '--json', '-c', 'kmsdns.yaml']);
      const byTicket = await kmsdns(['audit', ...argv, '--json', '-c', 'kmsdns.yaml'], ticket.env);
      expect([byTicket.exitCode, byTicket.stderr]).toEqual([1, '']);
      const document = (ran: Finished): unknown => ({
        ...JSON.parse(ran.stdout),
        server: 'wherever it was asked',
        takenAt: 'whenever it was asked',
        clockSkewSeconds: 0,
      });
      expect(document(byTicket)).toEqual(document(byPassword));
    });

    test.each([
      ['import', ['import']],
      ['diagnose', ['diagnose', DOMAIN, '--timeout', '0.3', '--json']],
    ])('to %s', async (_, argv) => {
      const [byPassword, byTicket] = [
        await kmsdns([...argv, ...PASSWORD]),
        await kmsdns([...argv, ...KERBEROS], ticket.env),
      ];
      expect(byTicket.exitCode, byTicket.stderr).toBe(byPassword.exitCode);
      expect(byTicket.stdout).toContain(`kms01.${DOMAIN}`);
      expect(byTicket.stderr).not.toContain('error');
    });
  });

  test('a mending is carried out by a ticket', async () => {
    const done = await kmsdns(['audit', ...KERBEROS, '-c', 'kmsdns.yaml', '--apply', '--yes'], ticket.env);
    expect([done.exitCode, done.stderr]).toEqual([0, expect.not.stringContaining('error')]);
    const audited = await kmsdns(['audit', ...PASSWORD, '-c', 'kmsdns.yaml']);
    expect(flat(audited.stdout)).toContain(`kms02.${DOMAIN} (wanted, not published) may write it`);
  });

  test.each([
    ['that holds one', [], 'kms01'],
    ['of a principal that is named', ['--principal', `kms02$@${REALM}`], 'kms02'],
  ])('a keytab %s is enough, without a ticket', async (_, more, account) => {
    copyFileSync(samba.keytab(account), join(user.folder, 'kms.keytab'));
    const ran = await kmsdns(['audit', ...KERBEROS, '--keytab', 'kms.keytab', ...more]);
    expect([ran.exitCode, ran.stderr]).toEqual([expect.toSatisfy((code) => code < 2), '']);
    expect(ran.stdout).toContain(`zone ${DOMAIN}`);
  });

  describe('does not come about', () => {
    test('without a ticket', async () => {
      const env = { KRB5_CLIENT_KTNAME: `FILE:/etc/krb5/user/none/client.keytab` };
      expect(await refused(KERBEROS, env)).toMatch(/^error: signing in to ldaps:.*there is no.*ticket/);
    });

    test('with a keytab of somebody else', async () => {
      copyFileSync(samba.keytab('kms01'), join(user.folder, 'kms.keytab'));
      const argv = [...KERBEROS, '--keytab', 'kms.keytab', '--principal', `kms02$@${REALM}`];
      expect(await refused(argv)).toMatch(/has no key of "kms02\$@CONTOSO\.TEST": it holds.*kms01/);
    });

    test('with a keytab of yesterday', async () => {
      copyFileSync(samba.keytab('kms02'), join(user.folder, 'old.keytab'));
      await samba.sambaTool('user', 'setpassword', 'kms02$', '--newpassword=Another-Passw0rd.2');
      expect(await refused([...KERBEROS, '--keytab', 'old.keytab'])).toMatch(
        /did not accept the secret of "kms02\$@CONTOSO\.TEST"/,
      );
    });

    describe('from outside', () => {
      const ANN = 'ann@ELSEWHERE.TEST';
      let kdc: Kdc;
      const audit = async (...more: readonly string[]): Promise<Finished> => {
        const { address, port } = await samba.forward(636);
        const at = ['--ldap', `ldaps://${address}:${port}`, '--tls-name', DC_HOST, '--ca', samba.caFile];
        const argv = [...at, '--kerberos', '--keytab', await kdc.keytab(ANN), ...more];
        return runProgram(process.execPath, [await builtCommand(), 'audit', ...argv], { env: kdc.env });
      };
      beforeAll(async () => {
        kdc = await startKdc({ realms: ['ELSEWHERE.TEST'], principals: [ANN] });
      });

      test('with a ticket of another realm', async () => {
        const ran = await audit();
        expect([ran.exitCode, flat(ran.stderr)]).toEqual([
          3,
          expect.stringMatching(
            /the KDC of "ann@ELSEWHERE\.TEST" has no service principal "ldap\/dc1\.contoso\.test", and refers to no other realm/,
          ),
        ]);
      });

      test('when the KDC is silent: the deadline holds', async () => {
        kdc.pause();
        const ran = await audit('--deadline', '1');
        kdc.resume();
        expect([ran.exitCode, flat(ran.stderr)]).toEqual([
          3,
          expect.stringMatching(/the run was over first/),
        ]);
      });
    });

    test('when no KDC is there', async () => {
      const config = join(user.folder, 'krb5.conf');
      const text = readFileSync(samba.env.KRB5_CONFIG!, 'utf8');
      writeFileSync(config, text.replace(`kdc = ${DC_ADDRESS}`, 'kdc = 127.0.0.99'));
      const { env } = await samba.kinit('alice');
      expect(await refused(KERBEROS, { ...env, KRB5_CONFIG: config })).toMatch(
        /no KDC of the realm "CONTOSO\.TEST" could be reached.*port 88/,
      );
    });

    test('under a name that the domain controller has not', async () => {
      const argv = ['--ldap', `ldaps://${DC_ADDRESS}`, '--tls-name', 'localhost', '--kerberos'];
      expect(await refused(argv, ticket.env)).toMatch(/no service principal "ldap\/localhost".*setspn -Q/);
    });

    test.each([
      [
        'by an address',
        ['--ldap', `ldaps://${DC_ADDRESS}`, '--kerberos'],
        /ticket is for a name.*--tls-name/,
      ],
      ['without TLS', ['--ldap', `ldaps://${DC_HOST}:389`, '--kerberos'], /error: connecting to/],
    ])('%s', async (_, argv, says) => {
      expect(await refused(argv, ticket.env)).toMatch(says);
    });
  });
});

labServer('samba')('a domain controller that wants signatures of its own inside TLS', () => {
  test.each([
    ['yes', 3, /--user/],
    ['allow_sasl_over_tls', 0, /no KMS record/],
  ] as const)('strong auth = %s', async (strongAuth, exitCode, says) => {
    const samba = await startSamba({ dns: 'internal', strongAuth });
    const { env } = await samba.kinit('Administrator');
    const argv = ['import', '--ldap', URL, '--kerberos', '--ca', samba.caFile];
    const ran = await samba.kmsdns(argv, { env });
    expect([ran.exitCode, flat(ran.stderr)]).toEqual([exitCode, expect.stringMatching(says)]);
    await samba.stop();
  });
});
