import type { Problem } from '../core/errors.ts';
import { SPP_REGISTRY_KEY } from '../core/kms.ts';
import { type Fqdn, hostNameProblem, readName } from '../core/name.ts';
import type { Place } from '../core/yaml-text.ts';
import { powerShellWords } from './powershell-words.ts';
import { elementsBelow, readXml, type XmlElement } from './xml-tree.ts';

// Where scripts and policies hold DnsDomainPublishList.

/** One list as it stands in a file. */
export interface WrittenList {
  /** Undefined where the file does not say whose it is. */
  readonly host: Fqdn | undefined;
  readonly entries: readonly { readonly entry: string; readonly place: Place }[];
}

export interface WrittenLists {
  readonly lists: readonly WrittenList[];
  readonly problems: readonly Problem[];
}

/**
 * The lists that a `Registry.xml` of Group Policy Preferences sets ([MS-GPPREF] 2.2.1.18), each for the computer that
 * its item is targeted at by DNS name. Never throws.
 */
export function listsInPolicy(text: string, file: string): WrittenLists {
  const { root, problem } = readXml(text, file);
  const problems: Problem[] = problem === undefined ? [] : [problem];
  const lists: WrittenList[] = [];
  const [hive = '', ...path] = SPP_REGISTRY_KEY.toLowerCase().split('\\');
  for (const item of elementsBelow(root, 'Registry')) {
    const properties = item.children.find(({ name }) => name === 'Properties');
    const said = (name: string): string => properties?.attributes.get(name) ?? '';
    if (said('name').toLowerCase() !== 'dnsdomainpublishlist' || properties === undefined) continue;
    const isHere = said('hive').toLowerCase() === hive && said('key').toLowerCase() === path.join('\\');
    if (!isHere || said('action').toUpperCase() === 'D') continue;
    if (said('type') !== 'REG_MULTI_SZ')
      problems.push({
        ...properties.place,
        message: 'DnsDomainPublishList is no REG_MULTI_SZ: nobody knows what the host reads',
      });
    else {
      const entries = elementsBelow(properties, 'Value').map(({ text: value, place }) => ({
        entry: value.trim(),
        place,
      }));
      const targets = targetsOf(item, problems);
      for (const host of targets.length === 0 ? [undefined] : targets) lists.push({ host, entries });
    }
  }
  return { lists, problems };
}

/** The computers that alone take an item; none for one that every computer takes. */
function targetsOf(item: XmlElement, problems: Problem[]): readonly Fqdn[] {
  const filters = item.children.find(({ name }) => name === 'Filters');
  return elementsBelow(filters ?? { ...item, children: [] }, 'FilterComputer').flatMap(
    ({ attributes, place }) => {
      const name = attributes.get('name') ?? '';
      const read = readName(name);
      const isNot = attributes.get('not') === '1';
      if (!isNot && read.ok && name.includes('.') && hostNameProblem(name) === undefined) return [read.name];
      problems.push({
        ...place,
        message: isNot
          ? `an item for every computer but ${JSON.stringify(name)}: whose list it is cannot be told`
          : `computer ${JSON.stringify(name)} is no DNS name of a host`,
      });
      return [];
    },
  );
}

/** The list of `generate publish-list-ps1`: `$wantedHost = 'HOST'` and `$wanted = @('ENTRY' …)`. Never throws. */
export function listInScript(script: string, file: string): WrittenLists {
  const words = powerShellWords(script);
  const after = (name: string): number =>
    words.findIndex(
      ({ kind, text }, i) =>
        kind === 'word' && text === name && words[i + 1]?.text === '=' && words[i + 1]?.kind === 'mark',
    );
  const hostAt = after('$wantedHost');
  const listAt = after('$wanted');
  const said = hostAt < 0 ? undefined : words[hostAt + 2];
  const read = said?.quoted ? readName(said.text) : undefined;
  const entries: { entry: string; place: Place }[] = [];
  const isList = listAt >= 0 && words[listAt + 2]?.text === '@' && words[listAt + 3]?.text === '(';
  for (let at = listAt + 4; isList && at < words.length; at++) {
    const { kind, text, quoted, line, column } = words[at]!;
    if (kind === 'mark' && text === ')') break;
    if (quoted) entries.push({ entry: text, place: { file, line, column } });
  }
  const problems = isList
    ? []
    : [{ file, line: 1, column: 1, message: 'no list "$wanted = @(…)", as publish-list-ps1 has it' }];
  return { lists: isList ? [{ host: read?.ok ? read.name : undefined, entries }] : [], problems };
}
