/** Each format with 10,000 domains of three hosts: writing, which reads back, and reading, in processor time. */
import { type DesiredState, parseDesiredState } from '../src/core/desired-state.ts';
import type { Format } from '../src/formats/format.ts';
import { FORMATS } from '../src/formats/registry.ts';
import { duration, type Measured, type Measurement, type Row } from './table.ts';

export const formats: Measurement = { name: 'formats', run };

const LIMIT_MS = 1000;
const DOMAINS = 10_000;

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

/** Processor time, and of three runs the least: what else the machine does then says little about us. */
function bestMs(work: () => unknown): number {
  const times = Array.from({ length: 3 }, () => {
    const start = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  });
  return Math.min(...times);
}

function measure(
  format: Format,
  state: DesiredState,
): { write: number; read: number | undefined; octets: number } {
  const { files } = format.write(state);
  const write = bestMs(() => format.write(state));
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

async function run(say: (text: string) => void): Promise<Measured> {
  const few = stateOf(DOMAINS / 2);
  const many = stateOf(DOMAINS);
  const costs = FORMATS.map((format) => {
    say(format.id);
    const half = measure(format, few);
    const { write, read } = measure(format, many);
    return { id: format.id, write, read, growth: write / half.write };
  });
  const worst = (what: string, of: (cost: (typeof costs)[number]) => number | undefined): Row => {
    const slowest = costs.reduce((one, other) => ((of(other) ?? 0) > (of(one) ?? 0) ? other : one));
    const ms = of(slowest) ?? 0;
    return {
      what: `${what}, the slowest of ${costs.length} formats`,
      ours: `${duration(ms)}, ${slowest.id}`,
      peer: '',
      theirs: '',
      target: { said: `< ${duration(LIMIT_MS)}`, met: ms < LIMIT_MS },
    };
  };
  const steepest = costs.reduce((one, other) => (other.growth > one.growth ? other : one));
  return {
    rows: [
      worst('10,000 domains written and read back', ({ write }) => write),
      worst('10,000 domains read', ({ read }) => read),
      {
        what: 'writing twice as many costs, at most',
        ours: `×${steepest.growth.toFixed(1)}, ${steepest.id}`,
        peer: '',
        theirs: '',
      },
    ],
    skipped: [],
  };
}
