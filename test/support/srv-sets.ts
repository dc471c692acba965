/** Short ways to write down SRV sets of `_vlmcs._tcp.contoso.com.`. */
import fc from 'fast-check';
import { parseFqdn } from '../../src/core/name.ts';
import type { Endpoint, IpAddress } from '../../src/core/net.ts';
import { canonicalRecords, type SrvRecord, type SrvSet } from '../../src/core/srv.ts';

export const OWNER = parseFqdn('_vlmcs._tcp.contoso.com');
export const DOMAIN = parseFqdn('contoso.com');

/** `kms1` is kms1.contoso.com. */
export function record(host: string, priority = 0, weight = 0, port = 1688): SrvRecord {
  return { priority, weight, port, target: parseFqdn(`${host}.contoso.com`) };
}

export function setOf(ttlSeconds: number, ...records: readonly SrvRecord[]): SrvSet {
  return { name: OWNER, ttlSeconds, records: canonicalRecords(records) };
}

export function endpoint(address: string, port = 53): Endpoint {
  return { address: address as IpAddress, port };
}

/** Few hosts, ports and values, so that sets overlap. */
export const anyRecord: fc.Arbitrary<SrvRecord> = fc
  .tuple(
    fc.constantFrom('kms1', 'kms2', 'kms3'),
    fc.constantFrom(0, 10, 65535),
    fc.constantFrom(0, 75),
    fc.constantFrom(1688, 1689),
  )
  .map(([host, priority, weight, port]) => record(host, priority, weight, port));

/** What may be published: any records at all, or nothing. */
export const anyLiveSet: fc.Arbitrary<SrvSet | null> = fc.option(
  fc
    .tuple(fc.constantFrom(60, 300, 3600), fc.array(anyRecord, { minLength: 1, maxLength: 6 }))
    .map(([ttlSeconds, records]) => setOf(ttlSeconds, ...records)),
);

/** What may be wanted: no host and port twice. */
export const anyWanted: fc.Arbitrary<readonly SrvRecord[]> = fc.uniqueArray(anyRecord, {
  maxLength: 4,
  selector: ({ target, port }) => `${target}:${port}`,
});
