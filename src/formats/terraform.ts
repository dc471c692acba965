import { createHash } from 'node:crypto';
import { displayName, type Fqdn } from '../core/name.ts';
import { readBraceTree } from './brace-tree.ts';
import type { YamlEntry } from './yaml-tree.ts';

// What the formats of Terraform share: names of resources, and finding those of one type.

/**
 * A resource name (letters, digits, "_", "-") for a domain or zone; different names give different ones. A dot becomes
 * "_"; where the name has one itself, a hash behind "__", which no dots give, keeps them apart.
 */
export function resourceName(prefix: string, name: Fqdn): string {
  const plain = `${prefix}_${displayName(name).replaceAll('.', '_')}`;
  if (!name.includes('_')) return plain;
  return `${plain}__${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
}

/** The blocks `resource "TYPE" "…" { … }` of a file, in their order. */
export function resourcesOf(type: string, text: string, file: string): readonly YamlEntry[] {
  const root = readBraceTree(text, file, { hashComments: true });
  if (root.kind !== 'map') return [];
  return root.entries.filter(({ key }) => key.startsWith(`resource ${type} `));
}
