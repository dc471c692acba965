import { randomBytes } from 'node:crypto';
import { bounded } from '../core/bounded.ts';
import type { DesiredState } from '../core/desired-state.ts';
import { CLASS, TYPE } from '../core/dns-codes.ts';
import type { Fqdn } from '../core/name.ts';
import { joinName, parseFqdn } from '../core/name.ts';
import type { Endpoint } from '../core/net.ts';
import { describeFault } from '../core/query.ts';
import type { Identity, Signer } from '../core/tsig.ts';
import { prerequisite, update } from '../core/wire.ts';
import { type Delivered, type Delivery, deliver, tsigWord } from './deliver.ts';
import { type Batch, batchesOf, type Job } from './jobs.ts';
import type { PlanResult } from './make-plan.ts';
import { isFinal, isPrerequisiteFailure } from './outcome.ts';
import { type Reach, type Surroundings, surroundings, withSessions } from './reach.ts';
import { kerberosText, refusalText } from './refusal-text.ts';
import type { ServerKind } from './server-kind.ts';
import { poisoned, rehearsal, type UpdateSections } from './update.ts';

/** `key-only`: the key is good, the permission is not proved. */
export type Allowed = 'yes' | 'no' | 'key-only' | 'unknown';

export interface PreflightResult {
  readonly domains: readonly Fqdn[];
  readonly zone: Fqdn | null;
  readonly server: Endpoint | null;
  readonly allowed: Allowed;
  /** What the answer proves on this kind of server, in words. */
  readonly proves: string;
  readonly rcode: string | null;
  readonly tsig: string | null;
  readonly explain: string;
}

/**
 * Asks each server whether it would carry out the plan, without anything being written: the exact signed message of
 * `apply` with one prerequisite in front that cannot hold. Control messages of the same harmless kind tell what the
 * answer is worth: some servers look at prerequisites before they look at permissions.
 */
export async function preflight(
  reach: Reach,
  state: DesiredState,
  { plan, unknown, views }: PlanResult,
): Promise<readonly PreflightResult[]> {
  const around = surroundings(reach, state);
  const jobs: Job[] = [];
  const results: PreflightResult[] = unknown.map(({ domain, because }) => ({
    ...undecided([domain], null, null),
    explain: because,
  }));
  for (const zonePlan of plan.zones) {
    const desired = state.domains.find(({ domain }) => domain === zonePlan.domain);
    const view = views.get(zonePlan.domain);
    if (desired === undefined || view === undefined)
      throw new Error(`bug: ${zonePlan.domain} was planned and not located`);
    if (zonePlan.blocked !== undefined) {
      results.push({
        ...undecided([zonePlan.domain], zonePlan.zone, zonePlan.server),
        allowed: 'no',
        explain: `${zonePlan.blocked}. Remove the alias first.`,
      });
    } else {
      const { name, before, after } = zonePlan;
      jobs.push({ desired, view, edit: { name, before, after } });
    }
  }
  const asked = await withSessions(around, () =>
    bounded(batchesOf(around, jobs), reach.concurrency, (batch) => askPermission(around, batch)),
  );
  return [...results, ...asked];
}

function undecided(domains: readonly Fqdn[], zone: Fqdn | null, server: Endpoint | null): PreflightResult {
  return {
    domains,
    zone,
    server,
    allowed: 'unknown',
    proves: 'nothing',
    rcode: null,
    tsig: null,
    explain: '',
  };
}

async function askPermission(around: Surroundings, batch: Batch): Promise<PreflightResult> {
  const { server } = batch.view.primary;
  const domains = batch.jobs.map(({ desired }) => desired.domain);
  const sections = rehearsal(
    batch.zone,
    batch.jobs.map(({ edit }) => edit),
  );
  const base = undecided(domains, batch.zone, server);
  if (sections.updates.length === 0) {
    return {
      ...base,
      explain: 'There is nothing to write and nothing to rehearse with: the desired set is empty.',
    };
  }
  const signing = await batch.signing.signer();
  if (!signing.ok) {
    return {
      ...base,
      allowed: isFinal(signing.fault) ? 'no' : 'unknown',
      proves: isFinal(signing.fault) ? 'that no update can be signed' : 'nothing',
      explain: `Kerberos: ${kerberosText(signing.fault)}`,
    };
  }
  const signer = signing.value;
  const result = await askSigned(around, batch, base, sections, signer);
  const remarks = signer?.remarks ?? [];
  return remarks.length === 0 ? result : { ...result, explain: [result.explain, ...remarks].join(' ') };
}

async function askSigned(
  around: Surroundings,
  batch: Batch,
  base: PreflightResult,
  sections: UpdateSections,
  signer: Signer | undefined,
): Promise<PreflightResult> {
  const { server } = batch.view.primary;
  const identity = signer?.identity;
  const send = (what: UpdateSections): Promise<Delivered> =>
    deliver(around.net, server, poisoned(what), signer, around.patience.timeoutMs);
  const delivery = await send(sections);
  const heard: PreflightResult = {
    ...base,
    rcode: delivery.kind === 'answered' ? delivery.rcode : null,
    tsig: tsigWord(delivery),
  };
  if (delivery.kind === 'no-answer') {
    return { ...heard, explain: `No answer to the trial: ${describeFault(delivery.fault)}.` };
  }
  if (!isPrerequisiteFailure(delivery.rcode)) {
    const kind = await around.kindOf(server);
    return { ...heard, ...refusalVerdict(delivery, kind, identity) };
  }
  if (isEcho(delivery)) return { ...heard, ...echoVerdict(identity) };
  if (!delivery.authentic) {
    return {
      ...heard,
      explain: `The server says ${delivery.rcode}, but the answer is not signed as it must be: anybody could have sent it.`,
    };
  }
  const { net, patience } = around;
  const [stranger, foreignZone, kind] = await Promise.all([
    send(strangerSections(batch.zone)),
    deliver(net, server, foreignSections(), signer, patience.timeoutMs),
    around.kindOf(server),
  ]);
  const controls: Controls = { stranger, foreignZone, kind };
  return { ...heard, ...permissionVerdict(delivery, controls, identity) };
}

/** A record that a key with least privilege may not write: a server that asks for permission first refuses it. */
function strangerSections(zone: Fqdn): UpdateSections {
  const owner = joinName(`_kmsdns-${randomBytes(6).toString('hex')}`, zone);
  const rdata = { kind: 'TXT', strings: [new Uint8Array(0)] } as const;
  return {
    zone,
    prerequisites: [prerequisite.nameNotInUse(zone)],
    updates: [update.add({ owner, type: TYPE.TXT, class: CLASS.IN, ttlSeconds: 0, rdata })],
  };
}

/** An empty update of a zone nobody has: PowerDNS says REFUSED where others say NOTAUTH (RFC 2136 §3.1.1). */
function foreignSections(): UpdateSections {
  return { zone: parseFqdn('kmsdns-preflight.invalid'), prerequisites: [], updates: [] };
}

/** What was learned beside the trial itself. */
export interface Controls {
  /** The trial with a record that this key hardly may write. */
  readonly stranger: Delivery;
  readonly foreignZone: Delivery;
  readonly kind: ServerKind;
}

type Verdict = Pick<PreflightResult, 'allowed' | 'proves' | 'explain'>;

/** Our sections or our signature came back. */
function isEcho({ echoed, tsig }: Extract<Delivery, { kind: 'answered' }>): boolean {
  return echoed || tsig?.kind === 'echoed';
}

/**
 * Whoever forges such an answer gains nothing: it proves nothing. With Kerberos something was proved before it, as
 * both sides had to show their keys to negotiate one.
 */
function echoVerdict(identity: Identity | undefined): Verdict {
  const order = 'this server looks at prerequisites before permissions and echoes the request, as Samba does';
  if (identity?.kind !== 'principal')
    return {
      allowed: 'unknown',
      proves: `nothing: ${order}`,
      explain: 'Only a real update will tell. `kmsdns apply` reads back what became of it.',
    };
  return {
    allowed: 'key-only',
    proves: `the ticket only: the server accepted ${principalText(identity)} when the key was negotiated; ${order}, which proves no permission`,
    explain:
      'Whether the account may write these records stands in the ACL of the zone and of the record: `kmsdns audit` reads it. `kmsdns apply` reads back what became of the update.',
  };
}

function principalText({ name }: Identity): string {
  return name === undefined ? 'these credentials' : JSON.stringify(name);
}

/** What a failed poison is worth. Pure. */
export function permissionVerdict(
  trial: Extract<Delivery, { kind: 'answered' }>,
  { stranger, foreignZone, kind }: Controls,
  identity: Identity | undefined,
): Verdict {
  if (isEcho(trial)) return echoVerdict(identity);
  const signed = identity !== undefined;
  const key = identity?.kind === 'principal' ? 'ticket' : 'key';
  const refusesStrangers =
    stranger.kind === 'answered' &&
    stranger.rcode !== trial.rcode &&
    (stranger.rcode === 'REFUSED' || stranger.rcode === 'NOTAUTH');
  if (refusesStrangers) {
    return {
      allowed: 'yes',
      proves: `${key} and permission: this server refused a record that the ${key === 'key' ? key : 'principal'} may not write, and not these`,
      explain: 'The update would be carried out.',
    };
  }
  if (kind === 'bind' || kind === 'knot' || kind === 'lab') {
    return {
      allowed: 'yes',
      proves: `${signed ? `${key} and permission` : 'permission'}: this server asks for permission before it looks at prerequisites`,
      explain: signed
        ? `The update would be carried out. The ${key === 'key' ? key : 'principal'} may also write other names in this zone; least privilege would be one name and type.`
        : 'The update would be carried out, unsigned: anybody at this address may write this zone.',
    };
  }
  const powerdns =
    kind === 'powerdns' || (foreignZone.kind === 'answered' && foreignZone.rcode === 'REFUSED');
  if (!signed) {
    return {
      allowed: 'unknown',
      proves:
        'nothing: the update is not signed, and this server may look at prerequisites before permissions',
      explain: 'Only a real update will tell. `kmsdns apply` reads back what became of it.',
    };
  }
  return {
    allowed: 'key-only',
    proves: powerdns
      ? `the ${key} only: PowerDNS looks at a Lua update policy after the prerequisites, and that may still turn the records down, silently`
      : `the ${key} only: it is not known whether this server asks for permission before it looks at prerequisites`,
    explain: `The ${key} is good. Whether the policy allows the change shows only when it is made: \`kmsdns apply\` reads it back.`,
  };
}

/** What an answer other than a failed prerequisite says. Pure. */
export function refusalVerdict(
  delivery: Extract<Delivery, { kind: 'answered' }>,
  kind: ServerKind,
  identity: Identity | undefined,
): Verdict {
  if (delivery.rcode === 'NOERROR') {
    return {
      allowed: 'unknown',
      proves: 'nothing: the server ignored a prerequisite that cannot hold, so its answers mean little',
      explain: 'It may have written the records although it was told not to. Run `kmsdns verify`.',
    };
  }
  if (delivery.rcode === 'SERVFAIL' || delivery.rcode === 'FORMERR') {
    return { allowed: 'unknown', proves: 'nothing', explain: refusalText(delivery, kind, identity) };
  }
  const authentic = delivery.authentic ? '' : ' (the answer is not signed: it is only what somebody says)';
  return {
    allowed: 'no',
    proves: `that the update would be refused${authentic}`,
    explain: refusalText(delivery, kind, identity),
  };
}

/**
 * CONTRACT section 2: 0 when each zone would be written (or its key is good), 2 for any no, 3 for any unknown.
 * With `expected`, 0 when each zone answers exactly so, 3 when what is missing could not be found out, else 2.
 */
export function preflightExitCode(results: readonly PreflightResult[], expected?: 'yes' | 'no'): 0 | 2 | 3 {
  if (expected !== undefined) {
    const others = results.filter(({ allowed }) => allowed !== expected);
    if (others.length === 0) return 0;
    return others.every(({ allowed }) => allowed === 'unknown') ? 3 : 2;
  }
  if (results.some(({ allowed }) => allowed === 'no')) return 2;
  return results.some(({ allowed }) => allowed === 'unknown') ? 3 : 0;
}
