import type { KerberosFault, KerberosOutcome, SecurityEngine } from '../core/security-context.ts';
import { bindGss, type GssLibrary } from './gss-library.ts';
import { gssapiEngine } from './gssapi.ts';
import { bindKrb5 } from './krb5-library.ts';
import { loadNative, type Native } from './native.ts';

/** A library that speaks the GSS-API, and what it is called. */
interface Candidate {
  readonly file: string;
  readonly name: string;
}

const CANDIDATES: Readonly<Record<string, readonly Candidate[]>> = {
  linux: [
    { file: 'libgssapi_krb5.so.2', name: 'MIT Kerberos' },
    { file: 'libgssapi.so.3', name: 'Heimdal' },
  ],
  darwin: [{ file: '/System/Library/Frameworks/GSS.framework/GSS', name: 'the GSS framework' }],
};

let loaded: Promise<KerberosOutcome<SecurityEngine>> | undefined;

/**
 * The Kerberos of this computer, loaded by the first call: SSPI on Windows, the GSS-API elsewhere. Where it is missing
 * the fault `no-library` says what to install.
 */
export function systemEngine(): Promise<KerberosOutcome<SecurityEngine>> {
  loaded ??= loadEngine();
  return loaded;
}

async function loadEngine(): Promise<KerberosOutcome<SecurityEngine>> {
  const native = await loadNative();
  if (typeof native === 'string') return { ok: false, fault: noKoffiFault(native) };
  if (native.platform !== 'win32') return gssEngine(native, CANDIDATES[native.platform] ?? CANDIDATES.linux!);
  const { sspiEngine } = await import('./sspi.ts');
  const windows = sspiEngine(native);
  if (windows !== undefined) return { ok: true, value: windows };
  return { ok: false, fault: noLibraryFault(['secur32.dll cannot be loaded']) };
}

/** The first of these libraries that is there. */
export function gssEngine(native: Native, candidates: readonly Candidate[]): KerberosOutcome<SecurityEngine> {
  const problems: string[] = [];
  for (const { file, name } of candidates) {
    const library = native.load(file);
    if (library === undefined) {
      problems.push(`${file} is not installed`);
      continue;
    }
    let gss: GssLibrary;
    try {
      gss = bindGss(native, library);
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
      continue;
    }
    // Heimdal has a libkrb5 of its own: two in one process is one too many.
    const krb5 = gss.takesKeytabs ? bindKrb5(native) : undefined;
    return { ok: true, value: gssapiEngine({ native, gss, krb5, name: `${name} (${file})` }) };
  }
  return { ok: false, fault: noLibraryFault(problems) };
}

function noKoffiFault(why: string): KerberosFault {
  return {
    kind: 'no-library',
    detail: `Kerberos needs the npm package koffi, which cannot be loaded: ${why}`,
    hint: 'npm install koffi (beside kmsdns: npm install -g koffi for a global one)',
  };
}

function noLibraryFault(problems: readonly string[]): KerberosFault {
  return {
    kind: 'no-library',
    detail: `there is no Kerberos library here: ${problems.join('; ')}`,
    hint: 'Debian and Ubuntu: apt-get install libgssapi-krb5-2; Fedora and RHEL: dnf install krb5-libs; macOS has it built in',
  };
}
