import { KmsDnsError } from '../core/errors.ts';
import type { Context } from './command.ts';

/**
 * Resolves when the person at the terminal says yes. Throws `confirmation-needed` where there is nobody to ask, and
 * `interrupted` for any other answer.
 */
export async function confirm({ io }: Context, question: string, otherwise: string): Promise<void> {
  const stopped = (): KmsDnsError => new KmsDnsError('interrupted', 'stopped; nothing was sent');
  if (io.interrupt.aborted) throw stopped();
  if (!io.canAsk)
    throw new KmsDnsError(
      'confirmation-needed',
      `${question} There is no terminal to ask at; nothing was sent`,
      { hint: otherwise },
    );
  if (!(await io.ask(question))) throw stopped();
}
