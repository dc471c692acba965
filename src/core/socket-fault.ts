import type { NetFault } from './net.ts';

/** The error of a socket as a fault; `sent` as far as the caller knows. */
export function faultOf(error: Error & { readonly code?: string | undefined }, sent: boolean): NetFault {
  switch (error.code) {
    case 'ECONNREFUSED':
      return { kind: 'refused', sent };
    case 'ECONNRESET':
    case 'EPIPE':
      return { kind: 'reset', sent };
    default:
      return { kind: 'unreachable', errno: error.code ?? error.message, sent };
  }
}
