import type { KerberosFault, KerberosFaultKind, SecurityTarget } from '../core/security-context.ts';
import { principalText, servicePrincipal } from './principal.ts';

/** Codes of winerror.h, from 0x80090300 on. */
const CODES: Readonly<Record<number, { readonly kind: KerberosFaultKind; readonly name: string }>> = {
  769: { kind: 'other', name: 'SEC_E_INVALID_HANDLE' },
  771: { kind: 'service-unknown', name: 'SEC_E_TARGET_UNKNOWN' },
  772: { kind: 'other', name: 'SEC_E_INTERNAL_ERROR' },
  773: { kind: 'other', name: 'SEC_E_SECPKG_NOT_FOUND' },
  776: { kind: 'server-refused', name: 'SEC_E_INVALID_TOKEN' },
  780: { kind: 'wrong-secret', name: 'SEC_E_LOGON_DENIED' },
  782: { kind: 'no-ticket', name: 'SEC_E_NO_CREDENTIALS' },
  785: { kind: 'kdc-silent', name: 'SEC_E_NO_AUTHENTICATING_AUTHORITY' },
  791: { kind: 'ticket-expired', name: 'SEC_E_CONTEXT_EXPIRED' },
  802: { kind: 'key-version', name: 'SEC_E_WRONG_PRINCIPAL' },
  804: { kind: 'clock-skew', name: 'SEC_E_TIME_SKEW' },
  833: { kind: 'other', name: 'SEC_E_KDC_UNKNOWN_ETYPE' },
  840: { kind: 'key-version', name: 'SEC_E_NO_KERB_KEY' },
  848: { kind: 'other', name: 'SEC_E_DOWNGRADE_DETECTED' },
  857: { kind: 'realm-unknown', name: 'SEC_E_KDC_UNABLE_TO_REFER' },
  867: { kind: 'not-mutual', name: 'SEC_E_MUTUAL_AUTH_FAILED' },
};

const FACILITY = 0x8009_0000;

/** What SSPI said, in a sentence. Pure. */
export function sspiFault(status: number, target: SecurityTarget): KerberosFault {
  const code = CODES[(status >>> 0) - FACILITY];
  const kind = code?.kind ?? 'other';
  const hex = `0x${(status >>> 0).toString(16).padStart(8, '0').toUpperCase()}`;
  const service = principalText(servicePrincipal(target)).replace(/@$/, '');
  const said = code === undefined ? hex : `${hex}, ${code.name}`;
  const [detail, hint] = sentence(kind, JSON.stringify(service), service.replace(/@.*$/, ''));
  return { kind, detail: `${detail} (${said})`, hint };
}

function sentence(kind: KerberosFaultKind, quoted: string, service: string): readonly [string, string] {
  switch (kind) {
    case 'no-ticket':
      return [
        'the account that runs this has no Kerberos credentials',
        'run it as a domain user, or as LocalSystem or NetworkService of a domain member, which act as the computer; klist shows the tickets',
      ];
    case 'ticket-expired':
      return ['the Kerberos ticket has expired', 'klist purge, then try again'];
    case 'wrong-secret':
      return [
        'the domain did not accept the account that runs this',
        'is its password still right? Log on anew',
      ];
    case 'service-unknown':
      return [
        `the domain has no service principal ${quoted}`,
        `setspn -Q ${service} shows who has it; setspn -S ${service} COMPUTER registers it`,
      ];
    case 'kdc-silent':
      return [
        `no domain controller could be reached, and ${quoted} needs a ticket`,
        'nltest /dsgetdc:DOMAIN finds one; port 88 must be open from here',
      ];
    case 'realm-unknown':
      return [
        `no domain controller knows the way to ${quoted}`,
        'is the name within the forest or a trusted one? nltest /domain_trusts',
      ];
    case 'clock-skew':
      return [
        `the clocks here and at ${quoted} or the domain controller are too far apart`,
        'Kerberos allows 300 s: w32tm /resync, then klist purge',
      ];
    case 'key-version':
      return [
        `${quoted} has another key than the domain: its ticket was not accepted`,
        `klist purge; then setspn -Q ${service}: is the name registered for one account only, and the right one?`,
      ];
    case 'server-refused':
      return [
        `the token of ${quoted} makes no sense to Windows`,
        'something between here and the server may have changed it',
      ];
    case 'not-mutual':
      return [
        `the server did not prove that it is ${quoted}`,
        'Windows fell back to NTLM, which proves nothing: is the service principal registered (setspn -Q)?',
      ];
    default:
      return [
        `Windows gave no security context with ${quoted}`,
        'the System log has the reason (source: Security-Kerberos)',
      ];
  }
}

/** The keytab is a thing of MIT and Heimdal. */
export function noKeytabOnWindows(path: string): KerberosFault {
  return {
    kind: 'no-library',
    detail: `Windows takes no keytab (${JSON.stringify(path)}): its Kerberos acts as the account that runs this`,
    hint: 'leave the keytab out, and run it as the account that may write: a domain user, or LocalSystem for the computer itself',
  };
}
