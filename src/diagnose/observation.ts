import type { Fqdn } from '../core/name.ts';
import type { Endpoint, IpAddress, NetFault } from '../core/net.ts';
import type { EndpointProbe } from '../core/probe-endpoint.ts';
import type { SrvRecord } from '../core/srv.ts';

/**
 * Why a question was asked. Rules look observations up by purpose, reports explain them by it, and the same question
 * asked for two purposes is two observations.
 */
export type DnsPurpose =
  /** The client's own question: the SRV set of a suffix, at a resolver. */
  | 'srv'
  /** The same at an authoritative server, without recursion. */
  | 'srv-authority'
  /** A or AAAA of a target or of a pinned host, at a resolver. */
  | 'address'
  /** The same at an authoritative server. */
  | 'address-authority'
  /** SOA and NS that lead to the zone; SOA at each server. */
  | 'zone'
  /** Addresses of name servers. */
  | 'name-server'
  /** Names that are often published by mistake. */
  | 'near-miss'
  /** `_vlmcs._tcp` without any domain. */
  | 'bare-label'
  /** A random sibling of the owner name: wildcards and rewriting resolvers. */
  | 'control-name'
  /** The client's question again with CD=1, over TCP, without EDNS, or as an A question. */
  | 'control-cd'
  | 'control-tcp'
  | 'control-plain'
  | 'control-type'
  /** The client's question at its own servers, which a policy keeps it from asking. */
  | 'control-diverted'
  /** A name that a resolver knows by itself, without recursion: one whose own servers are dead still answers it. */
  | 'control-itself'
  /** A public name server asked for an internal name. */
  | 'reverse';

export interface DnsQuestion {
  readonly purpose: DnsPurpose;
  readonly server: Endpoint;
  /** What the server is to this run. */
  readonly role: 'resolver' | 'authority';
  readonly name: Fqdn;
  /** Mnemonic, as in `SRV`. */
  readonly type: string;
  readonly recurse: boolean;
  readonly transport: 'auto' | 'udp' | 'tcp';
  readonly edns: boolean;
  readonly checkingDisabled: boolean;
}

/** One record of an answer. */
export interface AnswerRecord {
  readonly owner: Fqdn;
  readonly type: string;
  readonly ttlSeconds: number;
  /** RDATA in presentation form. */
  readonly text: string;
  readonly srv?: SrvRecord;
  readonly address?: IpAddress;
  /** CNAME, DNAME, NS, PTR. */
  readonly target?: Fqdn;
}

/** The SOA of an authority or answer section: says which zone a denial is about, and how long it is kept. */
export interface SoaSeen {
  readonly zone: Fqdn;
  readonly primary: Fqdn;
  readonly serial: number;
  /** Lesser of the SOA's own TTL and its MINIMUM: RFC 2308 §5. */
  readonly negativeTtlSeconds: number;
  readonly expireSeconds: number;
}

export interface DnsAnswer {
  readonly rcode: string;
  readonly authoritative: boolean;
  readonly recursionAvailable: boolean;
  readonly authenticData: boolean;
  /** The UDP answer was cut; `tcpFault` says why TCP did not help, when it did not. */
  readonly truncated: boolean;
  readonly tcpFault?: NetFault;
  readonly transport: 'udp' | 'tcp';
  readonly sizeOctets: number;
  readonly answers: readonly AnswerRecord[];
  readonly soa?: SoaSeen;
  /** The zone below that the server sends us to, when it does. */
  readonly referral?: Fqdn;
  /** The name servers of that zone, with the addresses that came along (RFC 9471). */
  readonly delegation?: readonly { readonly host: Fqdn; readonly addresses: readonly IpAddress[] }[];
  /** Extended DNS Error, RFC 8914. */
  readonly extendedError?: { readonly code: number; readonly text: string };
  /** Tries that were needed, and how many of them stayed without answer. */
  readonly tries: number;
  readonly lost: number;
  /** It came to a question without EDNS, after one with EDNS had stayed without answer. */
  readonly withoutEdns?: true;
  /** The whole reply, for the packet view. */
  readonly octets: string;
}

interface ProbeTable {
  dns: { readonly ask: DnsQuestion; readonly got: DnsAnswer };
  /** One TCP connection and one RPC bind. `control` connects to a port nobody has, and sends nothing. */
  endpoint: {
    readonly ask: {
      readonly purpose: 'target' | 'pinned' | 'cached' | 'standard-port' | 'control-port' | 'endpoint-mapper';
      /** The name that led to the address. */
      readonly host: string;
      readonly to: Endpoint;
    };
    readonly got: EndpointProbe;
  };
}

export type ProbeKind = keyof ProbeTable;

export type Probe<K extends ProbeKind = ProbeKind> = {
  [P in K]: { readonly kind: P } & ProbeTable[P]['ask'];
}[K];

/** One thing that was done on the network and what came of it. Plain JSON: it is recorded and replayed as it stands. */
export type Observation<K extends ProbeKind = ProbeKind> = {
  [P in K]: {
    /** `o1`, `o2`…: what evidence points at. */
    readonly id: string;
    /** Milliseconds since the run began. */
    readonly startedMs: number;
    readonly tookMs: number;
    readonly probe: Probe<P>;
    readonly outcome:
      | { readonly ok: true; readonly value: ProbeTable[P]['got'] }
      | { readonly ok: false; readonly fault: NetFault };
  };
}[K];
