/** Our engine for single questions, `readSrv`, as plan and apply use it: with a promise, a timer and retries for each. */
import { bounded } from '../../src/core/bounded.ts';
import { parseFqdn } from '../../src/core/name.ts';
import type { IpAddress } from '../../src/core/net.ts';
import { systemNet } from '../../src/core/net-sockets.ts';
import { readSrv } from '../../src/core/read-srv.ts';
import { taskFromArguments, tell } from './task.ts';

async function main(): Promise<void> {
  const { port, names, seconds, inFlight } = taskFromArguments();
  const owners = names.map((name) => parseFqdn(name));
  const net = systemNet();
  const server = { address: '127.0.0.1' as IpAddress, port };
  let answered = 0;
  let wrong = 0;
  const startedMs = performance.now();
  const endMs = startedMs + seconds * 1000;
  await bounded([...Array(inFlight).keys()], inFlight, async (first) => {
    for (let i = first; performance.now() < endMs; i += inFlight) {
      const reading = await readSrv(net, server, owners[i % owners.length]!, { timeoutMs: 1000 });
      answered++;
      if (reading.kind !== 'set' || reading.set.records.length !== 2) wrong++;
    }
  });
  tell({ answered, lost: 0, wrong, seconds: (performance.now() - startedMs) / 1000 });
  net.close();
}

void main();
