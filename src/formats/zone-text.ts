import type { DesiredState } from '../core/desired-state.ts';
import { displayName, type Fqdn, isWithin, parseFqdn, readName } from '../core/name.ts';
import { fileNameFor } from '../core/rendered.ts';
import { childZoneFrame, domainsByName, srvLines, zoneGroups, zoneNotes } from '../core/zone-lines.ts';
import { readZoneText } from '../core/zone-reader.ts';
import type { DraftFile, FormatAbout, FormatReading } from './format.ts';
import { headComment } from './head.ts';
import { choiceOption, type FormatOption, nameOption, textOption } from './option.ts';

// Master files (RFC 1035 §5) for the products that read them: lines for the file a zone has already, or a small zone of
// its own for each owner name.

/** Options of every format that writes master files. */
export const ZONE_OPTIONS: {
  readonly scope: FormatOption<'zone' | 'child'>;
  readonly 'name-server': FormatOption<Fqdn | undefined>;
} = {
  scope: choiceOption(
    'zone writes lines for the file of the zone that is there, child a whole zone for each _vlmcs._tcp.DOMAIN',
    ['zone', 'child'],
  ),
  'name-server': nameOption(
    'host name of the server, for SOA and NS of child zones; default ns1 in the zone',
  ),
};

/** A folder on the server, as it is written into a configuration: nothing in it needs a quote anywhere. */
export function folderOption(doc: string): FormatOption<string | undefined> {
  return textOption(
    doc,
    'DIR',
    /^(?!-)[A-Za-z0-9._/-]+$/,
    'a folder here has letters, digits, ".", "_", "-" and "/" only, and no "-" in front',
  );
}

/** A file in a folder on the server. */
export function inFolder(folder: string | undefined, name: string): string {
  if (folder === undefined) return name;
  return folder.endsWith('/') ? `${folder}${name}` : `${folder}/${name}`;
}

/** One zone that a server shall serve. */
export interface ServedZone {
  readonly zone: Fqdn;
  /** Its whole master file: written here for a child zone, the user's own for any other. */
  readonly masterFile: string;
  /** Where its records may be updated: all owners of ours in it. */
  readonly owners: readonly Fqdn[];
  /** The server that its domains name; undefined when they name none. */
  readonly servers: readonly (string | undefined)[];
}

export interface ZoneTexts {
  readonly files: readonly DraftFile[];
  readonly zones: readonly ServedZone[];
  readonly notes: readonly string[];
}

/**
 * The master-file text of a state. `loads` says, for a zone, how the product takes note of a changed file; `include`
 * how it wants a path behind `$INCLUDE`, in quotes unless said otherwise.
 * Throws `generate-impossible` for a domain outside its zone.
 */
export function zoneTexts(
  about: FormatAbout,
  state: DesiredState,
  options: { readonly scope: 'zone' | 'child'; readonly 'name-server': Fqdn | undefined },
  loads: (zone: string) => string,
  include: (path: string) => string = (path) => `"${path}"`,
): ZoneTexts {
  return options.scope === 'zone'
    ? includes(about, state, loads, include)
    : childZones(about, state, options['name-server'], loads);
}

function includes(
  about: FormatAbout,
  state: DesiredState,
  loads: (zone: string) => string,
  include: (path: string) => string,
): ZoneTexts {
  const groups = zoneGroups(state.domains);
  const files = groups.map(({ zone, domains }): DraftFile => {
    const path = fileNameFor('vlmcs', displayName(zone), 'inc');
    const head = headComment(';', about, state, [
      `For the master file of ${displayName(zone)}. Write this line into it, with the path that the server sees:`,
      `    $INCLUDE ${include(path)}`,
      'Then raise the serial in its SOA record, and load it:',
      `    ${loads(displayName(zone))}`,
      'Names end in a dot, so $ORIGIN does not matter. The fields are priority, weight, port, target.',
    ]);
    return { path, content: `${head}\n${linesText(domains.flatMap(srvLines))}` };
  });
  const zones = groups.map(({ zone, domains }) => ({
    zone,
    masterFile: fileNameFor('db', displayName(zone), 'zone'),
    owners: domains.map(({ owner }) => owner),
    servers: [...new Set(domains.map(({ server }) => server))],
  }));
  return { files, zones, notes: state.domains.flatMap((domain) => [...zoneNotes(domain)]) };
}

function childZones(
  about: FormatAbout,
  state: DesiredState,
  given: Fqdn | undefined,
  loads: (zone: string) => string,
): ZoneTexts {
  const notes: string[] = [];
  const both = domainsByName(state.domains).map((domain): readonly [DraftFile, ServedZone] => {
    const { owner } = domain;
    const nameServer = given ?? parseFqdn(`ns1.${domain.zone ?? domain.domain}`);
    if (given === undefined) {
      notes.push(
        `The name server of ${displayName(owner)} is taken to be ${displayName(nameServer)}; correct it with name-server.`,
      );
    }
    if (isWithin(nameServer, owner))
      notes.push(
        `${displayName(nameServer)} lies in the zone that it serves, which holds no address for it.`,
      );
    const path = fileNameFor('db', displayName(owner), 'zone');
    const head = headComment(';', about, state, [
      `The whole zone ${displayName(owner)}: nothing else of ${displayName(domain.domain)} is in it or changed by it.`,
      'Delegation, one line for the master file of the zone above:',
      `    ${owner} 3600 IN NS ${nameServer}`,
      'After a change of this file, raise the serial (the first number of the SOA record) and load it:',
      `    ${loads(displayName(owner))}`,
      'The fields of SRV are priority, weight, port, target.',
    ]);
    const lines = [...childZoneFrame(domain, nameServer), ...srvLines(domain)];
    return [
      { path, content: `${head}\n${linesText(lines)}` },
      { zone: owner, masterFile: path, owners: [owner], servers: [domain.server] },
    ];
  });
  return { files: both.map(([file]) => file), zones: both.map(([, zone]) => zone), notes };
}

function linesText(lines: readonly string[]): string {
  return lines.length === 0 ? '; no KMS host is published here\n' : lines.map((line) => `${line}\n`).join('');
}

/** Stands for the origin of a file that does not say which it is. */
const NO_ORIGIN = parseFqdn('origin-is-not-known.invalid');

/**
 * The SRV records of a master file. Relative names are under `$ORIGIN`, else under the zone that the file is named
 * after; where neither says, a relative name is a problem, not a guess.
 */
export function readMasterFile(text: string, file: string): FormatReading {
  const zone = readZoneText(text, zoneOfFileName(file) ?? NO_ORIGIN, file);
  const problems = [...zone.problems];
  const records = zone.records.flatMap(({ owner, ttlSeconds, srv, line, column }) => {
    if (srv === undefined) return [];
    const place = { file, line, column };
    if (isWithin(owner, NO_ORIGIN) || isWithin(srv.target, NO_ORIGIN)) {
      problems.push({
        ...place,
        message: 'a relative name, and nothing says of which zone: begin the file with "$ORIGIN ZONE."',
      });
      return [];
    }
    return [{ owner, ...(ttlSeconds !== undefined && { ttlSeconds }), record: srv, place }];
  });
  return { records, problems };
}

/** Reads master files, and finds no record in the configuration that a product keeps beside them. */
export function masterFileReader(configuration: RegExp): (text: string, file: string) => FormatReading {
  return (text, file) =>
    configuration.test(text) ? { records: [], problems: [] } : readMasterFile(text, file);
}

/** The zone that a file is named after, as `db.contoso.com`, `contoso.com.zone`, `contoso.com.yaml`; undefined for none. */
export function zoneOfFileName(file: string): Fqdn | undefined {
  const name = (file.split(/[\\/]/).pop() ?? '').replace(/%([0-9a-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  const bare = name
    .replace(/^(db|zone|named|pri|master|primary|vlmcs)\./i, '')
    .replace(/\.(zone|db|hosts|dns|txt|inc|conf|yaml|yml|signed)$/i, '');
  const read = readName(bare);
  return read.ok && /^[a-z0-9_-]+(\.[a-z0-9_-]+)+\.$/.test(read.name) ? read.name : undefined;
}

/** Does a text hold SRV or SOA records the way a master file does, or say in our words that it holds none? */
export function looksLikeMasterFile(text: string): boolean {
  if (/^(; KMS hosts of zone \S+: 0 SRV record|; no KMS host is published here$)/m.test(text)) return true;
  if (
    /^[A-Za-z0-9_.@-]*[ \t]+(\d+[smhdw]?[ \t]+)?(IN[ \t]+)?(\d+[smhdw]?[ \t]+)?SOA[ \t]+[^\s"']+[ \t]+[^\s"']+[ \t]+[(\d]/im.test(
      text,
    )
  )
    return true;
  return /^[A-Za-z0-9_.@-]*[ \t]+(\d+[smhdw]?[ \t]+)?(IN[ \t]+)?(\d+[smhdw]?[ \t]+)?SRV[ \t]+\d+[ \t]+\d+[ \t]+\d+[ \t]+[^\s"']+[ \t]*(;.*)?$/im.test(
    text,
  );
}
