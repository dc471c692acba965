import type { Rdata } from '../core/rdata.ts';
import { formatRecord } from '../core/srv.ts';
import { CLASS, className, type Rr, typeName } from '../core/wire.ts';

/** One record as in a master file, or for UPDATE with the class that carries the operator (RFC 2136 §2.4, §2.5). */
export function formatRr({ owner, type, class: dnsClass, ttlSeconds, rdata }: Rr): string {
  const ttl = dnsClass === CLASS.IN ? `${ttlSeconds} ` : '';
  return `${owner} ${ttl}${className(dnsClass)} ${typeName(type)} ${formatRdata(rdata)}`.trimEnd();
}

function formatRdata(rdata: Rdata): string {
  switch (rdata.kind) {
    case 'A':
    case 'AAAA':
      return rdata.address;
    case 'NS':
    case 'CNAME':
    case 'PTR':
    case 'DNAME':
      return rdata.target;
    case 'SOA':
      return `${rdata.primary} ${rdata.mailbox} ${rdata.serial} ${rdata.refreshSeconds} ${rdata.retrySeconds} ${rdata.expireSeconds} ${rdata.minimumSeconds}`;
    case 'MX':
      return `${rdata.preference} ${rdata.exchange}`;
    case 'SRV':
      return formatRecord(rdata.record);
    case 'TXT':
      return rdata.strings.map(quoted).join(' ');
    case 'OPT':
      return '';
    case 'empty':
      return '';
    case 'opaque':
      // RFC 3597 §5.
      return `\\# ${rdata.octets.length} ${Buffer.from(rdata.octets).toString('hex')}`;
  }
}

/** A character-string in quotes: RFC 1035 §5.1. Octets that are not printable ASCII as `\\DDD`. */
function quoted(octets: Uint8Array): string {
  const text = Array.from(octets, (octet) => {
    if (octet < 0x20 || octet > 0x7e) return `\\${String(octet).padStart(3, '0')}`;
    const character = String.fromCharCode(octet);
    return character === '"' || character === '\\' ? `\\${character}` : character;
  });
  return `"${text.join('')}"`;
}
