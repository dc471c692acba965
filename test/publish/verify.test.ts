import { describe, expect, it, test } from 'vitest';
import type { ReadBack } from '../../src/publish/read-back.ts';
import { type Verification, verify, verifyExitCode } from '../../src/publish/verify.ts';
import { fakeNet, reply, SILENCE, srvAnswer } from '../support/fake-net.ts';
import { contosoRows, reachOver, stateFrom } from '../support/publish-run.ts';
import { DOMAIN, endpoint, OWNER } from '../support/srv-sets.ts';

const OWNER_TEXT = '_vlmcs._tcp.contoso.com';
const HERE = '10.0.0.53:53';
const NS2 = '10.0.0.54:53';

/** contoso.com with a second name server that serves this set, or says nothing. */
function twoServers(...second: readonly string[]): Parameters<typeof fakeNet>[0] {
  const names = ['ns1.contoso.com', 'ns2.contoso.com'];
  return {
    ...contosoRows('10 75 1688 kms1.contoso.com'),
    [`${HERE} NS contoso.com`]: reply({
      answers: names.map((data) => ({ type: 'NS', name: 'contoso.com', ttl: 300, data })),
    }),
    [`${HERE} A ns2.contoso.com`]: reply({
      answers: [{ type: 'A', name: 'ns2.contoso.com', ttl: 300, data: '10.0.0.54' }],
    }),
    [`${HERE} AAAA ns2.contoso.com`]: reply({}),
    [`${NS2} SRV ${OWNER_TEXT}`]:
      second.length === 0 ? SILENCE : reply({ answers: srvAnswer(OWNER_TEXT, 300, ...second) }),
    [`${NS2} SOA contoso.com`]: SILENCE,
  };
}

const STATE = `  contoso.com:
    server: corp
    publish: [{ host: kms1.contoso.com, priority: 10, weight: 75 }]
`;

describe('every authoritative server', () => {
  const ask = async (...second: readonly string[]): Promise<Verification> => {
    const net = fakeNet(twoServers(...second));
    return verify(reachOver(net), stateFrom(STATE));
  };
  const statesOf = ({ zones }: Verification): readonly string[] =>
    zones.flatMap(({ servers }) => servers.map(({ host, state }) => `${host} ${state}`));

  it('is asked, the primary first', async () => {
    const seen = await ask('10 75 1688 kms1.contoso.com');
    expect(statesOf(seen)).toEqual(['ns1.contoso.com. current', 'ns2.contoso.com. current']);
    expect(verifyExitCode(seen)).toBe(0);
  });

  it('is current with a stranger beside the wanted records, as plan would leave it', async () => {
    const seen = await ask('10 75 1688 kms1.contoso.com', '0 0 1688 kms9.contoso.com');
    expect(verifyExitCode(seen)).toBe(0);
  });

  it('is stale with another weight', async () => {
    const seen = await ask('10 1 1688 kms1.contoso.com');
    expect(statesOf(seen)).toEqual(['ns1.contoso.com. current', 'ns2.contoso.com. stale']);
    expect(verifyExitCode(seen)).toBe(1);
  });

  it('is silent when it says nothing, and that is not "differs"', async () => {
    const seen = await ask();
    expect(statesOf(seen)).toEqual(['ns1.contoso.com. current', 'ns2.contoso.com. silent']);
    expect(verifyExitCode(seen)).toBe(3);
  });

  it('of a domain that cannot be found is unknown', async () => {
    const net = fakeNet({ '10.0.0.53:53 *': SILENCE });
    const seen = await verify(reachOver(net), stateFrom(STATE));
    expect(seen).toEqual({ zones: [], unknown: [expect.objectContaining({ domain: DOMAIN })] });
    expect(verifyExitCode(seen)).toBe(3);
  });
});

test.each<[readonly ReadBack['state'][], boolean, 0 | 1 | 3]>([
  [[], false, 0],
  [['current'], false, 0],
  [['current'], true, 3],
  [['current', 'silent'], false, 3],
  [['silent', 'stale'], true, 1],
])('%j, unknown %s: %i', (states, someUnknown, code) => {
  const servers = states.map(
    (state): ReadBack => ({
      server: endpoint('10.0.0.53'),
      host: null,
      state,
      set: null,
      serial: null,
      because: '',
      noRoute: false,
    }),
  );
  const unknown = someUnknown ? [{ domain: DOMAIN, because: '', steps: [] }] : [];
  expect(verifyExitCode({ zones: [{ domain: DOMAIN, zone: DOMAIN, name: OWNER, servers }], unknown })).toBe(
    code,
  );
});
