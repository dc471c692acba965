import { expect, it, test } from 'vitest';
import { askServerKind, type ServerKind, serverKindOf } from '../../src/publish/server-kind.ts';
import { fakeNet, reply, SILENCE } from '../support/fake-net.ts';
import { SERVER } from '../support/publish-run.ts';

/* What real servers say, copied from dig CH TXT version.bind. */
test.each<[string, ServerKind]>([
  ['9.18.49-1~deb12u1-Debian', 'bind'],
  ['9.20.0', 'bind'],
  ['Knot DNS 3.2.6', 'knot'],
  ['PowerDNS Authoritative Server 4.7.3 (built Mar 12 2024)', 'powerdns'],
  ['NSD 4.6.1', 'nsd'],
  ['unbound 1.17.1', 'unbound'],
  ['kmsdns lab', 'lab'],
  ['none of your business', 'unknown'],
  ['', 'unknown'],
  ['dnsmasq-2.90', 'unknown'],
])('%j is %s', (version, kind) => {
  expect(serverKindOf(version)).toBe(kind);
});

const QUESTION = '10.0.0.53:53/tcp CH TXT version.bind';

it('asks over TCP, and reads a text of several strings as one', async () => {
  const data = ['9.18', '.49'];
  const net = fakeNet({
    [QUESTION]: reply({ answers: [{ type: 'TXT', name: 'version.bind', data, class: 'CH' }] }),
  });
  expect(await askServerKind(net, SERVER, 1000)).toBe('bind');
});

it.each([
  ['silence', SILENCE],
  ['a refusal', reply({ rcode: 5 })],
  ['something else than a text', reply({ answers: [{ type: 'A', name: 'version.bind', data: '10.0.0.1' }] })],
  ['noise', () => Uint8Array.of(1, 2, 3)],
])('takes %s for an unknown server', async (_name, answer) => {
  expect(await askServerKind(fakeNet({ [QUESTION]: answer }), SERVER, 1000)).toBe('unknown');
});
