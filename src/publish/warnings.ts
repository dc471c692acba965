import { isLoopback } from '../core/address.ts';
import { finding } from '../core/catalogue.ts';
import type { Finding } from '../core/finding.ts';
import { displayName } from '../core/name.ts';
import { formatRecord } from '../core/srv.ts';
import { describeAuthority, type Observed } from './observe.ts';
import type { Decision } from './plan.ts';

/** A set that lives shorter is asked for all the time, one that lives longer keeps clients with a dead host. */
const ODD_TTL = { leastSeconds: 60, mostSeconds: 86_400 } as const;

/** What a person should know before this change is carried out. Pure: everything was seen by {@link observe}. */
export function warningsOf(
  observed: Extract<Observed, { ok: true }>,
  { after }: Decision,
): readonly Finding[] {
  const { desired, view, alias, sights } = observed;
  const where = describeAuthority(view.primary);
  const found: Finding[] = [];
  if (alias !== undefined) {
    found.push(
      finding('ZON-010', {
        subject: desired.owner,
        severity: 'error',
        evidence: [
          { observation: `SRV ${desired.owner} at ${where}`, says: `${alias.by} to ${alias.target}` },
        ],
      }),
    );
  }
  for (const { host, found: addresses } of sights.targets) {
    const observation = `A and AAAA of ${displayName(host)}`;
    if (addresses.kind === 'none') {
      const code = addresses.rcode === 'NXDOMAIN' ? 'ADR-001' : 'ADR-002';
      found.push(
        finding(code, {
          subject: host,
          severity: 'warning',
          evidence: [{ observation, says: addresses.rcode }],
        }),
      );
    }
    if (addresses.kind !== 'unknown' && addresses.alias !== undefined) {
      const says = `CNAME to ${addresses.alias}`;
      found.push(finding('SRV-009', { subject: host, evidence: [{ observation, says }] }));
    }
    // A practice network on loopback is no fault; a loopback address beside others is.
    if (addresses.kind === 'addresses' && !isLoopback(view.primary.server.address)) {
      for (const address of addresses.addresses.filter(isLoopback)) {
        found.push(
          finding('ADR-005', {
            subject: host,
            severity: 'warning',
            evidence: [{ observation, says: address }],
          }),
        );
      }
    }
  }
  for (const { miss, set } of sights.nearMisses) {
    const says = set.records.map(formatRecord).join('; ');
    found.push(
      finding(miss.code, {
        subject: miss.name,
        severity: 'warning',
        evidence: [{ observation: `SRV ${miss.name} at ${where}`, says }],
      }),
    );
  }
  if (sights.wildcard !== undefined) {
    const { name, records } = sights.wildcard;
    const says = records.map(formatRecord).join('; ');
    found.push(
      finding('ZON-006', {
        subject: view.zone,
        evidence: [{ observation: `SRV ${name} at ${where}`, says }],
      }),
    );
  }
  const ttlSeconds = after?.ttlSeconds;
  if (
    ttlSeconds !== undefined &&
    desired.ttlSeconds === undefined &&
    (ttlSeconds < ODD_TTL.leastSeconds || ttlSeconds > ODD_TTL.mostSeconds)
  ) {
    // A TTL the desired state itself asks for was remarked on when the file was read.
    const says = `TTL ${ttlSeconds} s`;
    found.push(
      finding('SRV-020', {
        subject: desired.owner,
        evidence: [{ observation: `SRV ${desired.owner} at ${where}`, says }],
      }),
    );
  }
  return found;
}
