import { SEVERITIES, type Severity } from '../core/finding.ts';
import type { Fqdn } from '../core/name.ts';
import type { Assumption, ClientGeneration } from '../diagnose/client.ts';
import { diagnoseExitCode, exitCodeBySeverity } from '../diagnose/diagnose.ts';
import type { Diagnosis, Verdict } from '../diagnose/diagnosis.ts';
import { DEFAULT_PATIENCE, type ProbePatience } from '../diagnose/gather.ts';
import type { LdapChoice, LdapValues } from './ldap-options.ts';
import type { OutOptions } from './out-file.ts';
import type { ReachOptions } from './run.ts';

/** The command line of `diagnose`. */
export interface DiagnoseValues extends ReachOptions, Omit<LdapValues, 'ldap'>, OutOptions {
  readonly ldap: readonly LdapChoice[];
  readonly operands: readonly string[];
  readonly config: string | undefined;
  readonly domain: readonly Fqdn[];
  readonly facts: readonly string[];
  readonly batch: string | undefined;
  readonly error: string | undefined;
  readonly client: ClientGeneration | undefined;
  readonly assume: readonly Assumption[];
  readonly 'fail-on': Severity | undefined;
  readonly record: string | undefined;
  readonly anonymise: boolean;
  readonly replay: string | undefined;
  readonly report: string | undefined;
}

/** `--timeout` is for one try of any kind; without it each kind has its own. */
export function patienceOf({ timeout }: Pick<DiagnoseValues, 'timeout'>): ProbePatience {
  return timeout === undefined
    ? DEFAULT_PATIENCE
    : { ...DEFAULT_PATIENCE, dnsMs: timeout, tcpMs: timeout, rpcMs: timeout };
}

/** The exit code of one diagnosis, as `--fail-on` says. */
export function exitCodeOf(diagnosis: Diagnosis, values: Pick<DiagnoseValues, 'fail-on'>): 0 | 1 | 2 | 3 {
  return diagnoseExitCode(diagnosis, reaching(values));
}

/** The same where only the severities of its findings are left. */
export function exitCodeFor(
  verdict: Verdict,
  severities: readonly Severity[],
  values: Pick<DiagnoseValues, 'fail-on'>,
): 0 | 1 | 2 | 3 {
  return exitCodeBySeverity(verdict, severities, reaching(values));
}

function reaching(values: Pick<DiagnoseValues, 'fail-on'>): (severity: Severity) => boolean {
  const least = SEVERITIES.indexOf(values['fail-on'] ?? 'error');
  return (severity) => SEVERITIES.indexOf(severity) <= least;
}
