import { type DesiredDomain, parseDesiredState } from '../../src/core/desired-state.ts';
import { displayName } from '../../src/core/name.ts';
import type { SrvRecord } from '../../src/core/srv.ts';
import type { Case } from '../../src/diagnose/case.ts';
import { DOMAIN, srv } from './scenario.ts';

/** A domain of the desired state with exactly these records. */
export function expectedDomain(records: readonly SrvRecord[], domain: string = DOMAIN): DesiredDomain {
  const lines = records.map(
    ({ target, priority, weight, port }) =>
      `      - { host: ${displayName(target)}, priority: ${priority}, weight: ${weight}, port: ${port} }`,
  );
  const text = [
    'version: 1',
    'domains:',
    `  ${domain.slice(0, -1)}:`,
    '    policy: exact',
    '    publish:',
    ...lines,
    '',
  ].join('\n');
  return parseDesiredState(text, 'kmsdns.yaml').domains[0]!;
}

/** One host wanted in the domain, and no other. */
export const PLAN: Pick<Case, 'expected'> = { expected: [expectedDomain([srv('kms1')])] };
