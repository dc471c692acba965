/*
 * What an audit of a directory adds to a recording, and a packet never holds: accounts, distinguished names, SIDs.
 */

/** Pseudonyms that only directories need; the same text gets the same one everywhere. */
export interface AccountMasks {
  /** Names of accounts and objects that are no single word, by the name in lower case. */
  readonly phrases: Map<string, string>;
  /** The numbers of a domain, `1-2-3`, to a number. */
  readonly domains: Map<string, number>;
  /** SIDs of accounts that somebody made. */
  readonly sids: Map<string, string>;
}

export function accountMasks(): AccountMasks {
  return { phrases: new Map(), domains: new Map(), sids: new Map() };
}

/** `CONTOSO\KMS01$` in a sentence; a path has more than one backslash, and is none. */
const ACCOUNT =
  /(?<![\\:\p{L}\p{N}])([\p{L}\p{N}_-]{1,64})\\([^\\:;,()"\n]{1,64}?)(?=\$|\s*[:;,()"\n]|\s+(?:may|has|is|owns|write)\s|$)/gu;
/** RFC 4514, at least two parts. */
const DN = /\b(?:CN|OU|DC)=(?:\\.|[^,\\":;()])+(?:,(?:CN|OU|DC)=(?:\\.|[^,\\":;()])+)+/gi;
const DN_PART = /(?:CN|OU|DC)=((?:\\.|[^,\\])+)/gi;
const SID = /\bS-1-5-21-(\d+-\d+-\d+)(?:-(\d+))?\b/g;
/** A word as the masks of labels find it again. */
const ONE_WORD = /^[\p{L}\p{N}][\p{L}\p{N}-]{2,}$/u;

/** Names that every directory has, the one that the documents of KMS give, and realms of Windows itself. */
const EVERYBODYS =
  /^(?:BUILTIN|AUTHORITY|Administrators?|Everyone|SYSTEM|NETWORK|Authenticated Users|Self|Creator Owner|Domain (?:Admins|Controllers|Computers|Users)|Enterprise (?:Admins|Domain Controllers)|DnsAdmins|DnsUpdateProxy|KMS Hosts|Computers|Users|System|Configuration|Partitions|Sites|Services|MicrosoftDNS|DomainDnsZones|ForestDnsZones|Deleted Objects|@|_.*)$/i;
/** The first RID of an account that somebody made: [MS-ADTS] §6.1.1.6. */
const FIRST_OWN_RID = 1000;

/** Words of a text that name accounts, computers, units; what is no single word gets its pseudonym here. */
export function learnAccounts(text: string, { phrases }: AccountMasks): readonly string[] {
  const names = [
    ...[...text.matchAll(ACCOUNT)].flatMap(([, realm = '', account = '']) => [realm, account]),
    ...[...text.matchAll(DN)].flatMap(([dn]) => [...dn.matchAll(DN_PART)].map(([, value = '']) => value)),
  ].filter((name) => !EVERYBODYS.test(name) && !name.includes('.'));
  for (const name of names) {
    const key = name.toLowerCase();
    if (!ONE_WORD.test(name) && !phrases.has(key)) phrases.set(key, `account-${phrases.size + 1}`);
  }
  return names.filter((name) => ONE_WORD.test(name));
}

/** The text with SIDs and names of more than one word replaced. */
export function maskAccounts(text: string, masks: AccountMasks): string {
  const hidden = text.replace(SID, (sid, domain: string, rid: string | undefined) =>
    maskSid(sid, domain, rid, masks),
  );
  if (masks.phrases.size === 0) return hidden;
  const longestFirst = [...masks.phrases.keys()].sort((a, b) => b.length - a.length);
  const any = new RegExp(
    `(?<![\\p{L}\\p{N}])(?:${longestFirst.map((name) => name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|')})(?![\\p{L}\\p{N}])`,
    'giu',
  );
  return hidden.replace(any, (name) => masks.phrases.get(name.toLowerCase()) ?? name);
}

/** Domains in the order of their appearance; the RIDs that mean the same everywhere stay. */
function maskSid(
  sid: string,
  domain: string,
  rid: string | undefined,
  { domains, sids }: AccountMasks,
): string {
  if (domain.startsWith('0-0-')) return sid;
  const number = domains.get(domain) ?? domains.size + 1;
  domains.set(domain, number);
  const masked = `S-1-5-21-0-0-${number}`;
  if (rid === undefined) return masked;
  if (Number(rid) < FIRST_OWN_RID) return `${masked}-${rid}`;
  const own = sids.get(sid) ?? `${masked}-${FIRST_OWN_RID + sids.size}`;
  sids.set(sid, own);
  return own;
}
