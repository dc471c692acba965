import type { Explained } from '../core/catalogue/entry.ts';
import type { Fqdn } from '../core/name.ts';
import type { IpAddress } from '../core/net.ts';
import type { EndpointProbe } from '../core/probe-endpoint.ts';
import type { Case } from './case.ts';
import { CODES, distinctCodes } from './client-codes.ts';
import type { TargetSeen } from './diagnosis.ts';
import { serversFor } from './diversion.ts';
import type { Observation } from './observation.ts';
import type { HostWanted } from './script.ts';
import { describeQuestion, describeWord, isDecisive, type Seen, wordOf } from './seen.ts';

/** nca_s_server_too_busy: C706 appendix E. */
const RPC_TOO_BUSY = 0x1c01_0014;

/** How one host would meet this client. */
export interface HostFate {
  readonly host: string;
  readonly port: number;
  /** `works` needs one address that accepts the bind; `unknown` when that was not found out. */
  readonly fate: 'works' | 'fails' | 'unknown';
  /** Every address the client would know, with what became of it. */
  readonly addresses: TargetSeen['addresses'];
  /** Why, in words, for a host that fails. */
  readonly because: string;
  /** What the failure of this host alone looks like to the user. */
  readonly codes: readonly Explained[];
  readonly evidence: readonly string[];
}

/** Did the run end before this was answered? Then it says nothing. */
export function wasCancelled({ outcome }: Observation): boolean {
  return !outcome.ok && outcome.fault.kind === 'cancelled';
}

/** What became of one host: its addresses as the client's resolvers tell them, and each address' endpoint. */
export function hostFate(
  one: Case,
  seen: Seen,
  purpose: HostWanted['purpose'],
  host: string,
  port: number,
): HostFate {
  const fates = known.get(seen) ?? new Map<string, HostFate>();
  known.set(seen, fates);
  const key = `${purpose} ${host} ${port}`;
  const fate = fates.get(key) ?? fateOf(one, seen, purpose, host, port);
  fates.set(key, fate);
  return fate;
}

/** The walk, the targets and the rules ask for the same; what was seen never changes. */
const known = new WeakMap<Seen, Map<string, HostFate>>();

function fateOf(one: Case, seen: Seen, purpose: HostWanted['purpose'], host: string, port: number): HostFate {
  const base = { host, port };
  if (host === '.')
    return {
      ...base,
      fate: 'fails',
      addresses: [],
      because: 'the target "." says that there is no such service',
      codes: [CODES.noRecords],
      evidence: [],
    };
  const looked = addressesForClient(one, seen, host);
  if (looked.kind === 'unknown')
    return {
      ...base,
      fate: 'unknown',
      addresses: [],
      because: looked.because,
      codes: [],
      evidence: looked.evidence,
    };
  if (looked.kind === 'none') {
    // Microsoft names a wrong pinned name as a cause of 0x8007232B; for a target nobody says.
    const first = looked.word === 'nxdomain' ? CODES.nameError : CODES.noRecords;
    const codes =
      purpose === 'pinned' ? [first, CODES.hostNotFound] : [CODES.hostNotFound, CODES.unavailable];
    return {
      ...base,
      fate: 'fails',
      addresses: [],
      because: looked.because,
      codes,
      evidence: looked.evidence,
    };
  }
  const evidence = [...looked.evidence];
  const addresses: TargetSeen['addresses'][number][] = [];
  const codes: Explained[] = [];
  for (const address of looked.addresses) {
    const said = seen
      .endpoints(purpose)
      .find(({ probe }) => probe.to.address === address && probe.to.port === port);
    if (said === undefined || !said.outcome.ok || said.outcome.value.state === 'unknown') {
      addresses.push({ address, state: 'unknown', tookMs: 0 });
      continue;
    }
    evidence.push(said.id);
    addresses.push({ address, state: said.outcome.value.state, tookMs: said.tookMs });
    if (said.outcome.value.state !== 'bound') codes.push(stateCode(said.outcome.value));
  }
  const working = addresses.some(({ state }) => state === 'bound');
  const open = addresses.some(({ state }) => state === 'unknown');
  const because = addresses.map(({ address, state }) => `${address}: ${state}`).join(', ');
  if (port === 0)
    return { ...base, fate: 'fails', addresses: [], because: 'port 0', codes: [CODES.unavailable], evidence };
  const fate = working ? 'works' : open ? 'unknown' : 'fails';
  return { ...base, fate, addresses, because, codes: fate === 'fails' ? distinctCodes(codes) : [], evidence };
}

function stateCode({ state, faultStatus }: Pick<EndpointProbe, 'state' | 'faultStatus'>): Explained {
  switch (state) {
    case 'bind-rejected':
      return CODES.unknownInterface;
    case 'bind-nak':
      return CODES.tooBusy;
    case 'fault':
      return faultStatus === RPC_TOO_BUSY ? CODES.tooBusy : CODES.accessDenied;
    case 'not-rpc':
    case 'silent':
    case 'closed':
    case 'reset':
      return CODES.callFailed;
    default:
      return CODES.unavailable;
  }
}

/** What the client's lookup of a host comes to; `unknown` when nobody answered or was asked. */
export type AddressesForClient =
  | {
      readonly kind: 'addresses';
      readonly addresses: readonly IpAddress[];
      readonly evidence: readonly string[];
    }
  | {
      readonly kind: 'none';
      readonly word: 'nxdomain' | 'nodata';
      readonly because: string;
      readonly evidence: readonly string[];
    }
  | { readonly kind: 'unknown'; readonly because: string; readonly evidence: readonly string[] };

/** A and AAAA of a host as the client believes them: per type, the first resolver that decides. */
export function addressesForClient(one: Case, seen: Seen, host: string): AddressesForClient {
  const literal = seen.endpoints().find(({ probe }) => probe.host === host && probe.to.address === host);
  if (literal !== undefined)
    return { kind: 'addresses', addresses: [literal.probe.to.address], evidence: [] };
  const addresses: IpAddress[] = [];
  const evidence: string[] = [];
  const words: string[] = [];
  let open: string | undefined;
  for (const type of ['A', 'AAAA']) {
    const said = firstDecisive(one, seen, host, type);
    if (said === undefined) {
      open ??= `${type} of ${host} was not asked for before the run ended`;
      continue;
    }
    evidence.push(said.id);
    const word = wordOf(said);
    if (word.kind === 'records')
      for (const { address } of word.records) if (address !== undefined) addresses.push(address);
    if (word.kind !== 'records') words.push(`${describeQuestion(said.probe)}: ${describeWord(said)}`);
    if (word.kind === 'silent' || word.kind === 'rcode') open ??= words.at(-1);
  }
  if (addresses.length > 0) return { kind: 'addresses', addresses, evidence };
  if (open !== undefined) return { kind: 'unknown', because: open, evidence };
  const word = words.some((text) => text.endsWith('NXDOMAIN')) ? 'nxdomain' : 'nodata';
  return { kind: 'none', word, because: words.join('; '), evidence };
}

function firstDecisive(one: Case, seen: Seen, host: string, type: string): Observation<'dns'> | undefined {
  let fallback: Observation<'dns'> | undefined;
  for (const server of serversFor(one.client, host as Fqdn)) {
    const said = seen.dns({ purpose: 'address', type, server }).find(({ probe }) => probe.name === host);
    if (said === undefined || wasCancelled(said)) continue;
    if (isDecisive(wordOf(said))) return said;
    fallback ??= said;
  }
  return fallback;
}
