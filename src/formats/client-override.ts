import type { DesiredState } from '../core/desired-state.ts';
import type { Fqdn } from '../core/name.ts';
import { canonicalRecords, type SrvRecord } from '../core/srv.ts';
import { domainsByName } from '../core/zone-lines.ts';
import type { Limit } from './format.ts';

/** The one host that the clients of a domain would be told to use instead of asking DNS. */
export interface ClientOverride {
  readonly domain: Fqdn;
  /** First by priority, then by weight; the others are what gets lost. */
  readonly host: SrvRecord;
}

/** One per domain that publishes anything, in order of their names. */
export function clientOverrides(state: DesiredState): readonly ClientOverride[] {
  return domainsByName(state.domains).flatMap(({ domain, publish }) => {
    const [host] = canonicalRecords(publish);
    return host === undefined ? [] : [{ domain, host }];
  });
}

/** What no way of telling a client its host can say. */
export const OVERRIDE_LIMITS: readonly Limit[] = [
  { of: 'records', says: 'The records: it tells clients what to do, and DNS stays as it is.' },
  {
    of: 'several-hosts',
    says: 'A second KMS host: a client that is told one never asks DNS, and fails when that one does.',
  },
];
