import type { Fqdn } from './name.ts';
import type { SecurityContext } from './security-context.ts';
import {
  FUDGE_SECONDS,
  judgeReply,
  type MacJudge,
  type MacVerdict,
  type Signer,
  signingTime,
} from './tsig.ts';
import { appendTsig, type TsigMessage, tsigDigestInput } from './tsig-record.ts';

/** The algorithm's name in TKEY and TSIG records: RFC 3645 §6. */
export const GSS_TSIG: Fqdn = 'gss-tsig.' as Fqdn;

/** Said of replies of Samba 4.17; 4.22 and BIND follow RFC 8945 §4.3.1. */
export const SHORT_DIGEST =
  'it is signed as Samba 4.17 signs, without the length of the MAC in front of the digest';

/**
 * Signs and verifies with an established security context: RFC 3645 §4.1, §4.2. MACs are made in the order in which
 * messages are handed over, and each message gets a new one: a context takes a MAC once only.
 *
 * `skewSeconds`, the server's clock minus ours, goes into the signing time: Kerberos libraries make good for a wrong
 * clock by themselves, and TSIG must follow.
 */
export function gssSigner(
  context: SecurityContext,
  keyName: Fqdn,
  skewSeconds: number,
  remarks: readonly string[] = [],
): Signer & Required<Pick<Signer, 'followClock'>> {
  const macs: MacJudge = {
    keyName,
    algorithmName: GSS_TSIG,
    judge: (reply, requestMac) => judgeMic(context, reply, requestMac),
  };
  let skew = skewSeconds;
  const serverTime = (now: Date): Date => new Date(now.getTime() + 1000 * skew);
  return {
    keyName,
    algorithm: 'gss-tsig',
    identity: { kind: 'principal', name: context.initiator() },
    mayUseUdp: false,
    remarks,
    sign: async (message, now) => {
      const fields = {
        keyName,
        algorithmName: GSS_TSIG,
        timeSignedSeconds: signingTime(serverTime(now)),
        fudgeSeconds: FUDGE_SECONDS,
        error: 0,
        other: new Uint8Array(0),
      };
      const mac = context.mac(tsigDigestInput(message, fields));
      const originalId = (message[0]! << 8) | message[1]!;
      return { signed: appendTsig(message, { ...fields, mac, originalId }), mac };
    },
    verify: async (reply, requestMac, now) => {
      const verdict = judgeReply(reply, macs, requestMac, serverTime(now));
      // What is measured must be told against our own clock.
      return verdict.kind === 'rejected' && verdict.skewSeconds !== undefined
        ? { ...verdict, skewSeconds: verdict.skewSeconds + skew }
        : verdict;
    },
    followClock: (seconds) => {
      skew = seconds;
    },
  };
}

/** The RFC's digest first. A MIC that does not fit takes no sequence number, so asking twice is safe. */
function judgeMic(
  context: SecurityContext,
  { record, message }: TsigMessage,
  requestMac: Uint8Array,
): MacVerdict {
  if (context.verify(tsigDigestInput(message, record, requestMac), record.mac)) return { good: true };
  const bare = Buffer.concat([requestMac, tsigDigestInput(message, record)]);
  if (context.verify(bare, record.mac)) return { good: true, note: SHORT_DIGEST };
  return { good: false, doubt: 'the MAC does not fit the reply' };
}
