/*
 * Node does not end before a call into native code returns, and such a call cannot be stopped. Whoever makes one says
 * so here, and the program's last step asks. A thing of the whole process, as its end is.
 */

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
