import type { DesiredState } from '../core/desired-state.ts';
import { displayName, type Fqdn } from '../core/name.ts';
import { fileNameFor } from '../core/rendered.ts';
import { type DraftFile, defineFormat, type Format, type FormatAbout } from './format.ts';
import { headComment } from './head.ts';
import { withDefault } from './option.ts';
import { idWord, quotedText } from './words.ts';
import { readYamlTrees, type YamlTree } from './yaml-tree.ts';
import {
  folderOption,
  inFolder,
  masterFileReader,
  type ServedZone,
  ZONE_OPTIONS,
  zoneTexts,
} from './zone-text.ts';

const ABOUT: FormatAbout = {
  id: 'knot',
  title: 'zones, update ACLs and zone files',
  product: 'Knot DNS',
  cannot: [
    {
      of: 'unlisted',
      says: 'Which target a host may write: an ACL of Knot sees owner and type, so whoever has the key may write any target.',
    },
  ],
};

/**
 * knot.conf(5): per server its zones, and an ACL that lets the server's TSIG key write SRV records at our owner names
 * and nothing else; and master files. Knot has no GSS-TSIG: other servers of the state get zones without an ACL.
 */
export const KNOT: Format = defineFormat({
  ...ABOUT,
  options: {
    ...ZONE_OPTIONS,
    'zone-directory': folderOption(
      'folder of zone files on the server; default the storage of its configuration',
    ),
    'key-directory': withDefault(folderOption('folder of key files on the server'), '/etc/knot'),
  },
  write(state, options) {
    const { files, zones, notes } = zoneTexts(
      ABOUT,
      state,
      options,
      (zone) =>
        `knotc zone-reload ${zone}   (a zone with updates: knotc zone-freeze before, zone-thaw after)`,
    );
    const ids = [...new Set(zones.flatMap(({ servers }) => servers))].sort((a = '', b = '') =>
      a < b ? -1 : 1,
    );
    const confs = ids.map((id) =>
      configuration(
        id,
        zones.filter(({ servers }) => servers.includes(id)),
        state,
        { zones: options['zone-directory'], keys: options['key-directory'] },
      ),
    );
    return { files: [...confs, ...files], notes };
  },
  read: masterFileReader(/^(server|zone|acl|key|template|include):/m),
  // Its configuration alone: its zone files are master files as any others.
  recognises: (text) => /^(acl|zone):[ \t]*$/m.test(text) && /^[ \t]*- (id|domain):/m.test(text),
});

function configuration(
  id: string | undefined,
  zones: readonly ServedZone[],
  state: DesiredState,
  folders: { readonly zones: string | undefined; readonly keys: string },
): DraftFile {
  const auth = id !== undefined && Object.hasOwn(state.servers, id) ? state.servers[id]!.auth : undefined;
  const key = auth?.kind === 'tsig' ? idWord(auth.key, 'key') : undefined;
  const path = id === undefined ? 'knot.kms.conf' : fileNameFor('knot.kms', id, 'conf');
  const keyFile = inFolder(folders.keys, `${key}.conf`);
  const head = headComment('#', ABOUT, state, [
    'Include this file in knot.conf, check it, and load it:',
    `    include: ${path}`,
    '    knotc conf-check && knotc reload',
    'A zone that knot.conf has already must not come twice: then take over its acl line and leave its entry here out.',
    ...(key === undefined
      ? ['The server has no TSIG key in the desired state, so nobody may update these zones.']
      : [
          'Make the key on the server, readable by Knot alone; its id is the name that the publisher signs with:',
          `    keymgr -t ${key} hmac-sha256 > ${keyFile}`,
          'A denied update is answered NOTAUTH and BADKEY, even when the key is right.',
        ]),
  ]);
  const sections: readonly Section[] = [
    ...(key === undefined
      ? []
      : [
          ['include', keyFile] as const,
          [
            'acl',
            zones.flatMap(aclsOf).map(({ id: aclId, owners }) => ({
              id: aclId,
              key,
              action: 'update',
              'update-type': ['SRV'],
              'update-owner': 'name',
              'update-owner-match': 'equal',
              'update-owner-name': owners,
            })),
          ] as const,
        ]),
    [
      'zone',
      zones.map((served) => ({
        domain: served.zone,
        file: inFolder(folders.zones, served.masterFile),
        ...(key !== undefined && { acl: aclsOf(served).map(({ id: aclId }) => aclId) }),
      })),
    ],
  ];
  const content = `${head}\n${sections.map(sectionText).join('\n')}`;
  readBackConf(content, path, sections);
  return { path, content, role: 'settings' };
}

/** Knot 3.2 has room for 64 KiB of values in one item; a name takes up to 256 octets. */
const OWNERS_PER_ACL = 250;

function aclsOf({ zone, owners }: ServedZone): readonly Readonly<{ id: string; owners: readonly Fqdn[] }>[] {
  const count = Math.ceil(owners.length / OWNERS_PER_ACL);
  return Array.from({ length: count }, (_, i) => ({
    id: `kms-${displayName(zone)}${i === 0 ? '' : `-${i + 1}`}`,
    owners: owners.slice(i * OWNERS_PER_ACL, (i + 1) * OWNERS_PER_ACL),
  }));
}

type Item = Readonly<Record<string, string | readonly string[]>>;
type Section = readonly [name: string, value: string | readonly Item[]];

/** Knot reads the block form of YAML; a list of values goes in brackets, all on one line. */
function sectionText([name, value]: Section): string {
  if (typeof value === 'string') return `${name}: ${quotedText(value, name)}\n`;
  const items = value.map((item) =>
    Object.entries(item)
      .map(([field, content], i) => {
        const text =
          typeof content === 'string'
            ? quotedText(content, field)
            : `[${content.map((one) => quotedText(one, field)).join(', ')}]`;
        return `  ${i === 0 ? '-' : ' '} ${field}: ${text}\n`;
      })
      .join(''),
  );
  return `${name}:\n${items.join('')}`;
}

function readBackConf(text: string, file: string, sections: readonly Section[]): void {
  const { documents, problems } = readYamlTrees(text, file);
  const found = JSON.stringify(documents.map(plain));
  const wanted = JSON.stringify([Object.fromEntries(sections)]);
  if (problems.length > 0 || found !== wanted)
    throw new Error(`bug: knot does not read back: ${problems[0]?.message ?? found.slice(0, 200)}`);
}

function plain(tree: YamlTree): unknown {
  if (tree.kind === 'scalar') return tree.text;
  if (tree.kind === 'list') return tree.items.map(plain);
  return Object.fromEntries(tree.entries.map(({ key, value }) => [key, plain(value)]));
}
