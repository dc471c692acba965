import { formatEndpoint } from '../core/address.ts';
import { type ApplyResult, overallOutcome } from './apply-result.ts';
import { recordToJson, type SrvRecordJson } from './documents.ts';
import type { ApplyOutcome } from './outcome.ts';
import type { Allowed, PreflightResult } from './preflight.ts';
import type { ReadBack } from './read-back.ts';
import { type Verification, verifyExitCode } from './verify.ts';

/* The documents of CONTRACT section 4 that tell what became of a run. */

/** One authoritative server in the documents of apply, rollback and verify. */
export interface ReadBackJson {
  /** Null for a name server whose address nobody could tell. */
  readonly server: string | null;
  readonly host: string | null;
  readonly state: ReadBack['state'];
  readonly serial: number | null;
  /** Null when nothing could be learned; an empty list when it serves no such record. */
  readonly records: readonly SrvRecordJson[] | null;
  readonly ttl: number | null;
  readonly because: string;
}

function readBackToJson({ server, host, state, serial, set, because }: ReadBack): ReadBackJson {
  return {
    server: server === null ? null : formatEndpoint(server),
    host,
    state,
    serial,
    records: state === 'silent' ? null : (set?.records ?? []).map(recordToJson),
    ttl: set?.ttlSeconds ?? null,
    because,
  };
}

export interface ApplyJson {
  readonly schema: 'kmsdns/apply@1';
  readonly outcome: ApplyOutcome;
  readonly zones: readonly {
    readonly zone: string | null;
    readonly name: string;
    readonly domain: string;
    readonly outcome: ApplyOutcome;
    readonly rcode: string | null;
    readonly tsig: string | null;
    readonly readBack: readonly ReadBackJson[];
    readonly explain: string;
  }[];
  readonly journal: string | null;
}

/** The document of `kmsdns apply --json` and `kmsdns rollback --json`. */
export function applyToJson({ zones, journal }: ApplyResult): ApplyJson {
  return {
    schema: 'kmsdns/apply@1',
    outcome: overallOutcome(zones),
    zones: zones.map(({ zone, name, domain, outcome, rcode, tsig, readBack, explain }) => ({
      zone,
      name,
      domain,
      outcome,
      rcode,
      tsig,
      readBack: readBack.map(readBackToJson),
      explain,
    })),
    journal,
  };
}

export interface VerificationJson {
  readonly schema: 'kmsdns/verify@1';
  readonly inSync: boolean;
  readonly zones: readonly {
    readonly zone: string;
    readonly name: string;
    readonly domain: string;
    readonly servers: readonly ReadBackJson[];
  }[];
  readonly unknown: readonly { readonly domain: string; readonly because: string }[];
}

/** The document of `kmsdns verify --json`; `inSync` only when every server was asked and none differs. */
export function verificationToJson(seen: Verification): VerificationJson {
  return {
    schema: 'kmsdns/verify@1',
    inSync: verifyExitCode(seen) === 0,
    zones: seen.zones.map(({ zone, name, domain, servers }) => ({
      zone,
      name,
      domain,
      servers: servers.map(readBackToJson),
    })),
    unknown: seen.unknown.map(({ domain, because }) => ({ domain, because })),
  };
}

export interface PreflightJson {
  readonly schema: 'kmsdns/preflight@1';
  readonly zones: readonly {
    readonly zone: string | null;
    readonly server: string | null;
    readonly allowed: Allowed;
    readonly proves: string;
    readonly rcode: string | null;
    readonly tsig: string | null;
    readonly explain: string;
    readonly domains: readonly string[];
  }[];
}

/** The document of `kmsdns preflight --json`: one entry for each message that `apply` would send. */
export function preflightToJson(results: readonly PreflightResult[]): PreflightJson {
  return {
    schema: 'kmsdns/preflight@1',
    zones: results.map(({ zone, server, allowed, proves, rcode, tsig, explain, domains }) => ({
      zone,
      server: server === null ? null : formatEndpoint(server),
      allowed,
      proves,
      rcode,
      tsig,
      explain,
      domains,
    })),
  };
}
