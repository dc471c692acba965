/** node:dns, which is c-ares: four resolvers, since each is one queue. */
import { promises as dns } from 'node:dns';
import { taskFromArguments, tell } from './task.ts';

async function main(): Promise<void> {
  const { port, names, seconds, inFlight } = taskFromArguments();
  const resolvers = Array.from({ length: 4 }, () => {
    const resolver = new dns.Resolver({ timeout: 1000, tries: 1 });
    resolver.setServers([`127.0.0.1:${port}`]);
    return resolver;
  });
  let answered = 0;
  let lost = 0;
  let wrong = 0;
  const startedMs = performance.now();
  const endMs = startedMs + seconds * 1000;
  const lane = async (first: number): Promise<void> => {
    for (let i = first; performance.now() < endMs; i += inFlight) {
      try {
        const records = await resolvers[i % 4]!.resolveSrv(names[i % names.length]!);
        answered++;
        if (records.length !== 2) wrong++;
      } catch {
        lost++;
      }
    }
  };
  await Promise.all(Array.from({ length: inFlight }, (_, first) => lane(first)));
  tell({ answered, lost, wrong, seconds: (performance.now() - startedMs) / 1000 });
}

void main();
