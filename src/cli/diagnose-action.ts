import { randomBytes, randomInt } from 'node:crypto';
import { extname, resolve } from 'node:path';
import { domainName } from '../core/desired-state-words.ts';
import { KmsDnsError } from '../core/errors.ts';
import { kindOfPath, readBinaryFile, readTextFile, writeFileSafely } from '../core/files.ts';
import type { Fqdn } from '../core/name.ts';
import type { Case } from '../diagnose/case.ts';
import { clientFrom } from '../diagnose/client-profile.ts';
import { diagnose } from '../diagnose/diagnose.ts';
import type { Diagnosis } from '../diagnose/diagnosis.ts';
import { diagnosisDocument } from '../diagnose/document.ts';
import type { Pseudonyms } from '../diagnose/evidence/redact.ts';
import type { FactsRead } from '../diagnose/fact.ts';
import { gather } from '../diagnose/gather.ts';
import type { Recording } from '../diagnose/recording.ts';
import { diagnosisLines, diagnosisVerdict } from '../diagnose/report/tree.ts';
import type { Context } from './command.ts';
import { type DiagnoseValues, exitCodeOf, patienceOf } from './diagnose-values.ts';
import { urlsAmong } from './ldap-options.ts';
import { usage } from './options.ts';
import { checkOut, tell } from './out-file.ts';
import { openRun } from './run.ts';

/*
 * What one run of many needs is imported where it is needed: evidence, a desired state, recordings and reports are more
 * to load than a diagnosis.
 */

/** Observes, or takes what was observed; judges; tells. */
export async function runDiagnose(values: DiagnoseValues, context: Context): Promise<number> {
  await checkFiles(values, context);
  const recording =
    values.replay === undefined ? await observe(values, context) : await replay(values.replay, context);
  const diagnosis = diagnose(recording.one, recording.observations, recording.facts);
  await keep(values, context, recording, diagnosis);
  await tell(context, values, diagnosisDocument(recording.one, diagnosis), () => ({
    lines: diagnosisLines(diagnosis, context.out, { context: recording, verbose: context.verbose }),
    verdict: diagnosisVerdict(diagnosis, context.out),
  }));
  return exitCodeOf(diagnosis, values);
}

/** What cannot be kept is said before anything is asked. */
async function checkFiles(values: DiagnoseValues, context: Context): Promise<void> {
  for (const out of [values.out, values.record, values.report])
    await checkOut(context, { out, force: values.force });
  if (values.report === undefined) return;
  const { REPORT_EXTENSIONS } = await import('../diagnose/report/report.ts');
  if (!REPORT_EXTENSIONS.includes(extensionOf(values.report))) {
    throw usage(
      `--report ${JSON.stringify(values.report)}: no such kind of report`,
      'name it FILE.html, FILE.md or FILE.xml',
    );
  }
}

function extensionOf(file: string): string {
  return extname(file).toLowerCase();
}

async function replay(file: string, { io, warn }: Context): Promise<Recording> {
  const { parseRecording } = await import('../diagnose/recording.ts');
  return parseRecording(await readTextFile(resolve(io.cwd, file)), file, warn);
}

async function observe(values: DiagnoseValues, context: Context): Promise<Recording> {
  const domains = values.operands.map(parseDomain);
  const evidence = [...(await readAllEvidence(values.facts, context))];
  const expected =
    values.config === undefined
      ? undefined
      : await import('./state.ts').then(({ loadState }) =>
          loadState(context, { config: values.config, domain: values.domain }),
        );
  if (values.ldap.length > 0) {
    const { directoryEvidence } = await import('./diagnose-directory.ts');
    const { wantedOf } = await import('./wanted-hosts.ts');
    const firstId = 1 + evidence.reduce((sum, { facts }) => sum + facts.length, 0);
    const wanted = expected === undefined ? undefined : wantedOf(expected.whole);
    const known = evidence.flatMap(({ facts }) => facts);
    const searched =
      domains.length > 0 ? domains : (expected?.state.domains.map(({ domain }) => domain) ?? []);
    evidence.push(
      await directoryEvidence(
        { ...values, ldap: urlsAmong(values.ldap) },
        context,
        searched,
        { wanted, known },
        firstId,
      ),
    );
  }
  const facts = evidence.flatMap((one) => one.facts);
  const reported = values.error === undefined ? undefined : await reportedCode(values.error);
  const run = openRun(context, values);
  return run.during('playing the client', async ({ net, servers, authorities, resolvers }, spinner) => {
    // Evidence is of another machine; what this one searches says nothing about it.
    const isThisComputer = domains.length === 0 && values.facts.length === 0 && expected === undefined;
    const suffixes = isThisComputer ? await context.network.suffixes(context.io.env) : undefined;
    const client = clientFrom(facts, {
      generation: values.client,
      domains: domains.length > 0 ? domains : (expected?.state.domains.map(({ domain }) => domain) ?? []),
      systemSuffixes: suffixes,
      systemResolvers: servers.length > 0 ? servers : resolvers,
      resolversGiven: servers.length > 0,
      assumptions: values.assume,
    });
    const one: Case = {
      client,
      examined: domains,
      authorities,
      expected: expected?.state.domains ?? [],
      hosts: expected?.state.hosts ?? [],
      reported,
      randomLabel: `kmsdns-${randomBytes(6).toString('hex')}`,
      // Nobody registers a service there, and RPC servers of Windows and the outgoing ports of Linux end below.
      controlPort: randomInt(61_000, 65_536),
      depth: 'full',
    };
    let seen = 0;
    const observations = await gather(net, one, patienceOf(values), () =>
      spinner.say(`playing the client: ${++seen} questions answered`),
    );
    const decoded = evidence.flatMap((each) => each.decoded);
    const at = net.now().toISOString();
    if (values.record === undefined) return { at, one, facts, decoded, observations };
    // Redacted before it is judged, so that a replay says the same octet for octet.
    const { redactDecoded, redactFacts } = await import('../diagnose/evidence/redact.ts');
    const names: Pseudonyms = new Map();
    return {
      at,
      one,
      facts: redactFacts(facts, names),
      decoded: redactDecoded(decoded, names),
      observations,
    };
  });
}

async function reportedCode(text: string): Promise<string> {
  const { hresultFromText } = await import('../explain/hresult.ts');
  const code = hresultFromText(text);
  if (code !== undefined) return code;
  throw usage(
    `--error ${JSON.stringify(text)}: not an error code`,
    'write it as Windows shows it, for instance 0x8007232B',
  );
}

async function readAllEvidence(files: readonly string[], context: Context): Promise<readonly FactsRead[]> {
  if (files.length === 0) return [];
  const { readEvidence, unreadableEvidence } = await import('../diagnose/evidence/read-evidence.ts');
  const read: FactsRead[] = [];
  let firstId = 1;
  for (const file of files) {
    const name = file === '-' ? 'stdin' : file;
    const octets =
      file === '-' ? await context.io.readInput() : await octetsOf(resolve(context.io.cwd, file));
    const one =
      octets instanceof KmsDnsError
        ? unreadableEvidence(name, octets.message, firstId)
        : readEvidence(octets, name, firstId);
    firstId += one.facts.length;
    for (const { line, message } of one.problems)
      context.warn(`${name}${line === undefined ? '' : `:${line}`}: ${message}`);
    read.push(one);
  }
  return read;
}

/** The octets of a file, or why a file that is there gives none; one that is not there is a slip of the user. */
async function octetsOf(path: string): Promise<Uint8Array | KmsDnsError> {
  try {
    return await readBinaryFile(path);
  } catch (error) {
    if (!(error instanceof KmsDnsError) || (await kindOfPath(path)) === 'nothing') throw error;
    return error;
  }
}

/** The recording and the report, each to its file. */
async function keep(
  values: DiagnoseValues,
  { io, note }: Context,
  recording: Recording,
  diagnosis: Diagnosis,
): Promise<void> {
  if (values.record !== undefined) {
    const { anonymised } = await import('../diagnose/anonymise.ts');
    const { formatRecording } = await import('../diagnose/recording.ts');
    const kept = values.anonymise ? anonymised(recording) : recording;
    await writeFileSafely(resolve(io.cwd, values.record), formatRecording(kept), { force: values.force });
    note(`recorded: ${values.record}`);
  }
  if (values.report !== undefined) {
    const { reportFor } = await import('../diagnose/report/report.ts');
    const content = reportFor(extensionOf(values.report), diagnosis, recording) ?? '';
    await writeFileSafely(resolve(io.cwd, values.report), content, { force: values.force });
    note(`drawn: ${values.report}`);
  }
}

const DOMAIN = domainName('');

function parseDomain(text: string): Fqdn {
  const read = DOMAIN.read(text);
  if ('value' in read) return read.value;
  throw new KmsDnsError('name-invalid', `domain ${JSON.stringify(text)}: ${read.problem}`, {
    hint: 'name the DNS suffix of clients, for instance east.contoso.com',
  });
}
