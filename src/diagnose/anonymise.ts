import { addressFamily, parseIpAddress } from '../core/address.ts';
import { type AddressClass, addressClass } from '../core/address-class.ts';
import type { IpAddress } from '../core/net.ts';
import { type AccountMasks, accountMasks, learnAccounts, maskAccounts } from './anonymise-accounts.ts';
import type { Recording } from './recording.ts';

/**
 * The recording with every name and address replaced, the same by the same, so that it can be given away and still be
 * diagnosed alike: labels keep their number and order, service labels stay, addresses keep their class; accounts,
 * objects and SIDs of a directory are replaced, but for those that every directory has. Packets are
 * dropped, for they hold the names as octets. A name that stands in free text without a dot cannot be told from a word
 * and stays, unless the same word is a label elsewhere.
 */
export function anonymised(recording: Recording): Recording {
  const masks: Masks = { labels: new Map(), addresses: new Map(), accounts: accountMasks() };
  collect(recording, masks);
  return replaced(recording, masks) as Recording;
}

interface Masks {
  readonly labels: Map<string, string>;
  readonly addresses: Map<string, string>;
  readonly accounts: AccountMasks;
}

/** Members that hold octets, or words of ours that only look like names. */
const DROPPED = new Set(['octets', 'received']);
const KEPT = new Set([
  'at',
  'schema',
  'id',
  'kind',
  'purpose',
  'role',
  'type',
  'rcode',
  'state',
  'generation',
  'depth',
  'randomLabel',
  'platform',
]);

const DOTTED = /[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)+\.?/gu;
const COLONED = /(?<![\w:])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?![\w:])/gi;
const WORD = /[\p{L}\p{N}][\p{L}\p{N}-]{2,}/gu;

/** Labels that say what a record is, not whose. */
const PUBLIC_LABELS =
  /^(_.*|vlmcs|vmlcs|kms|tcp|udp|com|net|org|local|lan|corp|test|example|internal|arpa|invalid|localhost|\d+)$/i;

/** First pass: learns every label of every dotted name, so that the second can find them standing alone. */
function collect(value: unknown, masks: Masks): void {
  if (typeof value === 'string') {
    for (const [name] of value.matchAll(DOTTED))
      if (parseIpAddress(name.replace(/\.$/, '')) === undefined)
        for (const label of name.split('.')) maskLabel(label, masks);
    for (const word of learnAccounts(value, masks.accounts)) maskLabel(word, masks);
  } else if (Array.isArray(value)) for (const each of value) collect(each, masks);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, each] of Object.entries(value))
      if (!KEPT.has(key) && !DROPPED.has(key)) collect(each, masks);
  }
}

function replaced(value: unknown, masks: Masks): unknown {
  if (typeof value === 'string') return masked(value, masks);
  if (Array.isArray(value)) return value.map((each) => replaced(each, masks));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      DROPPED.has(key) ? '' : KEPT.has(key) && typeof each === 'string' ? each : replaced(each, masks),
    ]),
  );
}

function masked(text: string, masks: Masks): string {
  return maskAccounts(text, masks.accounts)
    .replace(COLONED, (found) => maskAddress(found, masks) ?? found)
    .replace(DOTTED, (found) => {
      const dot = found.endsWith('.') ? '.' : '';
      const bare = dot === '' ? found : found.slice(0, -1);
      const address = maskAddress(bare, masks);
      return address !== undefined
        ? address + dot
        : bare
            .split('.')
            .map((label) => maskLabel(label, masks))
            .join('.') + dot;
    })
    .replace(WORD, (word) => masks.labels.get(word.toLowerCase()) ?? word);
}

function maskLabel(label: string, { labels }: Masks): string {
  if (label === '' || PUBLIC_LABELS.test(label)) return label;
  const key = label.toLowerCase();
  const known = labels.get(key);
  if (known !== undefined) return known;
  // Already a pseudonym: the second pass must not mask it again.
  if ([...labels.values()].includes(key)) return label;
  const mask = `name${labels.size + 1}`;
  labels.set(key, mask);
  return mask;
}

/** Where pseudonyms of each class live; the public ones in ranges that nobody uses any more (RFC 7526, RFC 4843). */
const RANGES: Readonly<Record<AddressClass, readonly [string, string]>> = {
  unspecified: ['', ''],
  loopback: ['', ''],
  multicast: ['', ''],
  'link-local': ['169.254.0.', 'fe80::'],
  private: ['10.0.0.', 'fd00::'],
  documentation: ['192.0.2.', '2001:db8::'],
  public: ['192.88.99.', '2001:10::'],
};

function maskAddress(text: string, { addresses }: Masks): string | undefined {
  const address: IpAddress | undefined = parseIpAddress(text);
  if (address === undefined) return undefined;
  const known = addresses.get(address);
  if (known !== undefined) return known;
  if ([...addresses.values()].includes(address)) return address;
  const [v4, v6] = RANGES[addressClass(address)];
  const prefix = addressFamily(address) === 4 ? v4 : v6;
  if (prefix === '') return address;
  const number = [...addresses.values()].filter((each) => each.startsWith(prefix)).length + 1;
  const mask = prefix + (addressFamily(address) === 4 ? String(number % 256) : number.toString(16));
  addresses.set(address, mask);
  return mask;
}
