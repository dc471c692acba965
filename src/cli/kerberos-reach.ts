import { KmsDnsError } from '../core/errors.ts';
import { readBinaryFile } from '../core/files.ts';
import type { KerberosLogin } from '../directory/ldap.ts';
import { readKeytab } from '../kerberos/keytab.ts';
import type { KerberosAccount, KerberosReach } from '../publish/kerberos-sessions.ts';
import type { Network } from './network.ts';

/**
 * The system's Kerberos for these accounts. Throws `kerberos-unavailable` where there is none, and `key-invalid` for a
 * keytab that cannot be read or is none.
 */
export async function kerberosReach(
  network: Network,
  accounts: ReadonlyMap<string, KerberosAccount>,
): Promise<KerberosReach> {
  for (const [server, { credentials }] of accounts)
    if (credentials.kind === 'keytab')
      await checkKeytab(
        credentials.path,
        `the keytab of server ${JSON.stringify(server)}`,
        'the path is relative to the folder of the desired state',
      );
  const loaded = await network.kerberos();
  if (!loaded.ok) {
    const [server] = accounts.keys();
    throw new KmsDnsError(
      'kerberos-unavailable',
      `server ${JSON.stringify(server)} wants Kerberos (auth: gss), and ${loaded.fault.detail}`,
      { hint: loaded.fault.hint },
    );
  }
  return { engine: loaded.value, accounts };
}

/** The system's Kerberos for signing in to a directory. Throws as {@link kerberosReach} does. */
export async function directoryKerberos(
  network: Network,
  keytab: string | undefined,
  principal: string | undefined,
): Promise<KerberosLogin> {
  if (keytab !== undefined) await checkKeytab(keytab, '--keytab', 'the path is relative to this folder');
  const loaded = await network.kerberos();
  if (!loaded.ok)
    throw new KmsDnsError('kerberos-unavailable', `--kerberos cannot be had: ${loaded.fault.detail}`, {
      hint: loaded.fault.hint,
    });
  return {
    engine: loaded.value,
    credentials: keytab === undefined ? { kind: 'default' } : { kind: 'keytab', path: keytab, principal },
  };
}

async function checkKeytab(path: string, whose: string, hintWhere: string): Promise<void> {
  const invalid = (what: string, hint: string, cause?: unknown): KmsDnsError =>
    new KmsDnsError('key-invalid', `${whose}: ${what}`, { hint, cause });
  let octets: Uint8Array;
  try {
    octets = await readBinaryFile(path);
  } catch (error) {
    if (!(error instanceof KmsDnsError)) throw error;
    throw invalid(error.message, hintWhere, error);
  }
  const reading = readKeytab(octets);
  if (!reading.ok)
    throw invalid(
      `${JSON.stringify(path)} is not a keytab: ${reading.problem}`,
      'make one on the domain controller (ktpass, samba-tool domain exportkeytab) or with kadmin (ktadd)',
    );
}
