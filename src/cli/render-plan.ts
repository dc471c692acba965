import { displayName, type Fqdn } from '../core/name.ts';
import { type SrvRecord, sameTarget } from '../core/srv.ts';
import type { ZoneView } from '../core/zone.ts';
import type { Unknown } from '../publish/make-plan.ts';
import { describeAuthority } from '../publish/observe.ts';
import type { Change, Plan, ZonePlan } from '../publish/plan.ts';
import { counted, type Look, wrap } from './look.ts';
import { findingLines } from './render-findings.ts';
import { shareLines } from './render-shares.ts';
import { endpointText } from './run.ts';

/** A plan with whatever else is known about it; a plan from a file knows the rest no more. */
export interface ShownPlan {
  readonly plan: Plan;
  readonly unknown: readonly Unknown[];
  readonly views?: ReadonlyMap<Fqdn, ZoneView>;
}

/** Domains in sync that are named one by one; of more only the number is told. */
const IN_SYNC_SHOWN = 10;

/** What would change, domain by domain, as a tree; without the verdict. */
export function planLines(
  { plan, unknown, views }: ShownPlan,
  look: Look,
  verbose: boolean,
): readonly string[] {
  const lines: string[] = [];
  const quietOnes = plan.zones.filter((zone) => zone.changes.length === 0 && zone.warnings.length === 0);
  const folded = !verbose && quietOnes.length > IN_SYNC_SHOWN ? new Set(quietOnes) : new Set();
  for (const zone of plan.zones)
    if (!folded.has(zone)) lines.push(...zoneLines(zone, views?.get(zone.domain), look, verbose));
  if (folded.size > 0)
    lines.push(`${look.symbols.ellipsis} ${folded.size} more domains are in sync (-v lists them)`);
  for (const one of unknown) lines.push(...unknownLines(one, look, verbose));
  return lines;
}

function zoneLines(
  zone: ZonePlan,
  view: ZoneView | undefined,
  look: Look,
  verbose: boolean,
): readonly string[] {
  const inSync = zone.changes.length === 0;
  const mark =
    zone.blocked === undefined
      ? inSync
        ? look.paint('good', look.symbols.good)
        : look.paint('warn', '~')
      : look.paint('bad', look.symbols.bad);
  const head = `${mark} ${look.paint('strong', displayName(zone.domain))}  ${whereText(zone, view)}`;
  const rows = inSync && !verbose && zone.kept.length === 0 ? [] : changeRows(zone, look, verbose);
  const lines = [inSync ? `${head}  in sync` : head];
  for (const [i, row] of rows.entries())
    lines.push(`${i === rows.length - 1 ? look.symbols.lastBranch : look.symbols.branch} ${row}`);
  if (zone.blocked !== undefined) lines.push(wrap(`cannot be done: ${zone.blocked}`, look.columns, '   '));
  if (!inSync && zone.blocked === undefined) lines.push(...effectLines(zone, look));
  lines.push(...findingLines(zone.warnings, look, '   '));
  if (verbose) lines.push(...stepLines(view?.steps ?? [], look));
  return lines;
}

/** Zone, server and TTL on one line. */
function whereText(zone: ZonePlan, view: ZoneView | undefined): string {
  const server = view === undefined ? endpointText(zone.server) : describeAuthority(view.primary);
  const port = zone.server.port === 53 || view === undefined ? '' : ` port ${zone.server.port}`;
  const ttl = zone.after ?? zone.before;
  const ttlText = ttl === null ? '' : `, TTL ${ttl.ttlSeconds} s`;
  return `zone ${displayName(zone.zone)} at ${server}${port}${ttlText}`;
}

function changeRows({ changes, kept, after }: ZonePlan, look: Look, verbose: boolean): readonly string[] {
  const rows = changes.map((change) => changeText(change, look));
  for (const { record } of kept)
    rows.push(
      `= ${recordText(record)}  ${look.paint('dim', 'kept: not listed, and the policy is additive')}`,
    );
  const unchanged = (after?.records ?? []).filter(
    (record) =>
      !kept.some((one) => sameTarget(one.record, record)) &&
      !changes.some((change) => 'record' in change && sameTarget(change.record, record)) &&
      !changes.some((change) => change.kind === 'change' && sameTarget(change.to, record)),
  );
  if (verbose)
    rows.push(...unchanged.map((record) => `= ${recordText(record)}  ${look.paint('dim', 'as it is')}`));
  return rows;
}

/** One change on one line, led by the sign of its kind. */
export function changeText(change: Change, look: Look): string {
  switch (change.kind) {
    case 'add':
      return look.paint('good', `+ add     ${recordText(change.record)}`);
    case 'remove':
      return look.paint('bad', `- remove  ${recordText(change.record)}`);
    case 'change':
      return look.paint('warn', `~ change  ${differenceText(change.from, change.to, look)}`);
    case 'retime':
      return look.paint(
        'warn',
        `t retime  TTL ${change.fromSeconds} s ${look.symbols.arrow} ${change.toSeconds} s, all records of the name`,
      );
  }
}

/** `kms1.contoso.com:1688  priority 10, weight 75`. */
export function recordText({ target, port, priority, weight }: SrvRecord): string {
  return `${displayName(target)}:${port}  priority ${priority}, weight ${weight}`;
}

function differenceText(from: SrvRecord, to: SrvRecord, look: Look): string {
  const differing = (['priority', 'weight'] as const).filter((field) => from[field] !== to[field]);
  const said = differing.map((field) => `${field} ${from[field]} ${look.symbols.arrow} ${to[field]}`);
  return `${displayName(to.target)}:${to.port}  ${said.join(', ')}`;
}

function effectLines({ before, after }: ZonePlan, look: Look): readonly string[] {
  const shares = shareLines(before, after, look).map((line) => `   ${line}`);
  if (before === null) return shares;
  const cached = `Resolvers may give the old answer for up to ${before.ttlSeconds} s more.`;
  return [...shares, wrap(cached, look.columns, '   ')];
}

function unknownLines({ domain, because, steps }: Unknown, look: Look, verbose: boolean): readonly string[] {
  const head = `${look.paint('warn', look.symbols.unknown)} ${look.paint('strong', displayName(domain))}  could not be found out`;
  return [head, wrap(because, look.columns, '   '), ...(verbose ? stepLines(steps, look) : [])];
}

function stepLines(steps: readonly string[], look: Look): readonly string[] {
  return steps.map((step) => look.paint('dim', wrap(`how: ${step}`, look.columns, '   ', '     ')));
}

/** How many records go which way: `1 to add, 2 to change`. */
export function changeSummary(plan: Plan): string {
  const kinds = plan.zones.filter(isPending).flatMap(({ changes }) => changes.map(({ kind }) => kind));
  const count = (kind: Change['kind']): number => kinds.filter((one) => one === kind).length;
  const said = [
    [count('add'), 'to add'],
    [count('change'), 'to change'],
    [count('remove'), 'to remove'],
    [count('retime'), count('retime') === 1 ? 'TTL to change' : 'TTLs to change'],
  ] as const;
  return said.flatMap(([number, what]) => (number === 0 ? [] : [`${number} ${what}`])).join(', ');
}

/** Would something be sent for this domain? */
export function isPending({ changes, blocked }: ZonePlan): boolean {
  return changes.length > 0 && blocked === undefined;
}

/** The last line of `plan`: the verdict, and what to type next. */
export function planVerdict({ plan, unknown }: ShownPlan, next: string): string {
  const pending = plan.zones.filter(isPending).length;
  const blocked = plan.zones.filter((zone) => zone.blocked !== undefined && zone.changes.length > 0).length;
  const all = plan.zones.length + unknown.length;
  const said: string[] = [];
  if (pending > 0) said.push(`${pending} of ${counted(all, 'domain')} would change: ${changeSummary(plan)}`);
  if (blocked > 0) said.push(`${counted(blocked, 'domain')} cannot be changed as it stands`);
  if (unknown.length > 0) said.push(`${counted(unknown.length, 'domain')} could not be found out`);
  if (said.length === 0)
    return all === 0
      ? 'Nothing is wanted: the desired state has no domain.'
      : `In sync: ${counted(all, 'domain')}, nothing to change.`;
  return `${said.join('; ')}.${pending > 0 ? ` Next: ${next}` : ''}`;
}
