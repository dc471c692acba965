import { describe, expect, it, test } from 'vitest';
import { CATALOGUE, type FindingCode } from '../../src/core/catalogue.ts';

const CODES = Object.keys(CATALOGUE) as FindingCode[];

function behind(code: FindingCode): readonly FindingCode[] {
  return CATALOGUE[code].dependsOn ?? [];
}

/** A way from a code back to itself over what explains it; undefined when there is none. */
function cycleFrom(
  code: FindingCode,
  next: (code: FindingCode) => readonly FindingCode[],
): readonly FindingCode[] | undefined {
  const done = new Set<FindingCode>();
  const visit = (at: FindingCode, way: readonly FindingCode[]): readonly FindingCode[] | undefined => {
    if (way.includes(at)) return [...way.slice(way.indexOf(at)), at];
    if (done.has(at)) return undefined;
    for (const one of next(at)) {
      const found = visit(one, [...way, at]);
      if (found !== undefined) return found;
    }
    done.add(at);
    return undefined;
  };
  return visit(code, []);
}

describe('what explains what', () => {
  it.each(CODES)('%s is not explained by itself in the end', (code) => {
    expect(cycleFrom(code, behind)).toBeUndefined();
  });

  it.each(CODES)('%s names each explanation once', (code) => {
    expect(new Set(behind(code)).size).toBe(behind(code).length);
  });

  it('would be caught if it went in a circle', () => {
    const bent = (code: FindingCode): readonly FindingCode[] =>
      code === 'PUB-003' ? ['SRV-001'] : behind(code);
    expect(cycleFrom('SRV-001', bent)).toEqual(['SRV-001', 'CLI-011', 'PUB-003', 'SRV-001']);
  });

  it('never lets a passed fact or a note about this run explain a fault', () => {
    for (const code of CODES)
      for (const one of behind(code)) {
        expect(CATALOGUE[one].severity, `${one} behind ${code}`).not.toBe('info');
        expect(one).not.toMatch(/^RUN-/);
      }
  });

  test.each<[FindingCode, FindingCode, string]>([
    ['SRV-001', 'SRV-003', 'the record is there, misspelt'],
    ['SRV-001', 'PUB-001', 'the host was told not to publish'],
    ['SRV-001', 'PUB-003', 'the host was not told to publish here'],
    ['SRV-001', 'RES-009', 'the record is there, and a denial is still kept'],
    ['SRV-001', 'CLI-011', 'the record is in a domain that the client does not ask'],
    ['CLI-011', 'PUB-003', 'the host publishes elsewhere only'],
    ['RES-004', 'ZON-002', 'the servers of the zone are lame'],
    ['RES-004', 'RES-014', 'a signature does not validate'],
    ['ZON-003', 'ZON-004', 'one of the servers has an old zone'],
    ['SRV-017', 'TCP-001', 'the dead host is the cause of the dead share'],
    ['SRV-016', 'TCP-002', 'the filtered hosts are the cause of the dead tier'],
    ['TCP-001', 'HST-005', 'the host listens elsewhere'],
    ['TCP-001', 'CLI-001', 'the pinned host is dead'],
    ['TCP-002', 'SRV-019', 'the host is gone'],
    ['RPC-001', 'ADR-010', 'the address belongs to another machine'],
    ['ADR-001', 'SRV-007', 'the target has the domain twice'],
    ['HST-002', 'HST-013', 'computers share a client ID'],
    ['PUB-002', 'ACL-001', 'another host owns the record'],
  ])('%s is a symptom of %s: %s', (symptom, cause) => {
    expect(behind(symptom)).toContain(cause);
  });

  test.each<[FindingCode, FindingCode, string]>([
    ['RES-007', 'SRV-021', 'a large set is lawful; the closed port is the fault'],
    ['SRV-018', 'ACL-003', 'an open door is not who walked in'],
    ['CLI-015', 'SRV-001', 'a stale cached host stands on its own'],
    ['SRV-001', 'TCP-001', 'a closed port hides no record'],
  ])('%s is no symptom of %s: %s', (one, other) => {
    expect(behind(one)).not.toContain(other);
  });
});
