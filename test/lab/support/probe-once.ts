/** Runs in a network namespace of its own: probes the endpoints of its command line and prints what they are. */
import { parseEndpoint } from '../../../src/core/address.ts';
import { systemNet } from '../../../src/core/net-sockets.ts';
import { probeEndpoint } from '../../../src/core/probe-endpoint.ts';

const net = systemNet();
const states = await Promise.all(
  process.argv.slice(2).map(async (text) => {
    const { state } = await probeEndpoint(net, parseEndpoint(text, 1688), {
      tcpMs: 1800,
      rpcMs: 700,
      bind: true,
    });
    return [text, state] as const;
  }),
);
net.close();
process.stdout.write(JSON.stringify(Object.fromEntries(states)));
