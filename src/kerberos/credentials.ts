import { KmsDnsError } from '../core/errors.ts';
import { readBinaryFile } from '../core/files.ts';
import type { KerberosCredentials, KerberosOutcome } from '../core/security-context.ts';
import { readTicketCache } from './ccache.ts';
import { type CredentialFacts, keytabFileFault, notInKeytabFault } from './fault.ts';
import { type KeytabEntry, type KeytabReading, loginPrincipal, readKeytab } from './keytab.ts';
import type { Krb5Library } from './krb5-library.ts';
import type { Native } from './native.ts';
import { principalText, readPrincipal } from './principal.ts';

/** Whom to log in as, from which keytab, and what else is in it. */
export type KeytabLogin = Extract<CredentialFacts, { readonly kind: 'keytab' }>;

/**
 * Looks into a keytab before the library does, which says no more than that it has no credentials. The principal may
 * be without its realm; left out, the keytab decides.
 */
export async function keytabLogin({
  path,
  principal,
}: Extract<KerberosCredentials, { readonly kind: 'keytab' }>): Promise<KerberosOutcome<KeytabLogin>> {
  const reading = await readFileWith(path, readKeytab);
  if (reading === 'absent') return { ok: false, fault: keytabFileFault(path, 'there is no such file') };
  if (!reading.ok) return { ok: false, fault: keytabFileFault(path, reading.problem) };
  const { entries } = reading;
  const found = principal === undefined ? loginPrincipal(entries) : entryOf(entries, principal);
  if (found !== undefined) return { ok: true, value: { kind: 'keytab', path, principal: found, entries } };
  return {
    ok: false,
    fault:
      principal === undefined
        ? keytabFileFault(path, 'it holds nobody')
        : notInKeytabFault(path, principal, entries),
  };
}

function entryOf(entries: readonly KeytabEntry[], wanted: string): string | undefined {
  const read = readPrincipal(wanted);
  if (read === undefined) return undefined;
  const text = principalText(read);
  return entries.find(
    ({ principal }) => principal === text || (read.realm === '' && principal.startsWith(text)),
  )?.principal;
}

/** What can be said about the credentials that the library takes by itself, after it found none that help. */
export async function defaultCredentialFacts(
  native: Native,
  krb5: Krb5Library | undefined,
): Promise<CredentialFacts> {
  const cacheName = krb5?.defaultCache() ?? native.variable('KRB5CCNAME');
  const cacheFile = fileOf(cacheName);
  const keytabFile = fileOf(krb5?.clientKeytab());
  const reading = keytabFile === undefined ? 'absent' : await readFileWith(keytabFile, readKeytab);
  // Where nobody named one, there is none at the place where one would be looked for.
  const named = native.variable('KRB5_CLIENT_KTNAME') !== undefined;
  const missing: KeytabReading = { ok: false, problem: 'there is no such file' };
  return {
    kind: 'default',
    cacheName,
    cache: cacheFile === undefined ? undefined : await readFileWith(cacheFile, readTicketCache),
    clientKeytab:
      keytabFile === undefined || (reading === 'absent' && !named)
        ? undefined
        : { path: keytabFile, reading: reading === 'absent' ? missing : reading },
  };
}

/** The path in `FILE:/path` or `/path`; undefined for what lives elsewhere, `KCM:`, `KEYRING:`, `MEMORY:`. */
function fileOf(name: string | undefined): string | undefined {
  const match = /^(?:(?:FILE|WRFILE):)?(\/.*)$/.exec(name ?? '');
  return match?.[1];
}

async function readFileWith<T>(
  path: string,
  read: (octets: Uint8Array) => T,
): Promise<T | 'absent' | { readonly ok: false; readonly problem: string }> {
  let octets: Uint8Array;
  try {
    octets = await readBinaryFile(path);
  } catch (error) {
    if (!(error instanceof KmsDnsError)) throw error;
    const { cause } = error;
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return 'absent';
    return { ok: false, problem: error.message };
  }
  return read(octets);
}
