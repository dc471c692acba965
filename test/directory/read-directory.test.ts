import { describe, expect, it, test } from 'vitest';
import { auditReport } from '../../src/directory/audit-report.ts';
import type { LdapEntry, LdapSearch } from '../../src/directory/directory-client.ts';
import { encodeDnsRecord } from '../../src/directory/dns-record.ts';
import { type ReadOptions, readDirectory } from '../../src/directory/read-directory.ts';
import { encodeSid } from '../../src/directory/sid.ts';
import { fqdn, ROOT_DN, SID, srv } from '../support/directory-snapshot.ts';
import { type Answer, APEX, entry, node, scriptedForest } from '../support/scripted-forest.ts';

const account = (name: string, hostName?: string): LdapEntry =>
  entry(`CN=${name},CN=Computers,${ROOT_DN}`, {
    objectSid: [encodeSid(SID.kms01)],
    objectClass: ['top', 'user', 'computer'],
    sAMAccountName: [`${name}$`],
    ...(hostName !== undefined && { dNSHostName: [hostName] }),
  });

/** The forest with this one computer, found only by what the filter asks for, and a record of one host. */
function forestOf(computer: LdapEntry, target: string): (search: LdapSearch) => Answer {
  const sam = Buffer.from(computer.attributes.get('samaccountname')![0]!).toString().toLowerCase();
  return ({ base, scope, filter }) => {
    if (base.startsWith('DC=contoso.com,') && scope !== 'base')
      return [APEX, node({ dnsRecord: [encodeDnsRecord({ ...srv('kms01'), data: hostRecord(target) })] })];
    if (base !== ROOT_DN || scope === 'base') return undefined;
    return filter.toLowerCase().includes(`(samaccountname=${sam})`) || filter.includes('(dNSHostName=')
      ? [computer]
      : [];
  };
}

function hostRecord(target: string): ReturnType<typeof srv>['data'] {
  return { kind: 'SRV', record: { priority: 0, weight: 0, port: 1688, target: fqdn(target) } };
}

async function hostsAt(change: (search: LdapSearch) => Answer, options: Partial<ReadOptions> = {}) {
  const read = await readDirectory([scriptedForest(change)], { now: new Date(0), ...options });
  if (!read.ok) throw new Error(read.fault.detail);
  return auditReport(read.value, 'KMS Hosts').zones.flatMap(({ nodes }) =>
    nodes.flatMap(({ hosts }) => hosts),
  );
}

describe('the account of a host', () => {
  it('is the computer of its name, where nobody wrote a dNSHostName', async () => {
    const [host] = await hostsAt(forestOf(account('KMS01'), 'kms01.contoso.com.'));
    expect(host?.account?.name).toBe('CONTOSO\\KMS01$');
  });

  it('is found by the 15 letters that a computer account keeps of a long name', async () => {
    const [host] = await hostsAt(forestOf(account('KEYMANAGEMENT-E'), 'keymanagement-east.contoso.com.'));
    expect(host?.account?.name).toBe('CONTOSO\\KEYMANAGEMENT-E$');
  });

  test.each([
    ['says that it is another host', account('KMS01', 'other.contoso.com'), 'kms01.contoso.com.'],
    ['is of another domain than the name', account('KMS01'), 'kms01.fabrikam.com.'],
    ['has another name', account('KMS010'), 'kms01.contoso.com.'],
  ])('is not a computer that %s', async (_, computer, target) => {
    const [host] = await hostsAt(forestOf(computer, target));
    expect(host).toMatchObject({ account: null });
  });
});

describe('a host that tried to publish', () => {
  it('is judged at the record although it neither stands there nor is wanted', async () => {
    const owner = fqdn('_vlmcs._tcp.contoso.com.');
    const change = forestOf(account('KMS01', 'kms01.contoso.com'), 'old.contoso.com.');
    const hosts = await hostsAt(change, { trying: [{ owner, host: fqdn('kms01.contoso.com.') }] });
    expect(hosts.map(({ name, published, wanted }) => [name, published, wanted])).toEqual([
      ['old.contoso.com.', true, false],
      ['kms01.contoso.com.', false, false],
    ]);
    expect(hosts[1]?.account?.name).toBe('CONTOSO\\KMS01$');
  });
});
