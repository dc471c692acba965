import type { FindingCode } from '../core/catalogue.ts';
import type { Severity } from '../core/finding.ts';

/** Where a fact stands, so that a person finds it again. */
export interface FactPlace {
  /** `f1`, `f2`…: what evidence points at. */
  readonly id: string;
  readonly file: string;
  /** Counts from 1; undefined for formats without lines. */
  readonly line?: number;
  /** Registry value path, property name, event field, or the line's own label. */
  readonly place: string;
  /** The value as it stood there. */
  readonly raw: string;
}

/** Which KMS override a registry value or a tool's output speaks of, most specific first. */
export type OverrideLevel = 'sku' | 'appid' | 'global';

/** Whose setting it is. */
interface Setting {
  /** Found under the `…\SL` key, which only Vista and Server 2008 read. */
  legacyKey: boolean;
  /** Office keeps its own beside those of Windows. */
  scope: 'windows' | 'office';
  /** `appid` or `appid\skuid`, lower case; undefined for all products together. */
  product: string | undefined;
}

interface FactTable {
  // ── the client's KMS settings (kms.md 2.2, 2.3, 3.2) ──
  /** `effective`: a tool showed what is in force for one product, and at which level it was set is not known. */
  'override-name': Setting & { level: OverrideLevel; name: string; effective: boolean };
  'override-port': Setting & { level: OverrideLevel; port: number | undefined; effective: boolean };
  'lookup-domain': Setting & { level: OverrideLevel; domain: string };
  'cached-host': Setting & { host: string; port: number | undefined; address: string | undefined };
  'host-caching': { on: boolean };
  /** 0 any, 1 Active Directory, 2 KMS, 3 token. */
  'activation-type': { type: 0 | 1 | 2 | 3 };
  /** `kms`: a KMS client's own key. A KMS host's key is none; `is-kms-host` says whose it is. */
  'key-channel': { channel: string; kms: boolean; scope: 'windows' | 'office' };
  'licence-status': {
    status: LicenceStatus;
    graceMinutes: number | undefined;
    reason: string | undefined;
    scope: 'windows' | 'office';
  };
  /** Activated by an object in Active Directory: no KMS traffic is normal then. */
  'ad-activation': { object: string };
  intervals: { activationMinutes: number | undefined; renewalMinutes: number | undefined };
  'client-build': { name: string; generation: 'vista' | 'windows7' | 'windows10' };
  elevated: { elevated: boolean };
  /** An error that a tool printed, such as the one of `slmgr /ato`. */
  'tool-error': { hresult: string };
  /** Of the client against its KMS host; positive when the client is ahead. */
  'clock-offset': { seconds: number };
  'time-service': { enabled: boolean | undefined; type: string | undefined };
  /** 1: `/rearm` and sysprep leave the client id as it is, so that cloned machines share one. */
  'skip-rearm': { on: boolean };

  // ── the client's DNS settings (kms.md 2.4, 6.2) ──
  /** Empty: the computer has none. */
  'primary-suffix': { suffix: string; byPolicy: boolean };
  /** `configured` false: Windows made it from the primary and connection-specific suffixes; nobody set it. */
  'search-list': { suffixes: readonly string[]; byPolicy: boolean; configured: boolean };
  'connection-suffix': { suffix: string; adapter: string };
  devolution: { on: boolean; level: number | undefined };
  /** In the adapter's order; an empty list says that it has none. */
  'dns-servers': { servers: readonly string[]; adapter: string };
  'ip-address': { address: string; adapter: string };
  'nrpt-rule': { namespaces: readonly string[]; servers: readonly string[] };
  'hosts-file-entry': { host: string; address: string };

  // ── the KMS host's side (kms.md 2.1, 4) ──
  'host-name': { name: string };
  'publishing-disabled': { disabled: boolean; legacyKey: boolean };
  'publish-list': { entries: readonly string[]; legacyKey: boolean };
  'listening-port': { port: number | undefined };
  'low-priority': { on: boolean };
  'host-count': { current: number; required: number | undefined };
  /** Since the host was installed. */
  'request-counters': { total: number; failed: number };
  'is-kms-host': { host: boolean };
  /** The last publication the host remembers. */
  'registered-publication': { domain: string | undefined; port: number | undefined };
  /** Does the computer register its addresses in DNS by itself? */
  'dns-registration': { on: boolean; adapter: string };
  /** 0 none, 1 authenticated callers and named exceptions, 2 no anonymous call at all. */
  'rpc-restriction': { level: 0 | 1 | 2 };

  // ── events (kms.md 8) ──
  event: {
    eventId: 12288 | 12289 | 12290 | 12291 | 12292 | 12293 | 12294 | 8196 | 8198 | 8229;
    /** ISO 8601 where it could be read; with `Z` only where the export says that it is UTC. */
    at: string | undefined;
    hresult: string | undefined;
    /** Host and port of 12288; the domain of 12293 and 12294; the client's name of 12290. */
    subject: string | undefined;
    fields: Readonly<Record<string, string>>;
  };

  // ── the directory that holds the record (kms.md 10): an audit of it ──
  /** What the audit found of its own; `says` is its evidence in one line. */
  'directory-finding': { code: FindingCode; subject: string; severity: Severity; says: string };
  /** May this host write the record? `because` names the entry that decides; `recordOwner` is an account. */
  'directory-permission': {
    owner: string;
    host: string;
    mayWrite: 'yes' | 'no' | 'unknown';
    because: string;
    recordOwner: string | undefined;
  };
  /** Accounts that may write the record, beside those that by their office write everywhere; only where all are known. */
  'directory-writers': { owner: string; writers: readonly string[]; recordOwner: string | undefined };

  // ── what is wrong with the evidence itself ──
  /** Nothing was learned from the whole file. */
  unreadable: { because: string };
  /** A value whose registry type Windows does not read (kms.md 4.6, "Type traps"). */
  'wrong-type': { value: string; expected: string; found: string };
}

/** SoftwareLicensingProduct.LicenseStatus: unlicensed, licensed, four kinds of grace (2, 3, 4, 6), notification (5). */
export type LicenceStatus = 0 | 1 | 2 | 3 | 4 | 5 | 6;

export type FactKind = keyof FactTable;

/** One statement of the evidence. Plain JSON, recorded and replayed as it stands. */
export type Fact<K extends FactKind = FactKind> = {
  [P in K]: FactPlace & { readonly kind: P } & Readonly<FactTable[P]>;
}[K];

/** A line of the "what your file says" table: every decoded field with its meaning. */
export interface DecodedField {
  readonly label: string;
  readonly value: string;
  readonly meaning: string;
}

/** What one file gave. A reader never throws on any octets: what it could not use is a problem with its place. */
export interface FactsRead {
  readonly file: string;
  /** What kind of file it was taken for, in words; undefined when nobody knew it. */
  readonly format: string | undefined;
  readonly facts: readonly Fact[];
  readonly decoded: readonly DecodedField[];
  readonly problems: readonly { readonly line: number | undefined; readonly message: string }[];
}

/** The facts of one kind, in their order. */
export function factsOf<K extends FactKind>(facts: readonly Fact[], kind: K): readonly Fact<K>[] {
  return facts.filter((fact) => fact.kind === kind) as unknown as readonly Fact<K>[];
}
