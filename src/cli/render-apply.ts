import { displayName } from '../core/name.ts';
import {
  type ApplyProgress,
  type ApplyResult,
  applyExitCode,
  type ZoneResult,
} from '../publish/apply-result.ts';
import type { ApplyOutcome } from '../publish/outcome.ts';
import { countable } from '../publish/read-back.ts';
import { counted, type Look, type Tone, wrap } from './look.ts';
import { readBackLines, whereText } from './render-read-back.ts';

const TONES: Readonly<Record<ApplyOutcome, Tone>> = {
  applied: 'good',
  unchanged: 'good',
  refused: 'bad',
  conflict: 'bad',
  'silently-ignored': 'bad',
  'partly-applied': 'bad',
  unknown: 'warn',
};

/** Unchanged domains that are named one by one; of more only the number is told. */
const UNCHANGED_SHOWN = 10;

/** What became of each domain, and who serves it. */
export function applyLines({ zones }: ApplyResult, look: Look, verbose: boolean): readonly string[] {
  const calm = zones.filter(({ outcome, readBack }) => outcome === 'unchanged' && isServed(readBack));
  const folded = !verbose && calm.length > UNCHANGED_SHOWN ? new Set(calm) : new Set();
  const lines = zones.flatMap((zone) => (folded.has(zone) ? [] : zoneLines(zone, look)));
  if (folded.size > 0)
    lines.push(`${look.symbols.ellipsis} ${folded.size} more domains are as they should be (-v lists them)`);
  return lines;
}

function zoneLines(result: ZoneResult, look: Look): readonly string[] {
  const { domain, zone, outcome, rcode, tsig, explain, readBack } = result;
  const { good, bad, unknown } = look.symbols;
  const mark = { good, bad, warn: unknown, dim: '', strong: '' }[TONES[outcome]];
  const answer = [rcode, tsig === null || tsig === 'good' ? null : `TSIG ${tsig}`].filter(
    (one) => one !== null,
  );
  const where = zone === null ? '' : `  zone ${displayName(zone)}`;
  const said = answer.length === 0 ? '' : `  (${answer.join(', ')})`;
  return [
    `${look.paint(TONES[outcome], `${mark} ${outcome}`)}  ${look.paint('strong', displayName(domain))}${where}${said}`,
    wrap(explain, look.columns, '   '),
    ...readBackLines(readBack, look).map((line) => `   ${line}`),
  ];
}

function isServed(readBack: ZoneResult['readBack']): boolean {
  return countable(readBack).every(({ state }) => state === 'current');
}

const VERDICTS: Readonly<Record<ApplyOutcome, string>> = {
  applied: 'done and read back',
  unchanged: 'already as wanted',
  refused: 'refused',
  conflict: 'not done, because the records moved',
  'silently-ignored': 'ignored by the server',
  'partly-applied': 'done in part only',
  unknown: 'not known: look with kmsdns verify',
};

/** Outcomes after which something is, or may be, other than it was. */
const CHANGED: ReadonlySet<ApplyOutcome> = new Set([
  'applied',
  'partly-applied',
  'unknown',
  'silently-ignored',
]);

/** The last line: what is true now, and where anything may have changed the command that takes it back. */
export function applyVerdict({ zones, journal }: ApplyResult, undo: string): string {
  const outcomes = [...new Set(zones.map(({ outcome }) => outcome))];
  const said = outcomes.map((outcome) => {
    const count = zones.filter((one) => one.outcome === outcome).length;
    return `${counted(count, 'domain')} ${VERDICTS[outcome]}`;
  });
  const lagging =
    applyExitCode(zones) === 1 ? '; not every server serves it yet: kmsdns verify tells when' : '';
  const verdict = said.length === 0 ? 'Nothing to do: no domain.' : `${said.join(', ')}${lagging}.`;
  const mayBeUndone = outcomes.some((outcome) => CHANGED.has(outcome));
  return journal === null || !mayBeUndone ? verdict : `${verdict} To undo it, from its journal: ${undo}`;
}

/** What the spinner says. */
export function progressText(event: ApplyProgress): string {
  switch (event.kind) {
    case 'sending':
      return `sending the update of ${displayName(event.zone)}${event.attempt > 1 ? `, try ${event.attempt}` : ''}`;
    case 'waiting': {
      const [first] = event.servers;
      const more = event.servers.length > 1 ? ` and ${event.servers.length - 1} more` : '';
      return first === undefined
        ? `reading ${displayName(event.name)} back`
        : `waiting for ${whereText(first)}${more} to serve ${displayName(event.name)}: ${first.because}`;
    }
    case 'settled':
      return `${displayName(event.result.domain)}: ${event.result.outcome}`;
  }
}
