/**
 * The library's front door; what is not named here may change without notice.
 *
 * A run, start to end: {@link parseDesiredState} the file, {@link parseKeyText} and {@link hmacSigner} the keys, make a
 * {@link Reach} around {@link systemNet}, then {@link makePlan} and {@link applyPlan}. Nothing here reads a file, asks
 * a person or ends the process. Network trouble is a value; a user's mistake is a {@link KmsDnsError}.
 */
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
export { firstTryShares, type SrvRecord, type SrvSet, type SrvShare } from './core/srv.ts';
export { systemResolvers } from './core/system.ts';
export { hmacSigner, type Signer, type TsigKey, type TsigVerdict } from './core/tsig.ts';
export type { Authority, ZoneView } from './core/zone.ts';
export type { Format, FormatReading, Limit, ReadRecord } from './formats/format.ts';
export { FORMATS, formatById, formatOf } from './formats/registry.ts';
export { type FilesImport, stateFromReadings } from './formats/state-from-files.ts';
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
