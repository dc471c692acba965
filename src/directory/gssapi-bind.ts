import type { KerberosFault, SecurityContext } from '../core/security-context.ts';
import type { LdapFault } from './directory-client.ts';
import type { LdapAnswer } from './ldap-bind-message.ts';
import { resultFault } from './ldap-fault.ts';

/** LDAP result codes of a bind by SASL: RFC 4511 appendix A.1. */
const SUCCESS = 0;
const STRONGER_AUTH_REQUIRED = 8;
const SASL_BIND_IN_PROGRESS = 14;
const UNWILLING_TO_PERFORM = 53;

/** The bit for "no security layer", which is all that is needed inside TLS: RFC 4752 §3.3. */
const NO_LAYER = 1;
/** No layer, and so no octets that it could carry; nobody else to act as. */
const OUR_CHOICE = Uint8Array.of(NO_LAYER, 0, 0, 0);

/** An honest server needs one round, and one more for the layers. */
const MAX_ROUNDS = 8;

/**
 * Signs in by the SASL mechanism GSSAPI (RFC 4752 §3.1) over a connection that TLS protects, so without a security
 * layer. `exchange` sends credentials and gives the server's answer; what it rejects with is passed on. A fault when
 * Kerberos or the server turns it down; the context remains the caller's.
 */
export async function bindByGssapi(
  context: SecurityContext,
  exchange: (credentials: Uint8Array) => Promise<LdapAnswer>,
  during: string,
): Promise<LdapFault | undefined> {
  let token: Uint8Array | undefined;
  let established = false;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    let ours: Uint8Array;
    const closing = established;
    if (closing) {
      const choice = choiceFor(context, token);
      if (typeof choice === 'string') return strange(during, choice);
      ours = choice;
    } else {
      const step = await context.step(token);
      if (!step.ok) return kerberosFault(step.fault, during);
      established = step.value.done;
      if (!established && step.value.token === undefined)
        return strange(during, 'the negotiation came to a halt');
      ours = step.value.token ?? new Uint8Array();
    }
    const { resultCode, text, credentials } = await exchange(ours);
    if (resultCode !== SUCCESS && resultCode !== SASL_BIND_IN_PROGRESS)
      return refusal(resultCode, text, during);
    if (resultCode === SUCCESS)
      return closing ? undefined : strange(during, 'the server says yes before it proved who it is');
    if (closing) return strange(during, 'the server wants more than the mechanism has');
    if (credentials === undefined) return strange(during, 'the server answers without a token');
    token = credentials;
  }
  return strange(during, `the negotiation did not end within ${MAX_ROUNDS} rounds`);
}

/** Our answer to the layers that the server offers, wrapped; in words why there is none. */
function choiceFor(context: SecurityContext, offered: Uint8Array | undefined): Uint8Array | string {
  const layers = offered === undefined ? undefined : context.unwrap(offered);
  if (layers === undefined) return 'the layers that it offers are not signed by the server';
  if (layers.length !== 4) return `the layers that it offers are ${layers.length} octets in place of 4`;
  if ((layers[0]! & NO_LAYER) === 0)
    return 'the server wants a security layer of its own inside TLS, which is not spoken here';
  return context.wrap(OUR_CHOICE);
}

function strange(during: string, what: string): LdapFault {
  return {
    kind: 'other',
    detail: `${during}: signing in by Kerberos failed: ${what}`,
    hint: 'sign in with --user and a password file in place of --kerberos',
  };
}

/** Why Kerberos gave no context, as trouble of the directory. */
export function kerberosFault({ detail, hint }: KerberosFault, during: string): LdapFault {
  return { kind: 'credentials', detail: `${during}: ${detail}`, hint };
}

/** SEC_E_BAD_BINDINGS, in the text of error 49. */
const BAD_BINDINGS = /\b80090346\b/;

function refusal(resultCode: number, text: string, during: string): LdapFault {
  const fault = resultFault(resultCode, text, during);
  if (BAD_BINDINGS.test(text))
    return {
      ...fault,
      kind: 'credentials',
      detail: `${during}: the server takes a ticket only from the TLS connection that it ends itself (channel binding; LDAP result ${resultCode})`,
      hint: 'something in between may open the TLS connection, a load balancer or a proxy: name the domain controller itself; or sign in with --user',
    };
  if (resultCode === STRONGER_AUTH_REQUIRED || resultCode === UNWILLING_TO_PERFORM)
    return {
      ...fault,
      hint: 'the server takes no Kerberos inside TLS (Samba: ldap server require strong auth = allow_sasl_over_tls would): sign in with --user',
    };
  return resultCode === 49 || resultCode === 7
    ? {
        ...fault,
        hint: 'is the account of the ticket still good (klist)? Or sign in with --user in place of --kerberos',
      }
    : fault;
}
