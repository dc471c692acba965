/** RFC 4752 with servers that keep to it and servers that do not; both sides of Kerberos are fakes. */
import { describe, expect, test } from 'vitest';
import { parseFqdn } from '../../src/core/name.ts';
import type { LdapFault } from '../../src/directory/directory-client.ts';
import { bindByGssapi } from '../../src/directory/gssapi-bind.ts';
import type { LdapAnswer } from '../../src/directory/ldap-bind-message.ts';
import { type FakeEngineOptions, fakeEngine, unwrapper, wrapper } from '../support/fake-security.ts';

const TARGET = { service: 'ldap', host: parseFqdn('dc1.contoso.test'), realm: undefined };
const ALL_LAYERS = Uint8Array.of(7, 1, 0, 0);
/** More tokens than anybody may send. */
const FOREVER = 50;

const says = (resultCode: number, credentials?: Uint8Array, text = ''): LdapAnswer => ({
  messageId: 1,
  resultCode,
  text,
  credentials,
});
const TOKEN = says(14, Buffer.from('the token of the server'));
const offer = (layers: Uint8Array): LdapAnswer => says(14, wrapper('acceptor')(layers));

/** Signs in to a server that says this, in order. */
async function bind(
  answers: readonly LdapAnswer[],
  options: FakeEngineOptions = {},
): Promise<{ readonly fault: LdapFault | undefined; readonly sent: readonly Buffer[] }> {
  const opened = await fakeEngine(options).open(TARGET, { kind: 'default' }, 'krb5', 1000);
  if (!opened.ok) throw new Error(opened.fault.detail);
  const sent: Buffer[] = [];
  const fault = await bindByGssapi(
    opened.value,
    async (token) => {
      sent.push(Buffer.from(token));
      const answer = answers[sent.length - 1];
      if (answer === undefined) throw new Error('bug: nobody answers');
      return answer;
    },
    'signing in',
  );
  return { fault, sent };
}

describe('an honest server', () => {
  test.each<[string, readonly LdapAnswer[], FakeEngineOptions]>([
    ['that proves itself, and then offers layers', [TOKEN, offer(ALL_LAYERS), says(0)], {}],
    ['that needs two rounds', [TOKEN, TOKEN, offer(ALL_LAYERS), says(0)], { rounds: 2 }],
    ['that has no more to say before its layers', [offer(ALL_LAYERS), says(0)], { doneEarly: true }],
    ['that offers no layer and nothing else', [TOKEN, offer(Uint8Array.of(1, 0, 0, 0)), says(0)], {}],
  ])('%s', async (_, answers, options) => {
    const { fault, sent } = await bind(answers, options);
    expect(fault).toBeUndefined();
    expect(sent).toHaveLength(answers.length);
    // No layer, no size, nobody else's name: RFC 4752 §3.3.
    expect([...(unwrapper('initiator')(sent.at(-1)!) ?? [])]).toEqual([1, 0, 0, 0]);
  });

  test('gets an empty token where there is none left to send', async () => {
    const { sent } = await bind([TOKEN, offer(ALL_LAYERS), says(0)]);
    expect(sent.map(({ length }) => length)).toEqual([expect.toSatisfy((n) => n > 0), 0, 32]);
  });
});

describe('a server that cannot be trusted', () => {
  test.each<[string, readonly LdapAnswer[], RegExp, FakeEngineOptions?]>([
    ['says yes at once', [says(0)], /yes before it proved who it is/],
    ['says yes with a token', [says(0, Buffer.from('x'))], /yes before it proved who it is/],
    ['says yes before the layers', [TOKEN, says(0)], /yes before it proved who it is/],
    ['has no token', [says(14)], /without a token/],
    [
      'offers layers that are not its own',
      [TOKEN, says(14, Buffer.alloc(40, 7))],
      /not signed by the server/,
    ],
    ['offers layers in the open', [TOKEN, says(14, ALL_LAYERS)], /not signed by the server/],
    ['turns our own token back', [TOKEN, says(14, wrapper('initiator')(ALL_LAYERS))], /not signed by the/],
    ['offers nothing', [TOKEN, says(14, new Uint8Array())], /not signed by the server/],
    ['offers too little', [TOKEN, offer(Uint8Array.of(1))], /1 octets in place of 4/],
    ['wants integrity and no less', [TOKEN, offer(Uint8Array.of(2, 1, 0, 0))], /security layer of its own/],
    ['wants confidentiality', [TOKEN, offer(Uint8Array.of(6, 1, 0, 0))], /security layer of its own/],
    ['wants more after the layers', [TOKEN, offer(ALL_LAYERS), TOKEN], /more than the mechanism has/],
    ['never ends', Array.from({ length: FOREVER }, () => TOKEN), /within 8 rounds/, { rounds: FOREVER }],
  ])('%s', async (_, answers, detail, options) => {
    const { fault } = await bind(answers, options);
    expect(fault).toEqual({
      kind: 'other',
      detail: expect.stringMatching(detail),
      hint: expect.stringContaining('--user'),
    });
  });
});

describe('a refusal', () => {
  test.each([
    [
      49,
      '80090308: LdapErr: DSID-0C090569, comment: AcceptSecurityContext error, data 533, v4f7c',
      'credentials',
      /the account is disabled/,
      /klist/,
    ],
    [
      49,
      '80090346: LdapErr: DSID-0C090597, comment: AcceptSecurityContext error, data 80090346, v4563',
      'credentials',
      /channel binding/,
      /load balancer/,
    ],
    [7, 'GSSAPI is not known here', 'other', /GSSAPI is not known here/, /klist/],
    [8, 'SASL:[GSSAPI]: Sign or Seal are required.', 'encryption-required', /Sign or Seal/, /--user/],
    [53, 'Sign or Seal are not allowed if TLS is used', 'constraint', /not allowed/, /allow_sasl_over_tls/],
    [51, 'later', 'busy', /later/, /^$/],
  ])('%d %s', async (code, text, kind, detail, hint) => {
    for (const before of [[], [TOKEN], [TOKEN, offer(ALL_LAYERS)]]) {
      const { fault } = await bind([...before, says(code, undefined, text)]);
      expect(fault).toEqual({
        kind,
        resultCode: code,
        detail: expect.stringMatching(detail),
        hint: expect.stringMatching(hint),
      });
    }
  });

  test('of many lines stays on one', async () => {
    const { fault } = await bind([says(49, undefined, `one\ntwo${'x'.repeat(5000)}`)]);
    expect(fault?.detail).toBe('signing in: one (LDAP result 49)');
  });

  test('by Kerberos keeps its own words, and nothing is sent', async () => {
    const stepFault = { kind: 'no-ticket', detail: 'there is no Kerberos ticket', hint: 'kinit' } as const;
    expect(await bind([], { stepFault })).toEqual({
      fault: { kind: 'credentials', detail: 'signing in: there is no Kerberos ticket', hint: 'kinit' },
      sent: [],
    });
  });
});
