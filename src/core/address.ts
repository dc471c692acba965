import { KmsDnsError } from './errors.ts';
import type { Endpoint, IpAddress } from './net.ts';

/**
 * An address in its one canonical text (RFC 5952 for IPv6, with the `%zone` of RFC 4007 §11 kept on link-local
 * ones), so that two spellings of one address are equal strings; undefined when `text` is none.
 * IPv4 is four plain decimal numbers: `010.0.0.1` means another address to some systems and is refused.
 */
export function parseIpAddress(text: string): IpAddress | undefined {
  if (text.length > 80) return undefined;
  const percent = text.indexOf('%');
  const octets = percent < 0 ? octetsOf(text) : octetsOfIpv6(text.slice(0, percent));
  if (octets === undefined) return undefined;
  const address = addressFromOctets(octets);
  if (percent < 0 || address === undefined) return address;
  const zone = text.slice(percent + 1);
  const linkLocal = octets[0] === 0xfe && (octets[1]! & 0xc0) === 0x80;
  if (!linkLocal || !/^[A-Za-z0-9._~-]+$/.test(zone)) return undefined;
  return `${address}%${zone}` as IpAddress;
}

/** RDATA of an A (4 octets) or AAAA (16 octets) record as an address; undefined for any other length. */
export function addressFromOctets(octets: Uint8Array): IpAddress | undefined {
  if (octets.length === 4) return octets.join('.') as IpAddress;
  if (octets.length === 16) return formatIpv6(octets) as IpAddress;
  return undefined;
}

/** The 4 or 16 octets of an address, as A and AAAA records carry them; a `%zone` is left out. */
export function addressOctets(address: IpAddress): Uint8Array {
  const octets = octetsOf(address.replace(/%.*$/, ''));
  if (octets === undefined) throw new Error(`not a parsed address: ${JSON.stringify(address)}`);
  return octets;
}

export function addressFamily(address: IpAddress): 4 | 6 {
  return address.includes(':') ? 6 : 4;
}

/** 127.0.0.0/8, also when mapped into IPv6, and ::1 (RFC 1122 §3.2.1.3, RFC 4291 §2.5.3). */
export function isLoopback(address: IpAddress): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address);
}

/**
 * Reads `ADDR[:PORT]`; an IPv6 address with a port stands in brackets, `[::1]:5300`.
 * Throws `address-invalid`; `what` names the value in the message. A host name is refused: nothing is looked up here.
 */
export function parseEndpoint(text: string, defaultPort: number, what = 'address'): Endpoint {
  const problem = (why: string): KmsDnsError =>
    new KmsDnsError('address-invalid', `${what} ${JSON.stringify(text)}: ${why}`, {
      hint: 'write ADDRESS or ADDRESS:PORT, an IPv6 address with a port as [::1]:5300',
    });
  const bracketed = text.startsWith('[');
  // Without brackets every colon belongs to an IPv6 address: ::1:5300 is one address, not a port.
  const form = bracketed
    ? /^\[([^\]]*:[^\]]*)\](?::(\d+))?$/
    : text.split(':').length > 2
      ? /^(.*)$/
      : /^([^:]*)(?::(\d+))?$/;
  const [, addressText = '', portText] = form.exec(text) ?? [];
  const address = parseIpAddress(addressText);
  if (address === undefined) throw problem('not an IPv4 or IPv6 address with an optional port');
  if (portText === undefined) return { address, port: defaultPort };
  const port = Number(portText);
  if (port < 1 || port > 65535) throw problem('the port must be 1…65535');
  return { address, port };
}

/** `ADDR:PORT`, IPv6 in brackets; {@link parseEndpoint} reads it back. */
export function formatEndpoint({ address, port }: Endpoint): string {
  return addressFamily(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`;
}

function octetsOf(text: string): Uint8Array | undefined {
  return text.includes(':') ? octetsOfIpv6(text) : octetsOfIpv4(text);
}

const IPV4 = /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/;

function octetsOfIpv4(text: string): Uint8Array | undefined {
  const parts = IPV4.exec(text);
  if (parts === null) return undefined;
  const octets = new Uint8Array(4);
  for (let i = 0; i < 4; i++) {
    const value = Number(parts[i + 1]);
    if (value > 255) return undefined;
    octets[i] = value;
  }
  return octets;
}

/** RFC 4291 §2.2: eight groups, one run of zeros as `::`, the last 32 bits perhaps as IPv4. */
function octetsOfIpv6(text: string): Uint8Array | undefined {
  const lastColon = text.lastIndexOf(':');
  if (lastColon < 0) return undefined;
  let plain = text;
  if (text.includes('.')) {
    const v4 = octetsOfIpv4(text.slice(lastColon + 1));
    if (v4 === undefined) return undefined;
    const [a, b, c, d] = v4 as unknown as [number, number, number, number];
    plain = `${text.slice(0, lastColon + 1)}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  }
  const halves = plain.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const given = [...head!, ...(tail ?? [])];
  if (!given.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  if (tail === undefined ? given.length !== 8 : given.length > 7) return undefined;
  const zeros = new Array<string>(8 - given.length).fill('0');
  const groups = [...head!, ...zeros, ...(tail ?? [])].map((group) => Number.parseInt(group, 16));
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

/** RFC 5952 §4: lower case, no leading zeros, the longest (then first) run of two or more zero groups as `::`. */
function formatIpv6(octets: Uint8Array): string {
  const mapped = octets.subarray(0, 10).every((o) => o === 0) && octets[10] === 0xff && octets[11] === 0xff;
  if (mapped) return `::ffff:${octets.subarray(12).join('.')}`;
  const groups: number[] = [];
  for (let i = 0; i < 16; i += 2) groups.push((octets[i]! << 8) | octets[i + 1]!);
  let start = 0;
  let length = 0;
  for (let i = 0; i < 8; i++) {
    let end = i;
    while (end < 8 && groups[end] === 0) end++;
    if (end - i > length) [start, length] = [i, end - i];
  }
  const hex = groups.map((group) => group.toString(16));
  if (length < 2) return hex.join(':');
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`;
}
