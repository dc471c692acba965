import { parseIpAddress } from '../../core/address.ts';
import type { FactDraft } from './fact-draft.ts';
import { isNameText } from './labelled-line.ts';

/** Are most lines that say anything an address with names behind it? */
export function looksLikeHostsFile(lines: readonly string[]): boolean {
  const said = lines.map(entryOf).filter((entry) => entry !== 'nothing');
  const entries = said.filter((entry) => entry !== 'garbled');
  // As Windows ships it: nothing but comments, with the usual example.
  if (said.length === 0) return lines.some((line) => /^\s{0,8}#.{0,80}\blocalhost\b/.test(line));
  return entries.length * 2 > said.length;
}

/** A `hosts` file: RFC 952's successor as every system has it, `ADDRESS NAME…` with comments behind `#`. */
export function readHostsFile(draft: FactDraft, lines: readonly string[]): void {
  lines.forEach((line, i) => {
    const entry = entryOf(line);
    if (entry === 'nothing') return;
    if (entry === 'garbled') {
      draft.problem(i + 1, 'this line is not an address with names behind it');
      return;
    }
    for (const host of entry.hosts) {
      draft.fact(
        'hosts-file-entry',
        { line: i + 1, place: host, raw: line.trim() },
        { host, address: entry.address },
      );
      draft.decoded(host, entry.address, 'found here before any DNS server is asked');
    }
  });
}

function entryOf(line: string): 'nothing' | 'garbled' | { address: string; hosts: readonly string[] } {
  const text = line.slice(0, 1000).split('#', 1)[0]!.trim();
  if (text === '') return 'nothing';
  const [first, ...hosts] = text.split(/\s+/);
  const address = parseIpAddress(first!);
  return address === undefined || hosts.length === 0 || !hosts.every(isNameText)
    ? 'garbled'
    : { address, hosts };
}
