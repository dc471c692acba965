import type { Problem } from '../core/errors.ts';
import { displayName, type Fqdn, readName } from '../core/name.ts';
import { canonicalRecords } from '../core/srv.ts';
import { relativeTo, ttlOf, zoneGroups, zoneNotes } from '../core/zone-lines.ts';
import { readRelativeName } from '../core/zone-reader.ts';
import { azureNotes } from './azure-limits.ts';
import { commandOptions } from './command-options.ts';
import {
  defineFormat,
  type Format,
  type FormatAbout,
  type FormatReading,
  type ReadRecord,
} from './format.ts';
import { headComment } from './head.ts';
import { choiceOption } from './option.ts';
import { shellCommands } from './shell-words.ts';
import { readSrvFields, readTtlWord } from './srv-fields.ts';
import { shellWord } from './words.ts';

const ABOUT: FormatAbout = {
  id: 'azure-cli',
  title: 'az commands for public or private zones',
  product: 'Azure DNS',
  cannot: [
    {
      of: 'stale',
      says: 'The end of an old set: where one is, create fails and the script stops; delete the set first.',
    },
  ],
};

/** The set with its TTL first, which must not be there yet, then one command per record. */
export const AZURE_CLI: Format = defineFormat({
  ...ABOUT,
  options: { scope: choiceOption('which kind of zone', ['public', 'private']) },
  write(state, { scope }) {
    const group = scope === 'public' ? 'az network dns' : 'az network private-dns';
    const head = headComment('#', ABOUT, state, [
      'az login, then say in which resource group the zones are:',
      '    RESOURCE_GROUP=dns sh kms.azure.sh',
      'To put a set in place of another, delete that first; between the two clients find no KMS host:',
      `    ${group} record-set srv delete --resource-group NAME --zone-name ZONE --name _vlmcs._tcp`,
    ]);
    const commands = zoneGroups(state.domains.filter(({ publish }) => publish.length > 0)).flatMap(
      ({ zone, domains }) =>
        domains.flatMap((domain) => {
          const name = shellWord(relativeTo(domain.owner, zone), 'name');
          const where = `--resource-group "$RESOURCE_GROUP" --zone-name ${shellWord(displayName(zone), 'zone')}`;
          // The commands for private zones always refuse a set that is there.
          const guard = scope === 'public' ? ' --if-none-match' : '';
          return [
            `${group} record-set srv create ${where} --name ${name} --ttl ${ttlOf(domain)}${guard}`,
            ...canonicalRecords(domain.publish).map(
              ({ priority, weight, port, target }) =>
                `${group} record-set srv add-record ${where} --record-set-name ${name} --priority ${priority} --weight ${weight} --port ${port} --target ${shellWord(displayName(target), 'target')}`,
            ),
          ];
        }),
    );
    const start = `set -eu\n: "\${RESOURCE_GROUP:?say in which resource group the zones are}"\n`;
    return {
      files:
        commands.length === 0
          ? []
          : [
              {
                path: 'kms.azure.sh',
                content: `${head}\n${start}${commands.map((line) => `${line}\n`).join('')}`,
              },
            ],
      notes: [...azureNotes(state), ...state.domains.flatMap((domain) => [...zoneNotes(domain)])],
    };
  },
  read: readAzureCli,
  recognises: (text) =>
    /^[ \t]*az[ \t]+network[ \t]+(private-)?dns[ \t]+record-set[ \t]+srv[ \t]+add-record\b/m.test(text),
});

/** What the commands take when nobody says a TTL. */
const AZURE_TTL_SECONDS = 3600;

const SHORT: Readonly<Record<string, string>> = {
  z: 'zone-name',
  n: 'record-set-name',
  name: 'record-set-name',
  t: 'target',
  r: 'port',
  p: 'priority',
  w: 'weight',
};

/** Reads `add-record`, and the TTL of the set from `create` or `add-record`. */
function readAzureCli(text: string, file: string): FormatReading {
  const records: ReadRecord[] = [];
  const problems: Problem[] = [];
  const ttls = new Map<Fqdn, number>();
  for (const { words, line, column } of shellCommands(text)) {
    const [az, network, dns = '', set, srv, verb = '', ...rest] = words;
    if (az !== 'az' || network !== 'network' || !/^(private-)?dns$/.test(dns) || set !== 'record-set')
      continue;
    if (srv !== 'srv' || (verb !== 'create' && verb !== 'add-record')) continue;
    const wrong = (message: string): void => {
      problems.push({ file, line, column, message });
    };
    const options = commandOptions(rest, SHORT);
    const value = (name: string): string => options.get(name) ?? '';
    const zone = readName(value('zone-name'));
    const owner = zone.ok ? readRelativeName(value('record-set-name'), zone.name) : zone;
    if (!owner.ok) {
      wrong(
        `${JSON.stringify(value('record-set-name'))} in the zone ${JSON.stringify(value('zone-name'))}: ${owner.problem}`,
      );
      continue;
    }
    const ttlText = options.get('ttl');
    const ttlSeconds = ttlText === undefined ? undefined : readTtlWord(ttlText);
    if (ttlText !== undefined && ttlSeconds === undefined) {
      wrong(`--ttl ${JSON.stringify(ttlText)} is not a number of seconds`);
      continue;
    }
    if (ttlSeconds !== undefined) ttls.set(owner.name, ttlSeconds);
    if (verb === 'create') continue;
    const read = readSrvFields({
      priority: value('priority'),
      weight: value('weight'),
      port: value('port'),
      target: value('target'),
    });
    if (read.ok)
      records.push({
        owner: owner.name,
        ttlSeconds: ttls.get(owner.name) ?? AZURE_TTL_SECONDS,
        record: read.record,
        place: { file, line, column },
      });
    else wrong(read.problem);
  }
  return { records, problems };
}
