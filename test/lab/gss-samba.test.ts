/**
 * Publishing into Active Directory: the built command against Samba's domain controller, whose own DNS signs success
 * without the length of the MAC and sends failures back as they came, and whose BIND back end does all that right.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { labServer } from './support/require.ts';
import { type Samba, startSamba, type Ticket } from './support/samba.ts';
import { addAce, addToGroup, nodeDn, sidOf } from './support/samba-directory.ts';
import { DC_HOST, DOMAIN, GROUP, REALM } from './support/samba-domain.ts';

const OWNER = `_vlmcs._tcp.${DOMAIN}`;
const published = (host: string): string => `3600 0 0 1688 ${host}.${DOMAIN}.`;

interface ZoneDocument {
  readonly outcome: string;
  readonly rcode: string | null;
  readonly tsig: string | null;
  readonly allowed: string;
  readonly proves: string;
  readonly explain: string;
}

const BACK_ENDS = [
  {
    dns: 'dlz',
    needs: ['samba', 'samba-dlz'],
    success: /^The primary serves the new records\.$/,
    refusal: { rcode: 'REFUSED', tsig: 'good' },
    trial: { allowed: 'yes', rcode: 'YXDOMAIN', tsig: 'good' },
    deniedTrial: { allowed: 'no', rcode: 'REFUSED', tsig: 'good' },
  },
  {
    dns: 'internal',
    needs: ['samba'],
    success:
      /^The primary serves the new records\. The answer is authentic; it is signed as Samba 4\.17 signs/,
    refusal: { rcode: 'SERVFAIL', tsig: 'echoed' },
    trial: { allowed: 'key-only', rcode: 'YXDOMAIN', tsig: 'echoed' },
    deniedTrial: { allowed: 'key-only', rcode: 'YXDOMAIN', tsig: 'echoed' },
  },
] as const;

for (const { dns, needs, success, refusal, trial, deniedTrial } of BACK_ENDS) {
  labServer(...needs)(`GSS-TSIG in Active Directory with ${dns} DNS`, () => {
    let samba: Samba;
    let first: Ticket;
    let second: Ticket;
    let folder: string;
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'kmsdns-gss-samba-'));
      samba = await startSamba({ dns });
      [first, second] = await Promise.all([samba.kinit('kms01$'), samba.kinit('kms02$')]);
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    let files = 0;
    /** Says that `host` shall be published, by the server's name and with these credentials. */
    const state = (host: string, gss = '{}', publish = `{ host: ${host}.${DOMAIN} }`): string => {
      const path = join(folder, `${files++}.yaml`);
      writeFileSync(
        path,
        `version: 1\nservers:\n  ad: { name: ${DC_HOST}, auth: { gss: ${gss} } }\ndomains:\n  ${DOMAIN}: { server: ad, publish: [${publish}] }\n`,
      );
      return path;
    };
    const command = async (
      ticket: Ticket | undefined,
      ...argv: readonly string[]
    ): Promise<{ code: number; zones: readonly ZoneDocument[]; journal: string | null }> => {
      const { exitCode, stdout, stderr } = await samba.kmsdns([...argv, '--json'], {
        env: ticket?.env ?? {},
        cwd: folder,
      });
      if (stdout === '') throw new Error(stderr);
      const { zones, journal } = JSON.parse(stdout) as { zones: ZoneDocument[]; journal: string | null };
      return { code: exitCode, zones, journal };
    };

    test('a trial says what it proves, and no more', async () => {
      const ran = await command(first, 'preflight', '-c', state('kms01'));
      expect(ran).toMatchObject({ code: 0, zones: [trial] });
      if (dns === 'internal')
        expect(ran.zones[0]?.proves).toMatch(
          new RegExp(`^the ticket only: the server accepted "kms01\\$@${REALM}".*proves no permission$`),
        );
      expect(await samba.srv(OWNER)).toEqual([]);
    });

    test('the first host publishes itself', async () => {
      const ran = await command(first, 'apply', '--yes', '-c', state('kms01'));
      expect(ran).toMatchObject({
        code: 0,
        zones: [
          { outcome: 'applied', rcode: 'NOERROR', tsig: 'good', explain: expect.stringMatching(success) },
        ],
      });
      expect(await samba.srv(OWNER)).toEqual([published('kms01')]);
    });

    test('the second is refused, and told why', async () => {
      const ran = await command(second, 'apply', '--yes', '-c', state('kms02'));
      expect(ran).toMatchObject({ code: 2, zones: [{ outcome: 'refused', ...refusal }] });
      expect(ran.zones[0]?.explain).toMatch(
        /kms02\$@.*first host that registers _vlmcs\._tcp owns it.*kmsdns audit/,
      );
      expect(await samba.srv(OWNER)).toEqual([published('kms01')]);
      const before = await command(second, 'preflight', '-c', state('kms02'));
      expect(before.zones).toMatchObject([deniedTrial]);
    });

    test('with the right of a group it succeeds from its next ticket on, here by its keytab', async () => {
      await addToGroup(samba, 'kms01$', 'kms02$');
      await addAce(samba, nodeDn(), `(A;;GA;;;${await sidOf(samba, GROUP)})`);
      const config = state('kms02', `{ keytab: ${samba.keytab('kms02$')}, principal: kms02$@${REALM} }`);
      const ran = await command(undefined, 'apply', '--yes', '-c', config);
      expect(ran).toMatchObject({ code: 0, zones: [{ outcome: 'applied', tsig: 'good' }] });
      expect(await samba.srv(OWNER)).toEqual([published('kms01'), published('kms02')]);

      const undone = await command(undefined, 'rollback', ran.journal!, '--yes', '-c', config);
      expect(undone).toMatchObject({ code: 0, zones: [{ outcome: 'applied' }] });
      expect(await samba.srv(OWNER)).toEqual([published('kms01')]);
    });

    test('without a ticket nothing is sent', async () => {
      const ran = await command(undefined, 'apply', '--yes', '-c', state('kms02'));
      expect(ran).toMatchObject({ code: 2, journal: null, zones: [{ outcome: 'refused', rcode: null }] });
      expect(ran.zones[0]?.explain).toMatch(/^Nothing was sent: there is no ticket/);
    });
  });
}
