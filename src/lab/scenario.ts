import type { FindingCode } from '../core/catalogue.ts';
import type { Quirks } from './quirks.ts';
import type { RpcBehaviour } from './rpc-replies.ts';

/** The headings under which scenarios are listed, in their order. */
export const SCENARIO_GROUPS = {
  publishing: 'Publishing: how a name server takes an update',
  owner: 'The record: missing, or under another name',
  target: 'The record: what it points to',
  share: 'The record set: who gets which client, and for how long',
  zone: 'The zone and its name servers',
  resolver: 'The resolvers of the client',
  answer: 'What resolvers make of an answer',
  endpoint: 'The port of the KMS host',
  evidence: 'What a client or a desired state says, beside the network',
} as const;

export type ScenarioGroup = keyof typeof SCENARIO_GROUPS;

/** A fault to practise on: what is odd, and what finds it. Data alone, so that it can be listed and read. */
export type Scenario = PublishingScenario | FaultScenario;

interface Described {
  /** What stands behind `kmsdns lab`. */
  readonly name: string;
  readonly group: ScenarioGroup;
  /** What is played; a sentence without its full stop. */
  readonly describe: string;
}

/** The practice network of two zones and two hosts, with a name server that is odd. */
export interface PublishingScenario extends Described {
  readonly group: 'publishing';
  /** Commands worth a try in the folder of the lab. */
  readonly tries: readonly PublishingTry[];
  readonly quirks: Quirks;
}

/** One command line and what it leads to. */
export interface PublishingTry {
  readonly line: string;
  /** What to see. */
  readonly says: string;
  readonly exitCode: number;
}

/** A network of its own, in which a client looks for its KMS host. */
export interface FaultScenario extends Described, FaultNetwork {
  readonly group: Exclude<ScenarioGroup, 'publishing'>;
  readonly expect: Expectation;
  /** Suffixes of the client; `contoso.example` when left out. */
  readonly domains?: readonly string[];
  /** Further words of the command; `{FILE}` is the path of one of `files`. */
  readonly options?: readonly string[];
}

/** What `kmsdns diagnose` makes of it. */
export interface Expectation {
  readonly verdict: 'healthy' | 'degraded' | 'broken' | 'unknown';
  /** What the user of that client sees, most likely first. */
  readonly hresults: readonly string[];
  /** Root causes, all of them. */
  readonly causes: readonly FindingCode[];
  /** Remarks that the scenario is about; others may stand beside them. */
  readonly notes?: readonly FindingCode[];
  /** What could not be found out, where the scenario is about that. */
  readonly unknowns?: readonly FindingCode[];
  /** What `kmsdns diagnose` exits with: 0 healthy, 1 degraded, 2 broken, 3 unknown unless said otherwise. */
  readonly exitCode?: number;
}

/** Name servers and hosts on loopback. */
export interface FaultNetwork {
  readonly hosts: Readonly<Record<string, HostBehaviour>>;
  /** The zones as their administrators mean them. A server may have others. */
  readonly zones: ZoneTexts;
  /** What the client asks, in its order; one that knows the zones when left out. */
  readonly resolvers?: readonly FaultServer[];
  /** What is responsible for the zones; one server when left out. */
  readonly authorities?: readonly FaultServer[];
  /** To be written beside each other, by name. */
  readonly files?: Readonly<Record<string, readonly string[]>>;
}

/**
 * Lines of master files by zone, without SOA and NS. `{kms1:port}` and `{kms1:address}` are those of the host `kms1`;
 * a file may name `{authority:address}` and `{authority:port}` too.
 */
export type ZoneTexts = Readonly<Record<string, readonly string[]>>;

/** A host accepts the KMS interface, fails in a way of its own, or has nobody on its port. */
export type HostBehaviour = (RpcBehaviour | { readonly kind: 'nobody-listens' }) & {
  /** On a port that the system chooses, in place of 1688. */
  readonly onOtherPort?: true;
};

/** One name server of a fault network. */
export interface FaultServer {
  /** In place of the zones of the network. */
  readonly zones?: ZoneTexts;
  readonly serial?: number;
  /** For how long denials of its zones are remembered (RFC 2308 §5); 60 when left out. */
  readonly negativeTtlSeconds?: number;
  readonly quirks?: Quirks;
}
