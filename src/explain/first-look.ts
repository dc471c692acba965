import type { Explained } from '../core/catalogue/entry.ts';
import { CATALOGUE, type FindingCode } from '../core/catalogue.ts';
import { SEVERITIES, type Severity, type Side } from '../core/finding.ts';

/** A finding as another explanation refers to it. */
export interface FindingRef {
  readonly code: FindingCode;
  readonly slug: string;
  readonly severity: Severity;
  readonly side: Side;
  readonly title: string;
}

/** A finding that explains a code, and how sure that is. */
export interface CodeCause extends FindingRef {
  readonly basis: Explained['basis'];
}

/** What explains a code, in the order in which to look. */
export interface FirstLook {
  readonly advice?: string;
  readonly first: readonly CodeCause[];
  readonly next: readonly CodeCause[];
  readonly others: readonly CodeCause[];
}

interface Order {
  readonly advice?: string;
  readonly first: readonly FindingCode[];
  readonly next?: readonly FindingCode[];
}

const INNOCENT = 'DNS, TCP and RPC are innocent: look at the host.';

/** From experience: the likely, and what is quick to rule out, before the rest. */
const ORDERS: Readonly<Record<string, Order>> = {
  '0x8007232B': {
    advice: 'In which domain does this client look, and what does the server that it asks know?',
    first: [
      'CLI-010',
      'CLI-011',
      'CLI-013',
      'SRV-001',
      'SRV-003',
      'RES-009',
      'RES-013',
      'PUB-001',
      'PUB-003',
    ],
    next: ['ZON-003'],
  },
  '0x8007251D': { first: ['SRV-002', 'RES-006'], next: ['ZON-005'] },
  '0x8007232A': { first: ['RES-004'], next: ['ZON-002', 'RES-014'] },
  '0x8007007B': {
    advice: 'Look at the key channel in slmgr /dlv before looking at DNS.',
    first: ['CLI-010', 'CLI-013', 'CLI-005', 'CLI-006'],
    next: ['CLI-024'],
  },
  '0x800706BA': {
    advice: 'Refused at once or silent for 20 seconds? Test-NetConnection to the port of the record tells.',
    first: ['TCP-001', 'TCP-002', 'TCP-003', 'SRV-019', 'CLI-004', 'CLI-015'],
    next: ['RPC-001'],
  },
  '0xC004F074': {
    advice:
      'A summary: walk the whole chain and list what became of each host; event 12288 has the code of each try.',
    first: ['CLI-001', 'CLI-015', 'SRV-016', 'SRV-017'],
  },
  '0xC004F038': { advice: INNOCENT, first: ['HST-002'], next: ['HST-013', 'HST-014'] },
  '0xC004F039': {
    advice: 'Is the port open? Then the role of the host; else the network.',
    first: ['HST-004'],
  },
  '0xC004F041': { advice: INNOCENT, first: ['HST-001'] },
  '0xC004F042': { advice: INNOCENT, first: ['HST-003'], next: ['SRV-018'] },
  '0xC004F06C': { advice: 'DNS, TCP and RPC are innocent: look at the clocks.', first: ['CLI-022'] },
};

/** The same fault under another number. */
const SAME_FAULT: Readonly<Record<string, string>> = {
  '0x80092328': '0x8007232B',
  '0xC0020017': '0x800706BA',
};

const BASES = ['documented', 'derived', 'assumed'] as const;

/** Which findings explain this code, the ones to look at first in front. Lists are empty when none does. */
export function firstLook(hresult: string): FirstLook {
  const twin = SAME_FAULT[hresult] ?? hresult;
  const causes = [...causesOf(hresult)];
  for (const cause of causesOf(twin)) if (!causes.some(({ code }) => code === cause.code)) causes.push(cause);
  const { advice, first = [], next = [] }: Partial<Order> = ORDERS[twin] ?? {};
  const pick = (codes: readonly FindingCode[]): readonly CodeCause[] =>
    codes.flatMap((wanted) => causes.filter(({ code }) => code === wanted));
  const others = causes.filter(({ code }) => !first.includes(code) && !next.includes(code)).sort(bySureness);
  return { ...(advice !== undefined && { advice }), first: pick(first), next: pick(next), others };
}

/** The orders as they stand, for tests and pages. */
export function orderedCodes(): readonly (readonly [string, readonly FindingCode[]])[] {
  return Object.entries(ORDERS).map(([hresult, { first, next = [] }]) => [hresult, [...first, ...next]]);
}

export function findingRef(code: FindingCode): FindingRef {
  const { slug, severity, side, title } = CATALOGUE[code];
  return { code, slug, severity, side, title };
}

function causesOf(hresult: string): readonly CodeCause[] {
  return (Object.keys(CATALOGUE) as FindingCode[]).flatMap((code) => {
    const said = CATALOGUE[code].explains.find((one) => one.hresult === hresult);
    return said === undefined ? [] : [{ ...findingRef(code), basis: said.basis }];
  });
}

function bySureness(a: CodeCause, b: CodeCause): number {
  return (
    BASES.indexOf(a.basis) - BASES.indexOf(b.basis) ||
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    (a.code < b.code ? -1 : 1)
  );
}
