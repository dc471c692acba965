import { formatEndpoint } from './address.ts';
import { displayName } from './name.ts';
import type { Endpoint } from './net.ts';
import type { KerberosFault, SecurityTarget } from './security-context.ts';

/** What Kerberos tolerates between two clocks unless told otherwise: RFC 4120 §1.6. */
export const ALLOWED_SKEW_SECONDS = 300;

/** How a name server turned a negotiation down. */
export type Refusal =
  | { readonly kind: 'rcode'; readonly rcode: string }
  /** The error field of the TKEY record, by name. */
  | { readonly kind: 'error'; readonly error: string }
  | { readonly kind: 'no-record' }
  | { readonly kind: 'unreadable'; readonly detail: string }
  /** It stopped before both sides had a key, or would not stop. */
  | { readonly kind: 'unfinished' }
  | { readonly kind: 'too-large'; readonly octets: number };

interface Whom {
  readonly server: Endpoint;
  readonly target: SecurityTarget;
}

/** `DNS/dc1.contoso.com`, as a person would look it up. */
export function principalText({ target: { service, host, realm } }: Pick<Whom, 'target'>): string {
  return `${service}/${displayName(host)}${realm === undefined ? '' : `@${realm}`}`;
}

/** The refusal in a sentence, and what to do. */
export function refusalFault(whom: Whom, refusal: Refusal): KerberosFault {
  const at = formatEndpoint(whom.server);
  const spn = principalText(whom);
  const say = (detail: string, hint: string): KerberosFault => ({ kind: 'server-refused', detail, hint });
  switch (refusal.kind) {
    case 'rcode':
      return say(
        `the name server ${at} answered ${refusal.rcode} to the Kerberos negotiation (TKEY): it does no GSS-TSIG`,
        NOT_THE_SERVER,
      );
    case 'no-record':
      return say(
        `the name server ${at} answered the Kerberos negotiation without a TKEY record: it does no GSS-TSIG`,
        NOT_THE_SERVER,
      );
    case 'unreadable':
      return say(
        `the answer of the name server ${at} to the Kerberos negotiation makes no sense: ${refusal.detail}`,
        'something between here and the server may have changed it; try from a host beside the server',
      );
    case 'unfinished':
      return say(
        `the Kerberos negotiation with the name server ${at} came to no end`,
        'the server may offer other mechanisms only (NTLM); its DNS server must have a Kerberos key',
      );
    case 'too-large':
      return say(
        `the ticket for ${spn} takes ${refusal.octets} octets and does not fit into a DNS message`,
        'the account is a member of too many groups; use one that is not',
      );
    case 'error':
      return errorFault(at, spn, refusal.error, say);
  }
}

const NOT_THE_SERVER =
  'name the DNS server of the Active Directory zone ("server:" in the desired state), or one with tkey-gssapi-keytab; others take a TSIG key';

function errorFault(
  at: string,
  spn: string,
  error: string,
  say: (detail: string, hint: string) => KerberosFault,
): KerberosFault {
  switch (error) {
    case 'BADKEY':
      return say(
        `the name server ${at} did not accept the ticket for ${spn} (BADKEY): it has another key for that name than the KDC (key version), the name belongs to another account, or the clocks are more than ${ALLOWED_SKEW_SECONDS / 60} minutes apart`,
        `drop the old tickets (kdestroy, klist purge) and try again; then compare key versions (kvno ${spn}, klist -k on the server) and who has the name (setspn -Q ${spn}). BIND tells the reason at debug level 3`,
      );
    case 'BADNAME':
      return say(
        `the name server ${at} says twice that it has a key of the new random name already (BADNAME)`,
        'try again; when it stays so, something answers in its place',
      );
    case 'BADALG':
      return say(
        `the name server ${at} does not know the algorithm gss-tsig (BADALG): it does no Kerberos`,
        NOT_THE_SERVER,
      );
    case 'BADMODE':
      return say(`the name server ${at} does not negotiate keys by GSS-API (BADMODE)`, NOT_THE_SERVER);
    default:
      return say(
        `the name server ${at} turned the Kerberos negotiation for ${spn} down: ${error}`,
        'see its log',
      );
  }
}

/** A name server that says nothing is no refusal. */
export function silenceFault({ server }: Whom, why: string): KerberosFault {
  return {
    kind: 'timed-out',
    detail: `the name server ${formatEndpoint(server)} did not answer the Kerberos negotiation (TKEY): ${why}`,
    hint: 'is TCP port 53 of the server reachable? Kerberos tickets do not fit into UDP',
  };
}
