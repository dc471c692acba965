import { parseIpAddress } from '../core/address.ts';
import { KMS_SERVICE } from '../core/kms.ts';
import { displayName, type Fqdn, ROOT, readName } from '../core/name.ts';
import { readTtl } from '../core/zone-reader.ts';
import { recordJudge } from './record-judge.ts';
import { isKmsOwner, placeOf } from './record-rules.ts';
import { commentOut, type Draft, type Lines, mend } from './result.ts';
import type { Written, WrittenRecord } from './written-record.ts';

/** One setting of dnsmasq.conf: `keyword` or `keyword=value`, without comment. */
interface Setting {
  readonly keyword: string;
  readonly at: { readonly line: number; readonly column: number };
  /** The comma-separated fields of the value, trimmed; none for a setting without value. */
  readonly fields: readonly Written[];
}

/** Lints dnsmasq.conf (dnsmasq(8)): `srv-host=NAME,TARGET,PORT,PRIORITY,WEIGHT`, `cname`, and filters that lose SRV. */
export function lintDnsmasqConf(lines: readonly string[], say: (draft: Draft) => void): void {
  const source: Lines = { lineAt: (line) => lines[line - 1] };
  const settings = [...settingsOf(lines)];
  const own = settings.findLast(
    ({ keyword, fields }) => keyword === 'domain' && (fields[0]?.text ?? '') !== '' && fields.length === 1,
  )?.fields[0]?.text;
  const ttl = settings.findLast(({ keyword }) => keyword === 'local-ttl')?.fields[0];
  const judge = recordJudge((draft) => {
    // dnsmasq puts its own domain behind a bare name, if it has one.
    say(
      draft.code === 'CLI-013' && own !== undefined && own !== '#' ? bareButOwn(draft, own, source) : draft,
    );
  });
  const aliases = new Set<Fqdn>();
  const records: WrittenRecord[] = [];
  for (const setting of settings) {
    const { keyword, at, fields } = setting;
    if (keyword === 'filterwin2k')
      say({
        ...at,
        code: 'RES-006',
        text: 'filterwin2k drops the SRV questions of Windows in place of forwarding them: no client behind this server finds a KMS host of any other zone',
        mend: commentOut(source, at.line, '#', { safe: true }),
      });
    else if (keyword === 'filter-rr' && fields.some(({ text }) => /^(SRV|ANY)$/i.test(text)))
      say({
        ...at,
        code: 'RES-006',
        text: 'filter-rr takes the SRV records out of every answer: no client behind this server finds a KMS host',
        mend: commentOut(source, at.line, '#', { safe: true }),
      });
    else if (keyword === 'cname') {
      // cname=NAME[,NAME…],TARGET[,TTL]
      const hasTtl = /^\d+$/.test(fields.at(-1)?.text ?? '');
      for (const field of fields.slice(0, hasTtl ? -2 : -1)) {
        const read = readName(field.text);
        if (!read.ok) continue;
        if (aliases.size < MAX_ALIASES) aliases.add(read.name);
        judge.alias({ owner: read.name, ...at, form: 'dnsmasq', lines: source });
      }
    } else if (keyword === 'srv-host') {
      const read = readSrvHost(setting, source, ttl && readTtl(ttl.text));
      if (read === undefined) continue;
      if ('form' in read) {
        judge.record(read);
        records.push(read);
      } else say(read);
    }
  }
  for (const record of records)
    if (aliases.has(record.srv.target))
      say({
        ...placeOf(record, 'target'),
        code: 'SRV-009',
        text: `${displayName(record.srv.target)} is a cname in this file: the target of an SRV record must be a host with addresses of its own, and some clients do not follow an alias`,
        advice: 'Write the name that the cname leads to.',
      });
  judge.end();
}

/** A bare name where `domain=` is set: clients of that domain alone find it, and only until the setting changes. */
function bareButOwn({ line, column }: Draft, domain: string, source: Lines): Draft {
  const name = `${KMS_SERVICE}.${domain}`;
  return {
    line,
    column,
    code: 'CLI-013',
    severity: 'notice',
    text: `the name has no domain: dnsmasq puts its own behind it, so clients of ${domain} find the host, and those of no other domain`,
    mend: mend(source, { line, column, length: KMS_SERVICE.length }, name, true),
  };
}

const MAX_ALIASES = 20_000;

function* settingsOf(lines: readonly string[]): Generator<Setting> {
  for (const [i, source] of lines.entries()) {
    const found = /^(\s*(?:--)?)([a-z][a-z0-9-]*)[ \t]*(?:=(.*))?$/.exec(withoutComment(source));
    if (found === null) continue;
    const [whole, before = '', keyword = '', value] = found;
    const at = { line: i + 1, column: before.length + 1 };
    yield {
      keyword,
      at,
      fields: value === undefined ? [] : fieldsOf(value, i + 1, whole.length - value.length + 1),
    };
  }
}

/** dnsmasq: "#" begins a comment at the start of a line or behind a blank. */
function withoutComment(line: string): string {
  const at = /(?:^|[ \t])#/.exec(line);
  return (at === null ? line : line.slice(0, at.index)).trimEnd();
}

function fieldsOf(value: string, line: number, column: number): readonly Written[] {
  const fields: Written[] = [];
  let at = column;
  for (const part of value.split(',')) {
    const indent = part.length - part.trimStart().length;
    const text = part.trim();
    fields.push({ text, line, column: at + indent, length: text.length });
    at += part.length + 1;
  }
  return fields;
}

/** Undefined for a record that has nothing to do with KMS. */
function readSrvHost(
  { at, fields }: Setting,
  lines: Lines,
  ttlSeconds: number | undefined,
): WrittenRecord | Draft | undefined {
  const [owner, target, port, priority, weight, ...more] = fields;
  const read = readName(owner?.text ?? '');
  if (owner === undefined || !read.ok) return undefined;
  if (!isKmsOwner(read.name)) return undefined;
  const malformed = (place: Written, message: string): Draft => ({
    line: place.line,
    column: place.column,
    code: 'SRV-033',
    text: `${message}: dnsmasq refuses to start, and no client gets any answer`,
    advice: `srv-host=${KMS_SERVICE}.DOMAIN,KMSHOST,1688,0,0`,
  });
  if (more[0] !== undefined)
    return malformed(more[0], 'srv-host takes name, target, port, priority and weight, and no more');
  const numbers: number[] = [];
  for (const [field, fallback] of [
    [port, 1],
    [priority, 0],
    [weight, 0],
  ] as const) {
    const value = field === undefined || field.text === '' ? fallback : numberIn(field.text);
    if (value === undefined)
      return malformed(field!, `${JSON.stringify(field!.text)} is not a number from 0 to 65535`);
    numbers.push(value);
  }
  const host = target === undefined || target.text === '' ? undefined : target;
  const name = host === undefined || parseIpAddress(host.text) ? undefined : readName(host.text);
  if (host !== undefined && name?.ok === false)
    return malformed(host, `target ${JSON.stringify(host.text)}: ${name.problem}`);
  const literal = host === undefined ? undefined : readName(host.text.replaceAll(':', '-'));
  const written = (word: Written | undefined): Written | undefined => (word?.text === '' ? undefined : word);
  const words = {
    owner,
    target: host,
    port: written(port),
    priority: written(priority),
    weight: written(weight),
  };
  const [portNumber = 1, priorityNumber = 0, weightNumber = 0] = numbers;
  return {
    form: 'dnsmasq',
    owner: read.name,
    srv: {
      priority: priorityNumber,
      weight: weightNumber,
      port: portNumber,
      target: name?.ok ? name.name : literal?.ok ? literal.name : ROOT,
    },
    ttlSeconds,
    origin: ROOT,
    ...at,
    words: Object.fromEntries(Object.entries(words).filter(([, word]) => word !== undefined)),
    lines,
  };
}

function numberIn(text: string): number | undefined {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  return value <= 0xffff ? value : undefined;
}
