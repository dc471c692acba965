import type { DesiredState } from '../core/desired-state.ts';
import type { Problem } from '../core/errors.ts';
import { displayName, readName } from '../core/name.ts';
import { canonicalRecords } from '../core/srv.ts';
import { ttlOf } from '../core/zone-lines.ts';
import {
  defineFormat,
  type Format,
  type FormatAbout,
  type FormatReading,
  type ReadRecord,
} from './format.ts';
import { headComment } from './head.ts';
import { readSrvFields, readTtlWord } from './srv-fields.ts';

const ABOUT: FormatAbout = {
  id: 'dnsmasq',
  title: 'srv-host lines',
  product: 'dnsmasq',
  cannot: [
    {
      of: 'ttl',
      says: 'A TTL per domain: local-ttl is one number for all that dnsmasq answers itself, here the lowest TTL.',
    },
    { of: 'zone', says: 'The zone: dnsmasq has none; it answers the name for whoever asks it.' },
    {
      of: 'unlisted',
      says: 'Records of other hosts: for these names dnsmasq no longer asks its upstream servers.',
    },
  ],
};

/** `srv-host=NAME,TARGET,PORT,PRIORITY,WEIGHT` (dnsmasq(8)): another order than a master file has. */
export const DNSMASQ: Format = defineFormat({
  ...ABOUT,
  options: {},
  write(state) {
    const domains = [...state.domains].sort((a, b) => (a.domain < b.domain ? -1 : 1));
    const ttls = new Set(domains.filter(({ publish }) => publish.length > 0).map(ttlOf));
    const head = headComment('#', ABOUT, state, NEXT_STEPS);
    const lines = domains.flatMap(({ owner, publish }) =>
      canonicalRecords(publish).map(
        ({ target, port, priority, weight }) =>
          `srv-host=${displayName(owner)},${displayName(target)},${port},${priority},${weight}`,
      ),
    );
    const ttl = ttls.size === 0 ? [] : [`local-ttl=${Math.min(...ttls)}`];
    return {
      files: [
        {
          path: 'kms.dnsmasq.conf',
          content: `${head}\n${[...ttl, ...lines].map((line) => `${line}\n`).join('')}`,
        },
      ],
      notes: notesFor(state, ttls),
    };
  },
  read: readDnsmasq,
  recognises: (text) => /^[ \t]*srv-host[ \t]*=/m.test(text),
});

const NEXT_STEPS = [
  'Put this file into the folder that conf-dir names (/etc/dnsmasq.d), check it, and start dnsmasq anew:',
  '    dnsmasq --test --conf-file=/etc/dnsmasq.d/kms.dnsmasq.conf && systemctl restart dnsmasq',
  'The fields are name, target, port, priority, weight. The name always has its domain: of the bare _vlmcs._tcp dnsmasq makes a name in its own domain=, if it has one, which is what clients of that one domain ask for and nobody else.',
  'filterwin2k must not be set: with it, dnsmasq drops SRV questions that it would forward.',
];

function notesFor(state: DesiredState, ttls: ReadonlySet<number>): readonly string[] {
  if (ttls.size < 2) return [];
  return [
    `The domains of ${state.file} have ${ttls.size} different TTLs; dnsmasq has one, so all are served with the lowest, ${Math.min(...ttls)} s. local-ttl also applies to its other local answers.`,
  ];
}

/** Reads `srv-host` and `local-ttl`; every other line of a dnsmasq.conf is none of our business. */
function readDnsmasq(text: string, file: string): FormatReading {
  const found: Omit<ReadRecord, 'ttlSeconds'>[] = [];
  const problems: Problem[] = [];
  let ttlSeconds: number | undefined;
  for (const [i, source] of text.split(/\r\n|\n|\r/).entries()) {
    const setting = /^(\s*)(srv-host|local-ttl)\s*=\s*(.*?)\s*$/.exec(source.replace(/(^|\s)#.*$/, ''));
    if (setting === null) continue;
    const [, blanks = '', keyword, value = ''] = setting;
    const place = { file, line: i + 1, column: blanks.length + 1 };
    const wrong = (message: string): void => {
      problems.push({ ...place, message });
    };
    if (keyword === 'local-ttl') {
      ttlSeconds = readTtlWord(value);
      if (ttlSeconds === undefined) wrong(`local-ttl ${JSON.stringify(value)} is not a number of seconds`);
      continue;
    }
    // dnsmasq(8): target empty, port 1, priority 0 and weight 0 when left out; such a record leads nowhere.
    const [name = '', target = '', port = '1', priority = '0', weight = '0', ...more] = value.split(',');
    const owner = readName(name.trim());
    if (more.length > 0) wrong('srv-host takes name, target, port, priority and weight, and no more');
    else if (!owner.ok) wrong(`name ${JSON.stringify(name)}: ${owner.problem}`);
    else if (target.trim() === '') wrong('srv-host without a target says that there is no KMS host');
    else {
      const read = readSrvFields({
        target: target.trim(),
        port: port.trim(),
        priority: priority.trim(),
        weight: weight.trim(),
      });
      if (read.ok) found.push({ owner: owner.name, record: read.record, place });
      else wrong(read.problem);
    }
  }
  const records = found.map((one) => (ttlSeconds === undefined ? one : { ...one, ttlSeconds }));
  return { records, problems };
}
