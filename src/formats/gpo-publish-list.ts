import { KMS_PORT } from '../core/kms.ts';
import { displayName } from '../core/name.ts';
import { formatPublishEntry, publishListsPerHost } from '../core/publish-list.ts';
import { defineFormat, type Format, type FormatAbout } from './format.ts';
import { registryXml } from './gpp-registry.ts';

const ABOUT: FormatAbout = {
  id: 'gpo-publish-list',
  title: 'Group Policy Preferences with DnsDomainPublishList of every KMS host',
  product: 'Windows KMS host',
  cannot: [
    { of: 'ttl', says: 'A TTL: the host chooses it.' },
    { of: 'port', says: 'A port: the host publishes the one it listens on.' },
    { of: 'stale', says: 'The end of old records: a host never takes back what it published.' },
    {
      of: 'unlisted',
      says: 'The home domain of a host: it publishes itself there even when no line says so.',
    },
  ],
};

/** One policy for all KMS hosts: an item per host, which only the computer of that name takes. */
export const GPO_PUBLISH_LIST: Format = defineFormat({
  ...ABOUT,
  options: {},
  write(state) {
    const lists = publishListsPerHost(state);
    const listed = lists.filter(({ entries }) => entries.length > 0);
    const items = listed.map(({ host, entries }) => ({
      name: 'DnsDomainPublishList',
      value: { action: 'set', data: entries.map(formatPublishEntry) } as const,
      computer: host,
    }));
    const next = [
      'Each item is for the computer whose DNS name it holds, so the policy may be linked to all KMS hosts. In the Group Policy Management Editor: Computer Configuration, Preferences, Windows Settings, Registry; paste the file there.',
      'A host reads its list when the service starts: restart sppsvc, or wait up to a day.',
    ];
    const ports = listed.filter(({ port }) => port !== KMS_PORT);
    return {
      files:
        items.length === 0
          ? []
          : [{ path: 'gpo.publish-list.xml', content: registryXml(ABOUT, state, next, items) }],
      warnings: lists.flatMap(({ publishesUnsaid }) => publishesUnsaid),
      notes: ports.map(
        ({ host, port }) =>
          `${displayName(host)} publishes port ${port} only when it listens there: slmgr /sprt ${port}.`,
      ),
    };
  },
});
