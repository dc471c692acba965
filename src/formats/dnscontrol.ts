import type { Problem } from '../core/errors.ts';
import { displayName, type Fqdn, readName } from '../core/name.ts';
import { canonicalRecords } from '../core/srv.ts';
import type { Place } from '../core/yaml-text.ts';
import { relativeTo, ttlOf, zoneGroups, zoneNotes } from '../core/zone-lines.ts';
import { readRelativeName, readTtl } from '../core/zone-reader.ts';
import {
  defineFormat,
  type Format,
  type FormatAbout,
  type FormatReading,
  type ReadRecord,
} from './format.ts';
import { headComment } from './head.ts';
import { type ScriptToken, scriptTokens } from './script-tokens.ts';
import { readSrvFields } from './srv-fields.ts';
import { quotedText } from './words.ts';

const ABOUT: FormatAbout = {
  id: 'dnscontrol',
  title: 'dnsconfig.js statements',
  product: 'DNSControl',
  cannot: [
    {
      of: 'unlisted',
      says: 'Records of other hosts: without NO_PURGE, DNSControl deletes what its files do not hold.',
    },
  ],
};

const FILE = 'kms.dnscontrol.js';
const LOAD = 'require';

/** DNSControl language reference: `SRV(name, priority, weight, port, target, …)`, added to a D() by D_EXTEND(). */
export const DNSCONTROL: Format = defineFormat({
  ...ABOUT,
  options: {},
  write(state) {
    const groups = zoneGroups(state.domains);
    const head = headComment('//', ABOUT, state, [
      'In dnsconfig.js, below the D() of each of these zones, then look before you push:',
      `    ${LOAD}("./${FILE}");`,
      '    dnscontrol preview',
      'The fields of SRV are name, priority, weight, port, target.',
    ]);
    const statements = groups.flatMap(({ zone, domains }) =>
      domains
        .filter(({ publish }) => publish.length > 0)
        .map((domain) => {
          const name = quotedText(relativeTo(domain.owner, zone), 'name');
          const records = canonicalRecords(domain.publish).map(
            ({ priority, weight, port, target }) =>
              `  SRV(${name}, ${priority}, ${weight}, ${port}, ${quotedText(target, 'target')}, TTL(${ttlOf(domain)}))`,
          );
          return `D_EXTEND(${quotedText(displayName(zone), 'zone')},\n${records.join(',\n')}\n);\n`;
        }),
    );
    return {
      files: statements.length === 0 ? [] : [{ path: FILE, content: `${head}\n${statements.join('')}` }],
      notes: state.domains.flatMap((domain) => [...zoneNotes(domain)]),
    };
  },
  read: readDnscontrol,
  recognises: (text) => /^[ \t]*D(_EXTEND)?[ \t]*\(/m.test(text) && /\bSRV[ \t]*\(/.test(text),
});

/** One call while it is open: its name and the plain values among its arguments. */
interface Call {
  readonly name: string;
  readonly values: string[];
  /** TTL(…) among the arguments of SRV; DefaultTTL(…) among those of D. */
  ttl: string | undefined;
  /** Records of a D() wait for its end: DefaultTTL may follow them. */
  readonly inside: Omit<ReadRecord, 'ttlSeconds'>[];
  readonly ttls: (number | undefined)[];
  readonly place: Place;
}

/**
 * Reads `SRV(…)` with plain values inside `D(…)` or `D_EXTEND(…)`. Nothing is run: a value that has to be computed
 * is a problem at its SRV.
 */
function readDnscontrol(text: string, file: string): FormatReading {
  const records: ReadRecord[] = [];
  const problems: Problem[] = [];
  const open: Call[] = [];
  let before: ScriptToken | undefined;
  for (const token of scriptTokens(text)) {
    const place = { file, line: token.line, column: token.column };
    if (token.kind === 'mark' && token.text === '(') {
      const name = before?.kind === 'word' ? before.text : '';
      const at = before?.kind === 'word' ? { file, line: before.line, column: before.column } : place;
      // The word was taken for a value of the call outside; it is the name of this one.
      if (before?.kind === 'word') open.at(-1)?.values.pop();
      open.push({ name, values: [], ttl: undefined, inside: [], ttls: [], place: at });
    } else if (token.kind === 'mark' && token.text === ')') {
      const call = open.pop();
      if (call !== undefined) endCall(call, open, records, problems);
    } else if (token.kind !== 'mark') {
      // A bare word stands for something computed: kept, so that it cannot pass for a value that is not there.
      open
        .at(-1)
        ?.values.push(token.kind === 'word' && !/^\d+$/.test(token.text) ? `\0${token.text}` : token.text);
    }
    before = token;
  }
  return { records, problems };
}

function endCall(call: Call, open: readonly Call[], records: ReadRecord[], problems: Problem[]): void {
  const outer = open.at(-1);
  const [first = ''] = call.values;
  if ((call.name === 'TTL' || call.name === 'DefaultTTL') && outer !== undefined) outer.ttl = first;
  else if (call.name === 'SRV') {
    const domain = open.findLast(({ name }) => name === 'D' || name === 'D_EXTEND');
    const read = readCall(call, domain);
    if (typeof read === 'string') problems.push({ ...call.place, message: read });
    else {
      domain!.inside.push(read);
      domain!.ttls.push(call.ttl === undefined ? undefined : readTtl(call.ttl));
      if (call.ttl !== undefined && readTtl(call.ttl) === undefined)
        problems.push({
          ...call.place,
          message: `TTL(${JSON.stringify(call.ttl)}) is not a time`,
        });
    }
  } else if (call.name === 'D' || call.name === 'D_EXTEND') {
    const byDefault = call.ttl === undefined ? undefined : readTtl(call.ttl);
    for (const [i, record] of call.inside.entries()) {
      const ttlSeconds = call.ttls[i] ?? byDefault;
      records.push({ ...record, ...(ttlSeconds !== undefined && { ttlSeconds }) });
    }
  }
}

function readCall(call: Call, domain: Call | undefined): Omit<ReadRecord, 'ttlSeconds'> | string {
  if (domain === undefined) return 'SRV() outside of D() and D_EXTEND(): of which zone?';
  const zone = zoneOf(domain);
  if (zone === undefined) return `${domain.name}() around it does not begin with the name of a zone`;
  const [name = '', priority = '', weight = '', port = '', target = ''] = call.values;
  const odd = call.values.slice(0, 5).find((value) => value.startsWith('\0'));
  if (odd !== undefined) return `${JSON.stringify(odd.slice(1))} is not a plain value`;
  const owner = readRelativeName(name, zone);
  if (!owner.ok) return `name ${JSON.stringify(name)}: ${owner.problem}`;
  // Like a name in a master file: without its final dot a target lies in the zone.
  const absolute = readRelativeName(target, zone);
  if (!absolute.ok) return `target ${JSON.stringify(target)}: ${absolute.problem}`;
  const read = readSrvFields({ priority, weight, port, target: absolute.name });
  return read.ok ? { owner: owner.name, record: read.record, place: call.place } : read.problem;
}

function zoneOf({ values: [first = ''] }: Call): Fqdn | undefined {
  // D("contoso.com!inside", …) tags one of several views.
  const read = readName(first.replace(/!.*$/, ''));
  return read.ok ? read.name : undefined;
}
