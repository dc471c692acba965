import { KmsDnsError } from '../core/errors.ts';
import type { Context } from './command.ts';

/**
 * Resolves when the person at the terminal agrees to `deed` ("change 2 domains"). Throws `confirmation-needed` where
 * there is nobody to ask, with `otherwise` as what to do, and `interrupted` for any other answer than yes.
 */
export async function confirm({ io }: Context, deed: string, otherwise: string): Promise<void> {
  const stopped = (): KmsDnsError => new KmsDnsError('interrupted', 'stopped; nothing was sent');
  if (io.interrupt.aborted) throw stopped();
  if (!io.canAsk)
    throw new KmsDnsError(
      'confirmation-needed',
      `nobody can be asked here whether to ${deed}; nothing was sent`,
      { hint: otherwise },
    );
  if (!(await io.ask(`${deed[0]!.toUpperCase()}${deed.slice(1)}?`))) throw stopped();
}
