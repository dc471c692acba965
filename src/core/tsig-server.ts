import { TSIG_ERROR } from './dns-codes.ts';
import {
  algorithmWireName,
  FUDGE_SECONDS,
  hmac,
  macOctets,
  sameMac,
  signingTime,
  type TsigKey,
} from './tsig.ts';
import { appendTsig, encodeTime, readTsig, type TsigRecord, tsigDigestInput } from './tsig-record.ts';

/**
 * What a server makes of a request's signature. Every error but FORMERR is answered with RCODE NOTAUTH and with the
 * verdict handed to {@link signReply}; FORMERR with that RCODE and no TSIG record: RFC 8945 §5.2.
 */
export type RequestVerdict =
  | { readonly kind: 'unsigned' }
  | { readonly kind: 'good'; readonly key: TsigKey; readonly mac: Uint8Array }
  | { readonly kind: 'error'; readonly error: 'FORMERR'; readonly detail: string }
  | { readonly kind: 'error'; readonly error: 'BADKEY' | 'BADSIG'; readonly record: TsigRecord }
  | {
      readonly kind: 'error';
      readonly error: 'BADTIME' | 'BADTRUNC';
      readonly record: TsigRecord;
      readonly key: TsigKey;
    };

/** Checks key, MAC, time and truncation, in this order: RFC 8945 §5.2. A shortened MAC is never enough here. */
export function verifyRequest(message: Uint8Array, keys: readonly TsigKey[], now: Date): RequestVerdict {
  const read = readTsig(message);
  if (!read.ok) return { kind: 'error', error: 'FORMERR', detail: read.detail };
  if (read.value === undefined) return { kind: 'unsigned' };
  const { record } = read.value;
  const key = keys.find(
    ({ name, algorithm }) => name === record.keyName && algorithmWireName(algorithm) === record.algorithmName,
  );
  if (key === undefined) return { kind: 'error', error: 'BADKEY', record };
  const full = macOctets(key.algorithm);
  const given = record.mac.length;
  // RFC 8945 §5.2.2.1: never under 10 octets, never under half the hash, never over the whole.
  if (given > full || given < Math.max(10, full / 2))
    return { kind: 'error', error: 'FORMERR', detail: `a MAC of ${given} octets with ${key.algorithm}` };
  const expected = hmac(key, tsigDigestInput(read.value.message, record));
  if (!sameMac(record.mac, expected.subarray(0, given))) return { kind: 'error', error: 'BADSIG', record };
  if (Math.abs(record.timeSignedSeconds - signingTime(now)) > record.fudgeSeconds)
    return { kind: 'error', error: 'BADTIME', record, key };
  if (given < full) return { kind: 'error', error: 'BADTRUNC', record, key };
  return { kind: 'good', key, mac: record.mac };
}

/**
 * The reply with the TSIG record its request's verdict asks for: none; a signed one; an unsigned one for BADKEY and
 * BADSIG; for BADTIME a signed one with the client's time, and the server's in Other: RFC 8945 §5.3.
 */
export function signReply(reply: Uint8Array, verdict: RequestVerdict, now: Date): Uint8Array {
  if (verdict.kind === 'unsigned' || (verdict.kind === 'error' && verdict.error === 'FORMERR')) return reply;
  const originalId = (reply[0]! << 8) | reply[1]!;
  const none = new Uint8Array(0);
  const stamp = { timeSignedSeconds: signingTime(now), fudgeSeconds: FUDGE_SECONDS };
  if (!('key' in verdict)) {
    const { keyName, algorithmName } = verdict.record;
    const error = TSIG_ERROR[verdict.error];
    return appendTsig(reply, { keyName, algorithmName, ...stamp, mac: none, originalId, error, other: none });
  }
  const { key } = verdict;
  const requestMac = verdict.kind === 'good' ? verdict.mac : verdict.record.mac;
  const badTime = verdict.kind === 'error' && verdict.error === 'BADTIME';
  const fields = {
    keyName: key.name,
    algorithmName: algorithmWireName(key.algorithm),
    timeSignedSeconds: badTime ? verdict.record.timeSignedSeconds : stamp.timeSignedSeconds,
    fudgeSeconds: stamp.fudgeSeconds,
    error: verdict.kind === 'good' ? 0 : TSIG_ERROR[verdict.error],
    other: badTime ? encodeTime(signingTime(now)) : none,
  };
  const mac = hmac(key, tsigDigestInput(reply, fields, requestMac));
  return appendTsig(reply, { ...fields, mac, originalId });
}
