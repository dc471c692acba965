import { displayName } from '../core/name.ts';
import { type DraftFile, defineFormat, type Format, type FormatAbout } from './format.ts';
import { headComment } from './head.ts';
import {
  folderOption,
  inFolder,
  masterFileReader,
  type ServedZone,
  ZONE_OPTIONS,
  zoneTexts,
} from './zone-text.ts';

const ABOUT: FormatAbout = {
  id: 'coredns',
  title: 'Corefile blocks and zone files',
  product: 'CoreDNS',
  cannot: [
    {
      of: 'unlisted',
      says: 'Records of other hosts: CoreDNS takes no updates, and its file plugin answers for the whole zone.',
    },
  ],
};

const COREFILE = 'Corefile.kms';

/** corefile(5) and the file plugin: a server block per zone, and its master file or the lines for it. */
export const COREDNS: Format = defineFormat({
  ...ABOUT,
  options: {
    ...ZONE_OPTIONS,
    'zone-directory': folderOption('folder of zone files on the server; default the folder that root names'),
  },
  write(state, options) {
    const { files, zones, notes } = zoneTexts(
      ABOUT,
      state,
      options,
      () => '(nothing to do: the file plugin looks for a new serial every minute)',
      // The parser of CoreDNS (github.com/miekg/dns, scan.go) takes a bare word here, and no quotes.
      (path) => path,
    );
    const folder = options['zone-directory'];
    const head = headComment('#', ABOUT, state, [
      'Import this file at the top of the Corefile, outside of any block, and restart CoreDNS:',
      `    import ${COREFILE}`,
      ...(options.scope === 'zone'
        ? ['A zone that the Corefile has already must not come twice: then leave its block here out.']
        : [
            'The longest match gets the question: a block for .:53 that forwards goes on serving all other names, and those who ask this server need no delegation.',
          ]),
    ]);
    const content = `${head}\n${zones.map((zone) => block(zone, folder)).join('')}`;
    readBackCorefile(content, zones, folder);
    const corefile: DraftFile = { path: COREFILE, content, role: 'settings' };
    return { files: zones.length === 0 ? [] : [corefile, ...files], notes };
  },
  read: masterFileReader(/^\S.* \{$/m),
  // Its configuration alone: its zone files are master files as any others.
  recognises: (text) => /^\S.* \{$/m.test(text) && /^[ \t]+file[ \t]+[^\s;"]+[ \t]*$/m.test(text),
});

/** Words without quotes: a zone is plain by now, and a folder is letters, digits, ".", "_", "-" and "/". */
function block({ zone, masterFile }: ServedZone, folder: string | undefined): string {
  return `${displayName(zone)} {\n    file ${inFolder(folder, masterFile)}\n    errors\n}\n`;
}

function readBackCorefile(text: string, zones: readonly ServedZone[], folder: string | undefined): void {
  const found = text
    .split(/[\r\n]+/)
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .join('\n')
    .split(/\s+/);
  const wanted = zones.flatMap(({ zone, masterFile }) => [
    displayName(zone),
    '{',
    'file',
    inFolder(folder, masterFile),
    'errors',
    '}',
  ]);
  const hidden = found.find((word) => /["{}#\\`]/.test(word) && word !== '{' && word !== '}');
  const at = wanted.findIndex((word, i) => word !== found[i]);
  if (hidden !== undefined || at >= 0 || found.length !== Math.max(wanted.length, 1))
    throw new Error(`bug: coredns does not read back: ${JSON.stringify(hidden ?? found[at])}`);
}
