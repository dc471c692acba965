import { randomInt } from 'node:crypto';
import { TYPE } from '../core/dns-codes.ts';
import { displayName, type Fqdn, joinName } from '../core/name.ts';
import type { Endpoint, IpAddress, Net } from '../core/net.ts';
import { describeFault, type QueryPatience, query } from '../core/query.ts';
import { srvReadingFrom } from '../core/read-srv.ts';
import { hostResolver } from '../core/resolve.ts';
import type { SrvRecord } from '../core/srv.ts';

/** A domain controller as DNS names it. */
export interface Controller {
  readonly host: Fqdn;
  /** Left out: DNS gave the name alone. */
  readonly address?: IpAddress;
}

/** The domain controllers of a domain in the order in which to try them, or why they are not known. */
export type ControllersFound =
  | { readonly ok: true; readonly controllers: readonly [Controller, ...Controller[]] }
  | { readonly ok: false; readonly why: string };

/** Where every domain controller registers itself: [MS-ADTS] §6.3.2.3. */
const CONTROLLERS = '_ldap._tcp.dc._msdcs';

/**
 * Asks DNS for the domain controllers of a domain, and for their addresses: the servers in turn, until one makes a
 * statement. Never throws for the network.
 */
export async function findControllers(
  net: Net,
  servers: readonly Endpoint[],
  domain: Fqdn,
  patience: QueryPatience,
): Promise<ControllersFound> {
  const name = joinName(CONTROLLERS, domain);
  let why = 'there is no DNS server to ask';
  for (const server of servers) {
    const answer = await query(net, { server, name, type: TYPE.SRV, recurse: true }, patience);
    if (!answer.ok) {
      why = `${server.address}: ${describeFault(answer.fault)}`;
      continue;
    }
    const reading = srvReadingFrom(answer.value, name);
    if (reading.kind === 'set') {
      const [first, ...rest] = inTurn(reading.set.records.filter(({ target }) => target !== '.'));
      if (first === undefined) return { ok: false, why: `${displayName(name)} names no host` };
      return { ok: true, controllers: [await placed(first), ...(await Promise.all(rest.map(placed)))] };
    }
    if (reading.kind === 'absent') return { ok: false, why: `DNS has no ${displayName(name)}` };
    why = `${server.address}: ${reading.kind === 'error' ? `answered ${reading.rcode}` : `the name is no SRV set (${reading.kind})`}`;
  }
  return { ok: false, why };

  async function placed({ target }: SrvRecord): Promise<Controller> {
    const found = await hostResolver(net, servers, patience, false).addressesOf(target);
    const address = found.kind === 'addresses' ? found.addresses[0] : undefined;
    return { host: target, ...(address !== undefined && { address }) };
  }
}

/** RFC 2782: by priority, within one by chance; weights would matter to a crowd of clients, and this is one. */
function inTurn(records: readonly SrvRecord[]): readonly SrvRecord[] {
  return records
    .map((record) => ({ record, chance: randomInt(1 << 30) }))
    .sort((a, b) => a.record.priority - b.record.priority || a.chance - b.chance)
    .map(({ record }) => record);
}
