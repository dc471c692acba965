import { afterAll, beforeAll, beforeEach, describe, test } from 'vitest';
import { markLogs, printLogsSinceMark, runningServers, stopAllBut } from './daemon.ts';
import { missingFor, type ServerBinary } from './programs.ts';

/**
 * `describe` for tests that need real servers: `labServer('named')('BIND', () => …)`, with the server started in
 * `beforeAll`. Missing programs skip the whole block and say why; with LAB_REQUIRED=1 they fail it. Inside, a
 * failed test prints what the servers logged during it, and every server that the block started is stopped at
 * its end, whatever happened.
 */
export function labServer(...binaries: readonly ServerBinary[]): (name: string, body: () => void) => void {
  const missing = binaries.map(missingFor).filter((reason) => reason !== undefined);
  if (missing.length === 0) return (name, body) => describe(name, () => withServers(body));
  const reason = missing.join('; ');
  if (process.env.LAB_REQUIRED === '1') {
    return (name) =>
      describe(name, () => {
        test('has its server', () => {
          throw new Error(`LAB_REQUIRED=1, but ${reason}`);
        });
      });
  }
  return (name, body) => {
    process.stderr.write(`lab: "${name}" is left out: ${reason}\n`);
    describe.skip(`${name} (left out: ${reason})`, body);
  };
}

function withServers(body: () => void): void {
  let before = runningServers();
  beforeAll(() => {
    before = runningServers();
  });
  beforeEach(({ onTestFailed }) => {
    markLogs();
    onTestFailed(printLogsSinceMark);
  });
  afterAll(() => stopAllBut(before));
  body();
}
