import { displayName, type Fqdn } from '../core/name.ts';
import { auditExitCode, auditReport, unreadAudit } from '../directory/audit-report.ts';
import { type DirectoryRead, readDirectory } from '../directory/read-directory.ts';
import { DEFAULT_GROUP } from './audit-choices.ts';
import { type AuditSetting, type AuditValues, auditCommand } from './audit-values.ts';
import type { Context } from './command.ts';
import { faultLines, openDirectory } from './directory.ts';
import { parseDomain } from './import-action.ts';
import { usage } from './options.ts';
import { checkOut, tell } from './out-file.ts';
import { auditLines, auditVerdict } from './render-audit.ts';
import { loadState } from './state.ts';
import { wantedOf } from './wanted-hosts.ts';

/** Reads the directory and tells; or plans, mends, or undoes, as the options say. */
export async function runAudit(values: AuditValues, context: Context): Promise<number> {
  checkChoices(values);
  await checkOut(context, values);
  const domains = values.operands.map(parseDomain);
  const loaded =
    values.config === undefined ? undefined : await loadState(context, { config: values.config, domain: [] });
  const groupName = values.group ?? DEFAULT_GROUP;
  const run = await openDirectory(context, values, domains);
  const setting: AuditSetting = {
    run,
    loaded,
    groupName,
    read: async (open) => {
      const read = await readDirectory(open.clients, {
        now: new Date(),
        group: groupName,
        ...(loaded !== undefined && { wanted: wantedOf(loaded.whole) }),
      });
      if (!read.ok) return read;
      const silent = open.unreached.map(({ server, fault }) => ({ dn: server, why: fault.detail }));
      return { ok: true, value: { ...read.value, unread: [...read.value.unread, ...silent] } };
    },
  };
  if (values.undo !== undefined || values.apply || values.plan !== undefined) {
    const { runApply, runPlan, runUndo } = await import('./audit-mend.ts');
    if (values.undo !== undefined) return runUndo(values.undo, values, setting, context);
    return values.apply
      ? runApply(values, setting, context)
      : runPlan(values.plan!, values, setting, context);
  }
  const read = await run.during('reading the directory', setting.read);
  if (read.ok) warnOfForeignDomains(domains, read.value, context);
  const report = read.ok ? auditReport(read.value, groupName) : unreadAudit(read.fault, new Date());
  if (!read.ok) for (const line of faultLines(read.fault, context)) context.warn(line);
  const code = auditExitCode(report, values['fail-on'] ?? 'error');
  await tell(context, values, report, () => ({
    lines: auditLines(report, context.out, context.verbose),
    verdict: auditVerdict(report, code, auditCommand(values, '--plan'), context.out),
  }));
  return code;
}

function checkChoices(values: AuditValues): void {
  const deeds = [
    ...(values.plan === undefined ? [] : ['--plan']),
    ...(values.apply ? ['--apply'] : []),
    ...(values.undo === undefined ? [] : ['--undo']),
  ];
  if (deeds.length > 1) throw usage(`${deeds.join(' and ')} contradict each other`, 'give one of them');
  if (values.static && values.dynamic)
    throw usage('--static and --dynamic contradict each other', 'give one of them');
  const [deed] = deeds;
  const only = (option: string, given: boolean, ...of: readonly string[]): void => {
    if (given && (deed === undefined || !of.includes(deed)))
      throw usage(`${option} means something only together with ${of.join(' or ')}`);
  };
  only('--static', values.static, '--plan', '--apply');
  only('--dynamic', values.dynamic, '--plan', '--apply');
  only('--yes', values.yes, '--apply', '--undo');
  only('--journal', values.journal !== undefined, '--apply', '--undo');
}

/** A domain that the servers of `--ldap` do not know was meant to be audited, and is not. */
function warnOfForeignDomains(
  domains: readonly Fqdn[],
  { snapshot, forest }: DirectoryRead,
  { err, warn }: Context,
): void {
  for (const domain of domains)
    if (!snapshot.domains.some(({ name }) => name === domain) && !forest.outOfReach.includes(domain))
      warn(
        `${err.paint('warn', 'warning:')} the forest of ${snapshot.server} has no domain ${displayName(domain)}`,
      );
}
