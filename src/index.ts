/**
 * The library's front door; what is not named here may change without notice.
 *
 * Publishing, start to end: {@link parseDesiredState} the file, {@link parseKeyText} and {@link hmacSigner} the keys, make a
 * {@link Reach} around {@link systemNet}, then {@link makePlan} and {@link applyPlan}. Where a server wants Kerberos, the
 * reach holds {@link systemEngine}'s engine and an account for that server.
 *
 * A diagnosis, start to end: {@link readEvidence} the files of the client, {@link clientFrom} them, {@link gather} what
 * the network says, {@link diagnose} it, and {@link reportFor} a file. What was gathered is plain data:
 * {@link formatRecording} keeps it, and the same comes out of it again.
 *
 * An audit of Active Directory, start to end: {@link connectDirectory} each server, {@link readDirectory} them,
 * {@link auditReport} what was read; {@link planMending} and {@link carryOut} mend it, {@link undoMending} takes it back.
 *
 * Nothing here reads a file, asks
 * a person or ends the process. Network trouble is a value; a user's mistake is a {@link KmsDnsError}.
 */
export { renderBindKey } from './bind/key.ts';
export { type NamedOptions, type NamedVariant, renderNamedConf } from './bind/named-policy.ts';
export { renderNsupdate, type ScriptEdit, scriptEdits } from './bind/nsupdate-script.ts';
export { renderZoneSnippets } from './bind/zone-snippet.ts';
export { formatEndpoint, parseEndpoint, parseIpAddress } from './core/address.ts';
export { CATALOGUE, type FindingCode, findEntry } from './core/catalogue.ts';
export {
  type DesiredDomain,
  type DesiredServer,
  type DesiredState,
  desiredStateSchema,
  type KeySource,
  type KmsHost,
  parseDesiredState,
  type ServerAuth,
} from './core/desired-state.ts';
export { desiredStateDocument, formatDesiredState } from './core/desired-state-text.ts';
export { ERROR_CODES, type ErrorCode, KmsDnsError, type Problem } from './core/errors.ts';
export type { Evidence, Finding, Fix, Severity, Side } from './core/finding.ts';
export { type KeyReading, parseKeyText } from './core/key-file.ts';
export { displayName, type Fqdn, parseFqdn } from './core/name.ts';
export type {
  Ask,
  Dial,
  Dialled,
  Endpoint,
  Exchanged,
  IpAddress,
  Net,
  NetFault,
  Outcome,
} from './core/net.ts';
export { type RunLimits, type SystemNet, systemNet } from './core/net-sockets.ts';
export {
  ENDPOINT_STATES,
  type EndpointPatience,
  type EndpointProbe,
  type EndpointState,
  probeEndpoint,
} from './core/probe-endpoint.ts';
export { type HostPublishList, publishListsPerHost } from './core/publish-list.ts';
export type { Rendered, RenderedFile } from './core/rendered.ts';
export { type HostAddresses, type HostResolver, hostResolver } from './core/resolve.ts';
export type {
  KerberosCredentials,
  KerberosFault,
  KerberosOutcome,
  SecurityContext,
  SecurityEngine,
  SecurityStep,
  SecurityTarget,
} from './core/security-context.ts';
export { firstTryShares, type SrvRecord, type SrvSet, type SrvShare } from './core/srv.ts';
export { systemResolvers, systemSuffixes } from './core/system.ts';
export { TEMPLATE_NAMES, type TemplateName, type Templates } from './core/template.ts';
export { hmacSigner, type Identity, type Signer, type TsigKey, type TsigVerdict } from './core/tsig.ts';
export type { Authority, ZoneView } from './core/zone.ts';
export { anonymised } from './diagnose/anonymise.ts';
export type { Case } from './diagnose/case.ts';
export {
  ASSUMPTIONS,
  type Assumption,
  type Client,
  type ClientGeneration,
  type Diversion,
  type Known,
  type PinnedHost,
} from './diagnose/client.ts';
export { type ClientGiven, clientFrom } from './diagnose/client-profile.ts';
export { type HostTried, tryHosts } from './diagnose/dead-hosts.ts';
export { diagnose, diagnoseExitCode } from './diagnose/diagnose.ts';
export type { ClientStep, Diagnosis, TargetSeen, Undecided, Verdict } from './diagnose/diagnosis.ts';
export { readEvidence, unreadableEvidence } from './diagnose/evidence/read-evidence.ts';
export { type Pseudonyms, redactDecoded, redactFacts } from './diagnose/evidence/redact.ts';
export type { DecodedField, Fact, FactKind, FactsRead } from './diagnose/fact.ts';
export { DEFAULT_PATIENCE, gather, type ProbePatience } from './diagnose/gather.ts';
export { diagnoseMany } from './diagnose/many.ts';
export type { DnsAnswer, DnsPurpose, DnsQuestion, Observation, Probe } from './diagnose/observation.ts';
export { type Published, publishedRecords } from './diagnose/published-records.ts';
export { formatRecording, parseRecording, type Recording } from './diagnose/recording.ts';
export { REPORT_EXTENSIONS, reportFor } from './diagnose/report/report.ts';
export type { ReportStyle } from './diagnose/report/style.ts';
export { diagnosisLines, diagnosisVerdict, type TreeOptions } from './diagnose/report/tree.ts';
export type { ReportContext } from './diagnose/report/verdict.ts';
export {
  cachingEffect,
  type DeadHost,
  type SelectionModel,
  type Simulation,
  type SimulationOptions,
  simulate,
  takeOutEach,
} from './diagnose/simulate.ts';
export { type Drawn, drawClients } from './diagnose/simulate-draw.ts';
export { DEFAULT_INTERVALS, type KmsIntervals, type Rollout, rollout } from './diagnose/simulate-rollout.ts';
export type { DirectorySnapshot, Reading, Wanted } from './directory/audit-model.ts';
export { type AuditReport, auditExitCode, auditReport, type ZoneReport } from './directory/audit-report.ts';
export { type Audit, auditDirectory } from './directory/audit-rules.ts';
export { type CarriedOut, type CarryOutOptions, carryOut, type StepResult } from './directory/carry-out.ts';
export type { DirectoryClient, LdapFault, LdapOutcome } from './directory/directory-client.ts';
export { type ControllersFound, findControllers } from './directory/find-controllers.ts';
export type { Forest } from './directory/forest.ts';
export {
  connectDirectory,
  type KerberosLogin,
  type LdapTerms,
  type PasswordLogin,
} from './directory/ldap.ts';
export { type MendingPlan, type MendingStep, type MendingWish, planMending } from './directory/mending.ts';
export {
  formatMendingJournal,
  type MendingJournal,
  type MendingRecorder,
  parseMendingJournal,
  type StepOutcome,
} from './directory/mending-journal.ts';
export { MENDING_FORMATS, type MendingFormat, renderMending } from './directory/mending-scripts.ts';
export type { HostReport, NodeReport, RecordReport } from './directory/node-report.ts';
export { type DirectoryRead, type ReadOptions, readDirectory } from './directory/read-directory.ts';
export { undoMending } from './directory/undo-mending.ts';
export { explain, explainable, similarTo } from './explain/explain.ts';
export type { Explanation } from './explain/explanation.ts';
export { hresultFromText } from './explain/hresult.ts';
export { answerForPair, type KeyAnswer } from './explain/key-hierarchy.ts';
export type { Format, FormatReading, Limit, ReadRecord } from './formats/format.ts';
export { FORMATS, formatById, formatOf } from './formats/registry.ts';
export { type FilesImport, stateFromReadings } from './formats/state-from-files.ts';
export { systemEngine } from './kerberos/engine.ts';
export { FILE_KINDS, type FileKind } from './lint/file-kind.ts';
export {
  type FileLint,
  type FileLinter,
  fileLinter,
  type LintOptions,
  lintOctets,
} from './lint/lint-file.ts';
export { mendText } from './lint/mend-text.ts';
export type { LintResult } from './lint/result.ts';
export { sarifOf } from './lint/sarif.ts';
export { applyPlan, applyReviewedPlan } from './publish/apply.ts';
export {
  type ApplyOptions,
  type ApplyProgress,
  type ApplyResult,
  applyExitCode,
  overallOutcome,
  type ZoneResult,
} from './publish/apply-result.ts';
export { type PlanJson, planToJson } from './publish/documents.ts';
export { type Imported, importState } from './publish/import-state.ts';
export {
  formatJournal,
  type Journal,
  type JournalEntry,
  journalFileName,
  parseJournal,
  type Recorder,
} from './publish/journal.ts';
export type { KerberosAccount, KerberosReach } from './publish/kerberos-sessions.ts';
export { makePlan, type PlanResult, type Unknown } from './publish/make-plan.ts';
export type { ApplyOutcome } from './publish/outcome.ts';
export { type Change, type Kept, type Plan, planDomain, type ZonePlan } from './publish/plan.ts';
export { parsePlan } from './publish/plan-file.ts';
export { type Allowed, type PreflightResult, preflight, preflightExitCode } from './publish/preflight.ts';
export { DEFAULT_CONCURRENCY, type Reach } from './publish/reach.ts';
export type { ReadBack } from './publish/read-back.ts';
export {
  type ApplyJson,
  applyToJson,
  type PreflightJson,
  preflightToJson,
  type ReadBackJson,
  type VerificationJson,
  verificationToJson,
} from './publish/reports.ts';
export { rollBack } from './publish/rollback.ts';
export { type Verification, type VerifiedZone, verify, verifyExitCode } from './publish/verify.ts';
