/** Lets only so many things be under way at once; the others wait for their turn, in the order in which they came. */
export class Turns {
  readonly #limit: number;
  readonly #waiting: (() => void)[] = [];
  #underWay = 0;
  #starting = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Calls `start`, now or later. Each start must be followed by one {@link finish}, and may be within itself. */
  begin(start: () => void): void {
    this.#waiting.push(start);
    this.#startMore();
  }

  finish(): void {
    this.#underWay--;
    this.#startMore();
  }

  /** A loop and no recursion: when a run is over, thousands of starts finish at once. */
  #startMore(): void {
    if (this.#starting) return;
    this.#starting = true;
    while (this.#underWay < this.#limit && this.#waiting.length > 0) {
      this.#underWay++;
      this.#waiting.shift()!();
    }
    this.#starting = false;
  }
}
