import { dirname, resolve } from 'node:path';
import { type DesiredDomain, type DesiredState, parseDesiredState } from '../core/desired-state.ts';
import { KmsDnsError } from '../core/errors.ts';
import { keyFromEnvironment, readKey, readTextFile } from '../core/files.ts';
import type { KeyReading } from '../core/key-file.ts';
import { displayName, type Fqdn } from '../core/name.ts';
import { nearest } from '../core/suggest.ts';
import { hmacSigner, type Signer } from '../core/tsig.ts';
import type { KerberosAccount, KerberosReach } from '../publish/kerberos-sessions.ts';
import type { Context } from './command.ts';
import { DEFAULT_CONFIG } from './options.ts';
import { findingLines } from './render-findings.ts';

/** A desired state that was read, cut down to the domains that were asked for. */
export interface LoadedState {
  readonly state: DesiredState;
  /** The same before it was cut down. */
  readonly whole: DesiredState;
  /** Where files beside it are: keys, the journal. */
  readonly folder: string;
}

export interface StateOptions {
  readonly config: string | undefined;
  /** None: all of them. */
  readonly domain: readonly Fqdn[];
}

/** Reads the desired state. Throws `desired-state-invalid`, `domain-unknown`, `file-unreadable`. */
export async function loadState(context: Context, options: StateOptions): Promise<LoadedState> {
  const file = options.config ?? DEFAULT_CONFIG;
  const path = resolve(context.io.cwd, file);
  const whole = parseDesiredState(await stateText(path), file);
  const domains = chosenDomains(whole, options.domain);
  const state = { ...whole, domains, findings: findingsOf(whole, domains) };
  return { state, whole, folder: dirname(path) };
}

/**
 * Says on stderr what is worth a word about a desired state before it is published: to whoever plans all of it,
 * later, unless with --verbose, only what is wrong.
 */
export function sayFindings(
  context: Context,
  { findings }: DesiredState,
  least: 'notice' | 'warning' = 'warning',
): void {
  const shown = findings.filter(
    ({ severity }) => least === 'notice' || context.verbose || (severity !== 'notice' && severity !== 'info'),
  );
  for (const line of findingLines(shown, context.err)) context.note(line);
}

async function stateText(path: string): Promise<string> {
  try {
    return await readTextFile(path);
  } catch (error) {
    const { cause } = error as Error;
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')) throw error;
    throw new KmsDnsError('file-unreadable', `there is no desired state ${JSON.stringify(path)}`, {
      hint: `write one and name it with -c FILE, or start from what is published now: kmsdns import DOMAIN --out ${DEFAULT_CONFIG}`,
      cause: error,
    });
  }
}

function chosenDomains(state: DesiredState, wanted: readonly Fqdn[]): readonly DesiredDomain[] {
  if (wanted.length === 0) return state.domains;
  const known = state.domains.map(({ domain }) => domain);
  const missing = wanted.find((domain) => !known.includes(domain));
  if (missing !== undefined) throw unknownDomain(missing, state);
  return state.domains.filter(({ domain }) => wanted.includes(domain));
}

const DOMAINS_SHOWN = 12;

/** The error for a domain that the desired state does not have; lists those it has. */
export function unknownDomain(domain: Fqdn, state: DesiredState, because = ''): KmsDnsError {
  const known = state.domains.map((one) => displayName(one.domain));
  const near = nearest(displayName(domain), known);
  const more = known.length > DOMAINS_SHOWN ? ` and ${known.length - DOMAINS_SHOWN} more` : '';
  const hint =
    near === undefined
      ? `it has ${known.length === 0 ? 'no domain' : known.slice(0, DOMAINS_SHOWN).join(', ')}${more}`
      : `did you mean ${near}?`;
  return new KmsDnsError(
    'domain-unknown',
    `${JSON.stringify(state.file)} does not have the domain ${JSON.stringify(displayName(domain))}${because}`,
    { hint },
  );
}

/** What was found about the chosen domains; findings name their place in the file. */
function findingsOf(whole: DesiredState, chosen: readonly DesiredDomain[]): DesiredState['findings'] {
  if (chosen.length === whole.domains.length) return whole.findings;
  const starts = whole.domains.map(({ place }) => place.line);
  const domainAt = (line: number): DesiredDomain | undefined =>
    whole.domains.findLast((_, i) => starts[i]! <= line);
  return whole.findings.filter(({ evidence: [{ observation }] }) => {
    const line = Number(/:(\d+):\d+$/.exec(observation)?.[1]);
    return chosen.includes(domainAt(line)!);
  });
}

/** What a run signs with. */
export interface Credentials {
  readonly signers: ReadonlyMap<string, Signer>;
  readonly kerberos?: KerberosReach;
}

/**
 * Keys and Kerberos for the servers of these domains, so that what is bad about them stops the run before the first
 * packet. Throws `key-invalid`, `kerberos-unavailable`.
 */
export async function readCredentials(context: Context, loaded: LoadedState): Promise<Credentials> {
  const signers = await readSigners(context, loaded);
  const accounts = kerberosAccounts(loaded);
  if (accounts.size === 0) return { signers };
  const { kerberosReach } = await import('./kerberos-reach.ts');
  return { signers, kerberos: await kerberosReach(context.network, accounts) };
}

/** As whom to sign for each server that wants Kerberos; keytabs by their whole path. */
function kerberosAccounts({ state, folder }: LoadedState): ReadonlyMap<string, KerberosAccount> {
  const accounts = new Map<string, KerberosAccount>();
  for (const { server } of state.domains) {
    const auth = server === undefined ? undefined : state.servers[server]?.auth;
    if (auth?.kind !== 'gss') continue;
    const { keytab, principal } = auth;
    const credentials: KerberosAccount['credentials'] =
      keytab === undefined
        ? { kind: 'default' }
        : { kind: 'keytab', path: resolve(folder, keytab), principal };
    accounts.set(server!, { credentials, principal });
  }
  return accounts;
}

/** A signer for every key that the servers of these domains need. What is weak about a key is told on stderr. */
export async function readSigners(
  context: Context,
  { state, folder }: LoadedState,
): Promise<ReadonlyMap<string, Signer>> {
  const signers = new Map<string, Signer>();
  for (const id of neededKeys(state)) {
    const source = state.keys[id]!;
    const { key, notes }: KeyReading =
      source.kind === 'env'
        ? keyFromEnvironment(source.variable, context.io.env)
        : await readKey(resolve(folder, source.path));
    for (const note of notes)
      context.warn(`${context.err.paint('warn', 'warning:')} key ${JSON.stringify(id)}: ${note}`);
    signers.set(id, hmacSigner(key));
  }
  return signers;
}

function neededKeys({ servers, domains }: DesiredState): ReadonlySet<string> {
  const keys = domains.flatMap(({ server }) => {
    const auth = server === undefined ? undefined : servers[server]?.auth;
    return auth?.kind === 'tsig' ? [auth.key] : [];
  });
  return new Set(keys);
}
