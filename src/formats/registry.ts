import { decodeText } from '../core/decode-text.ts';
import { KmsDnsError } from '../core/errors.ts';
import { suggestion } from '../core/suggest.ts';
import { DNSMASQ } from './dnsmasq.ts';
import type { Format } from './format.ts';

/** Every format of this room, in the order in which `generate --list` shows them. */
export const FORMATS: readonly Format[] = [DNSMASQ];

/** A format by its id. Throws `usage`. */
export function formatById(id: string): Format {
  const found = FORMATS.find((format) => format.id === id);
  if (found !== undefined) return found;
  const ids = FORMATS.map((format) => format.id);
  throw new KmsDnsError('usage', `there is no format ${JSON.stringify(id)}; ${suggestion(id, ids)}`);
}

/** The readable formats that a file could be in, by its content; in the order of {@link FORMATS}. */
export function detectFormats(octets: Uint8Array): readonly Format[] {
  const { text } = decodeText(octets);
  return FORMATS.filter(({ read, recognises }) => read !== undefined && recognises?.(text) === true);
}
