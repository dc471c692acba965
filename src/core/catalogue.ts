import type { CatalogueEntry } from './catalogue/entry.ts';
import { PERMISSION, type PermissionCode } from './catalogue/permission.ts';
import { PUBLICATION, type PublicationCode } from './catalogue/publication.ts';
import { RECORD_SET, type RecordSetCode } from './catalogue/record-set.ts';
import { TARGET_ADDRESS, type TargetAddressCode } from './catalogue/target-address.ts';
import { ZONE, type ZoneCode } from './catalogue/zone.ts';
import type { Evidence, Finding, Fix, Severity } from './finding.ts';

/** Every code that may be raised. A new one is added to the type and the table of its layer, and nowhere else. */
export type FindingCode = RecordSetCode | TargetAddressCode | ZoneCode | PermissionCode | PublicationCode;

/** All kinds of findings by code. A code is never given another meaning, and a slug never another code. */
export const CATALOGUE: { readonly [C in FindingCode]: CatalogueEntry } = {
  ...ZONE,
  ...RECORD_SET,
  ...TARGET_ADDRESS,
  ...PERMISSION,
  ...PUBLICATION,
};

/** What was seen, for {@link finding}; what is left out is as the catalogue says. */
export interface Seen {
  /** What it is about: a name, a record, a host, a file. */
  readonly subject: string;
  readonly evidence: readonly [Evidence, ...Evidence[]];
  readonly severity?: Severity;
  readonly title?: string;
  readonly fix?: readonly Fix[];
}

/** One statement of the catalogue about one thing. Without evidence there is none. */
export function finding(code: FindingCode, seen: Seen): Finding {
  const { slug, severity, side, title, explains, fix } = CATALOGUE[code];
  return {
    code,
    slug,
    severity: seen.severity ?? severity,
    side,
    subject: seen.subject,
    title: seen.title ?? title,
    evidence: seen.evidence,
    explains,
    fix: seen.fix ?? fix,
  };
}

/** The entry of a code (`SRV-015`, letter case aside) or a slug; undefined for any other text. */
export function findEntry(codeOrSlug: string): (CatalogueEntry & { readonly code: FindingCode }) | undefined {
  const entries = Object.entries(CATALOGUE) as [FindingCode, CatalogueEntry][];
  const found = entries.find(
    ([code, { slug }]) => code === codeOrSlug.toUpperCase() || slug === codeOrSlug.toLowerCase(),
  );
  return found && { code: found[0], ...found[1] };
}
