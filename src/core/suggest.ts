/** How a message goes on after an unknown word: the nearest known one, or all of them. */
export function suggestion(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  if (near !== undefined) return `did you mean ${JSON.stringify(near)}?`;
  if (known.length === 0) return 'there are none';
  const shown = known.slice(0, 12).join(', ');
  return `known: ${shown}${known.length > 12 ? ` and ${known.length - 12} more` : ''}`;
}

/** The known word at most a third of its letters away, letter case aside; undefined when none is so near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  let best: { readonly name: string; readonly distance: number } | undefined;
  for (const name of known) {
    const limit = Math.min(
      best?.distance ?? Number.POSITIVE_INFINITY,
      Math.max(1, Math.floor(name.length / 3)) + 1,
    );
    if (Math.abs(name.length - word.length) >= limit) continue;
    const distance = editDistance(word.toLowerCase(), name.toLowerCase());
    if (distance < limit) best = { name, distance };
  }
  return best?.name;
}

/** Levenshtein distance; a swap of neighbours counts as one step (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let steps = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        steps = Math.min(steps, before[j - 2]! + 1);
      next.push(steps);
    }
    before = row;
    row = next;
  }
  return row[b.length]!;
}
