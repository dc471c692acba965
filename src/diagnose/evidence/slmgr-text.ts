import { parseIpAddress } from '../../core/address.ts';
import type { LicenceStatus } from '../fact.ts';
import {
  ACTIVATION_TYPE,
  countInWords,
  generationOf,
  hresultInWords,
  hresultOf,
  minutesInWords,
  portOf,
} from './decoded-values.ts';
import type { At, FactDraft } from './fact-draft.ts';
import { isNameText, labelledLine } from './labelled-line.ts';
import { readTime } from './lenient-time.ts';
import { addChannel, addRenewal, addStatus, channelIn } from './licensing-properties.ts';
import { activationTypeIn, licenceStatusIn, lowIn, switchIn } from './slmgr-words.ts';

const GUID = /^\{?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?$/i;
/** The last five characters of a product key: recognised so that they are never repeated. */
const PARTIAL_KEY = /^[A-Z0-9]{5}$/;
const CODE = /0x[0-9a-f]{8}\b/i;

interface Line {
  readonly line: number;
  readonly text: string;
  readonly label: string;
  /** What stands behind the colon, or all of a line without one. */
  readonly value: string;
  /** False for a line without a colon. */
  readonly labelled: boolean;
}

/** Does it hold a product's channel, which is English in every language, or an error as slmgr prints it? */
export function looksLikeSlmgr(lines: readonly string[]): boolean {
  return lines.some(
    (line) =>
      isDescription(line) || /^0x(?:8007|8009|c004)[0-9a-f]{4}\b/i.test(labelledLine(line)?.value ?? ''),
  );
}

/**
 * `slmgr /dlv`, `/dli`, `/ato` and Office's `ospp.vbs /dstatus` in any language. The script writes its lines in one
 * fixed order (slmgr.vbs, DisplayAllInformation): each is told by where it stands and by what its value is, the words
 * only help where nothing else tells two meanings apart.
 */
export function readSlmgr(draft: FactDraft, source: readonly string[]): void {
  const lines = source.map(lineOf).filter((line) => line.text !== '' && !/^-+$/.test(line.text));
  const starts = lines.flatMap((line, i) => (isDescription(line.text) ? [i] : []));
  const version = lines
    .slice(0, starts[0] ?? 0)
    .find(({ value }) => /^\d{1,2}\.\d\.\d{4,5}(?:\.\d{1,6})?$/.test(value));
  const generation = generationOf(version?.value ?? '');
  if (version !== undefined && generation !== undefined) {
    draft.fact('client-build', atOf(version), { name: version.value, generation });
    draft.decoded(version.label, version.value, 'version of the licensing service');
  }
  let inUse = 0;
  starts.forEach((start, n) => {
    // The line before a description is the product's name.
    const end = n + 1 < starts.length ? Math.max(starts[n + 1]! - 1, start + 1) : lines.length;
    if (readProduct(draft, lines.slice(Math.max(start - 1, 0), end), starts.length === 1)) inUse++;
  });
  if (starts.length > 0 && inUse === 0)
    draft.problem(
      lines[starts[0]!]!.line,
      'no product in it has a partial product key: none is in use, or the output was cut off',
    );
  readErrors(draft, starts.length > 0 ? lines.slice(0, starts[0]) : lines);
}

function lineOf(source: string, i: number): Line {
  const text = source.trim();
  const parts = labelledLine(source);
  return parts === undefined
    ? { line: i + 1, text, label: text, value: text, labelled: false }
    : { line: i + 1, text, label: parts.label, value: parts.value, labelled: true };
}

function isDescription(text: string): boolean {
  return channelIn(text.slice(0, 500)) !== undefined;
}

function atOf({ line, label, value }: Line): At {
  return { line, place: label, raw: value };
}

/**
 * False for a product without a key: it is only one that could be installed, and `/dlv all` lists hundreds. Of a product
 * that is `alone` somebody may have taken the key out; the status shows then where it stood.
 */
function readProduct(draft: FactDraft, lines: readonly Line[], alone: boolean): boolean {
  const described = lines.findIndex(({ text }) => isDescription(text));
  const description = lines[described]!;
  const shown = lines.findIndex(({ labelled, value }) => labelled && PARTIAL_KEY.test(value));
  // Where the key was taken out its label still stands; "not in use" has none.
  const hidden = lines.findIndex(
    ({ labelled }, i) =>
      labelled && i > described && licenceStatusIn(lines[i + 1]?.value ?? '') !== undefined,
  );
  const key = shown < 0 && alone ? hidden : shown;
  if (key < 0) return false;
  const about = lines.slice(0, key);
  const scope = about.slice(0, 3).some(({ value }) => /\boffice/i.test(value)) ? 'office' : 'windows';
  const full = about.find(({ value }) => /^(?:Volume|Retail|OEM)(?::\w+)?$/i.test(value));
  const channel = full?.value ?? channelIn(description.text)!;
  addChannel(draft, { ...atOf(full ?? description), raw: channel }, channel, scope);
  const ids = about.filter(({ value }) => GUID.test(value)).map(({ value }) => value.toLowerCase());
  const product = ids.length >= 2 ? `${ids[1]}\\${ids[0]}` : undefined;

  const rest = lines.slice(key + 1);
  const id = rest.findIndex(({ labelled, value }) => labelled && GUID.test(value));
  const asked = rest.findIndex(({ label, value }) => /KMS/.test(label) && hostAndPort(value) !== undefined);
  // The client id is taken out, too, before people send such a file; ospp.vbs does not write it.
  const client = id >= 0 ? id + 1 : asked;
  const host = hostSection(rest);
  const kms = /KMS_?-?CLIENT|GVLK/i.test(channel);
  // ospp.vbs writes the status before the key, slmgr behind it.
  const said = about.findIndex(({ value }) => scope === 'office' && /^-+[A-Z_ ]+-+$/.test(value));
  const licence = readStatus(draft, said < 0 ? rest : about.slice(said), kms && client >= 0, scope);
  const end = host < 0 ? rest.length : host;
  if (kms) readActivationType(draft, rest.slice(1, client >= 0 ? client : end), scope);
  if (client >= 0) {
    const section = rest.slice(client, end > client ? end : rest.length);
    const renewalMinutes = readClient(draft, section, { scope, product });
    addRenewal(draft, licence?.seenAt, licence?.graceMinutes, renewalMinutes);
  }
  if (host >= 0) readHost(draft, rest.slice(host));
  const object = rest.find(({ value }) => /CN=Activation Objects\b/i.test(value));
  if (object !== undefined) {
    draft.fact('ad-activation', atOf(object), { object: object.value });
    draft.decoded(object.label, object.value, 'activated by Active Directory: no KMS host is asked');
  }
  return true;
}

/** The status follows the key; a reason or the minutes left follow the status. */
function readStatus(
  draft: FactDraft,
  rest: readonly Line[],
  licensed: boolean,
  scope: 'windows' | 'office',
): { readonly seenAt: string | undefined; readonly graceMinutes: number | undefined } | undefined {
  const near = rest.slice(0, 4);
  const minutes = near
    .filter(({ value }) => hostAndPort(value) === undefined)
    .map(({ text }) => minutesIn(text))
    .find((found) => found !== undefined);
  const code = CODE.exec(near[1]?.text ?? '')?.[0];
  const line = near[0];
  if (line === undefined) return undefined;
  // slmgr shows the client section of a licensed product only, and a reason only beside "notification".
  const status: LicenceStatus | undefined =
    code !== undefined ? 5 : licensed ? 1 : licenceStatusIn(line.value);
  if (status === undefined) {
    draft.decoded(line.label, line.value, 'licence status, in words that are not known');
    return undefined;
  }
  const seenAt = rest.map(({ value }) => readTime(value)).find((time) => time !== undefined);
  addStatus(draft, atOf(line), {
    status,
    graceMinutes: minutes,
    reason: code === undefined ? undefined : hresultOf(code),
    scope,
    seenAt,
  });
  return status === 1 ? { seenAt, graceMinutes: minutes } : undefined;
}

/** `259197 minutes (180 days)`, in this order or the other: the only line whose numbers are the same time. */
function minutesIn(text: string): number | undefined {
  const numbers = (text.slice(0, 300).match(/\d{1,9}/g) ?? []).map(Number);
  for (const [minutes, days] of [numbers, [...numbers].reverse()] as [number, number][]) {
    if (numbers.length === 2 && minutes > 0 && Math.abs(minutes / 1440 - days) <= 1 && minutes > days)
      return minutes;
  }
  return undefined;
}

/** The last line before the client's section whose value is a type, in the words that are known, and nothing more. */
function readActivationType(draft: FactDraft, lines: readonly Line[], scope: 'windows' | 'office'): void {
  const line = lines.findLast(
    ({ labelled, value }) => labelled && value.length <= 16 && activationTypeIn(value) !== undefined,
  );
  if (line === undefined) return;
  const type = activationTypeIn(line.value)!;
  if (scope === 'windows') draft.fact('activation-type', atOf(line), { type });
  draft.decoded(line.label, line.value, ACTIVATION_TYPE[type]);
}

/**
 * Behind the client id: the lookup domain if there is one, the host, its address, its product id, the two intervals,
 * caching. Returns the renewal interval.
 */
function readClient(
  draft: FactDraft,
  lines: readonly Line[],
  { scope, product }: { scope: 'windows' | 'office'; product: string | undefined },
): number | undefined {
  const setting = { legacyKey: false, scope, product };
  const hostAt = lines.findIndex(({ labelled, value }) => labelled && hostAndPort(value) !== undefined);
  const intervals = lines.flatMap((line, i) => {
    const numbers = line.labelled ? (line.value.slice(0, 100).match(/\d+/g) ?? []) : [];
    return numbers.length === 1 && /^\d{1,6}(?!\S*[.\-:])/.test(line.value) ? [i] : [];
  });
  const before = lines.slice(0, hostAt >= 0 ? hostAt : (intervals[0] ?? lines.length));

  const lookup = before.find(
    ({ labelled, label, value }) =>
      labelled && isNameText(value) && (/SRV/i.test(label) || /[a-z][a-z0-9-]*\.[a-z]/i.test(value)),
  );
  if (lookup !== undefined) {
    draft.fact('lookup-domain', atOf(lookup), { level: 'sku', domain: lookup.value, ...setting });
    draft.decoded(lookup.label, lookup.value, 'the only domain asked');
  }
  if (hostAt >= 0) {
    const line = lines[hostAt]!;
    const { host, port } = hostAndPort(line.value)!;
    const address = parseIpAddress(lines[hostAt + 1]?.value ?? '');
    // "from DNS" holds the abbreviation in every language, "registered" does not.
    if (/DNS/i.test(line.label)) {
      draft.fact('cached-host', atOf(line), { host, port, address, ...setting });
      draft.decoded(
        line.label,
        line.value,
        'the last host found in DNS that answered; asked first while caching is on',
      );
    } else {
      const at = atOf(line);
      draft.fact('override-name', at, { level: 'sku', name: host, effective: true, ...setting });
      if (port !== undefined)
        draft.fact('override-port', at, { level: 'sku', port, effective: true, ...setting });
      draft.decoded(line.label, line.value, 'the only host asked');
    }
  } else {
    const none = before.find(({ text }) => /DNS/i.test(text));
    if (none !== undefined) draft.decoded(none.label, none.value, 'no host found in DNS is remembered');
  }
  readCaching(draft, lines.slice((intervals[1] ?? intervals[0] ?? lines.length) + 1));
  return readIntervals(draft, lines, intervals);
}

function readIntervals(draft: FactDraft, lines: readonly Line[], at: readonly number[]): number | undefined {
  const [activation, renewal] = at.map((i) => lines[i]!);
  if (activation === undefined || renewal === undefined) return undefined;
  const minutes = (line: Line): number => Number(/\d+/.exec(line.value)![0]);
  draft.fact('intervals', atOf(activation), {
    activationMinutes: minutes(activation),
    renewalMinutes: minutes(renewal),
  });
  draft.decoded(
    activation.label,
    activation.value,
    `${minutesInWords(minutes(activation))} between attempts while not activated`,
  );
  draft.decoded(renewal.label, renewal.value, `${minutesInWords(minutes(renewal))} between renewals`);
  return minutes(renewal);
}

/** The one sentence behind the intervals. */
function readCaching(draft: FactDraft, lines: readonly Line[]): void {
  const line = lines[0];
  const on = line === undefined || !/KMS/i.test(line.text) ? undefined : switchIn(line.text);
  if (line === undefined || on === undefined) return;
  draft.fact('host-caching', { ...atOf(line), raw: line.text }, { on });
  draft.decoded(
    line.label,
    line.value,
    on ? 'the last good host is asked first' : 'DNS is asked at every attempt',
  );
}

/** Where two plain numbers stand before a line about DNS: count, port, publishing. Only a KMS host prints them. */
function hostSection(lines: readonly Line[]): number {
  return lines.findIndex(
    (line, i) =>
      isCount(line) &&
      isCount(lines[i + 1]) &&
      portOf(lines[i + 1]!.value) !== undefined &&
      /DNS/i.test(lines[i + 2]?.text ?? '') &&
      !/\d/.test(lines[i + 2]!.text),
  );
}

function isCount(line: Line | undefined): boolean {
  return line !== undefined && line.labelled === true && /^-?\d{1,10}$/.test(line.value);
}

function readHost(draft: FactDraft, lines: readonly Line[]): void {
  const [count, port, publishing, priority] = lines as [Line, Line, Line, Line | undefined];
  if (!draft.has('is-kms-host')) draft.fact('is-kms-host', atOf(count), { host: true });
  const current = Number(count.value);
  if (current >= 0 && current < 0xffffffff)
    draft.fact('host-count', atOf(count), { current, required: undefined });
  draft.decoded(count.label, count.value, countInWords(current, undefined));
  draft.fact('listening-port', atOf(port), { port: portOf(port.value) });
  draft.decoded(port.label, port.value, 'the host listens here');
  const on = switchIn(publishing.text);
  if (on !== undefined) {
    const at = { ...atOf(publishing), raw: publishing.text };
    draft.fact('publishing-disabled', at, { disabled: !on, legacyKey: false });
    draft.decoded(
      publishing.label,
      publishing.value,
      on ? 'the host publishes itself' : 'the host publishes nothing',
    );
  }
  const low = priority === undefined || !/KMS/i.test(priority.text) ? undefined : lowIn(priority.value);
  if (priority !== undefined && low !== undefined) {
    draft.fact('low-priority', atOf(priority), { on: low });
    draft.decoded(priority.label, priority.value, low ? 'a busy host may lose its count' : 'normal priority');
  }
  // Total, failed, then one counter for each licence status.
  const counters = lines.slice(3).filter(isCount);
  if (counters.length < 6) return;
  const [total, failed] = counters.map(({ value }) => Number(value)) as [number, number];
  draft.fact('request-counters', atOf(counters[0]!), { total, failed });
  draft.decoded(counters[0]!.label, counters[0]!.value, `since its installation; ${failed} of them failed`);
}

/** What slmgr prints instead of an answer; after a description a code is the reason of a notification. */
function readErrors(draft: FactDraft, lines: readonly Line[]): void {
  for (const line of lines) {
    const hresult = hresultOf(CODE.exec(line.text.slice(0, 500))?.[0] ?? '');
    if (hresult === undefined || hresult === '0x00000000') continue;
    const at = { line: line.line, place: 'error', raw: line.text };
    // SL_E_NOT_ELEVATED is 0xC004F025; the plain Win32 code says the same of slmgr.
    if (hresult === '0xC004F025' || hresult === '0x80070005') draft.fact('elevated', at, { elevated: false });
    else draft.fact('tool-error', at, { hresult });
    draft.decoded('error', hresult, hresultInWords(hresult));
  }
}

/** `host:port` as slmgr joins them, a literal IPv6 address in brackets or not; undefined for anything else. */
function hostAndPort(
  value: string,
): { readonly host: string; readonly port: number | undefined } | undefined {
  const colon = value.lastIndexOf(':');
  const port = portOf(value.slice(colon + 1).trim());
  const host = value.slice(0, colon).trim();
  if (colon <= 0 || port === undefined || /\s/.test(host)) return undefined;
  return { host, port };
}
