/** A zone file of 100 MB through `kmsdns lint` as it is shipped, and what it costs. `npx tsx bench/lint.ts` */
import { spawnSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { builtCommand, inFolder } from './workshop.ts';

const OCTETS = 100_000_000;
const LIMIT_RSS_MB = 200;
/** Loaded before the command: only a process itself knows its greatest size, on every system. */
const TELL_SIZE =
  'data:text/javascript,process.on("exit",()=>console.error("maxRSS",process.resourceUsage().maxRSS))';

/** Hosts with addresses, a KMS set of three in each hundredth domain, one target of it without its final dot. */
function* zone(): Generator<Uint8Array> {
  let text = '$ORIGIN contoso.com.\n$TTL 3600\n@ SOA ns1 hostmaster 1 2 3 4 5\n';
  for (let i = 0, octets = 0; octets < OCTETS; i++) {
    text += `host${i} IN A 10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}\n`;
    if (i % 100 === 0)
      for (const [n, dot] of [
        [1, '.'],
        [2, '.'],
        [3, i % 10_000 === 0 ? '' : '.'],
      ] as const)
        text += `_vlmcs._tcp.site${i} IN SRV 10 ${n * 10} 1688 host${n}.contoso.com${dot}\n`;
    if (text.length < 64 * 1024) continue;
    octets += text.length;
    yield Buffer.from(text, 'latin1');
    text = '';
  }
}

await inFolder(async (folder) => {
  const command = await builtCommand(folder);
  const file = join(folder, 'db.contoso.com');
  await pipeline(Readable.from(zone()), createWriteStream(file));
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', TELL_SIZE, command, 'lint', '--json', file],
    { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, env: { ...process.env, NODE_OPTIONS: '' } },
  );
  const seconds = (performance.now() - start) / 1000;
  const kilobytes = /^maxRSS (\d+)$/m.exec(stderr)?.[1];
  if (status !== 2 || kilobytes === undefined)
    throw new Error(`lint ended with ${status}, where errors (2) were expected: ${stderr}`);
  const megabytes = (Number(kilobytes) * 1024) / 1e6;
  const { results } = JSON.parse(stdout) as { readonly results: readonly unknown[] };
  console.log(
    `${OCTETS / 1e6} MB in ${seconds.toFixed(1)} s, ${(OCTETS / 1e6 / seconds).toFixed(0)} MB/s; ` +
      `at most ${megabytes.toFixed(0)} MB resident; ${results.length} results`,
  );
  process.exitCode = megabytes > LIMIT_RSS_MB ? 1 : 0;
});
