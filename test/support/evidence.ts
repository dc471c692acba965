import { readdirSync, readFileSync } from 'node:fs';
import { readEvidence } from '../../src/diagnose/evidence/read-evidence.ts';
import type { Fact, FactsRead } from '../../src/diagnose/fact.ts';

const FOLDER = new URL('../fixtures/evidence/', import.meta.url);

/** Every sample by name. */
export const SAMPLES: readonly string[] = readdirSync(FOLDER).filter((name) => !/^\.|\.md$/.test(name));

export function sampleOctets(name: string): Uint8Array {
  return readFileSync(new URL(name, FOLDER));
}

export function readSample(name: string): FactsRead {
  return readEvidence(sampleOctets(name), name, 1);
}

export function readText(text: string): FactsRead {
  return readEvidence(new TextEncoder().encode(text), 'given', 1);
}

/** What facts say, without where: `[kind, value]`, with members that are not known left out. */
export function said(facts: readonly Fact[]): readonly unknown[] {
  return facts.map(({ id, file, line, place, raw, kind, ...value }) => [
    kind,
    JSON.parse(JSON.stringify(value)),
  ]);
}

/** Values of one kind, without where. */
export function saidOf(read: FactsRead, kind: Fact['kind']): readonly unknown[] {
  return said(read.facts.filter((fact) => fact.kind === kind)).map((each) => (each as [string, unknown])[1]);
}

/** Meaning of the first decoded field with this label. */
export function meaningOf(read: FactsRead, label: string): string | undefined {
  const field = read.decoded.find((each) => each.label === label);
  return field && `${field.value}: ${field.meaning}`;
}
