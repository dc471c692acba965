import { KmsDnsError } from '../core/errors.ts';
import type { Case } from './case.ts';
import type { DecodedField, Fact } from './fact.ts';
import type { Observation } from './observation.ts';

/** Everything a diagnosis was made from: enough to make it again without a network. */
export interface Recording {
  /** ISO 8601, UTC: when it was observed. */
  readonly at: string;
  readonly one: Case;
  readonly facts: readonly Fact[];
  readonly decoded: readonly DecodedField[];
  readonly observations: readonly Observation[];
}

const SCHEMA = 'kmsdns/recording@1';

/** The text of a recording, stable for the same content. */
export function formatRecording({ at, one, facts, decoded, observations }: Recording): string {
  return `${JSON.stringify({ schema: SCHEMA, at, case: one, facts, decoded, observations }, null, 1)}\n`;
}

/** Reads what {@link formatRecording} wrote. Throws `recording-invalid` naming the file and what is wrong. */
export function parseRecording(text: string, file: string): Recording {
  const bad = (why: string): KmsDnsError =>
    new KmsDnsError('recording-invalid', `${file}: ${why}`, {
      hint: 'give a file that `kmsdns diagnose --record FILE` wrote',
    });
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw bad('not JSON; the file is damaged or no recording');
  }
  if (!isRecord(document) || document.schema !== SCHEMA)
    throw bad(`not a recording of this version ("schema" is not ${JSON.stringify(SCHEMA)})`);
  const { at, case: one, facts, decoded, observations } = document;
  if (typeof at !== 'string' || !isCase(one)) throw bad('"at" or "case" is missing or damaged');
  if (!Array.isArray(facts) || !facts.every(isFact)) throw bad('"facts" is damaged');
  if (!Array.isArray(decoded) || !decoded.every(isDecoded)) throw bad('"decoded" is damaged');
  const damaged = Array.isArray(observations) ? observations.findIndex((each) => !isObservation(each)) : 0;
  if (!Array.isArray(observations) || damaged >= 0) throw bad(`observation ${damaged + 1} is damaged`);
  return { at, one, facts, decoded, observations } as Recording;
}

type Json = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(...values: readonly unknown[]): boolean {
  return values.every((value) => typeof value === 'string');
}

function isKnown(value: unknown, fits: (value: unknown) => boolean): boolean {
  return isRecord(value) && Array.isArray(value.because) && isText(...value.because) && fits(value.value);
}

function isEndpoint(value: unknown): boolean {
  return isRecord(value) && typeof value.address === 'string' && typeof value.port === 'number';
}

function isTextList(value: unknown): boolean {
  return Array.isArray(value) && isText(...value);
}

function isEndpointList(value: unknown): boolean {
  return Array.isArray(value) && value.every(isEndpoint);
}

function isCase(value: unknown): boolean {
  if (!isRecord(value) || !isRecord(value.client)) return false;
  const { client } = value;
  return (
    isText(client.generation, value.randomLabel, value.depth) &&
    typeof value.controlPort === 'number' &&
    isTextList(value.examined) &&
    isTextList(client.assumptions) &&
    isEndpointList(value.authorities) &&
    Array.isArray(value.expected) &&
    value.expected.every(
      (each) => isRecord(each) && isText(each.domain, each.owner, each.policy) && Array.isArray(each.publish),
    ) &&
    Array.isArray(value.hosts) &&
    isKnown(client.suffixes, isTextList) &&
    isKnown(client.resolvers, isEndpointList) &&
    isKnown(client.hostCaching, (on) => typeof on === 'boolean') &&
    isKnown(client.activationType, (type) => typeof type === 'number') &&
    (client.diversions === undefined ||
      (Array.isArray(client.diversions) &&
        client.diversions.every(
          (each) =>
            isRecord(each) &&
            isTextList(each.namespaces) &&
            isTextList(each.because) &&
            isEndpointList(each.servers),
        ))) &&
    (client.pinned === undefined || isKnown(client.pinned, isRecord)) &&
    (client.lookupDomain === undefined ||
      isKnown(client.lookupDomain, (domain) => typeof domain === 'string')) &&
    (client.cached === undefined || isKnown(client.cached, isRecord))
  );
}

function isFact(value: unknown): boolean {
  return isRecord(value) && isText(value.id, value.kind, value.file, value.place, value.raw);
}

function isDecoded(value: unknown): boolean {
  return isRecord(value) && isText(value.label, value.value, value.meaning);
}

function isObservation(value: unknown): boolean {
  if (
    !isRecord(value) ||
    !/^o\d+$/.test(String(value.id)) ||
    !isRecord(value.probe) ||
    !isRecord(value.outcome)
  )
    return false;
  const { probe, outcome } = value;
  if (typeof value.startedMs !== 'number' || typeof value.tookMs !== 'number') return false;
  if (outcome.ok !== true)
    return outcome.ok === false && isRecord(outcome.fault) && isText(outcome.fault.kind);
  if (!isRecord(outcome.value)) return false;
  if (probe.kind === 'dns') {
    return (
      isText(probe.purpose, probe.role, probe.name, probe.type) &&
      isEndpoint(probe.server) &&
      isText(outcome.value.rcode, outcome.value.octets) &&
      Array.isArray(outcome.value.answers) &&
      outcome.value.answers.every((each) => isRecord(each) && isText(each.owner, each.type, each.text))
    );
  }
  return (
    probe.kind === 'endpoint' &&
    isText(probe.purpose, probe.host, outcome.value.state) &&
    isEndpoint(probe.to) &&
    Array.isArray(outcome.value.contexts)
  );
}
