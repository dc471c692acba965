import { SEVERITIES } from '../core/finding.ts';
import { type Command, defineCommand } from './command.ts';
import { LDAP, ldapOrBare, requireLdap } from './ldap-options.ts';
import { CONFIG, choice, DOMAIN, FORCE, flag, many, one, outOption, REACH, text, usage } from './options.ts';

/** The generations of clients that behave differently: Microsoft's guides, and kms.md 6. */
export const CLIENT_GENERATIONS = ['vista', 'windows7', 'windows10'] as const;

/** The other reading where documents leave it open. */
export const ASSUME_SWITCHES = [
  'override-falls-through',
  'workgroup-uses-connection-suffix',
  'vista-selection',
] as const;

/** `kmsdns diagnose [DOMAIN…]`. */
export const diagnose: Command = defineCommand({
  command: 'diagnose',
  describe: 'why a client cannot activate: the whole chain, the root cause, the fix',
  operands: {
    name: 'DOMAIN',
    describe:
      'suffix of the client; several are its suffixes in order; none: this computer, or what the facts say',
    least: 0,
    most: Number.POSITIVE_INFINITY,
  },
  options: {
    config: CONFIG,
    domain: DOMAIN,
    facts: many(
      {
        value: 'FILE',
        completes: 'file',
        describe: 'FILE with evidence from a client or a KMS host; may be repeated; - is stdin',
      },
      text,
    ),
    batch: one(
      {
        value: 'FILE',
        completes: 'file',
        describe:
          'FILE with one domain a line, each a client of its own; one line of JSON for each; - is stdin',
      },
      text,
    ),
    ...LDAP,
    ldap: ldapOrBare(
      'URL of a domain controller: who owns the record in Active Directory, who may write it, and how old it is, joined with the rest',
    ),
    error: one({ value: 'CODE', describe: 'CODE that the user reports, such as 0x8007232B' }, text),
    client: one(
      {
        value: 'WHICH',
        completes: CLIENT_GENERATIONS,
        describe: `which client is played: ${CLIENT_GENERATIONS.join(', ')}; default windows10`,
      },
      choice(CLIENT_GENERATIONS),
    ),
    assume: many(
      {
        value: 'SWITCH',
        completes: ASSUME_SWITCHES,
        describe: `the other reading where documents leave it open: ${ASSUME_SWITCHES.join(', ')}`,
      },
      choice(ASSUME_SWITCHES),
    ),
    'fail-on': one(
      {
        value: 'SEVERITY',
        completes: SEVERITIES,
        describe: 'from which SEVERITY a success exits with 1; default error',
      },
      choice(SEVERITIES),
    ),
    ...REACH,
    record: one({ value: 'FILE', completes: 'file', describe: 'save every observation to FILE' }, text),
    anonymise: flag({ describe: 'replace names and addresses in the recording, consistently' }),
    replay: one(
      { value: 'FILE', completes: 'file', describe: 'diagnose what was recorded in FILE; nothing is asked' },
      text,
    ),
    report: one(
      {
        value: 'FILE',
        completes: 'file',
        describe: 'draw the diagnosis: FILE.html, FILE.md, or FILE.xml for JUnit',
      },
      text,
    ),
    out: outOption('the diagnosis as JSON'),
    force: FORCE,
  },
  examples: [
    ['$0 diagnose', 'play a client on this computer'],
    ['$0 diagnose east.contoso.com --error 0xC004F074', 'a domain, and what its user sees'],
    ['$0 diagnose --facts spp.reg --facts ipconfig.txt', 'what a client was told'],
    ['$0 diagnose -c kmsdns.yaml', 'wanted against published against reachable'],
    ['$0 diagnose contoso.com --record case.json --report case.html', 'for the ticket'],
    ['$0 diagnose --batch domains.txt', 'thousands of domains, each as soon as it is done'],
  ],
  exitCodes: [
    '0 a client would succeed',
    '1 it would, but a finding reaches --fail-on',
    '2 it would fail',
    '3 what was seen decides neither',
  ],
  handler: async (values, context) => {
    requireLdap(values);
    if (values.ldap.length > 0 && values.replay !== undefined)
      throw usage('--ldap and --replay contradict each other: a replay asks nothing');
    return values.batch === undefined
      ? (await import('./diagnose-action.ts')).runDiagnose(values, context)
      : (await import('./diagnose-batch.ts')).runBatch({ ...values, batch: values.batch }, context);
  },
});
