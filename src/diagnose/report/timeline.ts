import type { Diagnosis } from '../diagnosis.ts';
import type { Observation } from '../observation.ts';
import { describeQuestion, describeWord, isDns, wordOf } from '../seen.ts';

/** One bar of the waterfall. */
export interface Lane {
  readonly id: string;
  readonly label: string;
  readonly startMs: number;
  readonly endMs: number;
  /** `waited`: time that went by without an answer. */
  readonly kind: 'good' | 'denied' | 'failed' | 'waited';
  readonly says: string;
}

export interface Timeline {
  readonly lanes: readonly Lane[];
  readonly totalMs: number;
  /** Bars left out: the last to begin. */
  readonly more: number;
}

const MAX_LANES = 200;

/** Where the time went: every question and connection in the order of their beginnings. */
export function timelineOf({ observations }: Pick<Diagnosis, 'observations'>): Timeline {
  const all = observations
    .map(laneOf)
    .sort((a, b) => a.startMs - b.startMs || Number(a.id.slice(1)) - Number(b.id.slice(1)));
  const lanes = all.slice(0, MAX_LANES);
  return {
    lanes,
    totalMs: lanes.reduce((latest, { endMs }) => Math.max(latest, endMs), 1),
    more: all.length - lanes.length,
  };
}

function laneOf(one: Observation): Lane {
  const { id, startedMs: startMs, tookMs } = one;
  const bar = {
    id,
    startMs,
    endMs: startMs + tookMs,
    label: observationTitle(one),
    says: observationWord(one),
  };
  if (isDns(one)) {
    const word = wordOf(one);
    if (word.kind === 'silent') return { ...bar, kind: 'waited' };
    if (word.kind === 'records') return { ...bar, kind: 'good' };
    return { ...bar, kind: word.kind === 'rcode' ? 'failed' : 'denied' };
  }
  const state = one.outcome.ok ? one.outcome.value.state : 'unknown';
  if (state === 'filtered' || state === 'silent' || state === 'unknown') return { ...bar, kind: 'waited' };
  return { ...bar, kind: state === 'bound' || state === 'open' ? 'good' : 'failed' };
}

const ENDPOINT_PURPOSES: Readonly<Record<string, string>> = {
  target: 'bind',
  pinned: 'bind (pinned host)',
  cached: 'bind (cached host)',
  'standard-port': 'bind (standard port)',
  'control-port': 'connect (a port nobody has)',
  'endpoint-mapper': 'connect (endpoint mapper)',
};

/** What was done, in a line: which query to which server, or which connection to which host. */
export function observationTitle(one: Observation): string {
  if (isDns(one)) return describeQuestion(one.probe);
  const { purpose, host, to } = one.probe;
  const name = host === to.address ? '' : ` (${host.replace(/(.)\.$/, '$1')})`;
  return `${ENDPOINT_PURPOSES[purpose] ?? purpose} ${to.address} port ${to.port}${name}`;
}

/** What came of it, in a line. */
export function observationWord(one: Observation): string {
  if (isDns(one)) return describeWord(one);
  return one.outcome.ok ? `${one.outcome.value.state}: ${one.outcome.value.detail}` : 'not reached';
}
