import { FILE_KINDS } from '../lint/file-kind.ts';
import { type Command, defineCommand } from './command.ts';
import { choice, FORCE, flag, one, text } from './options.ts';

/** `kmsdns lint FILE…`. */
export const lint: Command = defineCommand({
  command: 'lint',
  describe:
    'say what is wrong in zone files, named.conf, dnsmasq.conf, unbound.conf, .reg exports, publish lists',
  operands: {
    name: 'FILE',
    describe: 'FILE to read, or a folder of them; - is stdin; its kind is told by its content',
    least: 1,
    most: Number.POSITIVE_INFINITY,
    completes: 'file',
  },
  options: {
    origin: one(
      {
        value: 'DOMAIN',
        describe:
          'DOMAIN that relative names of a zone file without $ORIGIN are under; default: what db.DOMAIN tells',
      },
      text,
    ),
    kind: one(
      {
        value: 'KIND',
        completes: FILE_KINDS,
        describe: `what the files are, where their content leaves it open: ${FILE_KINDS.join(', ')}`,
      },
      choice(FILE_KINDS),
    ),
    fix: flag({ describe: 'write a copy, FILE.fixed, with what can be mended safely' }),
    out: one(
      {
        value: 'DIR',
        completes: 'folder',
        describe:
          'with --fix: DIR for the copies, under the names of the files; their own folder takes --force',
      },
      text,
    ),
    sarif: one(
      {
        value: 'FILE',
        completes: 'file',
        describe: 'write the results to FILE as SARIF 2.1.0, for code hosts',
      },
      text,
    ),
    force: FORCE,
  },
  examples: [
    ['$0 lint db.contoso.com named.conf', 'a zone file, and who may update it'],
    ['$0 lint --origin contoso.com zone.txt --json', 'a zone file that does not say which zone it is'],
    ['$0 lint --fix spp.reg', 'writes spp.reg.fixed'],
    ['dig @ns1 contoso.com AXFR | $0 lint -', 'what a server gives out'],
    ['$0 lint --sarif lint.sarif dns/*.zone', 'results beside the lines, in a review'],
  ],
  exitCodes: ['0 nothing is wrong; notices may be told', '1 warnings', '2 errors'],
  handler: async (values, context) => (await import('./lint-action.ts')).runLint(values, context),
});
