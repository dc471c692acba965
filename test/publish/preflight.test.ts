import { describe, expect, it, test } from 'vitest';
import { parseFqdn } from '../../src/core/name.ts';
import type { Identity } from '../../src/core/tsig.ts';
import { decodeMessage, TYPE } from '../../src/core/wire.ts';
import type { Delivery } from '../../src/publish/deliver.ts';
import { makePlan } from '../../src/publish/make-plan.ts';
import {
  type Allowed,
  type Controls,
  type PreflightResult,
  permissionVerdict,
  preflight,
  preflightExitCode,
  refusalVerdict,
} from '../../src/publish/preflight.ts';
import type { ServerKind } from '../../src/publish/server-kind.ts';
import { type AnswerTable, type FakeNet, fakeNet, reply, SILENCE, updateReply } from '../support/fake-net.ts';
import { contosoRows, reachOver, signed, stateFrom } from '../support/publish-run.ts';

type Answered = Extract<Delivery, { kind: 'answered' }>;

const KEY: Identity = { kind: 'key', name: parseFqdn('kms-publisher') };
const PRINCIPAL: Identity = { kind: 'principal', name: 'kms01$@CONTOSO.COM' };

const YXDOMAIN = 6;
const REFUSED = 5;
const NOTAUTH = 9;

function answered(rcode: string, more: Partial<Answered> = {}): Answered {
  return { kind: 'answered', rcode, tsig: { kind: 'good' }, authentic: true, echoed: false, ...more };
}
const silent: Delivery = { kind: 'no-answer', fault: SILENCE };

describe('a trial that failed as it should', () => {
  interface Row {
    readonly name: string;
    readonly stranger: Delivery;
    readonly foreignZone?: Delivery;
    readonly kind?: ServerKind;
    /** A key when left out. */
    readonly by?: Identity | 'nobody';
    readonly echo?: Partial<Answered>;
    readonly allowed: Allowed;
    readonly proves: RegExp;
  }
  const rows: readonly Row[] = [
    {
      name: 'a server that refuses strangers checks permission first, whatever it is',
      stranger: answered('REFUSED'),
      allowed: 'yes',
      proves: /^key and permission: this server refused/,
    },
    {
      name: 'NOTAUTH refuses a stranger too',
      stranger: answered('NOTAUTH'),
      allowed: 'yes',
      proves: /^key and permission/,
    },
    {
      name: 'BIND with a key that may write more',
      stranger: answered('YXDOMAIN'),
      kind: 'bind',
      allowed: 'yes',
      proves: /^key and permission: this server asks/,
    },
    {
      name: 'Knot',
      stranger: answered('YXDOMAIN'),
      kind: 'knot',
      allowed: 'yes',
      proves: /^key and permission/,
    },
    {
      name: 'BIND without a key',
      stranger: answered('YXDOMAIN'),
      kind: 'bind',
      by: 'nobody',
      allowed: 'yes',
      proves: /^permission/,
    },
    {
      name: 'PowerDNS by its name',
      stranger: answered('YXDOMAIN'),
      kind: 'powerdns',
      allowed: 'key-only',
      proves: /^the key only: PowerDNS/,
    },
    {
      name: 'PowerDNS by its answer to a zone of nobody',
      stranger: answered('YXDOMAIN'),
      foreignZone: answered('REFUSED'),
      allowed: 'key-only',
      proves: /^the key only: PowerDNS/,
    },
    {
      name: 'a server that hides its name',
      stranger: answered('YXDOMAIN'),
      allowed: 'key-only',
      proves: /^the key only: it is not known/,
    },
    {
      name: 'a server that hides its name, unsigned',
      stranger: answered('YXDOMAIN'),
      by: 'nobody',
      allowed: 'unknown',
      proves: /^nothing/,
    },
    {
      name: 'silence towards the stranger proves nothing',
      stranger: silent,
      allowed: 'key-only',
      proves: /^the key only/,
    },
    {
      name: 'Samba echoes, and looks at prerequisites first',
      stranger: answered('REFUSED'),
      echo: { echoed: true },
      allowed: 'unknown',
      proves: /^nothing.*Samba/,
    },
    {
      name: 'an echo of our signature proves nothing of a key either',
      stranger: answered('REFUSED'),
      echo: { tsig: { kind: 'echoed' }, authentic: false },
      allowed: 'unknown',
      proves: /^nothing.*Samba/,
    },
    {
      name: 'an echo after Kerberos: the ticket was accepted before, and no more is said',
      stranger: answered('REFUSED'),
      echo: { echoed: true, tsig: { kind: 'echoed' }, authentic: false },
      by: PRINCIPAL,
      allowed: 'key-only',
      proves: /^the ticket only: the server accepted "kms01\$@CONTOSO\.COM".*proves no permission$/,
    },
    {
      name: 'BIND with a principal that may write one record',
      stranger: answered('REFUSED'),
      by: PRINCIPAL,
      allowed: 'yes',
      proves: /^ticket and permission: .* the principal may not write, and not these$/,
    },
    {
      name: 'BIND with a principal that may write more',
      stranger: answered('YXDOMAIN'),
      kind: 'bind',
      by: PRINCIPAL,
      allowed: 'yes',
      proves: /^ticket and permission: this server asks/,
    },
    {
      name: 'a server that hides its name, with a principal',
      stranger: answered('YXDOMAIN'),
      by: PRINCIPAL,
      allowed: 'key-only',
      proves: /^the ticket only: it is not known/,
    },
  ];
  test.each(rows)(
    '$name: $allowed',
    ({
      stranger,
      foreignZone = answered('NOTAUTH'),
      kind = 'unknown',
      by = KEY,
      echo = {},
      allowed,
      proves,
    }) => {
      const controls: Controls = { stranger, foreignZone, kind };
      const trial = answered('YXDOMAIN', echo);
      const verdict = permissionVerdict(trial, controls, by === 'nobody' ? undefined : by);
      expect(verdict.allowed).toBe(allowed);
      expect(verdict.proves).toMatch(proves);
      expect(verdict.explain).toMatch(/^[A-Z].+[.`]$/s);
    },
  );
});

test.each<[string, Answered, Allowed, RegExp]>([
  ['REFUSED', answered('REFUSED'), 'no', /^that the update would be refused$/],
  [
    'NOTAUTH by nobody in particular',
    answered('NOTAUTH', { authentic: false }),
    'no',
    /only what somebody says/,
  ],
  ['NOTIMP', answered('NOTIMP', { authentic: false }), 'no', /would be refused/],
  ['NOERROR, against every prerequisite', answered('NOERROR'), 'unknown', /ignored a prerequisite/],
  ['SERVFAIL', answered('SERVFAIL'), 'unknown', /^nothing$/],
  ['FORMERR', answered('FORMERR'), 'unknown', /^nothing$/],
])('%s is %s', (_name, delivery, allowed, proves) => {
  const verdict = refusalVerdict(delivery, 'unknown', KEY);
  expect(verdict.allowed).toBe(allowed);
  expect(verdict.proves).toMatch(proves);
});

test.each<[readonly Allowed[], number]>([
  [[], 0],
  [['yes', 'yes'], 0],
  [['yes', 'key-only'], 0],
  [['yes', 'unknown'], 3],
  [['unknown', 'no'], 2],
  [['no', 'yes'], 2],
])('%j ends with %i', (allowed, code) => {
  expect(preflightExitCode(allowed.map((one) => ({ allowed: one }) as PreflightResult))).toBe(code);
});

describe('on the wire', () => {
  const CORP = `  contoso.com:
    server: corp
    publish: [{ host: kms1.contoso.com, priority: 10, weight: 75 }]
`;
  const bind = reply({ answers: [{ type: 'TXT', name: 'version.bind', data: ['9.18.49'], class: 'CH' }] });
  const controls: AnswerTable = {
    '10.0.0.53:53 CH TXT version.bind': bind,
    '10.0.0.53:53 UPDATE kmsdns-preflight.invalid': updateReply(NOTAUTH),
  };

  async function ask(net: FakeNet, domains = CORP): Promise<readonly PreflightResult[]> {
    const state = stateFrom(domains);
    const reach = reachOver(net);
    return preflight(reach, state, await makePlan(reach, state));
  }

  it('sends the change behind a prerequisite that cannot hold, and controls of the same kind', async () => {
    const net: FakeNet = fakeNet({
      ...contosoRows('0 0 1688 kms9.contoso.com'),
      ...controls,
      '10.0.0.53:53 UPDATE contoso.com': [
        signed(updateReply(YXDOMAIN), () => net),
        signed(updateReply(REFUSED), () => net),
      ],
    });
    expect(await ask(net)).toEqual([
      {
        domains: ['contoso.com.'],
        zone: 'contoso.com.',
        server: { address: '10.0.0.53', port: 53 },
        allowed: 'yes',
        proves: 'key and permission: this server refused a record that the key may not write, and not these',
        rcode: 'YXDOMAIN',
        tsig: 'good',
        explain: 'The update would be carried out.',
      },
    ]);
    const updates = net.messages.filter((_, i) => net.asked[i]!.includes('UPDATE contoso.com'));
    expect(updates).toHaveLength(2);
    for (const message of updates) {
      const decoded = decodeMessage(message);
      if (!decoded.ok) throw new Error(decoded.detail);
      // RFC 2136 §2.4.5 on the apex, which always exists.
      expect(decoded.value.answers[0]).toEqual({
        owner: 'contoso.com.',
        type: TYPE.ANY,
        class: 254,
        ttlSeconds: 0,
        rdata: { kind: 'empty' },
      });
      expect(decoded.value.additionals.map(({ type }) => type)).toEqual([TYPE.TSIG]);
    }
    const [trial, stranger] = updates.map((message) => decodeMessage(message));
    if (!trial?.ok || !stranger?.ok) throw new Error('these are our own messages');
    expect(trial.value.authorities.map(({ owner, type }) => [owner, type])).toEqual([
      ['_vlmcs._tcp.contoso.com.', TYPE.SRV],
    ]);
    expect(stranger.value.authorities[0]?.owner).toMatch(/^_kmsdns-[0-9a-f]{12}\.contoso\.com\.$/);
  });

  it.each<[string, AnswerTable[string], Partial<PreflightResult>]>([
    [
      'a failed prerequisite that nobody signed',
      updateReply(YXDOMAIN),
      { allowed: 'unknown', proves: 'nothing', rcode: 'YXDOMAIN', tsig: 'unsigned' },
    ],
    ['silence', SILENCE, { allowed: 'unknown', proves: 'nothing', rcode: null, tsig: null }],
    ['a refusal', updateReply(REFUSED), { allowed: 'no', rcode: 'REFUSED', tsig: 'unsigned' }],
  ])('calls %s by its name', async (_name, answer, expected) => {
    const net = fakeNet({ ...contosoRows(), ...controls, '10.0.0.53:53 UPDATE contoso.com': answer });
    expect(await ask(net)).toEqual([expect.objectContaining(expected)]);
  });

  it('takes a domain that could not be read for unknown, and asks for nothing there', async () => {
    const net = fakeNet({ '10.0.0.53:53 *': reply({ rcode: REFUSED }) });
    const results = await ask(net);
    expect(results).toEqual([
      expect.objectContaining({
        domains: ['contoso.com.'],
        zone: null,
        allowed: 'unknown',
        proves: 'nothing',
      }),
    ]);
    expect(net.asked.filter((one) => one.includes('UPDATE'))).toEqual([]);
  });

  it('says no to an alias without asking', async () => {
    const owner = '_vlmcs._tcp.contoso.com';
    const net = fakeNet({
      ...contosoRows(),
      [`10.0.0.53:53 SRV ${owner}`]: reply({
        answers: [{ type: 'CNAME', name: owner, ttl: 300, data: 'elsewhere.contoso.com' }],
      }),
    });
    const [result] = await ask(net);
    expect(result).toMatchObject({
      allowed: 'no',
      explain: expect.stringContaining('elsewhere.contoso.com'),
    });
    expect(net.asked.filter((one) => one.includes('UPDATE'))).toEqual([]);
  });

  it('has nothing to rehearse where nothing is wanted and nothing there', async () => {
    const net = fakeNet(contosoRows());
    const [result] = await ask(net, '  contoso.com: { server: corp, publish: [] }\n');
    expect(result).toMatchObject({
      allowed: 'unknown',
      explain: expect.stringContaining('nothing to rehearse'),
    });
  });
});
