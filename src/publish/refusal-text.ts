import type { KerberosFault } from '../core/security-context.ts';
import type { Identity } from '../core/tsig.ts';
import type { Delivery } from './deliver.ts';
import type { ServerKind } from './server-kind.ts';

type Answered = Extract<Delivery, { kind: 'answered' }>;

/** What Kerberos has to say, as sentences: what happened, and what to do. */
export function kerberosText({ detail, hint }: KerberosFault): string {
  return `${detail}. ${capital(hint)}.`;
}

/** The meaning of a refusing rcode together with its TSIG error, product by product. */
export function refusalText(answer: Answered, kind: ServerKind, identity: Identity | undefined): string {
  const { tsig } = answer;
  if (tsig?.kind === 'rejected') return rejectionText(answer, tsig, kind, identity);
  if (identity?.kind === 'principal') {
    const said = principalRefusal(answer, principalName(identity));
    if (said !== undefined) return said;
  }
  return rcodeText(answer, kind, identity);
}

function rejectionText(
  { rcode }: Answered,
  { error, skewSeconds }: Extract<NonNullable<Answered['tsig']>, { kind: 'rejected' }>,
  kind: ServerKind,
  identity: Identity | undefined,
): string {
  const kerberos = identity?.kind === 'principal';
  const key = keyText(identity);
  switch (error) {
    case 'BADKEY':
      if (kerberos)
        return `${rcode} with BADKEY: the server does not know the key that was negotiated by Kerberos any more; it was restarted, or forgot it. Try again.`;
      return kind === 'knot' || kind === 'unknown'
        ? `${rcode} with BADKEY: the server does not know ${key} under this algorithm; Knot also answers so when its ACL does not allow the change. Compare key name and algorithm, then the ACL (update-type, update-owner-name).`
        : `${rcode} with BADKEY: the server does not know ${key}, or has it with another algorithm. Compare name and algorithm on both sides.`;
    case 'BADSIG':
      if (kerberos)
        return `${rcode} with BADSIG: the server cannot verify a signature of the Kerberos context it agreed to; something on the way changed the message or sent it twice. Try again.`;
      return `${rcode} with BADSIG: the server has another secret for ${key}. Copy the key file again.`;
    case 'BADTIME': {
      const skew = skewSeconds === undefined ? '' : `; the server's clock is ${skewText(skewSeconds)} ours`;
      return `${rcode} with BADTIME: the clocks differ by more than the allowed 300 s${skew}. Set the time on the wrong side.`;
    }
    default:
      return `${rcode} with ${error}: the server does not accept this signature.`;
  }
}

/** What a directory means by its answers to a principal: one of its accounts, whose rights are in an ACL. */
function principalRefusal({ rcode, tsig }: Answered, who: string): string | undefined {
  const echoed = tsig?.kind === 'echoed';
  switch (rcode) {
    case 'SERVFAIL':
      return `SERVFAIL: Samba answers so when ${who} may not write the record. ${ACL_STORY}`;
    case 'REFUSED':
      return echoed
        ? `REFUSED: ${who} may not write the record. ${ACL_STORY}`
        : `REFUSED: the server knows ${who}, but its policy does not let that principal make this change. In Active Directory: ${lower(ACL_STORY)} On BIND: update-policy must grant it, for instance grant REALM krb5-subdomain-self-rhs _vlmcs._tcp.DOMAIN. SRV; (ms-subdomain-self-rhs for machine accounts), and these let a host write only the record that leads to itself.`;
    default:
      return undefined;
  }
}

/** The field problem of publishing KMS hosts in Active Directory (Microsoft's "Configure DNS for KMS"). */
const ACL_STORY =
  'The first host that registers _vlmcs._tcp owns it, and no other account may change it until it is given the right: see who owns the record and mend it with `kmsdns audit`; a right that came with a group counts only with a new ticket.';

function rcodeText({ rcode, tsig }: Answered, kind: ServerKind, identity: Identity | undefined): string {
  switch (rcode) {
    case 'REFUSED':
      if (identity === undefined)
        return 'REFUSED: the server takes no unsigned updates from here. Give the server a key (auth: { tsig: NAME }), or allow this address.';
      if (kind === 'powerdns' || tsig?.kind === 'unsigned')
        return `REFUSED without a signature: PowerDNS answers so to a wrong or unknown key, a wrong clock, and a key that TSIG-ALLOW-DNSUPDATE does not list for the zone. Its log tells which.`;
      return `REFUSED: ${keyText(identity)} is known, but the update policy does not allow this change. It must grant SRV at the owner name: grant ${identity.name} name _vlmcs._tcp.DOMAIN. SRV;`;
    case 'NOTAUTH':
      if (identity === undefined && (kind === 'knot' || kind === 'unknown'))
        return 'NOTAUTH: the server is not authoritative for the zone, or wants a key (Knot answers unsigned updates so).';
      return 'NOTAUTH: the server is not authoritative for this zone. Check the zone name, or send to the primary.';
    case 'NOTIMP':
      return 'NOTIMP: this server takes no updates at all (NSD, Unbound, many appliances). Write files for it instead: kmsdns generate bind-zone.';
    case 'NOTZONE':
      return 'NOTZONE: the owner name is not inside the zone. Check "zone:" in the desired state.';
    case 'SERVFAIL':
      return 'SERVFAIL: the server could not write; Samba answers so when another account owns the record. Look into its log.';
    case 'FORMERR':
      return 'FORMERR: the server did not understand the update; a middlebox may have changed it.';
    default:
      return `${rcode}: the server refused the update.`;
  }
}

function keyText(identity: Identity | undefined): string {
  if (identity === undefined) return 'the update is not signed';
  return identity.kind === 'key' ? `key ${JSON.stringify(identity.name)}` : principalName(identity);
}

function principalName({ name }: Identity): string {
  return name === undefined ? 'this principal' : `the principal ${JSON.stringify(name)}`;
}

function skewText(seconds: number): string {
  return `${Math.abs(seconds)} s ${seconds > 0 ? 'ahead of' : 'behind'}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
