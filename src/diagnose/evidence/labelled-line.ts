/** A line `label: value` of a tool's output, with or without dot leaders between the two. */
export interface LabelledLine {
  /** Columns before the label. */
  readonly indent: number;
  readonly label: string;
  /** Dots of the leader `. . . .` behind the label. */
  readonly dots: number;
  readonly value: string;
}

/**
 * Splits at the first colon, in Latin or Chinese width; undefined when there is none, or nothing before it. Written
 * without a regular expression: one that allows blanks on both sides of each part takes cubic time on a line of blanks.
 */
export function labelledLine(line: string): LabelledLine | undefined {
  const latin = line.indexOf(':');
  const wide = line.indexOf('：');
  const colon = latin < 0 || (wide >= 0 && wide < latin) ? wide : latin;
  if (colon <= 0 || colon > 200) return undefined;
  let indent = 0;
  while (indent < colon && isBlank(line[indent]!)) indent++;
  let end = colon;
  let dots = 0;
  for (; end > indent && (isBlank(line[end - 1]!) || line[end - 1] === '.'); end--)
    if (line[end - 1] === '.') dots++;
  const label = line.slice(indent, end);
  return label === '' ? undefined : { indent, label, dots, value: line.slice(colon + 1).trim() };
}

/** Does a value look like a host or domain name, one label or more? Anything longer or stranger is prose. */
export function isNameText(text: string): boolean {
  return text.length <= 255 && /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.?$/.test(text);
}

/** Also the ideographic and the no-break blank, and what a French console makes of the latter. */
function isBlank(char: string): boolean {
  return char === ' ' || char === '\t' || char === '\u3000' || char === '\u00a0' || char === '\u00ff';
}
