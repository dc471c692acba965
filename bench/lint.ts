/** A zone file of 100 MB through lint, and what it costs. `npx tsx bench/lint.ts` */
import { performance } from 'node:perf_hooks';
import { fileLinter } from '../src/lint/lint-file.ts';

const OCTETS = 100_000_000;
const LIMIT_RSS_MB = 200;

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

const start = performance.now();
const linter = fileLinter('db.contoso.com');
let peak = 0;
for (const octets of zone()) {
  linter.feed(octets);
  peak = Math.max(peak, process.memoryUsage.rss());
}
const { results, more } = linter.end();
peak = Math.max(peak, process.memoryUsage.rss());
const seconds = (performance.now() - start) / 1000;
const megabytes = peak / 1e6;
console.log(
  `${OCTETS / 1e6} MB in ${seconds.toFixed(1)} s, ${(OCTETS / 1e6 / seconds).toFixed(0)} MB/s; ` +
    `at most ${megabytes.toFixed(0)} MB resident; ${results.length + more} results`,
);
process.exitCode = megabytes > LIMIT_RSS_MB ? 1 : 0;
