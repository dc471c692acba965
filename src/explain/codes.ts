import type { CodeEntry } from './code-entry.ts';
import { CONNECTION_CODES } from './codes-connection.ts';
import { LICENCE_CODES, OTHER_CODES } from './codes-licence.ts';
import { NAME_CODES } from './codes-name.ts';

/** Every code that has words, by its HRESULT. */
export const CODES: ReadonlyMap<string, CodeEntry> = new Map(
  Object.entries({ ...NAME_CODES, ...CONNECTION_CODES, ...LICENCE_CODES, ...OTHER_CODES }),
);
