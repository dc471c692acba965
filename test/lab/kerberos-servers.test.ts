/**
 * The lab's own proof, seen only through kinit, nsupdate and dig: the KDC gives tickets, BIND takes updates that
 * nsupdate signs with them where a policy allows it, and each fault that other tests provoke is one.
 */
import { beforeAll, expect, test } from 'vitest';
import { type BindServer, startBind } from './support/bind.ts';
import { digSrv } from './support/dig.ts';
import { type Kdc, startKdc } from './support/kdc.ts';
import { labServer } from './support/require.ts';
import { staticZone } from './support/zones.ts';

const REALM = 'CORP.EXAMPLE';
const HOST = `host/kms1.corp.example@${REALM}`;
const OWNER = '_vlmcs._tcp.corp.example';

labServer('krb5kdc', 'named')('MIT KDC and BIND', () => {
  let kdc: Kdc;
  let bind: BindServer;
  beforeAll(async () => {
    kdc = await startKdc({
      realms: [REALM, 'OTHER.EXAMPLE'],
      principals: [HOST, `DNS/ns1.corp.example@${REALM}`],
    });
    bind = await startBind({
      zones: [staticZone('corp.example')],
      kerberos: {
        kdc,
        keytab: await kdc.keytab(`DNS/ns1.corp.example@${REALM}`),
        policies: { 'corp.example': [`grant ${REALM} krb5-subdomain-self-rhs ${OWNER}. SRV;`] },
      },
    });
  });

  const update = async (target: string): Promise<string> => {
    const { stdout, stderr } = await kdc.run(
      'nsupdate',
      ['-g', '-d', '-t', '6'],
      { KRB5CCNAME: await kdc.ticket(HOST) },
      `server ${bind.endpoint.address} ${bind.endpoint.port}\nzone corp.example.\n` +
        `update add ${OWNER}. 300 SRV 0 0 1688 ${target}.\nsend\n`,
    );
    return `${stdout}${stderr}`;
  };

  test('a host announces itself', async () => {
    expect(await update('kms1.corp.example')).toMatch(/opcode: UPDATE, status: NOERROR/);
    expect(await digSrv(bind.endpoint, OWNER)).toEqual(['300 0 0 1688 kms1.corp.example.']);
  });

  test('and nobody else', async () => {
    expect(await update('kms2.corp.example')).toMatch(/opcode: UPDATE, status: REFUSED/);
  });

  test('a keytab goes stale when the principal gets a new key', async () => {
    const keytab = await kdc.keytab(HOST);
    const kinit = (): Promise<{ exitCode: number; stderr: string }> =>
      kdc.run('kinit', ['-k', '-t', keytab, '-c', `${kdc.dir}/stale.ccache`, HOST]);
    expect(await kinit()).toMatchObject({ exitCode: 0 });
    await kdc.newKey(HOST);
    expect((await kinit()).stderr).toMatch(/Preauthentication failed|Password incorrect|Decrypt integrity/);
  });
});
