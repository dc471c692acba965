import { describe, test } from 'vitest';
import { findProgram } from '../lab/support/programs.ts';

/**
 * `describe` for tests whose judge is a program. Without it the block is skipped and says so; with LAB_REQUIRED=1
 * it fails.
 */
export function needsProgram(
  name: string,
  debianPackage: string = 'bind9-utils',
): (title: string, body: () => void) => void {
  if (findProgram(name) !== undefined) return (title, body) => describe(title, body);
  if (process.env.LAB_REQUIRED === '1') {
    return (title) =>
      describe(title, () => {
        test('has its judge', () => {
          throw new Error(`LAB_REQUIRED=1, but ${name} is not installed`);
        });
      });
  }
  return (title, body) => {
    process.stderr.write(
      `"${title}" is left out: ${name} is not installed (Debian: apt-get install ${debianPackage})\n`,
    );
    describe.skip(`${title} (left out: ${name} is not installed)`, body);
  };
}
