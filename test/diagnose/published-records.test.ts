import { describe, expect, it, test } from 'vitest';
import { parseEndpoint } from '../../src/core/address.ts';
import { parseFqdn } from '../../src/core/name.ts';
import { type Asked, publishedRecords } from '../../src/diagnose/published-records.ts';
import { type AnswerTable, fakeNet, reply, SILENCE, srvAnswer } from '../support/fake-net.ts';

const OWNER = '_vlmcs._tcp.contoso.com';
const ONE = parseEndpoint('10.0.0.53', 53);
const TWO = parseEndpoint('10.0.0.54', 53);
const resolvers = (...servers: readonly Asked['servers'][number][]): Asked => ({ servers, role: 'resolver' });
const authorities = (...servers: readonly Asked['servers'][number][]): Asked => ({
  servers,
  role: 'authority',
});
const recursive = { aa: false, ra: true } as const;
const SET = reply({ ...recursive, answers: srvAnswer(OWNER, 300, '0 0 1688 kms1.contoso.com') });

function read(table: AnswerTable, asked: Asked): ReturnType<typeof publishedRecords> {
  return publishedRecords(fakeNet(table), asked, parseFqdn(OWNER), { timeoutMs: 1000 });
}

describe('publishedRecords', () => {
  it('takes the answer of a resolver, authoritative or not', async () => {
    expect(await read({ [`10.0.0.53:53 SRV ${OWNER}`]: SET }, resolvers(ONE))).toMatchObject({
      kind: 'records',
      records: [{ target: 'kms1.contoso.com.', port: 1688 }],
      from: ONE,
      aliases: [],
    });
  });

  it('asks a resolver to find it, and an authoritative server what it has', async () => {
    for (const [asked, wanted] of [
      [resolvers(ONE), true],
      [authorities(ONE), false],
    ] as const) {
      const net = fakeNet({ [`* SRV ${OWNER}`]: reply({ answers: srvAnswer(OWNER, 1, '0 0 1 a') }) });
      await publishedRecords(net, asked, parseFqdn(OWNER), { timeoutMs: 1000 });
      expect((net.messages[0]![2]! & 1) === 1).toBe(wanted);
    }
  });

  it('believes the first that decides: a denial is an answer, silence and refusal are none', async () => {
    const table = {
      [`10.0.0.53:53 SRV ${OWNER}`]: reply({ ...recursive, rcode: 3 }),
      [`10.0.0.54:53 SRV ${OWNER}`]: SET,
    };
    expect(await read(table, resolvers(ONE, TWO))).toEqual({ kind: 'none', rcode: 'NXDOMAIN', from: ONE });
    for (const first of [SILENCE, reply({ rcode: 5 }), reply({ rcode: 2 })])
      expect(
        await read({ ...table, [`10.0.0.53:53 SRV ${OWNER}`]: first }, resolvers(ONE, TWO)),
      ).toMatchObject({
        kind: 'records',
        from: TWO,
      });
  });

  it('does not know what nobody said, and says why for each', async () => {
    const table = {
      [`10.0.0.53:53 SRV ${OWNER}`]: SILENCE,
      [`10.0.0.54:53 SRV ${OWNER}`]: reply({ rcode: 5 }),
    };
    expect(await read(table, resolvers(ONE, TWO))).toEqual({
      kind: 'unknown',
      because: '10.0.0.53:53: no answer within 1.0 s; 10.0.0.54:53: answered REFUSED',
    });
    expect(await read({}, resolvers())).toEqual({
      kind: 'unknown',
      because: 'there is no DNS server to ask',
    });
  });

  it('does not take an authoritative server’s word for what it only passes on', async () => {
    expect(await read({ [`10.0.0.53:53 SRV ${OWNER}`]: SET }, authorities(ONE))).toMatchObject({
      kind: 'unknown',
      because: expect.stringContaining('not authoritative'),
    });
  });

  it('follows aliases by asking again, and tells them', async () => {
    const cname = (name: string, data: string): ReturnType<typeof reply> =>
      reply({ ...recursive, answers: [{ type: 'CNAME', name, ttl: 60, data }] });
    const table = {
      [`* SRV ${OWNER}`]: cname(OWNER, 'kms.shared.example'),
      '* SRV kms.shared.example': cname('kms.shared.example', 'last.example'),
      '* SRV last.example': reply({
        ...recursive,
        answers: srvAnswer('last.example', 60, '0 0 1688 a.example'),
      }),
    };
    expect(await read(table, resolvers(ONE))).toMatchObject({
      records: [{ target: 'a.example.' }],
      aliases: ['kms.shared.example.', 'last.example.'],
    });
  });

  test('a circle of aliases ends', async () => {
    const cname = reply({ ...recursive, answers: [{ type: 'CNAME', name: OWNER, ttl: 60, data: OWNER }] });
    expect(await read({ [`* SRV ${OWNER}`]: cname }, resolvers(ONE))).toMatchObject({
      kind: 'unknown',
      because: expect.stringContaining('aliases lead on and on'),
    });
  });
});
