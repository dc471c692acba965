import { displayName } from '../core/name.ts';
import { fileNameFor, sourceName } from '../core/rendered.ts';
import { type ClientOverride, clientOverrides, OVERRIDE_LIMITS } from './client-override.ts';
import { defineFormat, type Format, type FormatAbout } from './format.ts';
import { headComment } from './head.ts';
import { choiceOption } from './option.ts';
import { SLMGR } from './slmgr-host.ts';
import { batchText } from './words.ts';

const ABOUT: FormatAbout = {
  id: 'slmgr-client',
  title: 'slmgr commands for the clients of each domain',
  product: 'Windows KMS client',
  cannot: OVERRIDE_LIMITS,
};

/** Back to DNS, to DNS of one domain, or to one host; and whether a client remembers the host that worked. */
export const SLMGR_CLIENT: Format = defineFormat({
  ...ABOUT,
  options: {
    find: choiceOption('how clients find their host: DNS, DNS of this one domain, or the first host', [
      'dns',
      'domain',
      'host',
    ]),
    cache: choiceOption('whether clients remember the host that worked', ['keep', 'off', 'on']),
  },
  write(state, { find, cache }) {
    batchText(sourceName(state.file), 'file name');
    const files = clientOverrides(state).map((override) => {
      const head = headComment('rem', ABOUT, state, [
        `For clients of ${displayName(override.domain)}, as an administrator.`,
        NEXT[find],
        'With an activation ID behind it, each of these is for one product; without, for the computer.',
      ]);
      const words = [
        ...findWords(override, find),
        ...(cache === 'keep' ? [] : [cache === 'off' ? '/ckhc' : '/skhc']),
      ];
      const commands = [
        '@echo off',
        head.trimEnd(),
        ...words.map((word) => `${SLMGR} ${word}`),
        `${SLMGR} /dlv`,
      ];
      return {
        path: fileNameFor('slmgr-client', displayName(override.domain), 'cmd'),
        content: `${commands.join('\n')}\n`.replaceAll('\n', '\r\n'),
      };
    });
    return { files };
  },
});

const NEXT = {
  dns: 'The client asks DNS in its own suffixes again: a pinned host and a lookup domain both go, each by its own option.',
  domain:
    'The client asks DNS in this domain alone; a pinned host would win over that, so it goes first. From Windows 8 on.',
  host: 'The client asks this host alone. To undo it: /ckms.',
} as const;

function findWords({ domain, host }: ClientOverride, find: keyof typeof NEXT): readonly string[] {
  if (find === 'host') return [`/skms ${displayName(host.target)}:${host.port}`];
  return ['/ckms', find === 'dns' ? '/ckms-domain' : `/skms-domain ${displayName(domain)}`];
}
