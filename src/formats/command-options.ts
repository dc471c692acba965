/**
 * The options of a command by their long names: `--name value`, `--name=value`, `-n value`. `names` says which long
 * name a short or another one stands for. An option without a value has the empty text; other words are left out.
 */
export function commandOptions(
  words: readonly string[],
  names: Readonly<Record<string, string>> = {},
): ReadonlyMap<string, string> {
  const options = new Map<string, string>();
  for (const [i, word] of words.entries()) {
    const found = /^--?([A-Za-z][A-Za-z-]*)(?:=(.*))?$/.exec(word);
    if (found === null) continue;
    const [, given = '', attached] = found;
    const name = Object.hasOwn(names, given) ? names[given]! : given;
    const next = words[i + 1] ?? '';
    options.set(name, attached ?? (/^--?[A-Za-z]/.test(next) ? '' : next));
  }
  return options;
}
