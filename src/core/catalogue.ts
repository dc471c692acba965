import { CLIENT_DOMAIN, type ClientDomainCode } from './catalogue/client-domain.ts';
import { CLIENT_LICENCE, type ClientLicenceCode } from './catalogue/client-licence.ts';
import { CLIENT_OVERRIDE, type ClientOverrideCode } from './catalogue/client-override.ts';
import { CLIENT_STATE, type ClientStateCode } from './catalogue/client-state.ts';
import type { CatalogueEntry } from './catalogue/entry.ts';
import { HOST, type HostCode } from './catalogue/host.ts';
import { PERMISSION, type PermissionCode } from './catalogue/permission.ts';
import { PUBLICATION, type PublicationCode } from './catalogue/publication.ts';
import { PUBLICATION_HOST, type PublicationHostCode } from './catalogue/publication-host.ts';
import { RECORD_OWNER, type RecordOwnerCode } from './catalogue/record-owner.ts';
import { RECORD_SHARE, type RecordShareCode } from './catalogue/record-share.ts';
import { RECORD_TARGET, type RecordTargetCode } from './catalogue/record-target.ts';
import { RESOLVER, type ResolverCode } from './catalogue/resolver.ts';
import { RESOLVER_ANSWER, type ResolverAnswerCode } from './catalogue/resolver-answer.ts';
import { RPC, type RpcCode } from './catalogue/rpc.ts';
import { RUN, type RunCode } from './catalogue/run.ts';
import { TARGET_ADDRESS, type TargetAddressCode } from './catalogue/target-address.ts';
import { TCP, type TcpCode } from './catalogue/tcp.ts';
import { WRITTEN_FILE, type WrittenFileCode } from './catalogue/written-file.ts';
import { ZONE, type ZoneCode } from './catalogue/zone.ts';
import type { Evidence, Finding, Fix, Severity } from './finding.ts';

/** Every code that may be raised. A new one is added to the type and the table of its layer, and nowhere else. */
export type FindingCode =
  | ClientOverrideCode
  | ClientDomainCode
  | ClientStateCode
  | ClientLicenceCode
  | ResolverCode
  | ResolverAnswerCode
  | ZoneCode
  | RecordOwnerCode
  | RecordTargetCode
  | RecordShareCode
  | TargetAddressCode
  | TcpCode
  | RpcCode
  | HostCode
  | PermissionCode
  | PublicationHostCode
  | PublicationCode
  | RunCode
  | WrittenFileCode;

/** All kinds of findings by code. A code is never given another meaning, and a slug never another code. */
export const CATALOGUE: { readonly [C in FindingCode]: CatalogueEntry } = {
  ...CLIENT_OVERRIDE,
  ...CLIENT_DOMAIN,
  ...CLIENT_STATE,
  ...CLIENT_LICENCE,
  ...RESOLVER,
  ...RESOLVER_ANSWER,
  ...ZONE,
  ...RECORD_OWNER,
  ...RECORD_TARGET,
  ...RECORD_SHARE,
  ...TARGET_ADDRESS,
  ...TCP,
  ...RPC,
  ...HOST,
  ...PERMISSION,
  ...PUBLICATION_HOST,
  ...PUBLICATION,
  ...RUN,
  ...WRITTEN_FILE,
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
