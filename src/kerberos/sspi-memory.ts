import type { Native } from './native.ts';

/*
 * Structures of sspi.h, written octet by octet: SecBuffer { ULONG cbBuffer, BufferType; void *pvBuffer } and
 * SecBufferDesc { ULONG ulVersion, cBuffers; SecBuffer *pBuffers }.
 */

export const SEC_BUFFER = { data: 1, token: 2, padding: 9, stream: 10, channelBindings: 14 } as const;

export interface SecBuffers {
  /** The SecBufferDesc. */
  readonly descriptor: Buffer;
  /** How many octets of buffer `index` are used: Windows says so after a call. */
  used(index: number): number;
  /** Where the octets of buffer `index` lie: Windows may point elsewhere after a call. */
  address(index: number): bigint;
}

/** Two ULONG_PTR: a CredHandle or a CtxtHandle. */
export function secHandle({ pointerOctets }: Pick<Native, 'pointerOctets'>): Buffer {
  return Buffer.alloc(2 * pointerOctets);
}

/** A descriptor of these buffers, which live as long as it. */
export function secBuffers(
  { pointerOctets, address }: Pick<Native, 'pointerOctets' | 'address'>,
  buffers: readonly { readonly type: number; readonly octets: Uint8Array }[],
): SecBuffers {
  const size = 8 + pointerOctets;
  const array = Buffer.alloc(size * buffers.length);
  const writePointer = (into: Buffer, offset: number, octets: Uint8Array): void => {
    const value = octets.length === 0 ? 0n : address(octets);
    if (pointerOctets === 8) into.writeBigUInt64LE(value, offset);
    else into.writeUInt32LE(Number(value), offset);
  };
  for (const [i, { type, octets }] of buffers.entries()) {
    array.writeUInt32LE(octets.length, i * size);
    array.writeUInt32LE(type, i * size + 4);
    writePointer(array, i * size + 8, octets);
  }
  const descriptor = Buffer.alloc(size);
  descriptor.writeUInt32LE(buffers.length, 4);
  writePointer(descriptor, 8, array);
  pointees.set(descriptor, [array, ...buffers.map(({ octets }) => octets)]);
  return {
    descriptor,
    used: (index) => array.readUInt32LE(index * size),
    address: (index) =>
      pointerOctets === 8
        ? array.readBigUInt64LE(index * size + 8)
        : BigInt(array.readUInt32LE(index * size + 8)),
  };
}

/**
 * SEC_CHANNEL_BINDINGS { ULONG type, length, offset, of the initiator and of the acceptor; ULONG length, offset of the
 * application data }, followed by the latter.
 */
export function secChannelBindings(applicationData: Uint8Array): Buffer {
  const head = Buffer.alloc(32);
  head.writeUInt32LE(applicationData.length, 24);
  head.writeUInt32LE(head.length, 28);
  return Buffer.concat([head, applicationData]);
}

/** C sees addresses only; the garbage collector must see what lies there. */
const pointees = new WeakMap<Buffer, readonly Uint8Array[]>();
