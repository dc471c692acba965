import { CATALOGUE } from '../../core/catalogue.ts';
import type { Evidence } from '../../core/finding.ts';
import { kmsOwnerName } from '../../core/kms.ts';
import { displayName, type Fqdn, isWithin, readName } from '../../core/name.ts';
import { allDomains } from '../case.ts';
import { type Fact, factsOf } from '../fact.ts';
import { convict, type Judgement, type Rule, type Scope, sawFact } from '../judgement.ts';

/**
 * What an audit of the directory found about the domains of this run. What the network shows as well is left to the
 * rules that look at it: they see what a client sees.
 */
const audited: Rule = ({ one, facts }) =>
  factsOf(facts, 'directory-finding').flatMap((fact): Judgement[] => {
    const { code, subject, severity, says } = fact;
    if (CATALOGUE[code].observable !== 'directory' && !/^(ACL|PUB)-/.test(code)) return [];
    // The event of a host is the better witness where there is one, and takes this for its evidence.
    if (code === 'ACL-001' && deniedAtEvent(facts)) return [];
    const scope = scopeOf(subject, allDomains(one));
    if (scope === undefined) return [];
    const evidence: readonly [Evidence] = [{ observation: fact.id, says: `${fact.file}: ${says}` }];
    return [convict(code, scope, { subject, evidence, severity })];
  });

/** ACL-001: event 12293 of a host, and what the directory says of that host at that record. */
const secondHost: Rule = ({ facts }) =>
  refusedEvents(facts).flatMap(({ event, domain }): Judgement[] => {
    const { says, recordOwner } = denialOf(facts, domain, event);
    const [first, ...others] = says;
    if (first === undefined) return [];
    const owner = recordOwner === undefined ? '' : `, owned by ${recordOwner}`;
    return [
      convict(
        'ACL-001',
        { domain },
        {
          subject: `${displayName(kmsOwnerName(domain))}${owner}`,
          evidence: [first, ...others, sawFact(event)],
          severity: 'error',
        },
      ),
    ];
  });

export const DIRECTORY_RULES: readonly Rule[] = [audited, secondHost];

/**
 * What the directory says about the hosts at one domain's record: about the host whose log an event is from, where that
 * is known, else about all.
 */
export function permissionsFor(
  facts: readonly Fact[],
  domain: Fqdn,
  event?: Fact<'event'>,
): readonly Fact<'directory-permission'>[] {
  const there = factsOf(facts, 'directory-permission').filter(
    ({ owner }) => nameIn(owner) === kmsOwnerName(domain),
  );
  const host = event === undefined ? undefined : hostOf(event);
  return host === undefined ? there : there.filter((fact) => nameIn(fact.host) === host);
}

/** That the directory does not let the host of an event write; without evidence where it does, or does not tell. */
function denialOf(
  facts: readonly Fact[],
  domain: Fqdn,
  event: Fact<'event'>,
): { readonly says: readonly Evidence[]; readonly recordOwner: string | undefined } {
  const told = permissionsFor(facts, domain, event);
  const denied = told.filter(({ mayWrite }) => mayWrite === 'no');
  const stranger = told.length > 0 ? undefined : strangerAt(facts, domain, event);
  if (stranger !== undefined) return stranger;
  return {
    says: denied.map(({ id, host, because }) => ({
      observation: id,
      says: `${host} may not write: ${because}`,
    })),
    recordOwner: denied[0]?.recordOwner,
  };
}

/**
 * A host that the audit did not look at, as it stands neither in the record nor in a desired state: refused where only
 * other computers may write. Where a group may, nobody knows whether the host is in it.
 */
function strangerAt(
  facts: readonly Fact[],
  domain: Fqdn,
  event: Fact<'event'>,
): ReturnType<typeof denialOf> | undefined {
  const host = hostOf(event);
  const list = factsOf(facts, 'directory-writers').find(
    ({ owner }) => nameIn(owner) === kmsOwnerName(domain),
  );
  if (host === undefined || list === undefined) return undefined;
  const [label = ''] = host.split('.');
  // A computer account keeps 15 letters of a longer name.
  const own = `${label.slice(0, 15)}$`.toLowerCase();
  const isItself = (account: string): boolean => account.replace(/^.*\\/s, '').toLowerCase() === own;
  if (list.writers.some((account) => !account.endsWith('$') || isItself(account))) return undefined;
  const only = [...list.writers, 'administrators'].join(', ');
  const says = `only ${only} may write it, and the event is of ${displayName(host)}`;
  return { says: [{ observation: list.id, says }], recordOwner: list.recordOwner };
}

/** Whose log an event is from. */
function hostOf({ fields }: Fact<'event'>): Fqdn | undefined {
  return nameIn(fields.computer ?? '');
}

/** Hosts that could not publish, as their events say: what the directory is to be asked about. */
export function hostsThatTried(
  facts: readonly Fact[],
): readonly { readonly owner: Fqdn; readonly host: Fqdn }[] {
  return refusedEvents(facts).flatMap(({ event, domain }) => {
    const host = hostOf(event);
    return host === undefined ? [] : [{ owner: kmsOwnerName(domain), host }];
  });
}

/** The name that a text is; undefined for what is none. */
export function nameIn(text: string): Fqdn | undefined {
  const read = readName(text);
  return read.ok ? read.name : undefined;
}

/** Findings of an audit that say by themselves why a host is refused. */
const LOCKED: ReadonlySet<string> = new Set(['ACL-001', 'ACL-004', 'ACL-009', 'ACL-014']);

/** Whether the directory itself says why a host was refused at a domain's record, or that nothing there refuses it. */
export function directoryExplains(
  facts: readonly Fact[],
  domain: Fqdn,
  event: Fact<'event'>,
): 'denied' | 'allowed' | undefined {
  const told = permissionsFor(facts, domain, event);
  const locked = factsOf(facts, 'directory-finding').some(
    ({ code, subject }) => LOCKED.has(code) && scopeOf(subject, [domain])?.domain === domain,
  );
  if (locked || denialOf(facts, domain, event).says.length > 0) return 'denied';
  return told.some(({ mayWrite }) => mayWrite === 'yes') ? 'allowed' : undefined;
}

/** Codes of event 12293 behind which a missing permission may stand: kms.md 4.3. */
const PERMISSION_CODES: ReadonlySet<string> = new Set(['0x80072338', '0x8007232D', '0x8007232A']);

function refusedEvents(
  facts: readonly Fact[],
): readonly { readonly event: Fact<'event'>; readonly domain: Fqdn }[] {
  return factsOf(facts, 'event').flatMap((event) => {
    const domain = nameIn(event.subject ?? '');
    if (event.eventId !== 12293 || domain === undefined || !PERMISSION_CODES.has(event.hresult ?? ''))
      return [];
    return [{ event, domain }];
  });
}

function deniedAtEvent(facts: readonly Fact[]): boolean {
  return refusedEvents(facts).some(({ event, domain }) => denialOf(facts, domain, event).says.length > 0);
}

/**
 * What a finding of an audit is about in this run; undefined when it is about a domain that nobody asks for here. A
 * subject is one name or several, the record's before the host's.
 */
function scopeOf(subject: string, domains: readonly Fqdn[]): Scope | undefined {
  const names = subject.split(/[\s,;:]+/).flatMap((word) => {
    const read = word.includes('.') ? readName(word) : undefined;
    return read?.ok ? [read.name] : [];
  });
  if (names.length === 0) return {};
  for (const name of names) {
    const domain = domains.find(
      (one) => name === kmsOwnerName(one) || name === one || (name !== '.' && isWithin(one, name)),
    );
    if (domain !== undefined) return { domain };
  }
  // The record of another domain below this one is no matter of this client.
  if (names.some((name) => name.startsWith('_'))) return undefined;
  const host = names.find((name) => domains.some((domain) => isWithin(name, domain)));
  return host === undefined ? undefined : { host };
}
