import type { Problem } from '../core/errors.ts';
import { displayName, ROOT } from '../core/name.ts';
import { domainsByName, srvLines } from '../core/zone-lines.ts';
import { readZoneText } from '../core/zone-reader.ts';
import {
  defineFormat,
  type Format,
  type FormatAbout,
  type FormatReading,
  type ReadRecord,
} from './format.ts';
import { headComment } from './head.ts';

const ABOUT: FormatAbout = {
  id: 'unbound',
  title: 'local-data',
  product: 'Unbound',
  cannot: [
    {
      of: 'zone',
      says: 'The zone: Unbound answers the name for those who ask this resolver, and nobody else sees it.',
    },
    {
      of: 'unlisted',
      says: 'Records of other hosts: what the zone publishes at these names is no longer looked up.',
    },
  ],
};

/** unbound.conf(5): `local-zone … typetransparent` leaves every other type and name to the resolver. */
export const UNBOUND: Format = defineFormat({
  ...ABOUT,
  options: {},
  write(state) {
    const domains = domainsByName(state.domains).filter(({ publish }) => publish.length > 0);
    const head = headComment('#', ABOUT, state, [
      'Include this file in unbound.conf (Debian: put it into /etc/unbound/unbound.conf.d), check it, and load it:',
      '    unbound-checkconf && unbound-control reload',
      'Where private-address is set (protection against rebinding), private addresses of the KMS hosts are taken out of answers: then add a private-domain line for the domain of the hosts.',
      'The fields of SRV are priority, weight, port, target.',
    ]);
    const lines = domains.flatMap((domain) => [
      `  local-zone: "${domain.owner}" typetransparent`,
      ...srvLines(domain).map((line) => `  local-data: "${line}"`),
    ]);
    const content = `${head}\nserver:\n${lines.map((line) => `${line}\n`).join('')}`;
    const empty = state.domains.filter(({ publish }) => publish.length === 0);
    return {
      files: domains.length === 0 ? [] : [{ path: 'kms.unbound.conf', content }],
      notes: empty.map(
        ({ domain }) => `${displayName(domain)} publishes no host: nothing is written for it.`,
      ),
    };
  },
  read: readUnbound,
  recognises: (text) => /^[ \t]*(server:[ \t]*)?local-data[ \t]*:.*\bSRV\b/im.test(text),
});

/** Reads the SRV records of `local-data`; every other line of an unbound.conf is none of our business. */
function readUnbound(text: string, file: string): FormatReading {
  const records: ReadRecord[] = [];
  const problems: Problem[] = [];
  for (const [i, source] of text.split(/\r\n|\n|\r/).entries()) {
    const found = /^(\s*(?:server:\s*)?local-data\s*:\s*)(?:"([^"]*)"|'([^']*)'|([^\s#"']\S*))?/i.exec(
      source,
    );
    if (found === null) continue;
    const [, before = '', double, single, bare] = found;
    const data = double ?? single ?? bare;
    const place = { file, line: i + 1, column: before.length + (bare === undefined ? 2 : 1) };
    if (data === undefined) {
      problems.push({ ...place, message: 'local-data needs a record in quotes' });
      continue;
    }
    const zone = readZoneText(data, ROOT, file);
    problems.push(...zone.problems.map(({ message }) => ({ ...place, message })));
    for (const { owner, ttlSeconds, srv } of zone.records)
      if (srv !== undefined)
        records.push({ owner, ...(ttlSeconds !== undefined && { ttlSeconds }), record: srv, place });
  }
  return { records, problems };
}
