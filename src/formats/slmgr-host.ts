import { displayName } from '../core/name.ts';
import { publishListsPerHost } from '../core/publish-list.ts';
import { fileNameFor, sourceName } from '../core/rendered.ts';
import { defineFormat, type Format, type FormatAbout } from './format.ts';
import { headComment } from './head.ts';
import { choiceOption } from './option.ts';
import { batchText } from './words.ts';

const ABOUT: FormatAbout = {
  id: 'slmgr-host',
  title: 'slmgr commands, one list per KMS host',
  product: 'Windows KMS host',
  cannot: [
    {
      of: 'records',
      says: 'The domains to publish in: slmgr has no option for DnsDomainPublishList; generate publish-list-ps1, publish-list-reg or gpo-publish-list.',
    },
    {
      of: 'priority',
      says: 'Priority and weight: they stand in the publish list; /spri and /cpri are about CPU time.',
    },
    { of: 'ttl', says: 'A TTL: the host chooses it.' },
    {
      of: 'stale',
      says: 'The end of old records: a host never takes back what it published, not even with /cdns.',
    },
  ],
};

/** How slmgr is called where the answer shall be text and not a window. */
export const SLMGR = 'cscript //nologo "%SystemRoot%\\System32\\slmgr.vbs"';

/** Port, CPU priority and publishing of each host, and the restart that the port and the list wait for. */
export const SLMGR_HOST: Format = defineFormat({
  ...ABOUT,
  options: {
    publisher: choiceOption('who writes the records: each host, or somebody central (then /cdns)', [
      'host',
      'central',
    ]),
    'cpu-priority': choiceOption('whether to set the CPU priority of the service', ['keep', 'normal', 'low']),
  },
  write(state, options) {
    batchText(sourceName(state.file), 'file name');
    const lists = publishListsPerHost(state);
    const files = lists.map(({ host, port, entries }) => {
      const publishes = options.publisher === 'host' && entries.length > 0;
      const head = headComment('rem', ABOUT, state, [
        `For ${displayName(host)}, as an administrator.`,
        publishes
          ? 'Set its publish list first: it is read at the restart below. Keep the old one: reg export.'
          : 'It stops publishing; what it has published stays in DNS until somebody removes it.',
      ]);
      const words = [
        `/sprt ${port}`,
        ...(options['cpu-priority'] === 'keep'
          ? []
          : [options['cpu-priority'] === 'low' ? '/cpri' : '/spri']),
        publishes ? '/sdns' : '/cdns',
      ];
      const commands = [
        '@echo off',
        head.trimEnd(),
        ...words.map((word) => `${SLMGR} ${word}`),
        'net stop sppsvc',
        'net start sppsvc',
        `${SLMGR} /dlv`,
      ];
      return {
        path: fileNameFor('slmgr-host', displayName(host), 'cmd'),
        content: `${commands.join('\n')}\n`.replaceAll('\n', '\r\n'),
      };
    });
    return {
      files,
      warnings: options.publisher === 'host' ? lists.flatMap(({ publishesUnsaid }) => publishesUnsaid) : [],
      notes: [
        'A firewall on the host must let in the port: the rule Key Management Service is for 1688 and is off by default.',
      ],
    };
  },
});
