/** Milliseconds of a clock that never jumps. `performance.now()` would load a module that costs a millisecond at start. */
export function clockMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}
