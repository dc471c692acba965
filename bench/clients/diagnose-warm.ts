/**
 * What a diagnosis waits for, apart from the start of a process: one domain diagnosed again and again over the
 * library's own functions. Arguments: the server as ADDRESS:PORT, the domain. Prints the median in milliseconds from
 * before the first question to the last observation, as JSON.
 */
import { parseEndpoint } from '../../src/core/address.ts';
import { parseFqdn } from '../../src/core/name.ts';
import { systemNet } from '../../src/core/net-sockets.ts';
import type { Case } from '../../src/diagnose/case.ts';
import { clientFrom } from '../../src/diagnose/client-profile.ts';
import { DEFAULT_PATIENCE, gather } from '../../src/diagnose/gather.ts';

const TIMES = 40;
/** Not counted: V8 compiles meanwhile. */
const WARM_UP = 10;

async function main([at = '', domain = '']: readonly string[]): Promise<void> {
  const server = parseEndpoint(at, 53);
  const name = parseFqdn(domain);
  const client = clientFrom([], {
    generation: undefined,
    domains: [name],
    systemSuffixes: undefined,
    systemResolvers: [server],
    resolversGiven: true,
    assumptions: [],
  });
  const one: Case = {
    client,
    examined: [name],
    authorities: [server],
    expected: [],
    hosts: [],
    reported: undefined,
    randomLabel: 'kmsdns-bench',
    controlPort: 65_530,
    depth: 'full',
  };
  const times: number[] = [];
  for (let i = 0; i < TIMES; i++) {
    const net = systemNet();
    const startedMs = performance.now();
    const seen = await gather(net, one, DEFAULT_PATIENCE);
    times.push(performance.now() - startedMs);
    net.close();
    const bound = seen.some(
      (said) =>
        said.probe.kind === 'endpoint' &&
        said.outcome.ok &&
        'state' in said.outcome.value &&
        said.outcome.value.state === 'bound',
    );
    if (!bound) throw new Error('the host did not accept the bind');
  }
  const counted = times.slice(WARM_UP).sort((x, y) => x - y);
  process.stdout.write(`${JSON.stringify({ ms: counted[counted.length >> 1] })}\n`);
}

void main(process.argv.slice(2));
