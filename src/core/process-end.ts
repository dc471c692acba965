/*
 * Node does not end before a call into native code returns, and such a call cannot be stopped. Whoever starts one says
 * here how to end without it. A thing of the whole process, as its end is.
 */

let leave: ((exitCode: number) => Promise<void>) | undefined;

/** Sets what {@link leaveProcess} does. It must do nothing where nothing holds the process up. */
export function leaveProcessBy(way: (exitCode: number) => Promise<void>): void {
  leave = way;
}

/**
 * The last step of a program: ends the process, output flushed, if native code would hold it up. Otherwise it does
 * nothing, and the process ends by itself.
 */
export async function leaveProcess(exitCode: number): Promise<void> {
  await leave?.(exitCode);
}
