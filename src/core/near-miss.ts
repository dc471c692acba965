import { KMS_SERVICE } from './kms.ts';
import { type Fqdn, isWithin, joinName, labelsOf, readName } from './name.ts';
import { nearest } from './suggest.ts';

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

/** What a name that looks like the one of KMS records was meant to be; undefined for the right name and any other. */
export function meantOwner(
  name: Fqdn,
): { readonly code: 'SRV-003' | 'SRV-004'; readonly meant: Fqdn } | undefined {
  const [service = '', protocol = '', ...domain] = labelsOf(name);
  const head = `${service}.${protocol}`;
  if (head === KMS_SERVICE) return undefined;
  const [rightService = '', rightProtocol = ''] = KMS_SERVICE.split('.');
  const udp = service === rightService && protocol === '_udp';
  const slip =
    SLIPS.some((one) => one === head) ||
    (nearest(service, [rightService]) !== undefined &&
      (protocol === rightProtocol || protocol === rightProtocol.slice(1)));
  if (!udp && !slip) return undefined;
  const meant = readName(`${KMS_SERVICE}.${domain.join('.')}`);
  return meant.ok ? { code: udp ? 'SRV-004' : 'SRV-003', meant: meant.name } : undefined;
}

/** A sibling of the owner name that nobody published; whoever answers for it answers for everything. */
export function controlName(domain: Fqdn, randomLabel: string): Fqdn {
  return joinName(`_${randomLabel}._tcp`, domain);
}
