import type { Native } from './native.ts';

/** What MIT's libkrb5 tells beside its GSS-API; nothing here talks to a KDC. */
export interface Krb5Library {
  /** The ticket cache that is used when none is named, `FILE:/tmp/krb5cc_1000`; undefined when it does not say. */
  defaultCache(): string | undefined;
  /** The keytab for logging in when the cache has no ticket, `FILE:/…`; `KRB5_CLIENT_KTNAME` names it. */
  clientKeytab(): string | undefined;
  /** Forgets a cache that lives in memory: releasing the credential leaves it there. */
  destroyCache(name: string): void;
}

const MAX_KEYTAB_NAME = 1100;

/** Undefined where there is no MIT Kerberos. */
export function bindKrb5(native: Native): Krb5Library | undefined {
  const library = native.load('libkrb5.so.3');
  const P = 'void *';
  const init = library?.find('krb5_init_context', 'int32_t', [P]);
  const free = library?.find('krb5_free_context', 'void', [P]);
  const cacheName = library?.findText('krb5_cc_default_name', [P]);
  const resolveCache = library?.find('krb5_cc_resolve', 'int32_t', [P, P, P]);
  const destroyCache = library?.find('krb5_cc_destroy', 'int32_t', [P, P]);
  const clientKeytab = library?.find('krb5_kt_client_default', 'int32_t', [P, P]);
  const keytabName = library?.find('krb5_kt_get_name', 'int32_t', [P, P, P, 'uint32_t']);
  const closeKeytab = library?.find('krb5_kt_close', 'int32_t', [P, P]);
  if (init === undefined || free === undefined) return undefined;

  /** Each time anew: a context remembers the configuration and the environment of its first use. */
  const within = <T>(work: (context: bigint) => T): T | undefined => {
    const cell = Buffer.alloc(native.pointerOctets);
    if (init(cell) !== 0) return undefined;
    const context = cell.readBigUInt64LE();
    try {
      return work(context);
    } finally {
      free(context);
    }
  };
  return {
    defaultCache: () => within((context) => cacheName?.(context) ?? undefined),
    clientKeytab: () =>
      within((context) => {
        const cell = Buffer.alloc(8);
        if (clientKeytab?.(context, cell) !== 0) return undefined;
        const keytab = cell.readBigUInt64LE();
        const name = Buffer.alloc(MAX_KEYTAB_NAME);
        const failed = keytabName?.(context, keytab, name, name.length) !== 0;
        closeKeytab?.(context, keytab);
        return failed ? undefined : name.toString('utf8', 0, name.indexOf(0));
      }),
    destroyCache: (name) =>
      void within((context) => {
        const cell = Buffer.alloc(8);
        if (resolveCache?.(context, Buffer.from(`${name}\0`), cell) === 0)
          destroyCache?.(context, cell.readBigUInt64LE());
      }),
  };
}
