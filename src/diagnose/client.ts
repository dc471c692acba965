import type { Fqdn } from '../core/name.ts';
import type { Endpoint, IpAddress } from '../core/net.ts';

export type ClientGeneration = 'vista' | 'windows7' | 'windows10';

/** The other reading where documents leave it open (`--assume`). */
export const ASSUMPTIONS = [
  'override-falls-through',
  'workgroup-uses-connection-suffix',
  'vista-selection',
] as const;
export type Assumption = (typeof ASSUMPTIONS)[number];

/** A value together with the fact that says so; `because` is undefined for what is merely assumed. */
export interface Known<T> {
  readonly value: T;
  /** Fact ids. */
  readonly because: readonly string[];
}

/** The host a client is told to use, at its most specific level. */
export interface PinnedHost {
  readonly level: 'sku' | 'appid' | 'global';
  readonly raw: string;
  /** Undefined when the text is neither a host name nor an address. */
  readonly host:
    | { readonly kind: 'name'; readonly name: Fqdn }
    | { readonly kind: 'address'; readonly address: IpAddress }
    | undefined;
  readonly port: number;
}

/** A rule of the Name Resolution Policy Table: these names are asked at these servers and at no others. */
export interface Diversion {
  /** `.contoso.com` for all below it, `kms.contoso.com` for one name, `kms` for a first label, `.` for all. */
  readonly namespaces: readonly string[];
  /** Empty: the client's own servers after all. */
  readonly servers: readonly Endpoint[];
  /** Fact ids. */
  readonly because: readonly string[];
}

/** The simulated client: everything that decides what it does, from evidence, options and this computer. */
export interface Client {
  readonly generation: ClientGeneration;
  /** Domains asked in order; empty when it has none, and then no query leaves. */
  readonly suffixes: Known<readonly Fqdn[]>;
  /** There is evidence of this client, and none of it tells its suffixes; `suffixes` is then empty. */
  readonly suffixesUntold?: true;
  readonly pinned: Known<PinnedHost> | undefined;
  readonly lookupDomain: Known<Fqdn> | undefined;
  readonly cached: Known<{ readonly host: string; readonly port: number }> | undefined;
  readonly hostCaching: Known<boolean>;
  readonly activationType: Known<0 | 1 | 2 | 3>;
  readonly resolvers: Known<readonly Endpoint[]>;
  /** Names that are asked elsewhere; left out: none. */
  readonly diversions?: readonly Diversion[];
  readonly assumptions: readonly Assumption[];
}
