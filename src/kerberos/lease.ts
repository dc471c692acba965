/**
 * Handles of a library, which are given back once: now, or when the call ends that still uses them and that nobody
 * waits for any more.
 */
export interface Lease {
  /** A call is still at work with the handles: nothing else may use them. */
  readonly isLeftBehind: boolean;
  readonly isOver: boolean;
  /** `ended` must not reject. */
  leaveBehind(ended: Promise<unknown>): void;
  /** May be called twice. */
  end(): void;
}

/** `release` is called once, when the lease is over and no call is left behind. */
export function leaseOf(release: () => void): Lease {
  let callsLeft = 0;
  let isOver = false;
  return {
    get isLeftBehind() {
      return callsLeft > 0;
    },
    get isOver() {
      return isOver;
    },
    leaveBehind(ended) {
      callsLeft++;
      void ended.then(() => {
        callsLeft--;
        if (isOver && callsLeft === 0) release();
      });
    },
    end() {
      if (isOver) return;
      isOver = true;
      if (callsLeft === 0) release();
    },
  };
}
