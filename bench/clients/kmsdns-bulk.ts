/** Our engine for many names: `readSrvBulk`. Every answer is read, as a diagnosis of many domains would. */
import { type Fqdn, parseFqdn } from '../../src/core/name.ts';
import type { BulkNet, IpAddress } from '../../src/core/net.ts';
import { systemNet } from '../../src/core/net-sockets.ts';
import { readSrvBulk } from '../../src/core/read-srv-bulk.ts';
import { taskFromArguments, tell } from './task.ts';

async function main(): Promise<void> {
  const { port, names, seconds, inFlight } = taskFromArguments();
  const owners = names.map((name) => parseFqdn(name));
  const sockets = systemNet();
  let lost = 0;
  // A first try that is lost is made good by an exchange.
  const net: BulkNet = {
    ...sockets,
    exchange: (ask) => {
      lost++;
      return sockets.exchange(ask);
    },
  };
  let over = false;
  setTimeout(() => {
    over = true;
  }, seconds * 1000);
  function* questions(): Generator<Fqdn> {
    for (let i = 0; !over; i++) yield owners[i % owners.length]!;
  }
  let answered = 0;
  let wrong = 0;
  const startedMs = performance.now();
  const server = { address: '127.0.0.1' as IpAddress, port };
  await readSrvBulk(
    net,
    { server, recurse: false, inFlight, patience: { timeoutMs: 1000 } },
    questions(),
    (_, reading) => {
      answered++;
      if (reading.kind !== 'set' || reading.set.records.length !== 2) wrong++;
    },
  );
  tell({ answered, lost, wrong, seconds: (performance.now() - startedMs) / 1000 });
  sockets.close();
}

void main();
