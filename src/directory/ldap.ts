import type { TLSSocket } from 'node:tls';
import type { Attribute, Client as LdaptsClient, Control as LdaptsControl, SearchResult } from 'ldapts';
import { parseIpAddress } from '../core/address.ts';
import { parseFqdn } from '../core/name.ts';
import type { KerberosCredentials, SecurityEngine } from '../core/security-context.ts';
import { tlsServerEndPoint } from './channel-binding.ts';
import type {
  DirectoryClient,
  LdapChange,
  LdapEntry,
  LdapFault,
  LdapFound,
  LdapOutcome,
  LdapSearch,
} from './directory-client.ts';
import { bindByGssapi, kerberosFault } from './gssapi-bind.ts';
import { encodeGssapiBind } from './ldap-bind-message.ts';
import {
  connectionLost,
  ldapFault,
  passwordInTheOpen,
  runIsOver,
  ticketForAnAddress,
  ticketInTheOpen,
} from './ldap-fault.ts';
import { type EncryptedLine, encryptedLine } from './ldap-line.ts';

/** How to reach a directory server, and as whom. */
export interface LdapTerms {
  readonly scheme: 'ldap' | 'ldaps';
  readonly host: string;
  readonly port: number;
  /** Encrypt an `ldap` connection before anything is said: RFC 4511 §4.14. */
  readonly startTls: boolean;
  /** Trusted CAs as PEM; left out: those of the system. */
  readonly ca?: string;
  /** The name that the certificate must have, where it is not `host`. */
  readonly tlsName?: string;
  /** Accept any certificate. Whoever calls says so loudly. */
  readonly insecure: boolean;
  /** Undefined: anonymous, which Active Directory lets read the root object only. */
  readonly login?: PasswordLogin | KerberosLogin;
  /** For the connection and for each answer. */
  readonly timeoutMs: number;
  /** Of one search; what is longer is a fault. 2000 when left out. */
  readonly mostPages?: number;
  /** Once aborted, nothing is waited for any more: what was open ends as `cancelled`. */
  readonly ended?: AbortSignal;
}

/** A simple bind: RFC 4513 §5.1.3. */
export interface PasswordLogin {
  readonly user: string;
  readonly password: string;
}

/** A bind by Kerberos (RFC 4752), bound to the TLS connection; the ticket is for `ldap/` and the certificate's name. */
export interface KerberosLogin {
  readonly engine: SecurityEngine;
  readonly credentials: KerberosCredentials;
}

const SD_FLAGS = '1.2.840.113556.1.4.801';
const SHOW_DELETED = '1.2.840.113556.1.4.417';
/** Active Directory gives at most 1000 objects a page by default: MaxPageSize. */
const PAGE_SIZE = 500;
/** A million objects; a server that never ends its answer is not listened to for ever. */
const MOST_PAGES = 2000;
/** BER tags of the value of SD_FLAGS: an OCTET STRING that holds SEQUENCE { INTEGER }. */
const OCTET_STRING = 4;

/** Makes the library give every value as octets; by itself it guesses from their content. */
class EveryAttribute extends Array<string> {
  override includes(): boolean {
    return true;
  }
}

/**
 * Connects, encrypts and signs in. A password never travels unencrypted: with a login, plain `ldap` without StartTLS
 * is refused before the first packet, except on this computer's own loopback; Kerberos is refused there too, because
 * what follows would be unprotected.
 */
export async function connectDirectory(terms: LdapTerms): Promise<LdapOutcome<DirectoryClient>> {
  const host = terms.host.includes(':') ? `[${terms.host}]` : terms.host;
  const url = `${terms.scheme}://${host}:${terms.port}`;
  const open = terms.scheme === 'ldap' && !terms.startTls;
  const { login, mostPages = MOST_PAGES } = terms;
  const kerberos = login !== undefined && 'engine' in login ? login : undefined;
  const password = login !== undefined && 'password' in login ? login : undefined;
  if (open && kerberos !== undefined) return { ok: false, fault: ticketInTheOpen(url) };
  if (open && password !== undefined && !isLoopback(terms.host))
    return { ok: false, fault: passwordInTheOpen(url) };
  if (kerberos !== undefined && parseIpAddress(terms.tlsName ?? terms.host) !== undefined)
    return { ok: false, fault: ticketForAnAddress(url) };
  const { Client, Control, Change, Attribute } = await import('ldapts');
  const tlsOptions = (): Record<string, unknown> => ({
    host: terms.host,
    servername: serverNameOf(terms),
    rejectUnauthorized: !terms.insecure,
    minVersion: 'TLSv1.2',
    ...(terms.ca === undefined ? {} : { ca: [terms.ca] }),
  });
  const line = kerberos && encryptedLine({ ...terms, tls: tlsOptions() });
  const takeOver = (): TLSSocket => line!.handOver();
  const client: LdaptsClient = new Client({
    url,
    timeout: terms.timeoutMs,
    connectTimeout: terms.timeoutMs,
    strictDN: false,
    ...(terms.scheme === 'ldaps' ? { tlsOptions: tlsOptions() } : {}),
    // Whatever would open a connection gets the one that was signed in, and no other.
    ...(line === undefined ? {} : { createConnection: takeOver, createSecureConnection: takeOver }),
  });

  class SdFlags extends Control {
    readonly #flags: number;
    constructor(flags: number) {
      super(SD_FLAGS, { critical: true });
      this.#flags = flags;
    }
    override writeControl(writer: Parameters<LdaptsControl['writeControl']>[0]): void {
      writer.startSequence(OCTET_STRING);
      writer.startSequence();
      writer.writeInt(this.#flags);
      writer.endSequence();
      writer.endSequence();
    }
  }
  const controlsOf = (sdFlags: number | undefined, showDeleted = false): LdaptsControl[] => [
    ...(sdFlags === undefined ? [] : [new SdFlags(sdFlags)]),
    ...(showDeleted ? [new Control(SHOW_DELETED, { critical: true })] : []),
  ];

  /** The library would open a lost connection again, and then it is neither encrypted nor signed in. */
  let standing = false;
  const attempt = async <T>(during: string, work: () => Promise<T>): Promise<LdapOutcome<T>> => {
    if (terms.ended?.aborted) return { ok: false, fault: runIsOver(during) };
    if (standing && !client.isConnected) return { ok: false, fault: connectionLost(during) };
    const answer = work().then(
      (value): LdapOutcome<T> => ({ ok: true, value }),
      (error: unknown): LdapOutcome<T> => ({ ok: false, fault: ldapFault(error, during) }),
    );
    return untilAborted(answer, terms.ended, { ok: false, fault: runIsOver(during) });
  };
  const octets = (values: readonly Uint8Array[]): Buffer[] => values.map((value) => Buffer.from(value));
  const attributeOf = (type: string, values: readonly Uint8Array[]): Attribute =>
    new Attribute({ type, values: octets(values) });
  const changeOf = ({ kind, attribute, values }: LdapChange): InstanceType<typeof Change> =>
    new Change({ operation: kind, modification: attributeOf(attribute, values) });

  const opening = async (): Promise<LdapFault | undefined> => {
    if (kerberos !== undefined) {
      const fault = await signInByKerberos(line!, kerberos, terms, `signing in to ${url}`);
      // The first question goes over the connection that was signed in, and shows that it is.
      if (fault === undefined) await client.search('', { scope: 'base', attributes: ['1.1'] });
      return fault;
    }
    await inTime(openingByPassword(), 2 * terms.timeoutMs);
    return undefined;
  };
  const openingByPassword = async (): Promise<void> => {
    if (terms.scheme === 'ldap' && terms.startTls) await client.startTLS(tlsOptions());
    // An empty name and password is the anonymous bind of RFC 4513 §5.1.1; it also opens the connection.
    await client.bind(password?.user ?? '', password?.password ?? '');
  };
  const opened = await attempt(`connecting to ${url}`, opening);
  const fault = opened.ok ? opened.value : opened.fault;
  if (fault !== undefined) {
    line?.destroy();
    await quietly(client);
    return { ok: false, fault };
  }
  standing = true;

  return {
    ok: true,
    value: {
      url,
      search: ({ base, scope, filter, attributes, sdFlags, showDeleted }: LdapSearch) =>
        attempt(`searching ${base === '' ? 'the root object' : JSON.stringify(base)}`, async () => {
          const asked = {
            scope,
            filter,
            attributes: [...attributes],
            explicitBufferAttributes: new EveryAttribute(),
          };
          const controls = controlsOf(sdFlags, showDeleted);
          if (scope === 'base') {
            const { searchEntries, searchReferences } = await client.search(base, asked, controls);
            return found(searchEntries, searchReferences);
          }
          const entries: SearchResult['searchEntries'] = [];
          const references: string[] = [];
          let pages = 0;
          const paged = { ...asked, paged: { pageSize: PAGE_SIZE } };
          for await (const page of client.searchPaginated(base, paged, controls)) {
            if (++pages > mostPages) throw new Error(`more than ${mostPages} pages, and no end of them`);
            entries.push(...page.searchEntries);
            references.push(...page.searchReferences);
          }
          return found(entries, references);
        }),
      add: (dn, attributes) =>
        attempt(`adding ${JSON.stringify(dn)}`, () =>
          client.add(
            dn,
            Object.entries(attributes).map(([type, values]) => attributeOf(type, values)),
          ),
        ),
      modify: (dn, changes, sdFlags) =>
        attempt(`changing ${JSON.stringify(dn)}`, () =>
          client.modify(dn, changes.map(changeOf), controlsOf(sdFlags)),
        ),
      remove: (dn) => attempt(`deleting ${JSON.stringify(dn)}`, () => client.del(dn)),
      close: () => quietly(client),
    },
  };
}

/** For a ticket, which may have to come from several KDCs. */
const STEP_TIMEOUT_MS = 15_000;

/** Opens the line and signs in. Rejects as the line does; what Kerberos or the server turns down is a fault. */
async function signInByKerberos(
  line: EncryptedLine,
  { engine, credentials }: KerberosLogin,
  { host, tlsName }: LdapTerms,
  during: string,
): Promise<LdapFault | undefined> {
  const channelBinding = tlsServerEndPoint(await line.open());
  const target = {
    service: 'ldap',
    host: parseFqdn(tlsName ?? host),
    realm: undefined,
    ...(channelBinding !== undefined && { channelBinding }),
  };
  const opened = await engine.open(target, credentials, 'krb5', STEP_TIMEOUT_MS);
  if (!opened.ok) return kerberosFault(opened.fault, during);
  try {
    return await bindByGssapi(
      opened.value,
      (token) => line.exchange((messageId) => encodeGssapiBind(messageId, token)),
      during,
    );
  } finally {
    opened.value.dispose();
  }
}

/** What `work` gives, or `otherwise` as soon as `ended` is aborted. */
async function untilAborted<T>(work: Promise<T>, ended: AbortSignal | undefined, otherwise: T): Promise<T> {
  if (ended === undefined) return work;
  let stop = (): void => {};
  const over = new Promise<T>((resolve) => {
    stop = () => resolve(otherwise);
    ended.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, over]);
  } finally {
    ended.removeEventListener('abort', stop);
  }
}

/** The library bounds each answer and the connection, but not the handshake of StartTLS. */
async function inTime(work: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('timed out')), ms);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** SNI and the check of the name; an address has no SNI (RFC 6066 §3), and Node checks it against `host`. */
function serverNameOf({ host, tlsName }: LdapTerms): string {
  const name = tlsName ?? host;
  return name.includes(':') || /^[\d.]+$/.test(name) ? '' : name;
}

function found(
  entries: readonly Readonly<Record<string, unknown>>[],
  references: readonly string[],
): LdapFound {
  return {
    entries: entries.map(({ dn, ...values }): LdapEntry => {
      const attributes = new Map<string, readonly Uint8Array[]>();
      for (const [name, value] of Object.entries(values)) {
        const list = (Array.isArray(value) ? value : [value]).filter((one) => one instanceof Uint8Array);
        if (list.length > 0) attributes.set(name.toLowerCase(), list);
      }
      return { dn: String(dn), attributes };
    }),
    references,
  };
}

async function quietly(client: LdaptsClient): Promise<void> {
  try {
    await client.unbind();
  } catch {
    // The connection is given up either way.
  }
}
