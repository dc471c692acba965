import { createHash } from 'node:crypto';
import { berChildren, berHead } from './ber.ts';

/** Contents of the object identifiers of signature algorithms, in hex, and the hash of each: RFC 4055, RFC 5758. */
const HASHES: Readonly<Record<string, 'sha256' | 'sha384' | 'sha512'>> = {
  // RSA with MD5 and SHA-1, ECDSA with SHA-1: RFC 5929 wants SHA-256 in their place.
  '2a864886f70d010104': 'sha256',
  '2a864886f70d010105': 'sha256',
  '2a8648ce3d0401': 'sha256',
  // RSA
  '2a864886f70d01010b': 'sha256',
  '2a864886f70d01010c': 'sha384',
  '2a864886f70d01010d': 'sha512',
  // ECDSA
  '2a8648ce3d040302': 'sha256',
  '2a8648ce3d040303': 'sha384',
  '2a8648ce3d040304': 'sha512',
};

const RSA_PSS = '2a864886f70d01010a';
/** SHA-2 as the hash of RSASSA-PSS: id-sha256, id-sha384, id-sha512. */
const PSS_HASHES: Readonly<Record<string, 'sha256' | 'sha384' | 'sha512'>> = {
  '608648016503040201': 'sha256',
  '608648016503040202': 'sha384',
  '608648016503040203': 'sha512',
};

/**
 * The channel binding `tls-server-end-point` for a server's certificate in DER: RFC 5929 §4.1. Undefined for signature
 * algorithms that it does not define one for, such as Ed25519.
 */
export function tlsServerEndPoint(certificate: Uint8Array): Uint8Array | undefined {
  const hash = signatureHash(certificate);
  if (hash === undefined) return undefined;
  const digest = createHash(hash).update(certificate).digest();
  return Buffer.concat([Buffer.from('tls-server-end-point:'), digest]);
}

/** Certificate { tbsCertificate, signatureAlgorithm { algorithm, parameters }, signature }: RFC 5280 §4.1. */
function signatureHash(der: Uint8Array): 'sha256' | 'sha384' | 'sha512' | undefined {
  const inside = (outer: { readonly start: number; readonly end: number } | undefined) =>
    outer === undefined ? [] : (berChildren(der, outer) ?? []);
  const text = (of: { readonly start: number; readonly end: number } | undefined): string =>
    of === undefined ? '' : Buffer.from(der.subarray(of.start, of.end)).toString('hex');
  const whole = berHead(der, 0);
  if (whole === undefined || whole === 'short' || whole.end !== der.length) return undefined;
  const [algorithm, parameters] = inside(inside(whole)[1]);
  const name = text(algorithm);
  if (name !== RSA_PSS) return HASHES[name];
  // RSASSA-PSS-params { [0] hashAlgorithm { algorithm }, … }; left out it is SHA-1.
  const first = inside(parameters)[0];
  if (first?.tag !== 0xa0) return 'sha256';
  return PSS_HASHES[text(inside(inside(first)[0])[0])];
}
