import type { Fqdn } from '../core/name.ts';
import type { SrvRecord } from '../core/srv.ts';
import type { Lines, Place, Span } from './result.ts';

/** A word of the file, where it stands. */
export interface Written extends Span {
  readonly text: string;
}

/** One SRV record as a file has it: what it means, and the words that say so. */
export interface WrittenRecord extends Place {
  /** Where it is written decides what is relative, and what a left-out field means. */
  readonly form: 'zone' | 'dnsmasq' | 'unbound';
  readonly owner: Fqdn;
  readonly srv: SrvRecord;
  readonly ttlSeconds: number | undefined;
  /** What relative names are under; the root where names are never relative. */
  readonly origin: Fqdn;
  /** Words that are not written are left out: an owner of the line before, a port by default. */
  readonly words: {
    readonly owner?: Written;
    readonly ttl?: Written;
    readonly priority?: Written;
    readonly weight?: Written;
    readonly port?: Written;
    readonly target?: Written;
  };
  readonly lines: Lines;
}

/** A CNAME that has to do with KMS records. */
export interface WrittenAlias extends Place {
  readonly owner: Fqdn;
  readonly form: WrittenRecord['form'];
  readonly lines: Lines;
}
