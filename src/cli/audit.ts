import { SEVERITIES } from '../core/finding.ts';
import { DEFAULT_GROUP, PLAN_FORMATS, type PlanFormat } from './audit-choices.ts';
import { type Command, defineCommand } from './command.ts';
import { LDAP } from './ldap-options.ts';
import {
  CHANGE,
  CONFIG,
  choice,
  DEADLINE,
  FORCE,
  flag,
  type Option,
  one,
  outOption,
  SERVER,
  TIMEOUT,
  text,
} from './options.ts';

const planFormat = choice(PLAN_FORMATS);

/** `--plan` may stand without a format. */
const PLAN: Option<PlanFormat | undefined> = {
  value: 'FORMAT',
  completes: PLAN_FORMATS,
  describe: `print what would mend the findings, as FORMAT: ${PLAN_FORMATS.join(', ')}; default text. Nothing is changed`,
  read: ([first], name) => {
    if (first === undefined) return undefined;
    return first === '' ? 'text' : planFormat(first, name);
  },
};

/** `kmsdns audit [DOMAIN…]`. */
export const audit: Command = defineCommand({
  command: 'audit',
  describe:
    'who may write the KMS records of Active Directory: owners, permissions, ageing, and how to mend it',
  operands: {
    name: 'DOMAIN',
    describe: 'DNS name of an Active Directory domain, whose domain controllers are found through DNS',
    least: 0,
    most: Number.POSITIVE_INFINITY,
  },
  options: {
    ...LDAP,
    config: { ...CONFIG, describe: 'FILE with the desired state whose hosts are wanted; default none' },
    group: one(
      {
        value: 'NAME',
        describe: `NAME of the group that is to hold all KMS hosts; default ${DEFAULT_GROUP}, if there is one`,
      },
      text,
    ),
    'fail-on': one(
      {
        value: 'SEVERITY',
        completes: SEVERITIES,
        describe: 'from which SEVERITY a finding exits with 1; default error',
      },
      choice(SEVERITIES),
    ),
    plan: PLAN,
    apply: flag({ describe: 'show what would mend the findings, ask, carry it out over LDAP, read it back' }),
    undo: one(
      {
        value: 'FILE',
        completes: 'file',
        describe: 'take back what the journal FILE of an --apply says, where nobody changed it since',
      },
      text,
    ),
    static: flag({ describe: 'with --plan and --apply: names that are made never age (default)' }),
    dynamic: flag({ describe: 'with --plan and --apply: names that are made age as those of hosts do' }),
    ...CHANGE,
    server: SERVER,
    timeout: { ...TIMEOUT, describe: 'SECONDS for one network try; default 1 for DNS, 5 for LDAP' },
    deadline: DEADLINE,
    out: outOption('the audit as JSON, or the script of --plan'),
    force: FORCE,
  },
  examples: [
    ['$0 audit contoso.com --user ann@contoso.com --password-file pw', 'why the second host is refused'],
    ['$0 audit --ldap ldaps://dc1.contoso.com --ca ca.pem --user … --password-env PW', 'one server, its CA'],
    ['$0 audit contoso.com -c kmsdns.yaml --user … --password-file pw', 'against the hosts that are wanted'],
    [
      '$0 audit contoso.com --plan powershell --user … --password-file pw',
      'what an administrator has to run',
    ],
    ['$0 audit contoso.com --apply --user … --password-file pw', 'mend it; the former permissions are kept'],
  ],
  exitCodes: [
    '0 nothing reaches --fail-on; --apply: done and read back',
    '1 a finding reaches --fail-on',
    '2 --apply, --undo: refused, or done in part',
    '3 could not find out: no answer, or what could not be judged might reach --fail-on; --plan, --apply: something was left out',
  ],
  handler: async (values, context) =>
    (await import('./audit-action.ts')).runAudit({ ...values, authority: [] }, context),
});
