import { describeFault } from '../core/query.ts';
import type { KerberosFault } from '../core/security-context.ts';
import { type SrvSet, sameRecord } from '../core/srv.ts';
import type { Identity } from '../core/tsig.ts';
import type { Delivery } from './deliver.ts';
import { sameSet } from './plan.ts';
import type { ReadBack } from './read-back.ts';
import { kerberosText, refusalText } from './refusal-text.ts';
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
    return notSigned(delivery, unheardBefore);
  }
  if (primary.state === 'current') {
    // Refused or never sent, and yet there: somebody else made the same change, unless our own first message did.
    const neverSent =
      delivery.kind === 'not-signed' || (delivery.kind === 'no-answer' && !delivery.fault.sent);
    const notByThis = isRefusal(delivery) || neverSent;
    return notByThis && !unheardBefore ? 'unchanged' : 'applied';
  }
  if (delivery.kind === 'not-signed') return notSigned(delivery, unheardBefore);
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

/** Without a signature nothing leaves: Kerberos said no, or it said nothing. An earlier message may still arrive. */
function notSigned(delivery: Delivery, unheardBefore: boolean): 'refused' | 'unknown' {
  return delivery.kind === 'not-signed' && !unheardBefore && isFinal(delivery.fault) ? 'refused' : 'unknown';
}

/** Will the next try fail the same way? A KDC or a server that is silent has not said no. */
export function isFinal({ kind }: KerberosFault): boolean {
  return kind !== 'kdc-silent' && kind !== 'timed-out';
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
  identity: Identity | undefined,
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
      return explainRefusal(delivery, kind, identity);
    case 'unknown':
      return explainUnknown(delivery, trial.primary);
  }
}

function explainApplied(delivery: Delivery): string {
  const served = 'the primary serves the new records.';
  if (delivery.kind !== 'answered') return `No answer came, but ${served}`;
  const { tsig } = delivery;
  if (tsig?.kind === 'echoed')
    return `The answer is our own message sent back (${delivery.rcode}), which proves nothing, but ${served}`;
  if (!delivery.authentic) return `The answer could not be verified, but ${served}`;
  const note =
    tsig?.kind === 'good' && tsig.note !== undefined ? ` The answer is authentic; ${tsig.note}.` : '';
  return `The primary serves the new records.${note}`;
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

function explainRefusal(delivery: Delivery, kind: ServerKind, identity: Identity | undefined): string {
  if (delivery.kind === 'not-signed') return `Nothing was sent: ${kerberosText(delivery.fault)}`;
  if (delivery.kind === 'no-answer') return 'Nothing was sent.';
  const said = refusalText(delivery, kind, identity);
  if (delivery.authentic) return said;
  return delivery.tsig?.kind === 'echoed'
    ? `${said} The answer carries our own signature, as an echo does, so it proves nothing by itself; nothing changed on the primary.`
    : `${said} The answer is not signed, so it is only what somebody says; nothing changed on the primary.`;
}

function explainUnknown(delivery: Delivery, primary: ReadBack): string {
  if (delivery.kind === 'not-signed') return `Nothing was sent: ${kerberosText(delivery.fault)}`;
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
