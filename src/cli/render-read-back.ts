import { displayName } from '../core/name.ts';
import type { ReadBack } from '../publish/read-back.ts';
import { columnsOf, type Look, type Tone } from './look.ts';
import { endpointText } from './run.ts';

const TONES: Readonly<Record<ReadBack['state'], Tone>> = { current: 'good', stale: 'bad', silent: 'warn' };

/** One line for each server: what it serves, as far as it can be told. */
export function readBackLines(servers: readonly ReadBack[], look: Look): readonly string[] {
  const { good, bad, unknown } = look.symbols;
  const marks: Readonly<Record<ReadBack['state'], string>> = { current: good, stale: bad, silent: unknown };
  const rows = servers.map((one) => [
    `${look.paint(TONES[one.state], `${marks[one.state]} ${one.state}`)}`,
    whereText(one),
    one.serial === null ? '' : `serial ${one.serial}`,
    one.because,
  ]);
  return columnsOf(rows);
}

/** `ns2.contoso.com (10.0.0.54)`, or what of it is known. */
export function whereText({ server, host }: ReadBack): string {
  if (server === null) return displayName(host!);
  return host === null ? endpointText(server) : `${displayName(host)} (${endpointText(server)})`;
}
