import type { Endpoint, Net } from '../core/net.ts';

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
}

/** The real one; loads nothing before it is needed. */
export const systemNetwork: Network = {
  open: async (limits) => (await import('../core/net-sockets.ts')).systemNet(limits),
  resolvers: async () => (await import('../core/system.ts')).systemResolvers(),
};
