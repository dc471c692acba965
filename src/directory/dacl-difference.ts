import { aceInWords } from './access.ts';
import { specificRights } from './access-rights.ts';
import { type Ace, isInherited } from './ace.ts';
import type { Dacl } from './security-descriptor.ts';

/**
 * In what two permission lists differ, in words; none: they mean the same. Servers write generic rights out and sort
 * what is inherited anew ([MS-ADTS] §6.1.3), so masks are compared by the rights they give, inherited entries
 * without their order, and explicit ones with it.
 */
export function daclDifference(expected: Dacl, seen: Dacl): readonly string[] {
  if (expected.kind !== 'list' || seen.kind !== 'list')
    return expected.kind === seen.kind ? [] : [`a list that is ${seen.kind}, not ${expected.kind}`];
  const differences = [
    ...missing(expected.aces, seen.aces).map((ace) => `missing: ${words(ace)}`),
    ...missing(seen.aces, expected.aces).map((ace) => `more: ${words(ace)}`),
  ];
  const order = (aces: readonly Ace[]): string =>
    aces
      .filter((ace) => !isInherited(ace))
      .map(keyOf)
      .join('|');
  return differences.length === 0 && order(expected.aces) !== order(seen.aces)
    ? ['the same entries in another order']
    : differences;
}

/** Entries of `all` that `others` does not have as often. */
function missing(all: readonly Ace[], others: readonly Ace[]): readonly Ace[] {
  const left = new Map<string, number>();
  for (const ace of others) left.set(keyOf(ace), (left.get(keyOf(ace)) ?? 0) + 1);
  return all.filter((ace) => {
    const count = left.get(keyOf(ace)) ?? 0;
    left.set(keyOf(ace), count - 1);
    return count <= 0;
  });
}

function keyOf(ace: Ace): string {
  if (ace.kind === 'other') return Buffer.from(ace.octets).toString('hex');
  const { kind, flags, mask, sid, objectType = '', inheritedObjectType = '' } = ace;
  return [kind, flags, specificRights(mask), sid, objectType, inheritedObjectType].join(' ');
}

function words(ace: Ace): string {
  return ace.kind === 'other' ? `an entry of type ${ace.type}` : aceInWords(ace);
}
