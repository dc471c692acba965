import type { Severity } from '../core/finding.ts';
import { DEFAULT_TTL_SECONDS } from '../core/kms.ts';
import type { LdapOutcome } from '../directory/directory-client.ts';
import type { MendingWish } from '../directory/mending.ts';
import type { DirectoryRead } from '../directory/read-directory.ts';
import type { PlanFormat } from './audit-choices.ts';
import type { DirectoryRun, DirectoryValues, OpenDirectory } from './directory.ts';
import type { OutOptions } from './out-file.ts';
import { endpointText, shellWord } from './run.ts';
import type { LoadedState } from './state.ts';

/** The command line of `audit`. */
export interface AuditValues extends DirectoryValues, OutOptions {
  readonly operands: readonly string[];
  readonly config: string | undefined;
  readonly group: string | undefined;
  readonly 'fail-on': Severity | undefined;
  readonly plan: PlanFormat | undefined;
  readonly apply: boolean;
  readonly undo: string | undefined;
  readonly static: boolean;
  readonly dynamic: boolean;
  readonly yes: boolean;
  readonly journal: string | undefined;
}

/** What an audit, a plan and a mending begin with. */
export interface AuditSetting {
  readonly run: DirectoryRun;
  readonly loaded: LoadedState | undefined;
  readonly groupName: string;
  readonly read: (open: OpenDirectory) => Promise<LdapOutcome<DirectoryRead>>;
}

/** The same audit of the same directory with other options, as a command that can be copied. */
export function auditCommand(values: AuditValues, ...more: readonly string[]): string {
  const words = ['kmsdns', 'audit', ...values.operands];
  for (const { scheme, host, port } of values.ldap)
    words.push('--ldap', `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`);
  for (const name of ['start-tls', 'insecure', 'kerberos'] as const)
    if (values[name]) words.push(`--${name}`);
  for (const name of [
    'ca',
    'tls-name',
    'user',
    'password-file',
    'password-env',
    'keytab',
    'principal',
    'config',
    'group',
  ] as const)
    if (values[name] !== undefined) words.push(`--${name}`, values[name]);
  for (const server of values.server) words.push('-s', endpointText(server));
  return [...words, ...more].map(shellWord).join(' ');
}

/** What the plan of a mending is to bring about. */
export function wishOf(values: AuditValues, { loaded, groupName }: AuditSetting): MendingWish {
  const sets = loaded?.whole.domains
    .filter(({ publish }) => publish.length > 0)
    .map(({ owner, ttlSeconds = DEFAULT_TTL_SECONDS, publish }) => ({ owner, ttlSeconds, records: publish }));
  return {
    groupName,
    ageing: values.dynamic ? 'dynamic' : 'static',
    ...(sets !== undefined && { sets }),
  };
}
