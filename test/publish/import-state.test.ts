import { describe, expect, it } from 'vitest';
import { parseDesiredState } from '../../src/core/desired-state.ts';
import { formatDesiredState } from '../../src/core/desired-state-text.ts';
import { parseFqdn } from '../../src/core/name.ts';
import { importState } from '../../src/publish/import-state.ts';
import { makePlan } from '../../src/publish/make-plan.ts';
import { fakeNet, reply, SILENCE } from '../support/fake-net.ts';
import { contosoRows, reachOver, SERVER } from '../support/publish-run.ts';

const CONTOSO = parseFqdn('contoso.com');
const KMS1 = {
  '10.0.0.53:53 A kms1.contoso.com': reply({
    answers: [{ type: 'A', name: 'kms1.contoso.com', ttl: 300, data: '10.1.0.10' }],
  }),
  '10.0.0.53:53 AAAA kms1.contoso.com': reply({}),
};

describe('what is published now', () => {
  it('becomes a desired state whose plan is in sync', async () => {
    const net = fakeNet({
      ...contosoRows('10 75 1689 kms1.contoso.com', '10 0 1688 gone.contoso.com'),
      ...KMS1,
    });
    const reach = reachOver(net, { servers: [SERVER] });
    const { state, empty, unknown } = await importState(reach, [CONTOSO]);
    expect({ empty, unknown }).toEqual({ empty: [], unknown: [] });
    const text = formatDesiredState(state);
    expect(text).toMatchInlineSnapshot(`
      "# Which KMS hosts the clients of each DNS domain shall find. Check it: kmsdns plan
      version: 1

      servers:
        primary: { address: 10.0.0.53 }

      hosts:
        gone.contoso.com: {}
        kms1.contoso.com: { port: 1689, addresses: [10.1.0.10] }

      domains:
        contoso.com:
          server: primary
          ttl: 300
          policy: additive
          publish:
            - { host: kms1.contoso.com, priority: 10, weight: 75 }
            - { host: gone.contoso.com, priority: 10, weight: 0 }
      "
    `);
    const planned = await makePlan(reachOver(net), parseDesiredState(text, 'kmsdns.yaml'));
    expect(planned.plan.inSync).toBe(true);
    expect(planned.plan.zones).toHaveLength(1);
  });

  it('tells a domain that holds nothing from one that could not be read', async () => {
    const east = parseFqdn('east.contoso.com');
    const net = fakeNet({
      ...contosoRows(),
      '10.0.0.53:53 SOA _vlmcs._tcp.east.contoso.com': SILENCE,
    });
    const { state, empty, unknown } = await importState(reachOver(net, { servers: [SERVER] }), [
      CONTOSO,
      east,
      CONTOSO,
    ]);
    expect(state.domains.map(({ domain, publish }) => [domain, publish])).toEqual([[CONTOSO, []]]);
    expect(empty).toEqual([CONTOSO]);
    expect(unknown).toEqual([
      expect.objectContaining({ domain: east, because: expect.stringContaining('no answer') }),
    ]);
  });

  it('leaves out a name that is an alias, and says where it leads', async () => {
    const owner = '_vlmcs._tcp.contoso.com';
    const net = fakeNet({
      ...contosoRows(),
      [`10.0.0.53:53 SRV ${owner}`]: reply({
        answers: [{ type: 'CNAME', name: owner, ttl: 300, data: '_vlmcs._tcp.fabrikam.com' }],
      }),
    });
    const { state, unknown } = await importState(reachOver(net, { servers: [SERVER] }), [CONTOSO]);
    expect(state.domains).toEqual([]);
    expect(unknown[0]?.because).toMatch(/alias of _vlmcs\._tcp\.fabrikam\.com\./);
  });
});
