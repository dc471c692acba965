/*
 * Node does not end before a call into native code returns, and such a call cannot be stopped. Whoever starts one says
 * here how to end without it. A thing of the whole process, as its end is.
 */

let leave: ((exitCode: number) => Promise<void>) | undefined;

/** Sets what {@link leaveProcess} does. It must do nothing where nothing holds the process up. */
export function leaveProcessBy(way: (exitCode: number) => Promise<void>): void {
  leave = way;
}

/** Calls of Node's own into native code that nobody waits for any more. */
let calls = 0;

/** Counts a call that cannot be cancelled, such as getaddrinfo, while it lasts. */
export function countCall<T>(call: Promise<T>): Promise<T> {
  calls++;
  return call.finally(() => {
    calls--;
  });
}

/** Would the process wait for a call at its end? */
export function isHeldUp(): boolean {
  return calls > 0;
}

/**
 * The last step of a program: ends the process, output flushed, if native code would hold it up. Otherwise it does
 * nothing, and the process ends by itself.
 */
export async function leaveProcess(exitCode: number): Promise<void> {
  await leave?.(exitCode);
}
