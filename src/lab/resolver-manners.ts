import { parseIpAddress } from '../core/address.ts';
import { isWithin, parseFqdn } from '../core/name.ts';
import { CLASS, type Question, type Rr, TYPE } from '../core/wire.ts';
import type { QueryReply } from './answer-query.ts';
import type { ResolverManners } from './quirks.ts';

/** What a resolver with these manners makes of what the zones say. `checkingDisabled` is CD of the question. */
export function asResolver(
  reply: QueryReply,
  question: Question,
  checkingDisabled: boolean,
  manners: ResolverManners,
): QueryReply {
  if (manners.failsValidation && !checkingDisabled) return { ...NOTHING, rcode: 'SERVFAIL' };
  if (manners.emptiesSrv && question.type === TYPE.SRV) return NOTHING;
  const { rewritesNxdomainTo: rewritten } = manners;
  if (rewritten !== undefined && reply.rcode === 'NXDOMAIN') {
    return question.type === TYPE.A ? { ...NOTHING, answers: [addressRecord(question, rewritten)] } : NOTHING;
  }
  const older = (rr: Rr): Rr => ({
    ...rr,
    ttlSeconds: Math.max(0, rr.ttlSeconds - (manners.cachedForSeconds ?? 0)),
  });
  const answers = reply.answers.map(older);
  return {
    ...reply,
    authoritative: false,
    answers: manners.mixesTtls ? withMixedTtls(answers) : answers,
    authorities: reply.authorities.map(older),
    glue: reply.glue.map(older),
    extras: reply.extras.map(older),
  };
}

/** Does it leave the asker waiting? */
export function waitsInVain({ name }: Question, { waitsForDomain: domain }: ResolverManners): boolean {
  return domain !== undefined && isWithin(name, parseFqdn(domain));
}

const NOTHING: QueryReply = {
  rcode: 'NOERROR',
  authoritative: false,
  answers: [],
  authorities: [],
  glue: [],
  extras: [],
};

/** Resolvers that rewrite give such answers a short life. */
const REWRITTEN_TTL_SECONDS = 60;

function addressRecord({ name }: Question, text: string): Rr {
  const address = parseIpAddress(text);
  if (address === undefined) throw new Error(`${JSON.stringify(text)} is no address to rewrite to`);
  const rdata = { kind: 'A', address } as const;
  return { owner: name, type: TYPE.A, class: CLASS.IN, ttlSeconds: REWRITTEN_TTL_SECONDS, rdata };
}

function withMixedTtls(answers: readonly Rr[]): readonly Rr[] {
  return answers.map((rr, i) => ({ ...rr, ttlSeconds: Math.floor(rr.ttlSeconds / (i + 1)) }));
}
