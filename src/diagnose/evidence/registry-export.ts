import type { FactDraft } from './fact-draft.ts';
import { readDnsKeys } from './registry-dns.ts';
import { readKmsKeys } from './registry-kms.ts';
import { RegistryExport } from './registry-values.ts';

/** Has it the first line of an export, or a key in brackets? */
export function looksLikeRegistryExport(text: string): boolean {
  const head = text.slice(0, 4096);
  return (
    /^\s*(Windows Registry Editor Version|REGEDIT\d?\s*(\r|\n|$))/i.test(head) ||
    /^\s*\[-?HK(EY_[A-Z_]+|LM|U|CU)\\/im.test(head)
  );
}

/** `reg export` and regedit's export of a client or a KMS host, in any of the encodings they have. */
export function readRegistryExport(draft: FactDraft, octets: Uint8Array): void {
  const registry = new RegistryExport(draft, octets);
  readKmsKeys(draft, registry);
  readDnsKeys(draft, registry);
  if (draft.factCount === 0 && draft.decodedCount === 0)
    draft.problem(
      undefined,
      'no value in it says anything about KMS or DNS: export SoftwareProtectionPlatform, Tcpip\\Parameters or DNSClient',
    );
}
