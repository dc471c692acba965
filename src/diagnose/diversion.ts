import { formatEndpoint } from '../core/address.ts';
import { type Fqdn, labelsOf } from '../core/name.ts';
import type { Endpoint } from '../core/net.ts';
import type { Client, Diversion } from './client.ts';

/**
 * The DNS servers that this client asks for a name, in its order: those of the most specific rule of its Name
 * Resolution Policy Table, else its own. A rule without servers leaves the name to its own: [MS-GPNRPT] 2.2.2.
 */
export function serversFor(
  client: Pick<Client, 'resolvers' | 'diversions'>,
  name: Fqdn,
): readonly Endpoint[] {
  return diversionOf(client, name)?.servers ?? client.resolvers.value;
}

/** The rule that sends this name to other servers; undefined when none does. */
export function diversionOf(
  { diversions = [] }: Pick<Client, 'diversions'>,
  name: Fqdn,
): Diversion | undefined {
  let best: { readonly rule: Diversion; readonly rank: number } | undefined;
  for (const rule of diversions) {
    const rank = Math.max(...rule.namespaces.map((space) => rankOf(space, name)));
    if (rank > (best?.rank ?? NO_MATCH)) best = { rule, rank };
  }
  return best === undefined || best.rule.servers.length === 0 ? undefined : best.rule;
}

/** Every server that the client asks for anything, its own first, each once. */
export function everyServer({
  resolvers,
  diversions = [],
}: Pick<Client, 'resolvers' | 'diversions'>): readonly Endpoint[] {
  if (diversions.length === 0 && resolvers.value.length === 1) return resolvers.value;
  const all = [...resolvers.value, ...diversions.flatMap(({ servers }) => servers)];
  return [...new Map(all.map((server) => [formatEndpoint(server), server])).values()];
}

const NO_MATCH = -1;

/**
 * How specific a namespace is about a name: the whole name before the longest suffix (`.contoso.com`), before a prefix
 * (one label, the first of the name), before any name (`.`).
 */
function rankOf(space: string, name: Fqdn): number {
  const wanted = space.trim().toLowerCase();
  if (wanted === '.') return 0;
  const labels = wanted.split('.').filter((label) => label !== '');
  const own = labelsOf(name).map((label) => label.toLowerCase());
  if (labels.length === 0) return NO_MATCH;
  if (wanted.startsWith('.')) {
    const ends = labels.length < own.length && own.slice(-labels.length).join('.') === labels.join('.');
    return ends ? 1 + labels.length : NO_MATCH;
  }
  if (labels.length === own.length && own.join('.') === labels.join('.')) return 1000;
  return labels.length === 1 && own.length > 1 && own[0] === labels[0] ? 1 : NO_MATCH;
}
