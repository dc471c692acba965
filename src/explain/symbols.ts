import { CODES } from './codes.ts';

/** Other names of the same numbers: winerror.h, winsock2.h, and what people write. */
const ALIASES: readonly (readonly [string, number])[] = [
  ['E_ACCESSDENIED', 0x8007_0005],
  ['SL_I_NONGENUINE_GRACE_PERIOD', 0x4004_f065],
  ['HOST_NOT_FOUND', 0x8007_2af9],
  ['NO_DATA', 0x8007_2afc],
  ['WSANO_ADDRESS', 0x8007_2afc],
  ['DNS_ERROR_RCODE_NXDOMAIN', 0x8007_232b],
  ['DNS_ERROR_RCODE_SERVFAIL', 0x8007_232a],
  ['DNS_ERROR_RCODE_FORMERR', 0x8007_2329],
  ['DNS_ERROR_RCODE_NOTIMP', 0x8007_232c],
  ['ERROR_SUCCESS', 0],
];

/** Symbols of winerror.h and slerror.h, in capitals, with the value that Windows shows for them. */
export const SYMBOLS: ReadonlyMap<string, number> = new Map([
  ...[...CODES].flatMap(([hresult, { symbol }]): [string, number][] =>
    symbol !== undefined && /^[A-Z0-9_]+$/.test(symbol) ? [[symbol, Number.parseInt(hresult, 16)]] : [],
  ),
  ...ALIASES,
]);
