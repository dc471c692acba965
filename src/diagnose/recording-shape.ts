import { parseIpAddress } from '../core/address.ts';
import { CATALOGUE } from '../core/catalogue.ts';
import { SEVERITIES } from '../core/finding.ts';
import { isJsonRecord } from '../core/json-record.ts';
import { readName } from '../core/name.ts';
import { ENDPOINT_STATES } from '../core/probe-endpoint.ts';
import type { FactKind } from './fact.ts';

/** Is this the plain JSON of one kind of thing? A recording may come from anybody. */
export type Fits = (value: unknown) => boolean;

const text: Fits = (value) => typeof value === 'string';
const number: Fits = (value) => typeof value === 'number' && Number.isFinite(value);
const truth: Fits = (value) => typeof value === 'boolean';
const listOf =
  (fits: Fits): Fits =>
  (value) =>
    Array.isArray(value) && value.every(fits);
const oneOf =
  (...values: readonly unknown[]): Fits =>
  (value) =>
    values.includes(value);
const orNull =
  (fits: Fits): Fits =>
  (value) =>
    value === null || fits(value);
const any =
  (...fits: readonly Fits[]): Fits =>
  (value) =>
    fits.some((each) => each(value));

/** A record with these members, and perhaps with those. */
function record(
  members: Readonly<Record<string, Fits>>,
  optional: Readonly<Record<string, Fits>> = {},
): Fits {
  const [needed, possible] = [Object.entries(members), Object.entries(optional)];
  return (value) => {
    if (!isJsonRecord(value)) return false;
    return (
      needed.every(([name, fits]) => Object.hasOwn(value, name) && fits(value[name])) &&
      possible.every(([name, fits]) => value[name] === undefined || fits(value[name]))
    );
  };
}

const name: Fits = (value) => {
  if (typeof value !== 'string') return false;
  const read = readName(value);
  return read.ok && read.name === value;
};
const address: Fits = (value) => typeof value === 'string' && parseIpAddress(value) === value;
const port: Fits = (value) => Number.isInteger(value) && (value as number) >= 0 && (value as number) < 65_536;
const endpoint = record({ address, port });
const texts = listOf(text);
const known = (fits: Fits): Fits => record({ value: fits, because: texts });
const srv = record({ priority: number, weight: number, port, target: name }, { targetAsServed: text });

const pinnedHost = any(record({ kind: oneOf('name'), name }), record({ kind: oneOf('address'), address }));
const level = oneOf('sku', 'appid', 'global');

const client = record(
  {
    generation: oneOf('vista', 'windows7', 'windows10'),
    suffixes: known(listOf(name)),
    hostCaching: known(truth),
    activationType: known(oneOf(0, 1, 2, 3)),
    resolvers: known(listOf(endpoint)),
    assumptions: texts,
  },
  {
    suffixesUntold: truth,
    pinned: known(record({ level, raw: text, port }, { host: pinnedHost })),
    lookupDomain: known(name),
    cached: known(record({ host: any(name, address), port })),
    diversions: listOf(record({ namespaces: texts, servers: listOf(endpoint), because: texts })),
  },
);

/** {@link Case} */
export const isCase: Fits = record(
  {
    client,
    examined: listOf(name),
    authorities: listOf(endpoint),
    expected: listOf(
      record(
        {
          domain: name,
          owner: name,
          policy: oneOf('additive', 'exact'),
          publish: listOf(srv),
          place: record({ file: text, line: number, column: number }),
        },
        { server: text, zone: name, ttlSeconds: number },
      ),
    ),
    hosts: listOf(record({ name, addresses: listOf(address), port })),
    randomLabel: text,
    controlPort: port,
    depth: oneOf('full', 'lean'),
  },
  { reported: text },
);

const setting: Readonly<Record<string, Fits>> = { legacyKey: truth, scope: oneOf('windows', 'office') };
const product = { product: text };

/** What each kind of fact has besides its place. A member that may be undefined is left out in JSON. */
const FACTS: { readonly [K in FactKind]: Fits } = {
  'override-name': record({ ...setting, level, name: text, effective: truth }, product),
  'override-port': record({ ...setting, level, effective: truth }, { ...product, port: number }),
  'lookup-domain': record({ ...setting, level, domain: text }, product),
  'cached-host': record({ ...setting, host: text }, { ...product, port: number, address: text }),
  'host-caching': record({ on: truth }),
  'activation-type': record({ type: oneOf(0, 1, 2, 3) }),
  'key-channel': record({ channel: text, kms: truth, scope: oneOf('windows', 'office') }),
  'licence-status': record(
    { status: oneOf(0, 1, 2, 3, 4, 5, 6), scope: oneOf('windows', 'office') },
    { graceMinutes: number, reason: text },
  ),
  'ad-activation': record({ object: text }),
  intervals: record({}, { activationMinutes: number, renewalMinutes: number }),
  'client-build': record({ name: text, generation: oneOf('vista', 'windows7', 'windows10') }),
  elevated: record({ elevated: truth }),
  'tool-error': record({ hresult: text }),
  'clock-offset': record({ seconds: number }),
  'time-service': record({}, { enabled: truth, type: text }),
  'skip-rearm': record({ on: truth }),
  'primary-suffix': record({ suffix: text, byPolicy: truth }),
  'search-list': record({ suffixes: texts, byPolicy: truth, configured: truth }),
  'connection-suffix': record({ suffix: text, adapter: text }),
  devolution: record({ on: truth }, { level: number }),
  'dns-servers': record({ servers: texts, adapter: text }),
  'ip-address': record({ address: text, adapter: text }),
  'nrpt-rule': record({ namespaces: texts, servers: texts }),
  'hosts-file-entry': record({ host: text, address: text }),
  'host-name': record({ name: text }),
  'publishing-disabled': record({ disabled: truth, legacyKey: truth }),
  'publish-list': record({ entries: texts, legacyKey: truth }),
  'listening-port': record({}, { port: number }),
  'low-priority': record({ on: truth }),
  'host-count': record({ current: number }, { required: number }),
  'request-counters': record({ total: number, failed: number }),
  'is-kms-host': record({ host: truth }),
  'registered-publication': record({}, { domain: text, port: number }),
  'dns-registration': record({ on: truth, adapter: text }),
  'rpc-restriction': record({ level: oneOf(0, 1, 2) }),
  event: record(
    { eventId: oneOf(12288, 12289, 12290, 12291, 12292, 12293, 12294, 8196, 8198, 8229) },
    { at: text, hresult: text, subject: text, fields: isTextRecord },
  ),
  'directory-finding': record({
    code: (value) => typeof value === 'string' && Object.hasOwn(CATALOGUE, value),
    subject: text,
    severity: oneOf(...SEVERITIES),
    says: text,
  }),
  'directory-permission': record(
    { owner: text, host: text, mayWrite: oneOf('yes', 'no', 'unknown'), because: text },
    { recordOwner: text },
  ),
  'directory-writers': record({ owner: text, writers: texts }, { recordOwner: text }),
  unreadable: record({ because: text }),
  'wrong-type': record({ value: text, expected: text, found: text }),
};

function isTextRecord(value: unknown): boolean {
  return isJsonRecord(value) && Object.values(value).every(text);
}

const place = record(
  {
    id: text,
    file: text,
    place: text,
    raw: text,
    kind: (kind) => typeof kind === 'string' && Object.hasOwn(FACTS, kind),
  },
  { line: number },
);

/** {@link Fact} */
export function isFact(value: unknown): boolean {
  return place(value) && FACTS[(value as { readonly kind: FactKind }).kind](value);
}

/** {@link DecodedField} */
export const isDecoded: Fits = record({ label: text, value: text, meaning: text });

const fault = record(
  {
    kind: oneOf('timeout', 'refused', 'reset', 'closed', 'unreachable', 'garbled', 'cancelled'),
    sent: truth,
  },
  { afterMs: number, errno: text, detail: text, by: oneOf('interrupt', 'deadline') },
);

const question = record({
  kind: oneOf('dns'),
  purpose: text,
  server: endpoint,
  role: oneOf('resolver', 'authority'),
  name,
  type: text,
  recurse: truth,
  transport: oneOf('auto', 'udp', 'tcp'),
  edns: truth,
  checkingDisabled: truth,
});

const answer = record(
  {
    rcode: text,
    authoritative: truth,
    recursionAvailable: truth,
    authenticData: truth,
    truncated: truth,
    transport: oneOf('udp', 'tcp'),
    sizeOctets: number,
    answers: listOf(
      record({ owner: name, type: text, ttlSeconds: number, text }, { srv, address, target: name }),
    ),
    tries: number,
    lost: number,
    octets: text,
  },
  {
    tcpFault: fault,
    soa: record({
      zone: name,
      primary: name,
      serial: number,
      negativeTtlSeconds: number,
      expireSeconds: number,
    }),
    referral: name,
    delegation: listOf(record({ host: name, addresses: listOf(address) })),
    extendedError: record({ code: number, text }),
  },
);

const connection = record({
  kind: oneOf('endpoint'),
  purpose: oneOf('target', 'pinned', 'cached', 'standard-port', 'control-port', 'endpoint-mapper'),
  host: text,
  to: endpoint,
});

const contextResult = any(
  record({ kind: oneOf('accepted'), syntax: record({ uuid: text, major: number, minor: number }) }),
  record({ kind: oneOf('rejected'), by: oneOf('user', 'provider'), reason: number }),
  record({ kind: oneOf('features'), flags: number }),
  record({ kind: oneOf('unknown'), result: number, reason: number }),
);

const bind = record({
  state: oneOf(...ENDPOINT_STATES),
  detail: text,
  connectMs: orNull(number),
  tookMs: number,
  contexts: listOf(record({ role: text, result: contextResult })),
  secondaryAddress: orNull(text),
  guess: orNull(text),
  nakReason: orNull(number),
  faultStatus: orNull(number),
  received: text,
});

const failed = record({ ok: oneOf(false), fault });
const came = (value: Fits): Fits => record({ ok: oneOf(true), value });
const seen = { id: (id: unknown) => /^o\d+$/.test(String(id)), startedMs: number, tookMs: number };

/** {@link Observation} */
export const isObservation: Fits = any(
  record({ ...seen, probe: question, outcome: any(failed, came(answer)) }),
  record({ ...seen, probe: connection, outcome: any(failed, came(bind)) }),
);
