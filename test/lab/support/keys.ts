import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** RFC 8945 §6, the ones every server here takes; hmac-md5 goes on the wire as hmac-md5.sig-alg.reg.int. */
export const TSIG_ALGORITHMS = [
  'hmac-md5',
  'hmac-sha1',
  'hmac-sha224',
  'hmac-sha256',
  'hmac-sha384',
  'hmac-sha512',
] as const;

export type LabAlgorithm = (typeof TSIG_ALGORITHMS)[number];

export interface LabKey {
  /** Lower case, without the final dot: PowerDNS hashes the name as it arrives. */
  readonly name: string;
  readonly algorithm: LabAlgorithm;
  /** Base64, as every server and key file writes it. */
  readonly secret: string;
}

/** A key with a random secret, good for one test run. */
export function freshKey(name: string, algorithm: LabAlgorithm = 'hmac-sha256'): LabKey {
  return { name, algorithm, secret: randomBytes(32).toString('base64') };
}

/** The same name and algorithm with another secret: what a server answers BADSIG to. */
export function wrongSecret(key: LabKey): LabKey {
  return { ...key, secret: freshKey(key.name).secret };
}

/** One key for each algorithm, named after it. */
export function keysOfAllAlgorithms(): readonly LabKey[] {
  return TSIG_ALGORITHMS.map((algorithm) => freshKey(`lab-${algorithm}`, algorithm));
}

/** The `key` clause that named.conf and `nsupdate -k` share. */
export function keyClause(key: LabKey): string {
  return `key "${key.name}" {\n\talgorithm ${key.algorithm};\n\tsecret "${key.secret}";\n};\n`;
}

/** Writes a BIND key file that only its owner may read; gives its path back. */
export function writeKeyFile(path: string, key: LabKey): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, keyClause(key), { mode: 0o600 });
  return path;
}
