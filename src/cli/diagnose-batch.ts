import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { domainName } from '../core/desired-state-words.ts';
import { readPieces } from '../core/files.ts';
import type { Fqdn } from '../core/name.ts';
import type { Case } from '../diagnose/case.ts';
import { clientFrom } from '../diagnose/client-profile.ts';
import { type Conclusion, diagnoseMany } from '../diagnose/many.ts';
import type { Context } from './command.ts';
import { type DiagnoseValues, exitCodeFor, patienceOf } from './diagnose-values.ts';
import { counted } from './look.ts';
import { usage } from './options.ts';
import { openRun } from './run.ts';
import { textLines } from './text-lines.ts';

/** No name is longer (RFC 1035 §2.3.4), escapes and a comment behind it included. */
const MAX_LINE_CHARACTERS = 4096;

/** CONTRACT section 2: a mistake in the list, once everything else in it is done. */
const EXIT_MISTAKE = 64;

/**
 * Each domain of the list as a client of its own, asked what the client itself asks. One line of JSON on stdout for
 * each, as soon as it is done: the order is not that of the list. The exit code is the highest of all.
 */
export async function runBatch(
  values: DiagnoseValues & { readonly batch: string },
  context: Context,
): Promise<number> {
  refuseOthers(values);
  const { io } = context;
  const pieces = values.batch === '-' ? io.inputChunks() : readPieces(resolve(io.cwd, values.batch));
  const file = values.batch === '-' ? 'stdin' : values.batch;
  let done = 0;
  let worst = 0;
  await openRun(context, values).during('playing clients', async (reach, spinner) => {
    const { net, servers, authorities, resolvers } = reach;
    const randomLabel = `kmsdns-${randomBytes(6).toString('hex')}`;
    const caseOf = ({ domain }: { readonly domain: Fqdn }): Case => ({
      client: clientFrom([], {
        generation: values.client,
        domains: [domain],
        systemSuffixes: undefined,
        systemResolvers: servers.length > 0 ? servers : resolvers,
        resolversGiven: servers.length > 0,
        assumptions: values.assume,
      }),
      examined: [],
      authorities,
      expected: [],
      hosts: [],
      reported: undefined,
      randomLabel,
      controlPort: 0,
      depth: 'lean',
    });
    const domains = listed(pieces, (line, problem) => {
      context.warn(`${file}:${line}: ${problem}`);
      worst = EXIT_MISTAKE;
    });
    const untilInterrupted = async function* (): AsyncGenerator<{ readonly domain: Fqdn }> {
      for await (const domain of domains) {
        if (net.over() === 'interrupt') return;
        yield { domain };
      }
    };
    // Lines of one moment leave together: to write each by itself costs more than to make it.
    let lines = '';
    const flush = (): void => {
      if (lines !== '') io.stdout.write(lines);
      lines = '';
    };
    try {
      await diagnoseMany(net, untilInterrupted(), caseOf, patienceOf(values), ({ domain }, conclusion) => {
        if (lines === '') void net.sleep(0).then(flush);
        lines += diagnosisLine(domain, conclusion);
        worst = Math.max(worst, exitCodeFor(conclusion.verdict, conclusion.severities, values));
        spinner.say(`playing clients: ${counted(++done, 'domain')} done`);
      });
    } finally {
      flush();
    }
  });
  return worst;
}

/** What makes sense for one client only. */
function refuseOthers(values: DiagnoseValues): void {
  const { operands, config, domain, facts, error, record, replay, report, out } = values;
  const texts = { '--config': config, '--error': error, '--record': record, '--replay': replay };
  const others = [
    ...Object.entries({ ...texts, '--report': report, '--out': out }).map(([name, text]) => [name, text]),
    ['DOMAIN', operands[0]],
    ['--domain', domain[0]],
    ['--facts', facts[0]],
    ['--ldap', values.ldap[0]],
    ['--anonymise', values.anonymise ? '' : undefined],
  ];
  const other = others.find(([, text]) => text !== undefined);
  if (other !== undefined)
    throw usage(`--batch and ${other[0]} exclude each other`, 'diagnose that client by itself');
}

async function* listed(
  pieces: AsyncIterable<Uint8Array>,
  refuse: (line: number, problem: string) => void,
): AsyncGenerator<Fqdn> {
  const domain = domainName('');
  for await (const { number, text } of textLines(pieces, MAX_LINE_CHARACTERS)) {
    if (text === undefined) {
      refuse(number, `a line of more than ${MAX_LINE_CHARACTERS} characters`);
      continue;
    }
    const word = text.replace(/#.*$/, '').trim();
    if (word === '') continue;
    const read = domain.read(word);
    if ('value' in read) yield read.value;
    else refuse(number, `domain ${JSON.stringify(word)}: ${read.problem}`);
  }
}

function diagnosisLine(domain: Fqdn, { verdict, predicted, causes, targets }: Conclusion): string {
  const schema = 'kmsdns/diagnosis-line@1';
  return `${JSON.stringify({ schema, domain, verdict, predicted, causes, targets })}\n`;
}
