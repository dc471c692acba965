import { displayName } from '../core/name.ts';
import type { Allowed, PreflightResult } from '../publish/preflight.ts';
import { counted, type Look, type Tone, wrap } from './look.ts';
import { endpointText } from './run.ts';

const TONES: Readonly<Record<Allowed, Tone>> = {
  yes: 'good',
  no: 'bad',
  'key-only': 'warn',
  unknown: 'warn',
};

/** Zone by zone: would it be allowed, and how much is that answer worth? */
export function preflightLines(results: readonly PreflightResult[], look: Look): readonly string[] {
  return results.flatMap(({ zone, server, allowed, proves, explain, domains }) => {
    const { symbols } = look;
    const marks: Readonly<Record<Allowed, string>> = {
      yes: symbols.good,
      no: symbols.bad,
      'key-only': symbols.warn,
      unknown: symbols.unknown,
    };
    const where =
      zone === null
        ? domains.map(displayName).join(', ')
        : `zone ${displayName(zone)}${server === null ? '' : ` at ${endpointText(server)}`}`;
    const head = `${look.paint(TONES[allowed], `${marks[allowed]} ${allowed}`)}  ${look.paint('strong', where)}`;
    const forWhom =
      zone === null ? [] : [wrap(`for ${domains.map(displayName).join(', ')}`, look.columns, '   ')];
    return [
      head,
      ...forWhom,
      wrap(`proves ${proves}`, look.columns, '   '),
      ...(explain === '' ? [] : [wrap(explain, look.columns, '   ')]),
    ];
  });
}

/** What must not be overlooked: a good key is not yet a permission. */
export function keyOnlyWarning(results: readonly PreflightResult[], look: Look): string | undefined {
  const zones = results.filter(({ allowed }) => allowed === 'key-only');
  if (zones.length === 0) return undefined;
  const names = zones.map(({ zone }) => displayName(zone!)).join(', ');
  return wrap(
    `${look.paint('warn', 'warning:')} only the key is proved for ${counted(zones.length, 'zone')} (${names}): whether the server lets it write these records is NOT known.`,
    look.columns,
  );
}

/** The last line: the verdict, and what to type next. */
export function preflightVerdict(results: readonly PreflightResult[], next: string): string {
  const count = (allowed: Allowed): number => results.filter((one) => one.allowed === allowed).length;
  const said = [
    [count('no'), 'would be refused'],
    [count('unknown'), 'could not be found out'],
    [count('key-only'), 'the key is good, the permission is not proved'],
    [count('yes'), 'would be allowed'],
  ] as const;
  const parts = said.flatMap(([number, what]) =>
    number === 0 ? [] : [`${counted(number, 'zone')}: ${what}`],
  );
  if (parts.length === 0) return 'Nothing to ask for: the desired state has no domain.';
  return `${parts.join('; ')}.${count('no') + count('unknown') === 0 ? ` Next: ${next}` : ''}`;
}

/** The last line of a test of a policy: did every zone answer as expected? */
export function expectationVerdict(results: readonly PreflightResult[], expected: 'yes' | 'no'): string {
  const others = results.filter(({ allowed }) => allowed !== expected);
  if (results.length === 0) return 'Nothing to ask for: the desired state has no domain.';
  if (others.length === 0) return `As expected: ${counted(results.length, 'zone')} answered ${expected}.`;
  const answers = [...new Set(others.map(({ allowed }) => allowed))].join(', ');
  return `Not as expected: ${counted(others.length, 'zone')} answered ${answers}, not ${expected}.`;
}
