import { type Fqdn, joinName } from './name.ts';

/** The two labels under which KMS hosts are found: Volume Activation Technical Reference Guide, "KMS publishing". */
export const KMS_SERVICE = '_vlmcs._tcp';

/** TCP port a KMS host listens on unless told otherwise: same guide, `KeyManagementServiceListeningPort`. */
export const KMS_PORT = 1688;

/** TTL a new set gets when nobody says which; no document states what a Windows host writes. */
export const DEFAULT_TTL_SECONDS = 3600;

/** DCE/RPC interface of the Key Management Service, version 1.0: [MS-RPCE] inventories. */
export const KMS_INTERFACE = { uuid: '51c82175-844e-4750-b0d8-ec255555bc06', major: 1, minor: 0 } as const;

/** Windows 7 / Server 2008 R2 and later; Vista and Server 2008 kept the same values under `…\SL`. */
export const SPP_REGISTRY_KEY =
  'HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\SoftwareProtectionPlatform';

/** The owner name of the records of one domain. Throws `name-invalid` when the domain is too long for it. */
export function kmsOwnerName(domain: Fqdn): Fqdn {
  return joinName(KMS_SERVICE, domain);
}

/** The reverse of {@link kmsOwnerName}, for a name that begins with the service. */
export function kmsDomainOf(owner: Fqdn): Fqdn {
  return owner.slice(KMS_SERVICE.length + 1) as Fqdn;
}
