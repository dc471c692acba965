import type { Decoded } from '../core/wire.ts';
import { SDDL_RIGHTS } from './access-rights.ts';
import { ACE_FLAG, type AccessAce, type Ace, makeAce } from './ace.ts';
import { type Guid, readGuid } from './guid.ts';
import { CONTROL, descriptorOf, type SecurityDescriptor } from './security-descriptor.ts';
import { readSid, ridOf, type Sid, sidInDomain } from './sid.ts';

/** Two letters for fixed SIDs ([MS-DTYP] §2.5.1.1, sid-token). */
const FIXED: Readonly<Record<string, string>> = {
  WD: 'S-1-1-0',
  CO: 'S-1-3-0',
  CG: 'S-1-3-1',
  OW: 'S-1-3-4',
  NU: 'S-1-5-2',
  IU: 'S-1-5-4',
  SU: 'S-1-5-6',
  AN: 'S-1-5-7',
  ED: 'S-1-5-9',
  PS: 'S-1-5-10',
  AU: 'S-1-5-11',
  RC: 'S-1-5-12',
  SY: 'S-1-5-18',
  LS: 'S-1-5-19',
  NS: 'S-1-5-20',
  BA: 'S-1-5-32-544',
  BU: 'S-1-5-32-545',
  BG: 'S-1-5-32-546',
  PU: 'S-1-5-32-547',
  AO: 'S-1-5-32-548',
  SO: 'S-1-5-32-549',
  PO: 'S-1-5-32-550',
  BO: 'S-1-5-32-551',
  RE: 'S-1-5-32-552',
  RU: 'S-1-5-32-554',
  RD: 'S-1-5-32-555',
  NO: 'S-1-5-32-556',
};

/** Two letters for accounts of the domain at hand. EA and SA mean the forest's root domain, so they are left out. */
const IN_DOMAIN: Readonly<Record<string, number>> = {
  LA: 500,
  LG: 501,
  DA: 512,
  DU: 513,
  DG: 514,
  DC: 515,
  DD: 516,
  CA: 517,
  PA: 520,
  RS: 553,
};

const ACE_TYPES: Readonly<Record<string, AccessAce['kind']>> = {
  A: 'allow',
  D: 'deny',
  OA: 'object-allow',
  OD: 'object-deny',
};

const ACE_FLAGS: readonly (readonly [letters: string, bit: number])[] = [
  ['OI', ACE_FLAG.objectInherit],
  ['CI', ACE_FLAG.containerInherit],
  ['NP', ACE_FLAG.noPropagate],
  ['IO', ACE_FLAG.inheritOnly],
  ['ID', ACE_FLAG.inherited],
];

const DACL_AUTO_INHERIT_REQ = 0x0100;
const DACL_FLAGS: readonly (readonly [letters: string, bit: number])[] = [
  ['P', CONTROL.daclProtected],
  ['AR', DACL_AUTO_INHERIT_REQ],
  ['AI', CONTROL.daclAutoInherited],
];

/**
 * A descriptor as SDDL ([MS-DTYP] §2.5.1): owner, group and permissions. With the SID of the domain its accounts get
 * their letters (DA, DC). An entry of a type that SDDL has no word for here stands as `(?type)`, which no program takes.
 */
export function formatSddl(descriptor: SecurityDescriptor, domain?: Sid): string {
  const { owner, group, dacl, control } = descriptor;
  return [
    owner === undefined ? '' : `O:${sidLetters(owner, domain)}`,
    group === undefined ? '' : `G:${sidLetters(group, domain)}`,
    dacl.kind === 'absent' ? '' : `D:${letters(control, DACL_FLAGS)}`,
    dacl.kind === 'null' ? 'NO_ACCESS_CONTROL' : '',
    dacl.kind === 'list' ? dacl.aces.map((ace) => formatAce(ace, domain)).join('') : '',
  ].join('');
}

/** One entry as SDDL ([MS-DTYP] §2.5.1.1), in its parentheses. */
export function formatAce(ace: Ace, domain?: Sid): string {
  if (ace.kind === 'other') return `(?0x${ace.type.toString(16).padStart(2, '0')})`;
  const type = Object.entries(ACE_TYPES).find(([, kind]) => kind === ace.kind)![0];
  return `(${[
    type,
    letters(ace.flags, ACE_FLAGS),
    rightsLetters(ace.mask),
    ace.objectType ?? '',
    ace.inheritedObjectType ?? '',
    sidLetters(ace.sid, domain),
  ].join(';')})`;
}

function letters(bits: number, table: readonly (readonly [string, number])[]): string {
  return table.map(([text, bit]) => (bits & bit ? text : '')).join('');
}

/** Letters when they say all of it, else the number. */
function rightsLetters(mask: number): string {
  const known = SDDL_RIGHTS.reduce((all, [, bit]) => all | bit, 0);
  return (mask & ~known) === 0 ? letters(mask, SDDL_RIGHTS) : `0x${mask.toString(16)}`;
}

function sidLetters(sid: Sid, domain: Sid | undefined): string {
  const fixed = Object.entries(FIXED).find(([, text]) => text === sid)?.[0];
  if (fixed !== undefined) return fixed;
  const rid = domain !== undefined && sid.startsWith(`${domain}-`) ? ridOf(sid) : undefined;
  return Object.entries(IN_DOMAIN).find(([, one]) => one === rid)?.[0] ?? sid;
}

/**
 * Reads SDDL ([MS-DTYP] §2.5.1) of owner, group and permissions; a system list (`S:`), conditional entries and
 * letters of other domains give `detail` with the place. Letters such as DA need the SID of the domain.
 */
export function readSddl(text: string, domain?: Sid): Decoded<SecurityDescriptor> {
  const parts =
    /^(?:O:([A-Z]{2}|S-[-0-9xXa-fA-F]+))?(?:G:([A-Z]{2}|S-[-0-9xXa-fA-F]+))?(?:D:([A-Z_]*)((?:\([^()]*\))*))?$/.exec(
      text.trim(),
    );
  if (parts === null) return { ok: false, detail: 'not SDDL of an owner, a group and permissions' };
  const [, ownerText, groupText, flagsText, acesText] = parts;
  const sids: { owner?: Sid; group?: Sid } = {};
  for (const [name, written] of [
    ['owner', ownerText],
    ['group', groupText],
  ] as const) {
    if (written === undefined) continue;
    const sid = readSidLetters(written, domain);
    if (sid === undefined)
      return { ok: false, detail: `the ${name} ${JSON.stringify(written)} is no SID here` };
    sids[name] = sid;
  }
  if (flagsText === undefined)
    return {
      ok: true,
      value: { ...descriptorOf([], sids), control: CONTROL.selfRelative, dacl: { kind: 'absent' } },
    };
  const open = flagsText.endsWith('NO_ACCESS_CONTROL');
  const control = readLetters(flagsText.replace(/NO_ACCESS_CONTROL$/, ''), DACL_FLAGS);
  if (control === undefined)
    return { ok: false, detail: `unknown flags ${JSON.stringify(flagsText)} behind D:` };
  const aces: AccessAce[] = [];
  for (const [written] of acesText!.matchAll(/\([^()]*\)/g)) {
    const ace = readAce(written.slice(1, -1), domain);
    if (!ace.ok) return { ok: false, detail: `in ${written}: ${ace.detail}` };
    aces.push(ace.value);
  }
  const made = descriptorOf(aces, { ...sids, control });
  return { ok: true, value: open ? { ...made, dacl: { kind: 'null' } } : made };
}

function readAce(text: string, domain: Sid | undefined): Decoded<AccessAce> {
  const [type = '', flagsText = '', rights = '', object = '', inherited = '', trustee = '', ...rest] =
    text.split(';');
  if (rest.length > 0 || text.split(';').length !== 6) return { ok: false, detail: 'not six fields' };
  const kind = ACE_TYPES[type];
  if (kind === undefined) return { ok: false, detail: `type ${JSON.stringify(type)} is not A, D, OA or OD` };
  const flags = readLetters(flagsText, ACE_FLAGS);
  if (flags === undefined) return { ok: false, detail: `unknown flags ${JSON.stringify(flagsText)}` };
  const mask = /^0x[0-9a-f]{1,8}$/i.test(rights) ? Number(rights) : readLetters(rights, SDDL_RIGHTS);
  if (mask === undefined) return { ok: false, detail: `unknown rights ${JSON.stringify(rights)}` };
  const sid = readSidLetters(trustee, domain);
  if (sid === undefined) return { ok: false, detail: `${JSON.stringify(trustee)} is no SID here` };
  const guids: { objectType?: Guid; inheritedObjectType?: Guid } = {};
  for (const [name, written] of [
    ['objectType', object],
    ['inheritedObjectType', inherited],
  ] as const) {
    if (written === '') continue;
    const guid = readGuid(written);
    if (guid === undefined) return { ok: false, detail: `${JSON.stringify(written)} is no GUID` };
    guids[name] = guid;
  }
  if ((kind === 'allow' || kind === 'deny') && (object !== '' || inherited !== ''))
    return { ok: false, detail: 'a GUID needs OA or OD' };
  return { ok: true, value: makeAce({ kind, flags, mask: mask >>> 0, sid, ...guids }) };
}

/** The bits of letters written one behind the other; undefined when one is not in the table. */
function readLetters(text: string, table: readonly (readonly [string, number])[]): number | undefined {
  let rest = text;
  let bits = 0;
  while (rest !== '') {
    const found = table.find(([word]) => rest.startsWith(word));
    if (found === undefined) return undefined;
    bits |= found[1];
    rest = rest.slice(found[0].length);
  }
  return bits >>> 0;
}

function readSidLetters(text: string, domain: Sid | undefined): Sid | undefined {
  const fixed = FIXED[text];
  if (fixed !== undefined) return readSid(fixed);
  const rid = IN_DOMAIN[text];
  if (rid !== undefined) return domain === undefined ? undefined : sidInDomain(domain, rid);
  return readSid(text);
}
