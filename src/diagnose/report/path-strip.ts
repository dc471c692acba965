import type { Finding, Side } from '../../core/finding.ts';
import type { Diagnosis, TargetSeen } from '../diagnosis.ts';
import { wasCancelled } from '../host-fate.ts';
import type { DnsPurpose, Observation } from '../observation.ts';
import { isDecisive, isDns, wordOf } from '../seen.ts';
import { duration } from './figures.ts';

export type Stage = 'client' | 'resolver' | 'zone' | 'record' | 'address' | 'tcp' | 'rpc';

/** `none`: nobody came so far, or nobody asked. */
export type CellState = 'ok' | 'failed' | 'warn' | 'unknown' | 'none';

/** One link of the chain. */
export interface PathCell {
  readonly stage: Stage;
  readonly state: CellState;
  /** A word or two for the cell itself. */
  readonly text: string;
  /** What was seen there, in a sentence. */
  readonly says: string;
  readonly codes: readonly string[];
}

/** One target address with its part of the chain. */
export interface PathRow {
  readonly host: string;
  readonly port: number;
  readonly address: string | undefined;
  /** What led to it: a record, an override, or what the client remembers. */
  readonly by: 'record' | 'pinned' | 'cached';
  readonly cells: readonly [PathCell, PathCell, PathCell];
}

/** The chain from client to RPC: four links that all targets share, then three of each. */
export interface PathStrip {
  readonly shared: readonly [PathCell, PathCell, PathCell, PathCell];
  readonly rows: readonly PathRow[];
  /** Rows left out. */
  readonly more: number;
}

export const STAGES: readonly {
  readonly stage: Stage;
  readonly label: string;
  readonly side: Side;
}[] = [
  { stage: 'client', label: 'client', side: 'client' },
  { stage: 'resolver', label: 'resolver', side: 'dns' },
  { stage: 'zone', label: 'zone', side: 'dns' },
  { stage: 'record', label: 'SRV', side: 'dns' },
  { stage: 'address', label: 'address', side: 'dns' },
  { stage: 'tcp', label: 'TCP', side: 'network' },
  { stage: 'rpc', label: 'RPC', side: 'host' },
];

/** The layer of a code, for a place in the chain. */
const STAGE_OF_LAYER: Readonly<Record<string, Stage>> = {
  CLI: 'client',
  RES: 'resolver',
  ZON: 'zone',
  ACL: 'zone',
  SRV: 'record',
  PUB: 'record',
  ADR: 'address',
  TCP: 'tcp',
  RPC: 'rpc',
  HST: 'rpc',
};

export function stageOf(code: string): Stage | undefined {
  return STAGE_OF_LAYER[code.slice(0, 3)];
}

const MAX_ROWS = 64;

/** The links as they were seen; a finding marks the link it is about, and never mends one. */
export function pathStrip(diagnosis: Diagnosis): PathStrip {
  const cells = [clientCell, resolverCell, zoneCell, recordCell].map((cellOf) =>
    marked(cellOf(diagnosis), diagnosis),
  );
  const rows = [...targetRows(diagnosis), ...pinnedRows(diagnosis)];
  const { length } = rows;
  return {
    shared: cells as unknown as PathStrip['shared'],
    rows: rows.slice(0, MAX_ROWS),
    more: Math.max(0, length - MAX_ROWS),
  };
}

function cell(stage: Stage, state: CellState, text: string, says: string): PathCell {
  return { stage, state, text, says, codes: [] };
}

/** Adds the codes of the findings about this link; a good link with a grave one is no longer plainly good. */
function marked(one: PathCell, { causes, symptoms, notes }: Diagnosis, host?: string): PathCell {
  const about = (finding: Finding): boolean =>
    stageOf(finding.code) === one.stage && (host === undefined || finding.subject.includes(host));
  const own = [...causes, ...notes.filter(({ severity }) => severity === 'warning')].filter(about);
  const codes = [...new Set([...own, ...symptoms.filter(about)].map(({ code }) => code))];
  // A symptom speaks of this link, and its cause is another one.
  const state = one.state === 'ok' && own.length > 0 ? 'warn' : one.state;
  return { ...one, state, codes };
}

function clientCell({ steps, causes, verdict }: Diagnosis): PathCell {
  const stopped = steps.find(
    ({ stage, result, subject }) =>
      result === 'failed' &&
      (stage === 'activation-type' ||
        stage === 'override' ||
        (stage === 'suffix' && !subject.startsWith('_vlmcs.'))),
  );
  if (stopped !== undefined)
    return cell('client', 'failed', stopped.stage, `${stopped.subject}: ${stopped.says}`);
  const [own] = causes.filter(({ side }) => side === 'client');
  if (own !== undefined && verdict === 'broken')
    return cell('client', 'failed', own.code, `${own.subject}: ${own.title}`);
  if (steps.length === 0) return cell('client', 'none', '', 'the client was not played');
  const override = steps.find(({ stage, result }) => stage === 'override' && result === 'ok');
  if (override !== undefined) return cell('client', 'ok', 'pinned', `pinned to ${override.subject}`);
  return cell('client', 'ok', 'asks', 'nothing on the client keeps it from asking');
}

function about(
  observations: readonly Observation[],
  ...purposes: DnsPurpose[]
): readonly Observation<'dns'>[] {
  return observations.filter(isDns).filter(({ probe }) => purposes.includes(probe.purpose));
}

function resolverCell({ observations }: Diagnosis): PathCell {
  const wanted = about(observations, 'srv').filter(({ probe }) => probe.role === 'resolver');
  if (wanted.length === 0) return cell('resolver', 'none', '', 'no resolver was asked');
  const asked = wanted.filter((one) => !wasCancelled(one));
  if (asked.length === 0)
    return cell('resolver', 'unknown', 'not known', 'the run ended before any answered');
  const deciding = asked.filter((one) => isDecisive(wordOf(one)));
  const says = `${deciding.length} of ${asked.length} questions were answered with a statement`;
  if (deciding.length === asked.length) return cell('resolver', 'ok', 'answers', says);
  const word = wordOf(asked.find((one) => !deciding.includes(one))!);
  const text = word.kind === 'rcode' ? word.rcode : word.kind === 'silent' ? 'silent' : 'referral';
  return cell('resolver', deciding.length > 0 ? 'warn' : 'failed', text, says);
}

function zoneCell({ observations }: Diagnosis): PathCell {
  const asked = about(observations, 'srv-authority').filter((one) => !wasCancelled(one));
  if (asked.length === 0) return cell('zone', 'none', '', 'no authoritative server was asked');
  const knowing = asked.filter(
    (one) => isDecisive(wordOf(one)) && one.outcome.ok && one.outcome.value.authoritative,
  );
  const says = `${knowing.length} of ${asked.length} authoritative servers answered with authority`;
  if (knowing.length === asked.length) return cell('zone', 'ok', 'serves', says);
  return cell('zone', knowing.length > 0 ? 'warn' : 'failed', `${knowing.length} of ${asked.length}`, says);
}

function recordCell({ steps, observations }: Diagnosis): PathCell {
  const own = steps.filter(({ stage, subject }) => stage === 'suffix' && subject.startsWith('_vlmcs.'));
  const found = own.find(({ result }) => result === 'ok');
  if (found !== undefined) return cell('record', 'ok', 'found', `${found.subject}: ${found.says}`);
  const failed = own.find(({ result }) => result === 'failed');
  if (failed !== undefined) {
    const said = observations.find(({ id }) => failed.evidence.includes(id));
    const word = said !== undefined && isDns(said) ? wordOf(said) : undefined;
    if (word?.kind === 'nxdomain') return cell('record', 'failed', 'NXDOMAIN', failed.says);
    if (word?.kind === 'nodata') return cell('record', 'failed', 'no data', failed.says);
    return cell('record', 'unknown', 'not told', failed.says);
  }
  if (own.length > 0) return cell('record', 'unknown', 'not asked', own[0]!.says);
  const examined = about(observations, 'srv', 'srv-authority').find((one) => wordOf(one).kind === 'records');
  if (examined === undefined) return cell('record', 'none', '', 'the client does not need one');
  return cell('record', 'ok', 'found', `${examined.probe.name}: not needed by this client`);
}

function targetRows(diagnosis: Diagnosis): readonly PathRow[] {
  const rows = new Map<string, PathRow>();
  for (const target of diagnosis.targets) {
    const addresses = target.addresses.length === 0 ? [undefined] : target.addresses;
    for (const address of addresses) {
      const key = `${target.host} ${target.port} ${address?.address}`;
      if (!rows.has(key)) rows.set(key, rowOf(diagnosis, target, address, 'record'));
    }
  }
  return [...rows.values()];
}

function rowOf(
  diagnosis: Diagnosis,
  { host, port }: Pick<TargetSeen, 'host' | 'port'>,
  seen: TargetSeen['addresses'][number] | undefined,
  by: PathRow['by'],
): PathRow {
  const name = host.endsWith('.') && host !== '.' ? host.slice(0, -1) : host;
  const cells = [
    seen === undefined
      ? addressCell(diagnosis, host)
      : cell('address', 'ok', seen.address, `${name} is ${seen.address}`),
    seen === undefined ? cell('tcp', 'none', '', 'there is no address to connect to') : tcpCell(seen),
    seen === undefined ? cell('rpc', 'none', '', 'not reached') : rpcCell(seen),
  ].map((one) => marked(one, diagnosis, name));
  return { host: name, port, address: seen?.address, by, cells: cells as unknown as PathRow['cells'] };
}

function addressCell({ observations }: Diagnosis, host: string): PathCell {
  const words = about(observations, 'address')
    .filter(({ probe }) => probe.name === host)
    .map(wordOf);
  if (words.some(({ kind }) => kind === 'nxdomain'))
    return cell('address', 'failed', 'NXDOMAIN', 'the name does not exist');
  if (words.length > 0 && words.every(({ kind }) => kind === 'nodata'))
    return cell('address', 'failed', 'no address', 'the name has neither A nor AAAA');
  return cell('address', 'unknown', 'not known', 'nobody told its addresses');
}

/** States in which no connection came about. */
const UNCONNECTED: ReadonlySet<string> = new Set(['refused', 'filtered', 'prohibited', 'unreachable']);

function tcpCell({ address, state, tookMs }: TargetSeen['addresses'][number]): PathCell {
  if (state === 'unknown')
    return cell('tcp', 'unknown', 'not known', `${address} was not reached by the run`);
  if (!UNCONNECTED.has(state)) return cell('tcp', 'ok', 'connects', `${address} takes the connection`);
  return cell('tcp', 'failed', state, `${address}: ${state}, after ${duration(tookMs)}`);
}

function rpcCell({ address, state, tookMs }: TargetSeen['addresses'][number]): PathCell {
  if (state === 'unknown')
    return cell('rpc', 'unknown', 'not known', `${address} was not reached by the run`);
  if (UNCONNECTED.has(state)) return cell('rpc', 'none', '', 'not reached');
  if (state === 'bound')
    return cell('rpc', 'ok', 'bound', `${address} accepts the KMS bind, ${duration(tookMs)}`);
  return cell('rpc', 'failed', state, `${address}: ${state}, after ${duration(tookMs)}`);
}

/** Hosts that an override or the cache leads to; no record speaks of them. */
function pinnedRows(diagnosis: Diagnosis): readonly PathRow[] {
  return diagnosis.observations.flatMap((one): readonly PathRow[] => {
    if (isDns(one)) return [];
    const { host, to, purpose } = one.probe;
    if (purpose !== 'pinned' && purpose !== 'cached') return [];
    const state = one.outcome.ok ? one.outcome.value.state : 'unknown';
    const seen = { address: to.address, state, tookMs: one.tookMs };
    return [rowOf(diagnosis, { host, port: to.port }, seen, purpose)];
  });
}
