import { bounded } from '../core/bounded.ts';
import { type Fqdn, ROOT } from '../core/name.ts';
import type { IpAddress, Net } from '../core/net.ts';
import { type EndpointPatience, type EndpointProbe, probeEndpoint } from '../core/probe-endpoint.ts';
import type { HostResolver } from '../core/resolve.ts';
import type { SrvRecord } from '../core/srv.ts';
import type { DeadHost } from './simulate.ts';

/** One host of a record, tried as a client would. */
export interface HostTried {
  readonly target: Fqdn;
  readonly port: number;
  /** `unknown` when neither was found out. */
  readonly state: 'alive' | 'dead' | 'unknown';
  /** What was seen, address by address. */
  readonly because: string;
  /** Set when it is dead. */
  readonly dead?: DeadHost;
}

/**
 * Looks up and binds to every host of the records, each host and port once; no call is made. One address that accepts
 * makes the host alive, as it does for a client.
 */
export async function tryHosts(
  net: Net,
  records: readonly SrvRecord[],
  hosts: HostResolver,
  patience: EndpointPatience,
  concurrency: number,
): Promise<readonly HostTried[]> {
  const wanted = new Map<string, SrvRecord>();
  for (const record of records)
    if (record.target !== ROOT && record.port > 0) wanted.set(`${record.target} ${record.port}`, record);
  return bounded([...wanted.values()], concurrency, async ({ target, port }) => {
    const found = await hosts.addressesOf(target);
    if (found.kind === 'unknown') return { target, port, state: 'unknown', because: found.because };
    if (found.kind === 'none') {
      const because = found.rcode === 'NXDOMAIN' ? 'the name does not exist' : 'the name has no address';
      return { target, port, state: 'dead', because, dead: { target, port, fails: 'at-once' } };
    }
    const tried = await Promise.all(
      found.addresses.map(async (address) => ({
        address,
        probe: await probeEndpoint(net, { address, port }, patience),
      })),
    );
    return judgeHost(target, port, tried);
  });
}

/** What the probes of all its addresses make of a host. */
export function judgeHost(
  target: Fqdn,
  port: number,
  tried: readonly { readonly address: IpAddress; readonly probe: Pick<EndpointProbe, 'state' | 'detail'> }[],
): HostTried {
  const because = tried.map(({ address, probe }) => `${address}: ${probe.detail}`).join('; ');
  if (tried.some(({ probe }) => probe.state === 'bound')) return { target, port, state: 'alive', because };
  if (tried.some(({ probe }) => probe.state === 'unknown'))
    return { target, port, state: 'unknown', because };
  // A connection that is taken and never answered is given up no sooner than one that is not taken.
  const slow = tried.filter(({ probe }) => probe.state === 'filtered' || probe.state === 'silent').length;
  const fails = slow === 0 ? 'at-once' : 'after-timeout';
  return {
    target,
    port,
    state: 'dead',
    because,
    dead: { target, port, fails, ...(slow > 1 ? { addresses: slow } : {}) },
  };
}
