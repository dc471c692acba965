/** What every client of the DNS engine's race is given, as its arguments: port, names, seconds, queries in flight. */
import { readFileSync } from 'node:fs';

export interface Task {
  readonly port: number;
  readonly names: readonly string[];
  readonly seconds: number;
  readonly inFlight: number;
}

/** What it prints as one line of JSON. */
export interface Tally {
  readonly answered: number;
  /** Queries whose first answer never came. */
  readonly lost: number;
  /** Answers that were not the two records. */
  readonly wrong: number;
  readonly seconds: number;
}

export function taskFromArguments(): Task {
  const [port, file, seconds, inFlight] = process.argv.slice(2);
  const names = readFileSync(file!, 'utf8').trim().split('\n');
  return { port: Number(port), names, seconds: Number(seconds), inFlight: Number(inFlight) };
}

export function tell(tally: Tally): void {
  process.stdout.write(`${JSON.stringify(tally)}\n`);
}
