import type { Fqdn } from '../core/name.ts';
import type { Endpoint, Net } from '../core/net.ts';
import type { KerberosOutcome, SecurityEngine } from '../core/security-context.ts';
import type { DirectoryClient, LdapOutcome } from '../directory/directory-client.ts';
import type { LdapTerms } from '../directory/ldap.ts';
import type { Environment } from './look.ts';

/** What ends a run early. */
export interface Limits {
  readonly deadlineMs?: number;
  readonly interrupt?: AbortSignal;
}

/** The network of one run; `close` gives its sockets back. */
export interface RunNet extends Net {
  close(): void;
}

/** Where a command gets its network from: sockets, or a table in a test. */
export interface Network {
  open(limits: Limits): Promise<RunNet>;
  /** The resolvers this computer is set up to use. */
  resolvers(): Promise<readonly Endpoint[]>;
  /** The DNS suffixes this computer searches. */
  suffixes(env: Environment): Promise<readonly Fqdn[]>;
  /** The system's Kerberos; the fault says what to install where there is none. */
  kerberos(): Promise<KerberosOutcome<SecurityEngine>>;
  /** Connects to a directory server and signs in. */
  directory(terms: LdapTerms): Promise<LdapOutcome<DirectoryClient>>;
}

/** The real one; loads nothing before it is needed. */
export const systemNetwork: Network = {
  open: async (limits) => (await import('../core/net-sockets.ts')).systemNet(limits),
  resolvers: async () => (await import('../core/system.ts')).systemResolvers(),
  suffixes: async (env) => (await import('../core/system.ts')).systemSuffixes(env),
  kerberos: async () => (await import('../kerberos/engine.ts')).systemEngine(),
  directory: async (terms) => (await import('../directory/ldap.ts')).connectDirectory(terms),
};
