import type { Finding } from '../../core/finding.ts';
import type { Diagnosis } from '../diagnosis.ts';
import { excludedBy } from './excluded.ts';
import { html, type Markup, markupText } from './markup.ts';
import { type PathCell, pathStrip, type Stage } from './path-strip.ts';
import { type ReportContext, verdictSentence } from './verdict.ts';

/** One test of the report. Neither `failure` nor `skipped`: it passed. */
interface TestCase {
  /** The layer: what Jenkins and GitLab group by. */
  readonly layer: string;
  /** Check and target. */
  readonly name: string;
  readonly seconds?: number;
  readonly failure?: { readonly type: string; readonly message: string; readonly text: string };
  readonly skipped?: string;
  readonly output?: string;
}

/**
 * A diagnosis as JUnit XML: one suite per layer, one case per check and target. What is grave fails, what is not
 * known is skipped with the reason, warnings pass and are told in the output.
 */
export function diagnosisJunit(diagnosis: Diagnosis, { at }: ReportContext): string {
  const { causes, symptoms, notes, unknowns, verdict } = diagnosis;
  const cases: readonly TestCase[] = [
    verdictCase(diagnosis),
    ...pathCases(diagnosis),
    ...causes.map((finding) => findingCase(finding, 'failure')),
    ...symptoms.map((finding) => findingCase(finding, 'failure', 'follows from another finding\n')),
    ...notes.map((finding) => findingCase(finding, 'output')),
    ...excludedBy(diagnosis).map(
      ({ text, codes, proof }): TestCase => ({
        layer: layerOf(codes[0]!),
        name: text,
        output: `${codes.join(', ')}: ruled out by ${proof.join(', ')}`,
      }),
    ),
    ...unknowns.map(
      ({ code, slug, because }): TestCase => ({
        layer: layerOf(code),
        name: `${code} ${slug}`,
        skipped: because,
      }),
    ),
  ];
  const layers = [...new Set(cases.map(({ layer }) => layer))];
  const suites = layers.map((layer) =>
    suite(
      layer,
      cases.filter((one) => one.layer === layer),
      at,
    ),
  );
  const totals = countsOf(cases);
  const document = html`<testsuites name="kmsdns diagnose: ${verdict}" tests="${totals.tests}" failures="${totals.failures}" errors="0" skipped="${totals.skipped}">
${suites}</testsuites>
`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n${markupText(document)}`;
}

function suite(layer: string, cases: readonly TestCase[], at: string): Markup {
  const { tests, failures, skipped } = countsOf(cases);
  return html`  <testsuite name="kmsdns.${layer}" tests="${tests}" failures="${failures}" errors="0" skipped="${skipped}" timestamp="${at}">
${cases.map(caseXml)}  </testsuite>
`;
}

function countsOf(cases: readonly TestCase[]): { tests: number; failures: number; skipped: number } {
  return {
    tests: cases.length,
    failures: cases.filter(({ failure }) => failure !== undefined).length,
    skipped: cases.filter(({ skipped }) => skipped !== undefined).length,
  };
}

function caseXml({ layer, name, seconds, failure, skipped, output }: TestCase): Markup {
  const body = [
    failure === undefined
      ? html``
      : html`      <failure type="${failure.type}" message="${failure.message}">${failure.text}</failure>
`,
    skipped === undefined
      ? html``
      : html`      <skipped message="${skipped}"></skipped>
`,
    output === undefined
      ? html``
      : html`      <system-out>${output}</system-out>
`,
  ];
  return html`    <testcase classname="kmsdns.${layer}" name="${name}" time="${(seconds ?? 0).toFixed(3)}">
${body}    </testcase>
`;
}

const LAYERS: Readonly<Record<string, string>> = {
  CLI: 'client',
  RES: 'resolver',
  ZON: 'zone',
  SRV: 'record',
  ADR: 'address',
  TCP: 'tcp',
  RPC: 'rpc',
  HST: 'host',
  ACL: 'permission',
  PUB: 'publication',
  RUN: 'run',
};

function layerOf(code: string): string {
  return LAYERS[code.slice(0, 3)] ?? 'run';
}

function verdictCase(diagnosis: Diagnosis): TestCase {
  const { verdict } = diagnosis;
  const base = { layer: 'client', name: 'a client would be activated' };
  const sentence = verdictSentence(diagnosis);
  if (verdict === 'broken')
    return { ...base, failure: { type: 'verdict', message: sentence, text: sentence } };
  if (verdict === 'unknown') return { ...base, skipped: sentence };
  return { ...base, output: sentence };
}

function findingCase(finding: Finding, as: 'failure' | 'output', preface = ''): TestCase {
  const { code, slug, severity, subject, title, evidence, fix } = finding;
  const lines = [
    `${preface}${subject}: ${title}`,
    ...evidence.map(({ observation, says }) => `${observation}: ${says}`),
    ...fix.map(({ text, command }) => `fix: ${text}${command === undefined ? '' : ` ${command}`}`),
  ];
  const base = { layer: layerOf(code), name: `${code} ${slug}: ${subject}` };
  if (as === 'output') return { ...base, output: [`${severity}`, ...lines].join('\n') };
  return {
    ...base,
    failure: { type: `${code} ${slug}`, message: `${subject}: ${title}`, text: lines.join('\n') },
  };
}

const CHECKS: Readonly<Record<Stage, string>> = {
  client: 'the client asks',
  resolver: 'resolvers answer',
  zone: 'authoritative servers serve the name',
  record: 'the record is found',
  address: 'has an address',
  tcp: 'takes the connection',
  rpc: 'accepts the KMS bind',
};

/** The chain as checks; a link that nobody came to is left out. */
function pathCases(diagnosis: Diagnosis): readonly TestCase[] {
  const { shared, rows } = pathStrip(diagnosis);
  return [
    ...shared.map((cell) => cellCase(cell, CHECKS[cell.stage])),
    ...rows.flatMap(({ host, port, address, cells }) => {
      const where = address === undefined ? `${host}:${port}` : `${host}:${port} ${address}`;
      return cells.map((cell) => cellCase(cell, `${where} ${CHECKS[cell.stage]}`));
    }),
  ].flat();
}

function cellCase({ stage, state, says, codes }: PathCell, name: string): readonly TestCase[] {
  const layer = stage;
  const text = codes.length === 0 ? says : `${says} (${codes.join(', ')})`;
  switch (state) {
    case 'none':
      return [];
    case 'unknown':
      return [{ layer, name, skipped: says }];
    case 'failed':
      return [{ layer, name, failure: { type: codes[0] ?? stage, message: says, text } }];
    case 'ok':
    case 'warn':
      return [{ layer, name, output: text }];
  }
}
