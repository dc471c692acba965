import { formatEndpoint } from '../core/address.ts';
import { TYPE } from '../core/dns-codes.ts';
import { displayName, type Fqdn } from '../core/name.ts';
import type { Endpoint, Net } from '../core/net.ts';
import { type QueryPatience, query } from '../core/query.ts';
import { readingProblem, type SrvReading, srvReadingFrom } from '../core/read-srv.ts';
import type { SrvRecord } from '../core/srv.ts';

/** Where a client's question goes: resolvers find the answer, authoritative servers have it. */
export interface Asked {
  readonly servers: readonly Endpoint[];
  readonly role: 'resolver' | 'authority';
}

/** The records of one owner name as a client would come by them. */
export type Published =
  | {
      readonly kind: 'records';
      readonly records: readonly SrvRecord[];
      readonly from: Endpoint;
      /** The names that aliases at the owner led to. */
      readonly aliases: readonly Fqdn[];
    }
  /** Somebody who knows says that there are none. */
  | { readonly kind: 'none'; readonly rcode: 'NXDOMAIN' | 'NOERROR'; readonly from: Endpoint }
  | { readonly kind: 'unknown'; readonly because: string };

/** Aliases followed before it is called a circle; resolvers stop at about as many. */
const MAX_ALIASES = 8;

/**
 * Asks one server after the other until one decides; a denial decides too, as it does for a client. Aliases at the
 * owner are followed, each by a question of its own, and told. Never throws for the network.
 */
export async function publishedRecords(
  net: Net,
  { servers, role }: Asked,
  owner: Fqdn,
  patience: QueryPatience,
): Promise<Published> {
  const problems: string[] = [];
  for (const server of servers) {
    const aliases: Fqdn[] = [];
    for (let name = owner; ; ) {
      const reading = await read(net, server, name, role, patience);
      if (reading.kind === 'alias' && aliases.length < MAX_ALIASES) {
        name = reading.target;
        aliases.push(name);
        continue;
      }
      const problem = problemOf(reading, role);
      if (problem !== undefined) problems.push(`${formatEndpoint(server)}: ${problem}`);
      else if (reading.kind === 'set')
        return { kind: 'records', records: reading.set.records, from: server, aliases };
      else if (reading.kind === 'absent') return { kind: 'none', rcode: reading.rcode, from: server };
      break;
    }
  }
  const because = servers.length === 0 ? 'there is no DNS server to ask' : problems.join('; ');
  return { kind: 'unknown', because };
}

async function read(
  net: Net,
  server: Endpoint,
  name: Fqdn,
  role: Asked['role'],
  patience: QueryPatience,
): Promise<SrvReading> {
  const question = { server, name, type: TYPE.SRV, recurse: role === 'resolver' };
  const outcome = await query(net, question, patience);
  return outcome.ok ? srvReadingFrom(outcome.value, name) : { kind: 'silent', fault: outcome.fault };
}

function problemOf(reading: SrvReading, role: Asked['role']): string | undefined {
  if (reading.kind === 'alias') return `aliases lead on and on, last to ${displayName(reading.target)}`;
  if (role === 'authority') return readingProblem(reading);
  // A resolver passes answers on, and that is what it is there for.
  return readingProblem('authoritative' in reading ? { ...reading, authoritative: true } : reading);
}
