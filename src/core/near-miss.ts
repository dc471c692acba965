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

/** What a name was meant to be, and how many of its labels stand in the place of `_vlmcs._tcp`. */
export interface MeantOwner {
  readonly code: 'SRV-003' | 'SRV-004';
  readonly meant: Fqdn;
  readonly labels: 1 | 2;
}

/** What a name that looks like the one of KMS records was meant to be; undefined for the right name and any other. */
export function meantOwner(name: Fqdn): MeantOwner | undefined {
  const [service = '', protocol = '', ...domain] = labelsOf(name);
  const head = `${service}.${protocol}`;
  if (head === KMS_SERVICE) return undefined;
  const [rightService = '', rightProtocol = ''] = KMS_SERVICE.split('.');
  const meant = (labels: 1 | 2, code: MeantOwner['code'] = 'SRV-003'): MeantOwner | undefined => {
    const rest = labels === 1 ? [protocol, ...domain] : domain;
    const read = readName(`${KMS_SERVICE}.${rest.join('.')}`);
    return read.ok ? { code, meant: read.name, labels } : undefined;
  };
  if (service === rightService && protocol === '_udp') return meant(2, 'SRV-004');
  const isNear = nearest(service, [rightService]) !== undefined;
  if (SLIPS.some((one) => one === head)) return meant(2);
  if (isNear && (protocol === rightProtocol || protocol === rightProtocol.slice(1))) return meant(2);
  if (/^_?vlmcs[_-]+tcp$/.test(service)) return meant(1);
  if (service !== rightService) return undefined;
  return meant(protocol.startsWith('_') ? 2 : 1);
}

/** A sibling of the owner name that nobody published; whoever answers for it answers for everything. */
export function controlName(domain: Fqdn, randomLabel: string): Fqdn {
  return joinName(`_${randomLabel}._tcp`, domain);
}
