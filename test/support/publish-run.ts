/** One publisher at one desk, on a network made of a table. */
import { type DesiredState, parseDesiredState } from '../../src/core/desired-state.ts';
import { parseKeyText } from '../../src/core/key-file.ts';
import type { Endpoint } from '../../src/core/net.ts';
import { hmacSigner, type Signer, type TsigKey } from '../../src/core/tsig.ts';
import { signReply, verifyRequest } from '../../src/core/tsig-server.ts';
import type { Reach } from '../../src/publish/reach.ts';
import { type Answerer, type FakeNet, reply, soaAnswer, srvAnswer, updateReply } from './fake-net.ts';
import { endpoint } from './srv-sets.ts';

/** The server of every row: `10.0.0.53:53`. */
export const SERVER: Endpoint = endpoint('10.0.0.53');

export const KEY: TsigKey = parseKeyText(
  'hmac-sha256:kms-publisher:c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0IQ==',
  'test',
).key;
const SIGNERS: ReadonlyMap<string, Signer> = new Map([['kms-publisher', hmacSigner(KEY)]]);

/** `domains` is the YAML below `domains:`; every domain may use the servers `corp` (signed) and `open`. */
export function stateFrom(domains: string): DesiredState {
  return parseDesiredState(
    `version: 1
keys: { kms-publisher: { env: KEY } }
servers:
  corp: { address: 10.0.0.53, auth: { tsig: kms-publisher } }
  open: { address: 10.0.0.53 }
domains:
${domains}`,
    'kmsdns.yaml',
  );
}

export function reachOver(net: FakeNet, more: Partial<Reach> = {}): Reach {
  return {
    net,
    patience: { timeoutMs: 1000 },
    servers: [],
    authorities: [],
    resolvers: [],
    signers: SIGNERS,
    concurrency: 4,
    ...more,
  };
}

/** Signs what an answerer says, as a server that knows {@link KEY}. */
export function signed(answerer: Answerer, net: () => FakeNet, key = KEY): Answerer {
  return (message) => signReply(answerer(message), verifyRequest(message, [key], net().now()), net().now());
}

/** The zone contoso.com on {@link SERVER}, with one name server and this set. */
export function contosoRows(...records: readonly string[]): Record<string, Answerer> {
  const owner = '_vlmcs._tcp.contoso.com';
  const nothing = reply({ rcode: 3, authorities: [soaAnswer('contoso.com', 'ns1.contoso.com')] });
  return {
    '10.0.0.53:53 SOA contoso.com': reply({ answers: [soaAnswer('contoso.com', 'ns1.contoso.com')] }),
    [`10.0.0.53:53 SOA ${owner}`]: nothing,
    '10.0.0.53:53 NS contoso.com': reply({
      answers: [{ type: 'NS', name: 'contoso.com', ttl: 300, data: 'ns1.contoso.com' }],
    }),
    '10.0.0.53:53 A ns1.contoso.com': reply({
      answers: [{ type: 'A', name: 'ns1.contoso.com', ttl: 300, data: '10.0.0.53' }],
    }),
    '10.0.0.53:53 AAAA ns1.contoso.com': reply({}),
    [`10.0.0.53:53 SRV ${owner}`]:
      records.length === 0 ? nothing : reply({ answers: srvAnswer(owner, 300, ...records) }),
    // Near misses, hosts and the name that nobody published.
    '10.0.0.53:53 *': nothing,
  };
}

export { updateReply };
