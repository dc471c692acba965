import type { Decoded } from '../core/wire.ts';

declare const guid: unique symbol;
/** A GUID as 8-4-4-4-12 lower-case hex digits, without braces. Equal GUIDs are equal strings. */
export type Guid = string & { readonly [guid]: true };

const TEXT = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Reads the text of a GUID, letter case and enclosing braces aside; undefined for anything else. */
export function readGuid(text: string): Guid | undefined {
  const bare = text.replace(/^\{(.*)\}$/, '$1').toLowerCase();
  return TEXT.test(bare) ? (bare as Guid) : undefined;
}

/** The GUID at `offset` in packet form: the first three fields least octet first ([MS-DTYP] §2.3.4.2). */
export function decodeGuid(octets: Uint8Array, offset = 0): Decoded<Guid> {
  if (offset + 16 > octets.length)
    return { ok: false, detail: `a GUID is cut off at octet ${octets.length}` };
  const hex = Buffer.from(octets.subarray(offset, offset + 16));
  hex.subarray(0, 4).reverse();
  hex.subarray(4, 6).reverse();
  hex.subarray(6, 8).reverse();
  const digits = hex.toString('hex');
  const groups = [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20)];
  return { ok: true, value: `${groups.join('-')}-${digits.slice(20)}` as Guid };
}

/** The 16 octets of a GUID in packet form ([MS-DTYP] §2.3.4.2). */
export function encodeGuid(value: Guid): Uint8Array {
  const octets = Uint8Array.from(Buffer.from(value.replaceAll('-', ''), 'hex'));
  octets.subarray(0, 4).reverse();
  octets.subarray(4, 6).reverse();
  octets.subarray(6, 8).reverse();
  return octets;
}

/** schemaIDGUIDs of what DNS keeps in the directory ([MS-ADSC] and [MS-ADA1], "dnsNode", "dnsRecord", …). */
export const SCHEMA_GUID = {
  dnsZone: 'e0fa1e8b-9b45-11d0-afdd-00c04fd930c9' as Guid,
  dnsNode: 'e0fa1e8c-9b45-11d0-afdd-00c04fd930c9' as Guid,
  dnsRecord: 'e0fa1e69-9b45-11d0-afdd-00c04fd930c9' as Guid,
  dNSTombstoned: 'd5eb2eb7-be4e-463b-a214-634a44d7392e' as Guid,
  dNSProperty: '675a15fe-3b70-11d2-90cc-00c04fd91ab1' as Guid,
} as const;

/** What the schema calls a GUID of {@link SCHEMA_GUID}; the GUID itself for any other. */
export function schemaName(value: Guid): string {
  return Object.entries(SCHEMA_GUID).find(([, known]) => known === value)?.[0] ?? value;
}
