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
  /** How far its clock is ahead of ours. */
  readonly clockSkewSeconds?: number;
  /**
   * Samba 4.17: a reply repeats prerequisites and updates; a failed one is the request itself, its own signature
   * included, with QR and RCODE set.
   */
  readonly echoSections?: boolean;
  /** Answers NOTIMP to updates, unsigned, as NSD does. */
  readonly notimpUpdates?: boolean;
}
