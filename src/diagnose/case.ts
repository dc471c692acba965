import type { DesiredDomain, KmsHost } from '../core/desired-state.ts';
import { kmsOwnerName } from '../core/kms.ts';
import type { Fqdn } from '../core/name.ts';
import type { Endpoint } from '../core/net.ts';
import type { Client } from './client.ts';

/** One diagnosis: a client, the domains looked at, and what is believed to be right. */
export interface Case {
  readonly client: Client;
  /** Domains examined besides the client's own: where somebody believes the record to be. */
  readonly examined: readonly Fqdn[];
  /** Take the place of the authoritative servers that NS and SOA lead to. */
  readonly authorities: readonly Endpoint[];
  readonly expected: readonly DesiredDomain[];
  readonly hosts: readonly KmsHost[];
  /** What the user reports, as `0x` and eight hex digits; undefined when nothing. */
  readonly reported: string | undefined;
  /** Part of the control names of this run: nobody can have published it. */
  readonly randomLabel: string;
  /** A TCP port that no service has, for the control connection. */
  readonly controlPort: number;
  /** `lean` asks only what the client itself asks: for thousands of domains. */
  readonly depth: 'full' | 'lean';
}

/** The domains in which this client looks for the record, in its order. A lookup domain shuts out the suffixes. */
export function clientDomains({ client }: Pick<Case, 'client'>): readonly Fqdn[] {
  // `slmgr /skms-domain` came with Windows 8; Vista's service does not know the value.
  if (client.lookupDomain !== undefined && client.generation === 'windows10')
    return [client.lookupDomain.value];
  return client.suffixes.value;
}

/** Every domain this run asks about: the client's own first, each once. */
export function allDomains(one: Case): readonly Fqdn[] {
  return [...new Set([...clientDomains(one), ...one.examined, ...one.expected.map(({ domain }) => domain)])];
}

/** The owner names of {@link allDomains}. */
export function allOwners(one: Case): readonly Fqdn[] {
  return allDomains(one).map(kmsOwnerName);
}
