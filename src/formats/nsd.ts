import { displayName } from '../core/name.ts';
import { type DraftFile, defineFormat, type Format, type FormatAbout } from './format.ts';
import { headComment } from './head.ts';
import { quotedText } from './words.ts';
import {
  folderOption,
  inFolder,
  masterFileReader,
  type ServedZone,
  ZONE_OPTIONS,
  zoneTexts,
} from './zone-text.ts';

const ABOUT: FormatAbout = {
  id: 'nsd',
  title: 'zone clauses and zone files',
  product: 'NSD',
  cannot: [
    {
      of: 'unlisted',
      says: 'Records of other hosts: NSD takes no updates (it answers NOTIMP), so hosts cannot publish themselves.',
    },
  ],
};

const CONF = 'nsd.kms.conf';

/** nsd.conf(5): a `zone:` clause per zone, and its master file or the lines for it. */
export const NSD: Format = defineFormat({
  ...ABOUT,
  options: {
    ...ZONE_OPTIONS,
    'zone-directory': folderOption(
      'folder of zone files on the server; default the zonesdir of its configuration',
    ),
  },
  write(state, options) {
    const { files, zones, notes } = zoneTexts(ABOUT, state, options, (zone) => `nsd-control reload ${zone}`);
    const folder = options['zone-directory'];
    const head = headComment('#', ABOUT, state, [
      'Include this file in nsd.conf, check it, and load it:',
      `    include: "${CONF}"`,
      '    nsd-checkconf /etc/nsd/nsd.conf && nsd-control reconfig',
      ...(options.scope === 'zone'
        ? ['A zone that nsd.conf has already must not come twice: then leave its clause here out.']
        : []),
    ]);
    const clauses = zones.map((zone) => clause(zone, folder));
    const content = `${head}\n${clauses.join('')}`;
    readBackConf(content, zones, folder);
    const conf: DraftFile = { path: CONF, content, role: 'settings' };
    return { files: zones.length === 0 ? [] : [conf, ...files], notes };
  },
  read: masterFileReader(/^(server|zone|pattern|key|remote-control):/m),
  // Its configuration alone: its zone files are master files as any others.
  recognises: (text) => /^(zone|pattern):[ \t]*$/m.test(text) && /^[ \t]+zonefile:/m.test(text),
});

function clause({ zone, masterFile }: ServedZone, folder: string | undefined): string {
  const name = quotedText(displayName(zone), 'zone');
  return `zone:\n  name: ${name}\n  zonefile: ${quotedText(inFolder(folder, masterFile), 'zone file')}\n`;
}

/** nsd.conf is words and colons, line by line; exactly the clauses of these zones may come back. */
function readBackConf(text: string, zones: readonly ServedZone[], folder: string | undefined): void {
  const found = text
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const wanted = zones.flatMap(({ zone, masterFile }) => [
    'zone:',
    `name: "${displayName(zone)}"`,
    `zonefile: "${inFolder(folder, masterFile)}"`,
  ]);
  const at = wanted.findIndex((line, i) => line !== found[i]);
  if (at >= 0 || found.length !== wanted.length)
    throw new Error(`bug: nsd does not read back: ${JSON.stringify(found[at] ?? found.at(-1))}`);
}
