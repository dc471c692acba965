import { type Fqdn, readName } from '../../core/name.ts';
import type { SrvRecord } from '../../core/srv.ts';
import type { Diagnosis, TargetSeen } from '../diagnosis.ts';
import { isDns, srvRecordsOf } from '../seen.ts';
import type { DeadHost, SimulationOptions } from '../simulate.ts';
import { duration } from './figures.ts';
import type { ReportContext } from './verdict.ts';

/** One published set with what is known of its hosts, ready to be simulated. */
export interface RecordsSeen {
  readonly owner: Fqdn;
  /** The set that this client works with; others were only examined. */
  readonly isClients: boolean;
  readonly options: SimulationOptions;
  readonly stateOf: (record: SrvRecord) => string | undefined;
  /** Hosts of which nobody found out whether they live; the simulation takes them for alive. */
  readonly unknown: readonly SrvRecord[];
}

/** Every SRV set that some server answered, the client's own first; of an owner, the answer of the first server. */
export function recordsSeen(diagnosis: Diagnosis, { one }: ReportContext): readonly RecordsSeen[] {
  const used = diagnosis.steps.find(({ stage }) => stage === 'order')?.evidence[0];
  const sets = new Map<Fqdn, RecordsSeen>();
  const answers = diagnosis.observations
    .filter(isDns)
    .filter(({ probe }) => probe.purpose === 'srv' || probe.purpose === 'srv-authority');
  for (const said of [...answers.filter(({ id }) => id === used), ...answers]) {
    const records = srvRecordsOf(said);
    const owner = said.probe.name;
    if (records.length === 0 || sets.has(owner)) continue;
    sets.set(owner, {
      owner,
      isClients: said.id === used,
      options: {
        records,
        model: one.client.generation === 'vista' ? 'random' : 'rfc2782',
        dead: records.flatMap((record) => deadFrom(diagnosis, record)),
      },
      stateOf: (record) => stateText(targetOf(diagnosis, record)),
      unknown: records.filter((record) => isUnknown(diagnosis, record)),
    });
  }
  return [...sets.values()];
}

function targetOf({ targets }: Diagnosis, { target, port }: SrvRecord): TargetSeen | undefined {
  return targets.find((one) => one.host === target && one.port === port);
}

/** How a host that no address of serves the client fails; none for one that lives, or may live. */
function deadFrom(diagnosis: Diagnosis, record: SrvRecord): readonly DeadHost[] {
  const { target, port } = record;
  const addresses = targetOf(diagnosis, record)?.addresses ?? [];
  if (addresses.length === 0) {
    const subject = `${target.endsWith('.') ? target.slice(0, -1) : target}:${port}`;
    const failed = diagnosis.steps.some((step) => step.subject === subject && step.result === 'failed');
    return failed ? [{ target, port, fails: 'at-once' }] : [];
  }
  if (addresses.some(({ state }) => state === 'bound' || state === 'unknown')) return [];
  const slow = addresses.filter(({ state }) => state === 'filtered' || state === 'silent').length;
  return [{ target, port, fails: slow === 0 ? 'at-once' : 'after-timeout', addresses: Math.max(1, slow) }];
}

function isUnknown(diagnosis: Diagnosis, record: SrvRecord): boolean {
  const addresses = targetOf(diagnosis, record)?.addresses ?? [];
  if (addresses.some(({ state }) => state === 'bound') || deadFrom(diagnosis, record).length > 0)
    return false;
  return addresses.length === 0 || addresses.some(({ state }) => state === 'unknown');
}

function stateText(target: TargetSeen | undefined): string | undefined {
  if (target === undefined) return undefined;
  if (target.addresses.length === 0) return 'no address';
  return target.addresses
    .map(({ address, state, tookMs }) => {
      const where = target.addresses.length === 1 ? '' : `${address} `;
      return state === 'unknown' ? `${where}not known` : `${where}${state} ${duration(tookMs)}`;
    })
    .join(', ');
}

/** `contoso.com` of `_vlmcs._tcp.contoso.com.`; the name itself where it has no such form. */
export function domainOf(owner: string): string {
  const read = readName(owner);
  const name = read.ok ? read.name : owner;
  return name.replace(/^_vlmcs\._tcp\.(?=.)/, '').replace(/(.)\.$/, '$1');
}
