import type { UpdateManners } from './update.ts';

/**
 * Ways in which a name server may be odd, ill or hostile; each was seen in the field or is what a test must survive.
 * All off when left out. Data, so that a scenario can be written down.
 */
export interface Quirks extends UpdateManners {
  /** Answers nothing: at all, or over one transport. The work is done all the same where there is any. */
  readonly silent?: true | 'udp' | 'tcp';
  /** Waits this long before each answer. */
  readonly delayMs?: number;
  /** Answers REFUSED to everything. */
  readonly refuse?: boolean;
  /** Answers SERVFAIL to everything. */
  readonly servfail?: boolean;
  /** Answers FORMERR to everything. */
  readonly formerr?: boolean;
  /** Never signs, whatever the request was signed with. */
  readonly unsignedReplies?: boolean;
  /** In front of the answer to a signed request: an unsigned BADKEY, as anybody could send it (RFC 8945 §5.3.2). */
  readonly forgedErrorFirst?: boolean;
  /** Carries updates out, and the answer is lost on the way. */
  readonly losesUpdateReplies?: boolean;
  /** Leaves questions for SRV unanswered, as filters for unknown types do. */
  readonly dropSrvQueries?: boolean;
  /** Cuts every answer to a question over UDP. */
  readonly truncateAlways?: boolean;
  /** Answers FORMERR to every request with an OPT record (RFC 6891 §7). */
  readonly formerrOnEdns?: boolean;
  /** Leaves requests with an OPT record unanswered, as old firewalls in front of name servers do. */
  readonly dropsEdns?: boolean;
  /** How far its clock is ahead of ours. */
  readonly clockSkewSeconds?: number;
  /**
   * Samba 4.17: a reply repeats prerequisites and updates; a failed one is the request itself, its own signature
   * included, with QR and RCODE set.
   */
  readonly echoSections?: boolean;
  /** Answers NOTIMP to updates, unsigned, as NSD does. */
  readonly notimpUpdates?: boolean;
  /** Loses every n-th datagram that comes in, as a crowded path does; TCP is spared. */
  readonly losesEveryNth?: number;
  readonly resolver?: ResolverManners;
}

/**
 * A server that answers from what it has learned: without AA, with RA. Some of these make more of an answer than the
 * zone gave.
 */
export interface ResolverManners {
  /** How long its answers have been in its cache: TTLs of records and of denials are less by so much. */
  readonly cachedForSeconds?: number;
  /** Instead of NXDOMAIN: this address for questions of type A, and no data for others. */
  readonly rewritesNxdomainTo?: string;
  /** Answers questions for SRV with nothing, and without the SOA that a denial has. */
  readonly emptiesSrv?: boolean;
  /** SERVFAIL, unless the asker renounces checks (CD=1): a signature does not hold (RFC 4035 §3.2.2). */
  readonly failsValidation?: boolean;
  /** Never gets an answer about names in this domain, and lets the asker wait. */
  readonly waitsForDomain?: string;
  /** Gives the records of one set different TTLs, as a cache that merges answers does. */
  readonly mixesTtls?: boolean;
}
