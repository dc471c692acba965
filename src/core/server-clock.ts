import { randomBytes } from 'node:crypto';
import { TYPE } from './dns-codes.ts';
import { randomMessageId } from './message-id.ts';
import { parseFqdn, ROOT } from './name.ts';
import type { Endpoint, Net } from './net.ts';
import { algorithmWireName, FUDGE_SECONDS, macOctets, signingTime } from './tsig.ts';
import { appendTsig, readTsig } from './tsig-record.ts';
import { encodeQuery } from './wire.ts';

/** Said in place of the time, so that what merely comes back is not taken for an agreement. */
const NO_TIME_SECONDS = 1;

/**
 * The server's clock minus ours, as it says without proof: a question signed with a key that it cannot know is
 * answered with BADKEY and the time of day there (RFC 8945 §5.2.1; BIND, Samba and Windows do so). Undefined when
 * it is not.
 */
export async function clockSkewSeconds(
  net: Net,
  server: Endpoint,
  timeoutMs: number,
): Promise<number | undefined> {
  const id = randomMessageId();
  const message = appendTsig(encodeQuery({ id, name: ROOT, type: TYPE.SOA, recurse: false }), {
    keyName: parseFqdn(`${randomBytes(8).toString('hex')}.what-time-is-it.invalid`),
    algorithmName: algorithmWireName('hmac-sha256'),
    timeSignedSeconds: NO_TIME_SECONDS,
    fudgeSeconds: FUDGE_SECONDS,
    mac: randomBytes(macOctets('hmac-sha256')),
    originalId: id,
    error: 0,
    other: new Uint8Array(0),
  });
  const exchanged = await net.exchange({ to: server, via: 'tcp', message, timeoutMs });
  if (!exchanged.ok) return undefined;
  const read = readTsig(exchanged.value.reply);
  if (!read.ok || read.value === undefined) return undefined;
  const { timeSignedSeconds } = read.value.record;
  if (timeSignedSeconds <= NO_TIME_SECONDS) return undefined;
  return timeSignedSeconds - signingTime(net.now());
}
