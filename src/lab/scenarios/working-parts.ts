import type { HostBehaviour } from '../scenario.ts';

/** A KMS host as Windows has it: the KMS interface, and the management interface of every RPC server. */
export const KMS_HOST: HostBehaviour = { kind: 'accepts-kms', management: true };

/** The record of `kms1` in its zone, and the address it leads to. */
export const RECORD = '_vlmcs._tcp SRV 0 0 {kms1:port} kms1';
export const ADDRESS = 'kms1 A {kms1:address}';

/** One host, published as it should be. */
export const PUBLISHED: readonly string[] = [RECORD, ADDRESS];
export const HOSTS: Readonly<Record<string, HostBehaviour>> = { kms1: KMS_HOST };

/** The addresses of the second and third host. */
export const ADDRESS_2 = 'kms2 A {kms2:address}';
export const ADDRESS_3 = 'kms3 A {kms3:address}';
