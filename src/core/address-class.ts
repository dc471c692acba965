import { addressFamily, addressOctets } from './address.ts';
import type { IpAddress } from './net.ts';

/** What kind of address it is, for a service inside a company: IANA special-purpose registries (RFC 6890). */
export type AddressClass =
  | 'unspecified'
  | 'loopback'
  | 'link-local'
  | 'private'
  | 'multicast'
  | 'documentation'
  | 'public';

/** The class of an address; shared address space (RFC 6598) counts as private. */
export function addressClass(address: IpAddress): AddressClass {
  const octets = addressOctets(address);
  return addressFamily(address) === 4 ? classOfV4(octets) : classOfV6(octets);
}

/** Reachable from the whole Internet, as far as the address tells. */
export function isPublic(address: IpAddress): boolean {
  return addressClass(address) === 'public';
}

function classOfV4([a = 0, b = 0, c = 0]: Uint8Array): AddressClass {
  if (a === 0) return 'unspecified';
  if (a === 127) return 'loopback';
  if (a === 169 && b === 254) return 'link-local';
  if (
    a === 10 ||
    (a === 172 && (b & 0xf0) === 16) ||
    (a === 192 && b === 168) ||
    (a === 100 && (b & 0xc0) === 64)
  )
    return 'private';
  if (
    (a === 192 && b === 0 && c === 2) ||
    (a === 198 && b === 51 && c === 100) ||
    (a === 203 && b === 0 && c === 113)
  )
    return 'documentation';
  if (a === 198 && (b & 0xfe) === 18) return 'private';
  return a >= 224 ? 'multicast' : 'public';
}

function classOfV6(octets: Uint8Array): AddressClass {
  const [a = 0, b = 0] = octets;
  const head = octets.subarray(0, 15);
  if (head.every((octet) => octet === 0))
    return octets[15] === 1 ? 'loopback' : octets[15] === 0 ? 'unspecified' : 'public';
  if (octets.subarray(0, 10).every((octet) => octet === 0) && octets[10] === 0xff && octets[11] === 0xff)
    return classOfV4(octets.subarray(12));
  if (a === 0xfe && (b & 0xc0) === 0x80) return 'link-local';
  if ((a & 0xfe) === 0xfc) return 'private';
  if (a === 0xff) return 'multicast';
  if (a === 0x20 && b === 0x01 && octets[2] === 0x0d && octets[3] === 0xb8) return 'documentation';
  return 'public';
}
