import { parseIpAddress } from '../core/address.ts';
import { KMS_SERVICE } from '../core/kms.ts';

/** One line of DnsDomainPublishList, judged by itself and beside the others. */
export interface EntryFault {
  readonly text: string;
  /** Offset in the entry. */
  readonly offset: number;
  /** The entry put right; undefined when it takes a person to know. */
  readonly mended?: string;
  readonly safe: boolean;
  /** What to do, where no line says it. */
  readonly advice: string;
}

const ADVICE = 'Write the DNS domain of the clients, priority and weight: east.contoso.com, 10, 75';
const ONCE = 'Take this entry out: the list has its domain already.';

/** What a host can publish under: letters, digits, hyphens, dots. */
const LABEL = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/i;

/**
 * The fault of one entry `domain[, priority[, weight]]`; undefined when it has none. `others` are the domains of the
 * lines before, lower case, as they stand and as they are mended; `all` those of every line. Volume Activation Technical Reference Guide, table 3.
 */
export function entryFault(
  entry: string,
  others: ReadonlySet<string>,
  all: ReadonlySet<string>,
): EntryFault | undefined {
  const fields = entry.split(',');
  const name = (fields[0] ?? '').trim();
  const rest = entry.slice((fields[0] ?? '').length);
  const offset = entry.length - entry.trimStart().length;
  const wrong = (text: string, mendedName?: string, safe = false): EntryFault => {
    const isThere = (names: ReadonlySet<string>): boolean => names.has(mendedName?.toLowerCase() ?? '');
    if (isThere(others) || isThere(all)) return { text, offset, safe: false, advice: ONCE };
    const mended = mendedName === undefined ? {} : { mended: `${mendedName}${rest}` };
    return { text, offset, safe, advice: ADVICE, ...mended };
  };
  if (name === '') return wrong('the entry names no domain, so the host publishes nowhere by it');
  const service = new RegExp(`^${KMS_SERVICE.replace('.', '\\.')}\\.`, 'i').exec(name);
  if (service !== null)
    return wrong(
      `${name} is the name of the record, and the host puts ${KMS_SERVICE} in front of each entry by itself: clients never ask for what it then publishes`,
      name.slice(service[0].length),
      true,
    );
  if (parseIpAddress(name) !== undefined)
    return wrong(
      `${name} is an address, where a DNS domain has to stand: clients of no domain get a record by it`,
    );
  if (name.includes('_'))
    return wrong(
      `${name} has an underscore, so it is no DNS domain but the name of a host at most: the host tries to publish ${KMS_SERVICE}.${name}, and clients of the domain that was meant get nothing`,
    );
  if (
    /[\s;|/\\@:*]/.test(name) ||
    !name
      .replace(/\.$/, '')
      .split('.')
      .every((label) => LABEL.test(label))
  )
    return wrong(
      `${JSON.stringify(name)} is not a DNS domain; one entry is "domain, priority, weight", and clients get nothing by this one`,
    );
  if (name.endsWith('.'))
    return wrong(
      `${name} ends in a dot; the list takes domains without it, and no document says what becomes of this one`,
      name.slice(0, -1),
      true,
    );
  if (!name.includes('.'))
    return wrong(
      `${name} is one label: a host name or a top-level domain, and Windows sends no updates for either; clients get nothing by it`,
    );
  if (isHost(name, all))
    return wrong(
      `${name} looks like a host: each entry is a domain of clients, and a host announces only itself; as it stands it publishes ${KMS_SERVICE}.${name}, for which nobody asks`,
      name.slice(name.indexOf('.') + 1),
    );
  const at = fields.slice(1, 3).findIndex((field) => !isNumber(field.trim()));
  if (at >= 0) {
    const before = fields.slice(0, at + 1).join(',').length + 1;
    const field = fields[at + 1] ?? '';
    return {
      text: `${JSON.stringify(field.trim())} is not a ${at === 0 ? 'priority' : 'weight'} from 0 to 65535: the host may publish 0 in its place, and clients come to it first`,
      offset: before + field.length - field.trimStart().length,
      safe: false,
      advice: ADVICE,
    };
  }
  if (fields.length > 3)
    return {
      text: `${fields.length} fields; an entry is "domain, priority, weight", and clients may get none of it`,
      offset: fields.slice(0, 3).join(',').length,
      mended: fields.slice(0, 3).join(','),
      safe: false,
      advice: ADVICE,
    };
  if (others.has(name.toLowerCase()))
    return {
      text: `${name} stands in the list already: a host has one record in a domain, and which of the two clients get is not documented`,
      offset,
      safe: false,
      advice: ONCE,
    };
  return undefined;
}

/** The domain of an entry, for comparing; lower case. */
export function domainOf(entry: string): string {
  return (entry.split(',')[0] ?? '').trim().toLowerCase();
}

/** A first label as hosts have it: it says KMS, or it ends in a number and the rest is a domain of the same list. */
function isHost(name: string, all: ReadonlySet<string>): boolean {
  const [first = ''] = name.split('.');
  const parent = name.slice(first.length + 1).toLowerCase();
  if (!parent.includes('.') && !all.has(parent)) return /kms/i.test(first) && /\d/.test(first);
  return /kms/i.test(first) || (/^[a-z][a-z-]*\d+$/i.test(first) && all.has(parent));
}

function isNumber(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) <= 0xffff;
}

/** Takes note of the domain of an entry, as it stands and as it will be mended. */
export function noteDomain(entry: string, fault: EntryFault | undefined, seen: Set<string>): void {
  seen.add(domainOf(entry));
  if (fault?.safe === true && fault.mended !== undefined) seen.add(domainOf(fault.mended));
}
