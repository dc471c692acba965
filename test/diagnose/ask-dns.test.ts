import { describe, expect, it } from 'vitest';
import { parseEndpoint } from '../../src/core/address.ts';
import { parseFqdn } from '../../src/core/name.ts';
import { askDns } from '../../src/diagnose/ask-dns.ts';
import type { DnsQuestion } from '../../src/diagnose/observation.ts';
import { type Answerer, fakeNet } from '../support/fake-net.ts';
import { octetsFromHex } from '../support/hex.ts';

/** What BIND 9.18.49, primary of `test.`, says of `glued.test.`, which it delegates: header without ID and what follows. */
const REFERRAL = octetsFromHex(`
  8000 0001 0000 0002 0004
  06 5f766c6d6373 04 5f746370 05 676c756564 04 74657374 00 0021 0001
  05 676c756564 04 74657374 00 0002 0001 0000012c 0006 03 6e7331 c028
  c028 0002 0001 0000012c 0006 03 6e7332 c028
  c050 0001 0001 0000012c 0004 0a350009
  c03e 0001 0001 0000012c 0004 0a350008
  c03e 001c 0001 0000012c 0010 fd000053000000000000000000000008
  00 0029 04d0 0000 0000 0000`);

const QUESTION: DnsQuestion = {
  purpose: 'srv-authority',
  server: parseEndpoint('10.53.0.1', 53),
  role: 'authority',
  name: parseFqdn('_vlmcs._tcp.glued.test'),
  type: 'SRV',
  recurse: false,
  transport: 'auto',
  edns: true,
  checkingDisabled: false,
};

async function answerTo(octets: Uint8Array): Promise<unknown> {
  const answerer: Answerer = (message) => Buffer.concat([message.subarray(0, 2), octets]);
  const outcome = await askDns(fakeNet({ '10.53.0.1:53 *': answerer }), QUESTION, 1000);
  return outcome.ok ? outcome.value : outcome.fault;
}

describe('a referral', () => {
  it('tells the zone below, its name servers, and the addresses that came along', async () => {
    expect(await answerTo(REFERRAL)).toMatchObject({
      referral: 'glued.test.',
      delegation: [
        { host: 'ns1.glued.test.', addresses: ['10.53.0.8', 'fd00:53::8'] },
        { host: 'ns2.glued.test.', addresses: ['10.53.0.9'] },
      ],
    });
  });

  it('is none from a server that is responsible itself', async () => {
    const authoritative = Uint8Array.from(REFERRAL);
    authoritative[0]! |= 0x04;
    expect(await answerTo(authoritative)).not.toHaveProperty('delegation');
  });
});
