import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { COMMANDS } from '../src/cli/commands.ts';
import { lookOf } from '../src/cli/look.ts';
import * as front from '../src/index.ts';
import { type DiagnoseDesk, diagnoseDesk } from './support/diagnose-desk.ts';
import { sampleOctets } from './support/evidence.ts';

const {
  clientFrom,
  DEFAULT_PATIENCE,
  diagnose,
  diagnoseExitCode,
  explain,
  FORMATS,
  formatRecording,
  gather,
  hostResolver,
  lintOctets,
  parseDesiredState,
  parseEndpoint,
  parseFqdn,
  parseRecording,
  probeEndpoint,
  publishListsPerHost,
  readEvidence,
  reportFor,
  simulate,
  systemNet,
  TEMPLATE_NAMES,
} = front;

it('gives out exactly this; whoever widens it sees so in review', () => {
  expect(Object.keys(front).sort()).toMatchInlineSnapshot(`
    [
      "ASSUMPTIONS",
      "CATALOGUE",
      "DEFAULT_CONCURRENCY",
      "DEFAULT_INTERVALS",
      "DEFAULT_PATIENCE",
      "ENDPOINT_STATES",
      "ERROR_CODES",
      "FILE_KINDS",
      "FORMATS",
      "KmsDnsError",
      "MENDING_FORMATS",
      "REPORT_EXTENSIONS",
      "TEMPLATE_NAMES",
      "anonymised",
      "answerForPair",
      "applyExitCode",
      "applyPlan",
      "applyReviewedPlan",
      "applyToJson",
      "auditDirectory",
      "auditExitCode",
      "auditReport",
      "cachingEffect",
      "carryOut",
      "clientFrom",
      "connectDirectory",
      "desiredStateDocument",
      "desiredStateSchema",
      "diagnose",
      "diagnoseExitCode",
      "diagnoseMany",
      "diagnosisLines",
      "diagnosisVerdict",
      "displayName",
      "drawClients",
      "explain",
      "explainable",
      "fileLinter",
      "findControllers",
      "findEntry",
      "firstTryShares",
      "formatById",
      "formatDesiredState",
      "formatEndpoint",
      "formatJournal",
      "formatMendingJournal",
      "formatOf",
      "formatRecording",
      "gather",
      "hmacSigner",
      "hostResolver",
      "hresultFromText",
      "importState",
      "journalFileName",
      "lintOctets",
      "makePlan",
      "mendText",
      "overallOutcome",
      "parseDesiredState",
      "parseEndpoint",
      "parseFqdn",
      "parseIpAddress",
      "parseJournal",
      "parseKeyText",
      "parseMendingJournal",
      "parsePlan",
      "parseRecording",
      "planDomain",
      "planMending",
      "planToJson",
      "preflight",
      "preflightExitCode",
      "preflightToJson",
      "probeEndpoint",
      "publishListsPerHost",
      "publishedRecords",
      "readDirectory",
      "readEvidence",
      "redactDecoded",
      "redactFacts",
      "renderBindKey",
      "renderMending",
      "renderNamedConf",
      "renderNsupdate",
      "renderZoneSnippets",
      "reportFor",
      "rollBack",
      "rollout",
      "sarifOf",
      "scriptEdits",
      "similarTo",
      "simulate",
      "stateFromReadings",
      "systemEngine",
      "systemNet",
      "systemResolvers",
      "systemSuffixes",
      "takeOutEach",
      "tryHosts",
      "undoMending",
      "unreadableEvidence",
      "verificationToJson",
      "verify",
      "verifyExitCode",
    ]
  `);
});

describe('what the command does, the library does', () => {
  let desk: DiagnoseDesk;
  const net = systemNet();

  beforeAll(async () => {
    desk = await diagnoseDesk();
  });
  afterAll(async () => {
    net.close();
    await desk.stop();
  });

  /** A diagnosis as the README shows it. */
  async function diagnosed(domain: string, facts: readonly front.Fact[] = []): Promise<front.Recording> {
    const server = parseEndpoint(desk.at, 53);
    const client = clientFrom(facts, {
      generation: 'windows10',
      domains: [parseFqdn(domain)],
      systemSuffixes: undefined,
      systemResolvers: [server],
      resolversGiven: true,
      assumptions: [],
    });
    const one: front.Case = {
      client,
      examined: [],
      authorities: [server],
      expected: [],
      hosts: [],
      reported: undefined,
      randomLabel: 'kmsdns-0123456789ab',
      controlPort: 61_999,
      depth: 'full',
    };
    const observations = await gather(net, one, DEFAULT_PATIENCE);
    return { at: new Date(0).toISOString(), one, facts, decoded: [], observations };
  }

  test.each([
    ['contoso.test', 'healthy', 0],
    ['half.contoso.test', 'degraded', 1],
    ['missing.contoso.test', 'broken', 2],
  ] as const)('diagnose, record, replay and report %s', async (domain, verdict, exitCode) => {
    const recording = parseRecording(formatRecording(await diagnosed(domain)), 'memory');
    const diagnosis = diagnose(recording.one, recording.observations, recording.facts);
    expect(diagnosis.verdict).toBe(verdict);
    expect(diagnoseExitCode(diagnosis, (severity) => severity === 'error' || severity === 'critical')).toBe(
      exitCode,
    );
    const said = (await desk.diagnose(domain, '--json')).json();
    const codes = (list: unknown): readonly string[] =>
      (list as readonly { readonly code: string }[]).map(({ code }) => code);
    expect(codes(diagnosis.causes)).toEqual(codes(said.causes));
    expect(codes(diagnosis.notes)).toEqual(codes(said.notes));
    expect(reportFor('.md', diagnosis, recording)).toMatch(/^# /);
    const plain = lookOf({ isTerminal: false, columns: 100 }, {}, 'linux', true);
    const lines = front.diagnosisLines(diagnosis, plain, { context: recording, verbose: false });
    for (const { code } of diagnosis.causes) expect(lines.join('\n')).toContain(code);
  });

  it('diagnoses with evidence', async () => {
    const { facts } = readEvidence(sampleOctets('client-spp.reg'), 'client.reg', 1);
    const { one } = await diagnosed(
      'contoso.test',
      facts.filter(({ kind }) => kind === 'activation-type'),
    );
    expect(one.client.activationType.value).toBe(2);
  });

  it('probes', async () => {
    const hosts = hostResolver(net, [parseEndpoint(desk.at, 53)], { timeoutMs: 1000 }, false);
    expect(await hosts.addressesOf(parseFqdn('kms1.contoso.test'))).toMatchObject({ kind: 'addresses' });
    const budget = { tcpMs: 2000, rpcMs: 2000, bind: true };
    expect(await probeEndpoint(net, desk.kms.endpoint, budget)).toMatchObject({ state: 'bound' });
  });

  it('explains, simulates and lints', () => {
    expect(explain('0x8007232B')).toMatchObject({ kind: 'hresult', code: '0x8007232B' });
    const records = [10, 30].map((weight, i) => ({
      priority: 0,
      weight,
      port: 1688,
      target: parseFqdn(`kms${i}.contoso.test`),
    }));
    expect(simulate({ records, model: 'rfc2782', dead: [] }).hosts.map((one) => one.firstTryShare)).toEqual([
      0.75, 0.25,
    ]);
    const zone = Buffer.from('$ORIGIN contoso.test.\n_vlmcs._tcp SRV 0 0 1688 kms1.contoso.test\n');
    expect(lintOctets('contoso.test.zone', zone).results.map(({ code }) => code)).toContain('SRV-007');
  });

  it('writes every format', () => {
    const state = parseDesiredState(
      'version: 1\nhosts: { kms1.contoso.com: {} }\ndomains: { contoso.com: { publish: [{ host: kms1.contoso.com }] } }\n',
      'kmsdns.yaml',
    );
    const templates = Object.fromEntries(
      TEMPLATE_NAMES.map((name) => [
        name,
        { text: readFileSync(new URL(`../templates/${name}`, import.meta.url), 'utf8') },
      ]),
    ) as unknown as front.Templates;
    expect(front.renderZoneSnippets(state, templates).files).toHaveLength(1);
    expect(publishListsPerHost(state)).toHaveLength(1);
    expect(FORMATS.length).toBeGreaterThan(10);
  });

  it('has no command without its part here, those apart that only guide a person', () => {
    const parts: Readonly<Record<string, unknown>> = {
      plan: front.makePlan,
      preflight: front.preflight,
      apply: front.applyPlan,
      audit: front.auditReport,
      verify: front.verify,
      rollback: front.rollBack,
      import: front.importState,
      generate: FORMATS,
      lint: front.fileLinter,
      diagnose,
      probe: probeEndpoint,
      simulate,
      explain,
    };
    const named = COMMANDS.map(({ command }) => command).filter((name) => !FOR_PERSONS.includes(name));
    expect(named.sort()).toEqual(Object.keys(parts).sort());
    for (const part of Object.values(parts)) expect(part).toBeDefined();
  });
});

/** The practice network and the shell's completion. */
const FOR_PERSONS: readonly string[] = ['lab', 'demo', 'completion'];
