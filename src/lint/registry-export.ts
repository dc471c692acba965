import type { FindingCode } from '../core/catalogue.ts';
import { type RegData, type RegKey, type RegValue, readReg, regTypeName } from '../core/reg-file.ts';
import { domainOf, entryFault, noteDomain } from './publish-entry.ts';
import { type Draft, type Lines, type Mend, mend } from './result.ts';

/** One value that KMS reads: Volume Activation Technical Reference Guide, table 3. */
interface ValueRule {
  readonly side: 'host' | 'client';
  readonly type: 'REG_SZ' | 'REG_DWORD' | 'REG_MULTI_SZ';
  readonly range?: { readonly least: number; readonly most: number; readonly unit: string };
}

const PORT = { least: 1, most: 65_535, unit: 'a TCP port' } as const;
const MINUTES = { least: 15, most: 43_200, unit: 'a number of minutes' } as const;

/** By name, lower case. */
const VALUES: Readonly<Record<string, ValueRule>> = {
  dnsdomainpublishlist: { side: 'host', type: 'REG_MULTI_SZ' },
  disablednspublishing: { side: 'host', type: 'REG_DWORD' },
  enablekmslowpriority: { side: 'host', type: 'REG_DWORD' },
  keymanagementservicelisteningport: { side: 'host', type: 'REG_SZ', range: PORT },
  vlactivationinterval: { side: 'host', type: 'REG_DWORD', range: MINUTES },
  vlrenewalinterval: { side: 'host', type: 'REG_DWORD', range: MINUTES },
  keymanagementservicename: { side: 'client', type: 'REG_SZ' },
  keymanagementserviceport: { side: 'client', type: 'REG_SZ', range: PORT },
  keymanagementservicelookupdomain: { side: 'client', type: 'REG_SZ' },
};

const WRONG_TYPE: Readonly<Record<ValueRule['side'], FindingCode>> = { host: 'PUB-011', client: 'CLI-027' };
const OUT_OF_RANGE: Readonly<Record<ValueRule['side'], FindingCode>> = { host: 'HST-017', client: 'CLI-039' };
const LEGACY: Readonly<Record<ValueRule['side'], FindingCode>> = { host: 'PUB-004', client: 'CLI-021' };

/** The key of the licence service, or the one of Vista, and keys below them. */
const KMS_KEY =
  /\\software\\(?:wow6432node\\)?microsoft\\windows nt\\currentversion\\(softwareprotectionplatform|sl)(?:\\|$)/i;

/** Lints a registry export. Never throws, for any octets. */
export function lintRegistryExport(
  octets: Uint8Array,
  file: string,
  lines: readonly string[],
  say: (draft: Draft) => void,
): void {
  const source: Lines = { lineAt: (line) => lines[line - 1] };
  const { keys, problems } = readReg(octets, file);
  for (const { line, column, message } of problems)
    say({
      line,
      column,
      code: 'RUN-008',
      text: `${message}: regedit leaves it out or refuses the file, and a KMS setting in it is not judged`,
    });
  for (const key of keys) {
    const [, where] = KMS_KEY.exec(key.path) ?? [];
    if (where === undefined || key.deleted) continue;
    const known = key.values.filter(
      ({ name, data }) => ruleFor(name) !== undefined && data.kind !== 'deleted',
    );
    if (where.toLowerCase() === 'sl' && known.length > 0) say(legacyKey(key, known, source));
    for (const value of known) {
      const rule = ruleFor(value.name);
      if (rule !== undefined) for (const draft of judgeValue(value, rule, lines)) say(draft);
    }
  }
}

function ruleFor(name: string): ValueRule | undefined {
  const key = name.toLowerCase();
  return Object.hasOwn(VALUES, key) ? VALUES[key] : undefined;
}

function legacyKey(key: RegKey, values: readonly RegValue[], source: Lines): Draft {
  const host = values.find(({ name }) => ruleFor(name)?.side === 'host');
  const side = host === undefined ? 'client' : 'host';
  const names = values.map(({ name }) => name).join(', ');
  const effect =
    side === 'host'
      ? 'the host does not publish by it, and clients of the listed domains find no record'
      : 'the client goes on as if it were not there';
  const line = source.lineAt(key.line) ?? '';
  const at = /\\SL(?=[\\\]])/i.exec(line);
  return {
    line: key.line,
    column: key.column,
    code: LEGACY[side],
    text: `Windows 7, Server 2008 R2 and later do not read ${names} under CurrentVersion\\SL: ${effect}`,
    mend:
      at === null
        ? undefined
        : mend(
            source,
            { line: key.line, column: at.index + 1, length: at[0].length },
            '\\SoftwareProtectionPlatform',
            false,
          ),
  };
}

function judgeValue(value: RegValue, rule: ValueRule, lines: readonly string[]): readonly Draft[] {
  const { name, data, line, column } = value;
  const place = { line, column };
  if (typeOf(data) !== rule.type)
    return [
      {
        ...place,
        code: WRONG_TYPE[rule.side],
        text: `${name} is ${typeOf(data)} here and has to be ${rule.type}: ${rule.side === 'host' ? 'the host may not read it, and publish elsewhere than clients ask' : 'the client may not read it, and ask another host than it was told'}`,
        mend: rightType(value, rule, lines),
      },
    ];
  if (data.kind === 'multi-sz') return judgeList(value, data.entries, lines);
  if (rule.range !== undefined) {
    const { least, most, unit } = rule.range;
    const text = data.kind === 'sz' ? data.text : data.kind === 'dword' ? String(data.value) : '';
    const number = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    if (!(number >= least && number <= most))
      return [
        {
          ...place,
          code: OUT_OF_RANGE[rule.side],
          text: `${name} is ${JSON.stringify(text)}, and ${unit} from ${least} to ${most} has to stand there: ${unit === PORT.unit ? 'clients find nobody at such a port' : 'no document says how often clients then ask'}`,
          advice:
            unit === PORT.unit
              ? `"${name}"="1688"`
              : `"${name}"=dword:${(name.toLowerCase() === 'vlrenewalinterval' ? 10_080 : 120).toString(16).padStart(8, '0')}`,
        },
      ];
  }
  return name.toLowerCase() === 'keymanagementservicename' && data.kind === 'sz'
    ? judgePinnedHost(value, data.text, lines)
    : [];
}

function judgePinnedHost(value: RegValue, text: string, lines: readonly string[]): readonly Draft[] {
  const place = { line: value.line, column: value.column };
  if (/^[0-9a-f:.]*:[0-9a-f:.]*:[0-9a-f:.]*$/i.test(text))
    return [
      {
        ...place,
        code: 'CLI-005',
        text: `${text} is an IPv6 address without brackets: its colons are taken for the one in front of a port, and the client reaches nobody`,
        mend: replaced(value, lines, `"${value.name}"="[${text}]"`, true),
      },
    ];
  if (!/[\s/;,\\]/.test(text)) return [];
  return [
    {
      ...place,
      code: 'CLI-006',
      text: `${JSON.stringify(text)} is neither a name nor an address: the client takes it as it stands, asks nobody else, and fails`,
      advice: `"${value.name}"="KMSHOST.DOMAIN"`,
    },
  ];
}

function judgeList(value: RegValue, entries: readonly string[], lines: readonly string[]): readonly Draft[] {
  const all = new Set(entries.map(domainOf));
  const before = new Set<string>();
  return entries.flatMap((entry, i): readonly Draft[] => {
    const fault = entryFault(entry, before, all);
    noteDomain(entry, fault, before);
    if (fault === undefined) return [];
    const mended = entries.with(i, fault.mended ?? entry);
    return [
      {
        line: value.line,
        column: value.column,
        code: 'PUB-005',
        text: `entry ${i + 1}: ${fault.text}`,
        mend:
          fault.mended === undefined
            ? undefined
            : replaced(value, lines, multiString(value.name, mended), fault.safe),
        advice: fault.advice,
      },
    ];
  });
}

/** The same content in the type that Windows reads; undefined when it has none. */
function rightType(value: RegValue, rule: ValueRule, lines: readonly string[]): Mend | undefined {
  const { name, data } = value;
  if (rule.type === 'REG_SZ' && data.kind === 'dword')
    return replaced(value, lines, `"${name}"="${data.value}"`, true);
  if (rule.type === 'REG_SZ' && data.kind === 'expand-sz' && !/["\\%]|[^ -~]/.test(data.text))
    return replaced(value, lines, `"${name}"="${data.text}"`, true);
  if (rule.type === 'REG_DWORD' && data.kind === 'sz' && /^\d{1,9}$/.test(data.text))
    return replaced(value, lines, `"${name}"=dword:${Number(data.text).toString(16).padStart(8, '0')}`, true);
  if (rule.type === 'REG_MULTI_SZ' && (data.kind === 'sz' || data.kind === 'expand-sz')) {
    const entries = data.text.split(/[;|\n]/).filter((entry) => entry.trim() !== '');
    return replaced(value, lines, multiString(name, entries), entries.length < 2);
  }
  return undefined;
}

/** REG_MULTI_SZ as regedit writes it, on one line, which regedit reads as well. */
function multiString(name: string, entries: readonly string[]): string {
  const text = `${entries.map((entry) => `${entry}\0`).join('')}\0`;
  const octets = [...Buffer.from(text, 'utf16le')].map((octet) => octet.toString(16).padStart(2, '0'));
  return `"${name}"=hex(7):${octets.join(',')}`;
}

/** The value with the lines that continue it, replaced as a whole. */
function replaced(value: RegValue, lines: readonly string[], text: string, safe: boolean): Mend | undefined {
  let last = value.line;
  while (lines[last - 1]?.trimEnd().endsWith('\\') === true && lines[last] !== undefined) last++;
  const end = lines[last - 1];
  if (end === undefined) return undefined;
  return {
    mended: text,
    edit: {
      from: { line: value.line, column: value.column },
      to: { line: last, column: end.length + 1 },
      text,
    },
    // A text over several lines ends elsewhere than its last backslash says.
    safe: safe && (last > value.line || !/^[^=]*="[^"]*$/.test(end)),
  };
}

function typeOf(data: RegData): string {
  return regTypeName(data) ?? (data.kind === 'binary' ? `of type ${data.type}` : 'deleted');
}
