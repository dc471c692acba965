import type { Native } from './native.ts';

/*
 * Structures of C, written octet by octet. All machines that koffi has a build for keep the low octet first.
 */

export interface NativeMemory {
  /** Room for one pointer, with null in it. */
  cell(): Buffer;
  pointerIn(cell: Buffer): bigint;
  /** gss_buffer_desc { size_t length; void *value } without a value: for C to fill. */
  descriptor(): Buffer;
  /** gss_buffer_desc of these octets, which live as long as it. */
  describe(octets: Uint8Array): Buffer;
  /** What C put into a descriptor. */
  described(descriptor: Buffer): { readonly address: bigint; readonly length: bigint };
  /** gss_OID_desc { OM_uint32 length; void *elements }. */
  oid(der: readonly number[]): Buffer;
  /** gss_OID_set_desc { size_t count; gss_OID elements } of one. */
  oidSet(oid: Buffer): Buffer;
  /** gss_key_value_set_desc { OM_uint32 count; { const char *key, *value } *elements }. */
  keyValues(pairs: readonly (readonly [string, string])[]): Buffer;
  /**
   * gss_channel_bindings_struct { OM_uint32 type; gss_buffer_desc address, of the initiator and of the acceptor;
   * gss_buffer_desc application_data } with the latter alone, as RFC 5929 uses it.
   */
  channelBindings(applicationData: Uint8Array): Buffer;
}

/** For the machine that `native` runs on. */
export function nativeMemory({
  platform,
  architecture,
  pointerOctets,
  address,
}: Pick<Native, 'platform' | 'architecture' | 'pointerOctets' | 'address'>): NativeMemory {
  // Apple packs the structures of its GSS framework to 2 octets on Intel, as it did for PowerPC.
  const packed = platform === 'darwin' && architecture === 'x64';
  const pointerAt = packed ? 4 : pointerOctets;
  /** A structure lives with all that it points to. */
  const pointees = new WeakMap<Buffer, readonly Uint8Array[]>();

  const writePointer = (into: Buffer, offset: number, value: bigint): void => {
    if (pointerOctets === 8) into.writeBigUInt64LE(value, offset);
    else into.writeUInt32LE(Number(value), offset);
  };
  const readPointer = (from: Buffer, offset: number): bigint =>
    pointerOctets === 8 ? from.readBigUInt64LE(offset) : BigInt(from.readUInt32LE(offset));
  /** { size_t number; void *octets }, the same with and without packing. */
  const counted = (count: number, octets: Uint8Array): Buffer => {
    const made = Buffer.alloc(2 * pointerOctets);
    writePointer(made, 0, BigInt(count));
    // An address is refused for no octets at all.
    writePointer(made, pointerOctets, octets.length === 0 ? 0n : address(octets));
    pointees.set(made, [octets]);
    return made;
  };
  /** { uint32_t number; void *octets }, where packing shows. */
  const counted32 = (count: number, octets: Buffer, alsoHeld: readonly Uint8Array[]): Buffer => {
    const made = Buffer.alloc(pointerAt + pointerOctets);
    made.writeUInt32LE(count, 0);
    writePointer(made, pointerAt, address(octets));
    pointees.set(made, [octets, ...alsoHeld]);
    return made;
  };
  return {
    cell: () => Buffer.alloc(pointerOctets),
    pointerIn: (cell) => readPointer(cell, 0),
    descriptor: () => Buffer.alloc(2 * pointerOctets),
    describe: (octets) => counted(octets.length, octets),
    described: (descriptor) => ({
      length: readPointer(descriptor, 0),
      address: readPointer(descriptor, pointerOctets),
    }),
    oid: (der) => counted32(der.length, Buffer.from(der), []),
    oidSet: (oid) => counted(1, oid),
    keyValues(pairs) {
      const strings = pairs.flat().map((text) => Buffer.from(`${text}\0`, 'utf8'));
      const elements = Buffer.alloc(strings.length * pointerOctets);
      for (const [i, string] of strings.entries()) writePointer(elements, i * pointerOctets, address(string));
      return counted32(pairs.length, elements, strings);
    },
    channelBindings(applicationData) {
      const data = counted(applicationData.length, applicationData);
      const made = Buffer.concat([Buffer.alloc(2 * (pointerAt + data.length)), data]);
      pointees.set(made, [data]);
      return made;
    },
  };
}
