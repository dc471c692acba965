import { type Fqdn, labelsOf, parseFqdn } from '../core/name.ts';
import type { Case } from './case.ts';
import type { Client, PinnedHost } from './client.ts';
import { addressesForClient } from './host-fate.ts';
import type { Seen } from './seen.ts';

/**
 * The names under which this client looks its pinned host up, in its order; none when it pins none, or an address. To
 * one label without a final dot Windows appends its suffixes, one after the other, and asks for nothing else: Windows
 * client policy, "DNS suffix search list". Undefined when the suffixes it would append are not known.
 */
export function pinnedNames({ pinned, suffixes, suffixesUntold }: Client): readonly Fqdn[] | undefined {
  if (pinned?.value.host?.kind !== 'name') return [];
  const { name } = pinned.value.host;
  if (labelsOf(name).length > 1 || pinned.value.raw.endsWith('.')) return [name];
  if (suffixesUntold) return undefined;
  return suffixes.value.length === 0 ? [name] : suffixes.value.map((suffix) => parseFqdn(`${name}${suffix}`));
}

/**
 * The host that the client is led to by what is pinned: of several names the first that is not denied, and the first
 * of all when each of them is. Undefined when nothing is pinned that can be looked up.
 */
export function pinnedHost(one: Case, seen: Seen): PinnedHost['host'] {
  const host = one.client.pinned?.value.host;
  if (host?.kind !== 'name') return host;
  const names = pinnedNames(one.client) ?? [];
  const name = names.find((each) => addressesForClient(one, seen, each).kind !== 'none') ?? names[0];
  return name === undefined ? undefined : { kind: 'name', name };
}
