import type { Explained } from '../core/catalogue/entry.ts';

const documented = (hresult: string): Explained => ({ hresult, basis: 'documented' });
const derived = (hresult: string): Explained => ({ hresult, basis: 'derived' });

/** A way of failing that has a code of its own. */
export type ClientCode =
  | 'nameError'
  | 'noRecords'
  | 'serverFailure'
  | 'refused'
  | 'formatError'
  | 'notImplemented'
  | 'otherRcode'
  | 'timeout'
  | 'noServers'
  | 'invalidName'
  | 'hostNotFound'
  | 'unavailable'
  | 'unknownInterface'
  | 'tooBusy'
  | 'callFailed'
  | 'accessDenied'
  | 'allFailed';

/** What each way of failing looks like to the user: Microsoft's error tables, where they say so. */
export const CODES: Readonly<Record<ClientCode, Explained>> = {
  nameError: documented('0x8007232B'),
  noRecords: documented('0x8007251D'),
  serverFailure: documented('0x8007232A'),
  refused: derived('0x8007232D'),
  formatError: derived('0x80072329'),
  notImplemented: derived('0x8007232C'),
  otherRcode: derived('0x8007251E'),
  timeout: derived('0x800705B4'),
  noServers: documented('0x8007267C'),
  invalidName: derived('0x8007007B'),
  hostNotFound: derived('0x80072AF9'),
  unavailable: documented('0x800706BA'),
  unknownInterface: derived('0x800706B5'),
  tooBusy: derived('0x800706BB'),
  callFailed: derived('0x800706BE'),
  accessDenied: documented('0x80070005'),
  allFailed: documented('0xC004F074'),
};

/** Each code once, in order. */
export function distinctCodes(codes: readonly Explained[]): readonly Explained[] {
  return codes.filter((code, i) => codes.findIndex(({ hresult }) => hresult === code.hresult) === i);
}
