/**
 * `npm run bench`: what kmsdns costs, each figure beside a peer measured in the same minutes. `npm run bench -- NAME…`
 * measures some of it; `--write` puts the table into docs/performance.md.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { applyOne } from './apply-one.ts';
import { applyThousand } from './apply-thousand.ts';
import { batch } from './batch.ts';
import { diagnose } from './diagnose.ts';
import { dnsEngine } from './dns-engine.ts';
import { machineFacts } from './facts.ts';
import { formats } from './formats.ts';
import { gss } from './gss.ts';
import { kerberos } from './kerberos.ts';
import { lint } from './lint.ts';
import { probe } from './probe.ts';
import { startUp } from './start-up.ts';
import { type Measurement, markdownTable, type Row } from './table.ts';

const MEASUREMENTS: readonly Measurement[] = [
  startUp,
  dnsEngine,
  applyOne,
  applyThousand,
  gss,
  kerberos,
  diagnose,
  batch,
  probe,
  formats,
  lint,
];
const PAGE = fileURLToPath(new URL('../docs/performance.md', import.meta.url));

async function main(args: readonly string[]): Promise<number> {
  const write = args.includes('--write');
  const names = args.filter((arg) => arg !== '--write');
  const unknown = names.find((name) => !MEASUREMENTS.some((one) => one.name === name));
  if (unknown !== undefined || (write && names.length > 0)) {
    const all = MEASUREMENTS.map(({ name }) => name).join(', ');
    const why =
      unknown === undefined ? '--write needs all measurements' : `no measurement is called ${unknown}`;
    process.stderr.write(`${why}; there are ${all}\n`);
    return 64;
  }
  const rows: Row[] = [];
  const skipped: string[] = [];
  for (const { name, run } of MEASUREMENTS.filter((one) => names.length === 0 || names.includes(one.name))) {
    const measured = await run((text) => process.stderr.write(`${name}: ${text}\n`));
    rows.push(...measured.rows);
    skipped.push(...measured.skipped);
  }
  const facts = await machineFacts();
  const text = [facts, '', markdownTable(rows), ...skipped.map((reason) => `\n${reason}`)].join('\n');
  process.stdout.write(`${text}\n`);
  if (write) {
    const day = new Date().toISOString().slice(0, 10);
    writeFileSync(PAGE, withTable(readFileSync(PAGE, 'utf8'), `Measured ${day}: ${text}`));
  }
  return 0;
}

const BEGIN = '<!-- npm run bench -- --write: begin -->';
const END = '<!-- npm run bench -- --write: end -->';

function withTable(page: string, text: string): string {
  const from = page.indexOf(BEGIN);
  const to = page.indexOf(END);
  if (from < 0 || to < from) throw new Error(`${PAGE} has lost its markers`);
  return `${page.slice(0, from + BEGIN.length)}\n${text}\n${page.slice(to)}`;
}

process.exitCode = await main(process.argv.slice(2));
