import { describeFault } from '../core/query.ts';
import { type SrvSet, sameRecord } from '../core/srv.ts';
import type { Delivery } from './deliver.ts';
import { sameSet } from './plan.ts';
import type { ReadBack } from './read-back.ts';
import type { ServerKind } from './server-kind.ts';

/** What is true after an apply or a rollback. */
export const APPLY_OUTCOMES = [
  'applied',
  'unchanged',
  'refused',
  'conflict',
  'silently-ignored',
  'partly-applied',
  'unknown',
] as const;
export type ApplyOutcome = (typeof APPLY_OUTCOMES)[number];

/** Everything the judgement rests on. */
export interface Trial {
  readonly delivery: Delivery;
  readonly before: SrvSet | null;
  readonly after: SrvSet | null;
  /** What the primary serves now. */
  readonly primary: ReadBack;
  /** An earlier message of this run may have left and was never answered: it may be the one that did it. */
  readonly unheardBefore: boolean;
}

/**
 * What really happened. The read-back decides, the rcode only explains: NOERROR with nothing written and failures
 * with everything written both exist.
 */
export function judgeOutcome({ delivery, before, after, primary, unheardBefore }: Trial): ApplyOutcome {
  if (primary.state === 'silent') {
    // An authentic refusal needs no read-back to be believed, unless an earlier message may be what it speaks of.
    if (isRefusal(delivery) && !unheardBefore)
      return isPrerequisiteFailure(delivery.rcode) ? 'conflict' : 'refused';
    return 'unknown';
  }
  if (primary.state === 'current') {
    // Refused or never sent, and yet there: somebody else made the same change, unless our own first message did.
    const notByThis = isRefusal(delivery) || (delivery.kind === 'no-answer' && !delivery.fault.sent);
    return notByThis && !unheardBefore ? 'unchanged' : 'applied';
  }
  const untouched = sameSet(primary.set, before);
  if (delivery.kind === 'no-answer')
    return untouched ? 'unknown' : partial(before, after, primary.set) ? 'partly-applied' : 'conflict';
  if (isPrerequisiteFailure(delivery.rcode)) return 'conflict';
  if (delivery.rcode !== 'NOERROR')
    return untouched ? 'refused' : partial(before, after, primary.set) ? 'partly-applied' : 'refused';
  if (!delivery.authentic && untouched) return 'unknown';
  return untouched
    ? 'silently-ignored'
    : partial(before, after, primary.set)
      ? 'partly-applied'
      : 'silently-ignored';
}

/** Did the server itself say no? */
function isRefusal(delivery: Delivery): delivery is Extract<Delivery, { kind: 'answered' }> {
  return delivery.kind === 'answered' && delivery.authentic && delivery.rcode !== 'NOERROR';
}

/** Some of what was asked for is there, and not all. */
function partial(before: SrvSet | null, after: SrvSet | null, now: SrvSet | null): boolean {
  const had = before?.records ?? [];
  const wanted = after?.records ?? [];
  const has = now?.records ?? [];
  const added = wanted.filter((record) => !had.some((one) => sameRecord(one, record)));
  const removed = had.filter((record) => !wanted.some((one) => sameRecord(one, record)));
  const someAdded = added.some((record) => has.some((one) => sameRecord(one, record)));
  const someRemoved = removed.some((record) => !has.some((one) => sameRecord(one, record)));
  const retimed =
    before !== null &&
    after !== null &&
    now !== null &&
    before.ttlSeconds !== after.ttlSeconds &&
    now.ttlSeconds === after.ttlSeconds;
  return someAdded || someRemoved || retimed;
}

/** The rcodes of RFC 2136 §3.2 that mean "the zone is not as you expected". */
export function isPrerequisiteFailure(rcode: string): boolean {
  return rcode === 'NXRRSET' || rcode === 'YXRRSET' || rcode === 'NXDOMAIN' || rcode === 'YXDOMAIN';
}

/** What the outcome means on this kind of server, and what to do; one or two sentences. */
export function explainOutcome(
  outcome: ApplyOutcome,
  trial: Trial,
  kind: ServerKind,
  keyName: string | undefined,
): string {
  const { delivery } = trial;
  switch (outcome) {
    case 'applied':
      return explainApplied(delivery);
    case 'unchanged':
      return 'The records were there already; somebody else may have made the same change.';
    case 'conflict':
      return 'The records changed after they were read; nothing was written. Run `kmsdns plan` again and look at the difference.';
    case 'partly-applied':
      return kind === 'powerdns'
        ? 'Only a part of the change is served. PowerDNS with a Lua update policy carries out the allowed rows of a message and drops the others; compare the policy with the plan.'
        : 'Only a part of the change is served, although one message is atomic. Somebody may have changed the records at the same moment; run `kmsdns plan` again.';
    case 'silently-ignored':
      return explainIgnored(kind);
    case 'refused':
      return explainRefusal(delivery, kind, keyName);
    case 'unknown':
      return explainUnknown(delivery, trial.primary);
  }
}

function explainApplied(delivery: Delivery): string {
  if (delivery.kind === 'no-answer') return 'No answer came, but the primary serves the new records.';
  if (!delivery.authentic) return 'The answer could not be verified, but the primary serves the new records.';
  return 'The primary serves the new records.';
}

function explainIgnored(kind: ServerKind): string {
  const said = 'The server answered NOERROR and wrote nothing.';
  switch (kind) {
    case 'bind':
      return `${said} BIND does so when a limit in update-policy (SRV(n)) is reached or when a CNAME stands at the name.`;
    case 'powerdns':
      return `${said} PowerDNS does so when its Lua update policy turns the records down.`;
    default:
      return `${said} Look for a limit on the number of records, a CNAME at the name, or an update policy that drops silently.`;
  }
}

function explainRefusal(delivery: Delivery, kind: ServerKind, keyName: string | undefined): string {
  if (delivery.kind === 'no-answer') return 'Nothing was sent.';
  const doubt = delivery.authentic
    ? ''
    : ' The answer is not signed, so it is only what somebody says; nothing changed on the primary.';
  return refusalText(delivery, kind, keyName) + doubt;
}

/** The meaning of a refusing rcode together with its TSIG error, product by product. Also used by preflight. */
export function refusalText(
  { rcode, tsig }: Extract<Delivery, { kind: 'answered' }>,
  kind: ServerKind,
  keyName: string | undefined,
): string {
  const key = keyName === undefined ? 'the update is not signed' : `key ${JSON.stringify(keyName)}`;
  if (tsig?.kind === 'rejected') {
    switch (tsig.error) {
      case 'BADKEY':
        return kind === 'knot' || kind === 'unknown'
          ? `${rcode} with BADKEY: the server does not know ${key} under this algorithm; Knot also answers so when its ACL does not allow the change. Compare key name and algorithm, then the ACL (update-type, update-owner-name).`
          : `${rcode} with BADKEY: the server does not know ${key}, or has it with another algorithm. Compare name and algorithm on both sides.`;
      case 'BADSIG':
        return `${rcode} with BADSIG: the server has another secret for ${key}. Copy the key file again.`;
      case 'BADTIME': {
        const skew =
          tsig.skewSeconds === undefined ? '' : `; the server's clock is ${skewText(tsig.skewSeconds)} ours`;
        return `${rcode} with BADTIME: the clocks differ by more than the allowed 300 s${skew}. Set the time on the wrong side.`;
      }
      default:
        return `${rcode} with ${tsig.error}: the server does not accept this signature.`;
    }
  }
  switch (rcode) {
    case 'REFUSED':
      if (keyName === undefined)
        return 'REFUSED: the server takes no unsigned updates from here. Give the server a key (auth: { tsig: NAME }), or allow this address.';
      if (kind === 'powerdns' || tsig?.kind === 'unsigned')
        return `REFUSED without a signature: PowerDNS answers so to a wrong or unknown key, a wrong clock, and a key that TSIG-ALLOW-DNSUPDATE does not list for the zone. Its log tells which.`;
      return `REFUSED: ${key} is known, but the update policy does not allow this change. It must grant SRV at the owner name: grant ${keyName} name _vlmcs._tcp.DOMAIN. SRV;`;
    case 'NOTAUTH':
      if (keyName === undefined && (kind === 'knot' || kind === 'unknown'))
        return 'NOTAUTH: the server is not authoritative for the zone, or wants a key (Knot answers unsigned updates so).';
      return 'NOTAUTH: the server is not authoritative for this zone. Check the zone name, or send to the primary.';
    case 'NOTIMP':
      return 'NOTIMP: this server takes no updates at all (NSD, Unbound, many appliances). Write files for it instead: kmsdns generate bind-zone.';
    case 'NOTZONE':
      return 'NOTZONE: the owner name is not inside the zone. Check "zone:" in the desired state.';
    case 'SERVFAIL':
      return 'SERVFAIL: the server could not write; Samba answers so when another account owns the record. Look into its log.';
    case 'FORMERR':
      return 'FORMERR: the server did not understand the update; a middlebox may have changed it.';
    default:
      return `${rcode}: the server refused the update.`;
  }
}

function skewText(seconds: number): string {
  return `${Math.abs(seconds)} s ${seconds > 0 ? 'ahead of' : 'behind'}`;
}

function explainUnknown(delivery: Delivery, primary: ReadBack): string {
  if (delivery.kind === 'no-answer') {
    const why = describeFault(delivery.fault);
    if (!delivery.fault.sent) return `Nothing was sent: ${why}.`;
    return primary.state === 'silent'
      ? `The update was sent and nobody answered (${why}); the records cannot be read either (${primary.because}). Run \`kmsdns verify\` when the server is back.`
      : `The update was sent and nobody answered (${why}); the primary still serves the old records. Run \`kmsdns verify\`, then apply again: the guard makes a second try harmless.`;
  }
  if (primary.state === 'silent') {
    return `The server answered ${delivery.rcode}, but the records cannot be read back (${primary.because}). Run \`kmsdns verify\`.`;
  }
  return `The server's answer (${delivery.rcode}) is not signed as it must be, and the primary still serves the old records. Somebody may be answering in its place.`;
}
