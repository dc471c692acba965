import { explain, explainable, similarTo } from '../explain/explain.ts';
import type { Explanation } from '../explain/explanation.ts';
import { answerForPair, type KeyAnswer } from '../explain/key-hierarchy.ts';
import type { Context } from './command.ts';
import { usage } from './options.ts';
import { checkOut, type OutOptions, tell } from './out-file.ts';
import { explainableLines, explanationLines, nextStep } from './render-explanation.ts';

interface ExplainValues extends OutOptions {
  readonly operands: readonly string[];
  readonly 'host-key': string | undefined;
  readonly product: string | undefined;
}

/** The code that a pair of host key and product is about. */
const PAIR_CODE = '0xC004F042';
const SCHEMA = 'kmsdns/explain@1';

/** Looks the words up and tells; resolves to 1 for what nobody knows. */
export async function runExplain(values: ExplainValues, context: Context): Promise<number> {
  await checkOut(context, values);
  const pair = readPair(values);
  const asked = values.operands.join(' ') || (pair === undefined ? '' : PAIR_CODE);
  if (asked === '') return list(values, context);
  const found = explain(asked);
  if (found === undefined) return unknown(asked, values, context);
  const said = withPair(found, pair);
  await tell(context, values, { schema: SCHEMA, ...said }, () => ({
    lines: explanationLines(said, context.out, context.verbose),
    verdict: context.quiet ? `${said.code}: ${said.title}.` : nextStep(said),
  }));
  return said.known ? 0 : 1;
}

function readPair({ 'host-key': hostKey, product }: ExplainValues): KeyAnswer | undefined {
  if (hostKey === undefined && product === undefined) return undefined;
  if (hostKey === undefined || product === undefined)
    throw usage(
      `--${hostKey === undefined ? 'product' : 'host-key'} alone answers nothing`,
      'give both: --host-key GROUP --product PRODUCT',
    );
  const answer = answerForPair(hostKey, product);
  if (!('unknown' in answer)) return answer;
  const given = answer.unknown === 'product' ? product : hostKey;
  throw usage(
    `--${answer.unknown} ${JSON.stringify(given)} is not known`,
    `known: ${answer.known.join('; ')}`,
  );
}

function withPair(said: Explanation, pair: KeyAnswer | undefined): Explanation {
  if (pair === undefined) return said;
  if (said.kind !== 'hresult' || said.code !== PAIR_CODE)
    throw usage(
      `--host-key and --product belong to ${PAIR_CODE}, and this is ${said.code}`,
      `kmsdns explain ${PAIR_CODE} --host-key GROUP --product PRODUCT`,
    );
  return { ...said, pair };
}

async function list(values: ExplainValues, context: Context): Promise<number> {
  const names = explainable();
  const count = Object.values(names).reduce((sum, one) => sum + one.length, 0);
  const title = `${count} things can be explained`;
  await tell(
    context,
    values,
    { schema: SCHEMA, kind: 'list', code: '', title, text: HOW_TO_ASK, explainable: names },
    () => ({
      lines: explainableLines(names, context.out),
      verdict: `${title}: kmsdns explain CODE`,
    }),
  );
  return 0;
}

const HOW_TO_ASK =
  'Codes in hex, signed or unsigned decimal, as a Win32 number or as a symbol; events, findings by code or slug, options of slmgr.vbs, registry values, terms.';

async function unknown(asked: string, values: ExplainValues, context: Context): Promise<number> {
  const similar = similarTo(asked);
  const title = 'Not known';
  const text = `Nothing is known by the name ${JSON.stringify(asked)}.`;
  const hint =
    similar.length > 0 ? `Did you mean ${similar.join(' or ')}?` : 'kmsdns explain lists what is known.';
  await tell(
    context,
    values,
    { schema: SCHEMA, kind: 'unknown', code: asked, title, text, known: false, seeAlso: similar },
    () => ({ lines: [], verdict: `${text} ${hint}` }),
  );
  return 1;
}
