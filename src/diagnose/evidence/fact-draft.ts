import type { DecodedField, Fact, FactKind, FactPlace, FactsRead } from '../fact.ts';

/** What a hostile file may make of us: far above any honest export. */
const MAX_FACTS = 10_000;
const MAX_DECODED = 20_000;
const MAX_PROBLEMS = 100;
const MAX_VALUE = 1000;

/** Where a value stands in the file that is being read. */
export interface At {
  readonly line?: number | undefined;
  readonly place: string;
  readonly raw: string;
}

export type FactValue<K extends FactKind> = Omit<Fact<K>, keyof FactPlace | 'kind'>;

/** What a reader has made of a file so far. Bounded: what is too much is left out, and that is said. */
export class FactDraft {
  readonly file: string;
  readonly #firstId: number;
  readonly #facts: Fact[] = [];
  readonly #decoded: DecodedField[] = [];
  readonly #problems: { line: number | undefined; message: string }[] = [];
  #leftOut = 0;
  #problemsLeftOut = 0;

  constructor(file: string, firstId: number) {
    this.file = file;
    this.#firstId = firstId;
  }

  fact<K extends FactKind>(kind: K, at: At, value: FactValue<K>): void {
    if (this.#facts.length >= MAX_FACTS) {
      this.#leftOut++;
      return;
    }
    this.#facts.push({
      id: `f${this.#firstId + this.#facts.length}`,
      file: this.file,
      ...(at.line === undefined ? {} : { line: at.line }),
      place: clip(at.place),
      raw: clip(at.raw),
      kind,
      ...(bounded(value) as object),
    } as unknown as Fact);
  }

  decoded(label: string, value: string, meaning: string): void {
    if (this.#decoded.length >= MAX_DECODED) return;
    this.#decoded.push({ label: clip(label), value: clip(value), meaning: clip(meaning) });
  }

  problem(line: number | undefined, message: string): void {
    if (this.#problems.length < MAX_PROBLEMS) this.#problems.push({ line, message: clip(message) });
    else this.#problemsLeftOut++;
  }

  has(kind: FactKind): boolean {
    return this.#facts.some((fact) => fact.kind === kind);
  }

  get factCount(): number {
    return this.#facts.length;
  }

  get decodedCount(): number {
    return this.#decoded.length;
  }

  read(format: string | undefined): FactsRead {
    const problems = [...this.#problems];
    if (this.#leftOut > 0)
      problems.push({
        line: undefined,
        message: `more than ${MAX_FACTS} facts; ${this.#leftOut} are left out: send a shorter export`,
      });
    if (this.#problemsLeftOut > 0)
      problems.push({ line: undefined, message: `and ${this.#problemsLeftOut} more problems` });
    return { file: this.file, format, facts: this.#facts, decoded: this.#decoded, problems };
  }
}

/** The same plain JSON with no text longer than {@link clip} leaves it and no list longer than honest ones. */
function bounded(value: unknown): unknown {
  if (typeof value === 'string') return clip(value);
  if (Array.isArray(value)) return value.slice(0, MAX_VALUE).map(bounded);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, bounded(each)]));
}

/** At most a thousand characters: a value is shown to a person, and no honest one is longer. */
export function clip(text: string): string {
  return text.length <= MAX_VALUE ? text : `${text.slice(0, MAX_VALUE)}…`;
}
