import { parseIpAddress } from '../core/address.ts';
import type { DesiredState } from '../core/desired-state.ts';
import { KmsDnsError } from '../core/errors.ts';
import { kmsOwnerName } from '../core/kms.ts';
import type { Fqdn } from '../core/name.ts';
import type { IpAddress } from '../core/net.ts';
import { ENCODERS } from '../core/template-encoders.ts';

/** RFC 2181 §8: 31 bits. */
const MAX_TTL_SECONDS = 0x7fffffff;

/**
 * The second lock on what goes into any format: each name is absolute, lower case, of letters, digits, "-" and "_",
 * each address in its usual form, each number whole and in its range. Ids, paths and the file's name are not looked
 * at: whoever writes one of those passes it through words.ts. A state that was parsed always passes. Throws `value-refused`.
 */
export function checkValues(state: DesiredState): void {
  const good = new Set<Fqdn>();
  const name = (what: string, value: Fqdn): void => {
    if (good.has(value)) return;
    const encoded = ENCODERS.fqdn!(value, 0);
    if (!encoded.ok) throw refused(what, value, encoded.problem);
    good.add(value);
  };
  const number = (what: string, value: number, max: number): void => {
    if (!Number.isInteger(value) || value < 0 || value > max)
      throw refused(what, value, `it is not a whole number from 0 to ${max}`);
  };
  const address = (value: IpAddress): void => {
    if (parseIpAddress(value) !== value)
      throw refused('address', value, 'it is not an IP address in its usual form');
  };
  for (const server of Object.values(state.servers)) {
    if (server.name !== undefined) name('server', server.name);
    if (server.address !== undefined) address(server.address);
    number('port', server.port, 0xffff);
  }
  for (const host of state.hosts) {
    name('host', host.name);
    host.addresses.forEach(address);
    number('port', host.port, 0xffff);
  }
  for (const { domain, owner, zone, ttlSeconds, publish } of state.domains) {
    name('domain', domain);
    if (owner !== kmsOwnerName(domain)) throw refused('owner', owner, `it is not the owner in ${domain}`);
    if (zone !== undefined) name('zone', zone);
    if (ttlSeconds !== undefined) number('TTL', ttlSeconds, MAX_TTL_SECONDS);
    for (const { target, priority, weight, port } of publish) {
      name('target', target);
      number('priority', priority, 0xffff);
      number('weight', weight, 0xffff);
      number('port', port, 0xffff);
    }
  }
}

function refused(what: string, value: string | number, problem: string): KmsDnsError {
  return new KmsDnsError('value-refused', `${what} ${JSON.stringify(value)} cannot be written: ${problem}`, {
    hint: 'correct the value in the desired state; nothing was written',
  });
}
