import { KMS_SERVICE } from './kms.ts';
import { type Fqdn, isWithin, joinName, labelsOf, readName } from './name.ts';

/** A name that is often published instead of the right one, and the finding it gives. */
export interface NearMiss {
  readonly name: Fqdn;
  readonly code: 'SRV-003' | 'SRV-004' | 'SRV-025';
}

/** Slips seen in the field; `_vmlcs` and `_v1mcs` stood in vendors' own pages. */
const SLIPS = [
  '_vmlcs._tcp',
  '_vlmsc._tcp',
  '_v1mcs._tcp',
  '_vlcms._tcp',
  '_kms._tcp',
  'vlmcs._tcp',
  '_vlmcs.tcp',
  'vlmcs.tcp',
] as const;

/** The near misses of one domain, the doubled suffix of a forgotten final dot included. */
export function nearMisses(domain: Fqdn, zone: Fqdn): readonly NearMiss[] {
  const names: NearMiss[] = SLIPS.map((slip) => ({ name: joinName(slip, domain), code: 'SRV-003' }));
  names.push({ name: joinName('_vlmcs._udp', domain), code: 'SRV-004' });
  const doubled = readName(`${KMS_SERVICE}.${domain}${zone}`);
  if (zone !== '.' && doubled.ok) names.push({ name: doubled.name, code: 'SRV-025' });
  return names.filter(({ name }) => isWithin(name, zone) && labelsOf(name).length > labelsOf(domain).length);
}

/** A sibling of the owner name that nobody published; whoever answers for it answers for everything. */
export function controlName(domain: Fqdn, randomLabel: string): Fqdn {
  return joinName(`_${randomLabel}._tcp`, domain);
}
