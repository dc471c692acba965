/** Each format with 10,000 domains of three hosts: writing (which reads back) and reading. `npx tsx bench/formats.ts` */
import { performance } from 'node:perf_hooks';
import { type DesiredState, parseDesiredState } from '../src/core/desired-state.ts';
import type { Format } from '../src/formats/format.ts';
import { FORMATS } from '../src/formats/registry.ts';

/** Options without which a format cannot be written. */
const OPTIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {};

const LIMIT_MS = 1000;

/** `count` domains, a hundred in each zone, as a company with many sites has them. */
function stateOf(count: number): DesiredState {
  const head =
    'version: 1\nkeys: { k: { file: k.key } }\nservers: { corp: { address: 192.0.2.53, auth: { tsig: k } } }\ndomains:\n';
  const domains = Array.from({ length: count }, (_, i) => {
    const zone = `z${Math.floor(i / 100)}.contoso.com`;
    const hosts = [1, 2, 3].map((n) => `{ host: kms${n}.${zone}, priority: ${n}, weight: ${n * 10} }`);
    return `  site${i}.${zone}: { server: corp, zone: ${zone}, ttl: 600, publish: [${hosts.join(', ')}] }\n`;
  });
  return parseDesiredState(`${head}${domains.join('')}`, 'bench.yaml');
}

/** The best of three, so that a busy machine says little about us. */
function bestMs(work: () => unknown): number {
  const times = Array.from({ length: 3 }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  return Math.min(...times);
}

function measure(
  format: Format,
  state: DesiredState,
): { write: number; read: number | undefined; octets: number } {
  const options = OPTIONS[format.id];
  const { files } = format.write(state, options);
  const write = bestMs(() => format.write(state, options));
  const octets = files.map(({ path, content }) => ({
    path,
    content: typeof content === 'string' ? Buffer.from(content, 'utf8') : content,
  }));
  const { read } = format;
  return {
    write,
    read: read && bestMs(() => octets.map(({ path, content }) => read(content, path))),
    octets: octets.reduce((sum, { content }) => sum + content.length, 0),
  };
}

const few = stateOf(5_000);
const many = stateOf(10_000);
let slow = 0;
console.log('format             write 10,000   read 10,000   twice as many costs        size');
for (const format of FORMATS) {
  const half = measure(format, few);
  const whole = measure(format, many);
  const factor = whole.write / half.write;
  const tooSlow = whole.write > LIMIT_MS || (whole.read ?? 0) > LIMIT_MS;
  if (tooSlow) slow++;
  console.log(
    [
      format.id.padEnd(18),
      `${whole.write.toFixed(0)} ms`.padStart(12),
      (whole.read === undefined ? '–' : `${whole.read.toFixed(0)} ms`).padStart(13),
      `×${factor.toFixed(1)}`.padStart(21),
      `${(whole.octets / 1e6).toFixed(1)} MB`.padStart(12),
      tooSlow ? '  TOO SLOW' : '',
    ].join(' '),
  );
}
process.exitCode = slow === 0 ? 0 : 1;
