import { formatEndpoint } from '../core/address.ts';
import type { Fqdn } from '../core/name.ts';
import type { Endpoint, Net } from '../core/net.ts';
import type {
  KerberosCredentials,
  KerberosFault,
  KerberosOutcome,
  SecurityEngine,
} from '../core/security-context.ts';
import type { GssSession } from '../core/tkey.ts';
import type { Signer } from '../core/tsig.ts';

/** As whom updates for one server are signed. */
export interface KerberosAccount {
  readonly credentials: KerberosCredentials;
  /** This principal and no other; undefined: whoever the credentials are. */
  readonly principal: string | undefined;
}

/** Kerberos as one run may use it. */
export interface KerberosReach {
  readonly engine: SecurityEngine;
  /** By the server's name in the desired state. */
  readonly accounts: ReadonlyMap<string, KerberosAccount>;
}

/** Whom a key is shared with. */
export interface SessionTarget {
  readonly server: Endpoint;
  /** Its service principal is `DNS/` and this name; undefined when nobody told. */
  readonly host: Fqdn | undefined;
  readonly account: KerberosAccount;
}

/** The negotiated keys of one run: one for each server and account, shared by all zones. */
export interface KerberosSessions {
  /** Negotiates when first asked; what failed once is not tried again, as each try may cost a wait. */
  signerFor(target: SessionTarget): Promise<KerberosOutcome<Signer>>;
  /** The server does not know this signer's key any more: whoever asks next gets another. */
  forget(signer: Signer): void;
  /** Tells every server to forget its key. Never rejects. */
  close(): Promise<void>;
}

/** MIT Kerberos tries each KDC for seconds; a second domain controller must have its turn. */
const STEP_TIMEOUT_MS = 15_000;

/** An update that is signed in the last moment may arrive after it. */
const LEAST_LIFE_MS = 5000;

/** Nothing is negotiated yet. */
export function kerberosSessions(net: Net, engine: SecurityEngine, timeoutMs: number): KerberosSessions {
  const sessions = new Map<string, Promise<KerberosOutcome<GssSession>>>();
  const forgotten = new Set<Signer>();
  const all: GssSession[] = [];
  const open = async ({ server, host, account }: SessionTarget): Promise<KerberosOutcome<GssSession>> => {
    if (host === undefined) return { ok: false, fault: namelessServer(server) };
    const { negotiate } = await import('../core/tkey.ts');
    const outcome = await negotiate(net, engine, {
      server,
      target: { service: 'DNS', host, realm: undefined },
      credentials: account.credentials,
      timeoutMs,
      stepTimeoutMs: STEP_TIMEOUT_MS,
    });
    if (!outcome.ok) return outcome;
    all.push(outcome.value);
    const stranger = otherPrincipal(outcome.value.signer, account);
    return stranger === undefined ? outcome : { ok: false, fault: stranger };
  };
  const isSpent = (outcome: KerberosOutcome<GssSession>): boolean =>
    outcome.ok &&
    (outcome.value.endsAtMs - net.clockMs() < LEAST_LIFE_MS || forgotten.has(outcome.value.signer));
  return {
    async signerFor(target) {
      const key = JSON.stringify([target.server, target.host, target.account]);
      let session = sessions.get(key);
      if (session !== undefined && isSpent(await session)) {
        // Somebody else may have replaced it while we looked.
        if (sessions.get(key) === session) sessions.delete(key);
        session = sessions.get(key);
      }
      if (session === undefined) {
        session = open(target);
        sessions.set(key, session);
      }
      const outcome = await session;
      return outcome.ok ? { ok: true, value: outcome.value.signer } : outcome;
    },
    forget: (signer) => {
      forgotten.add(signer);
    },
    async close() {
      await Promise.allSettled(all.map((session) => session.close()));
    },
  };
}

function namelessServer(server: Endpoint): KerberosFault {
  return {
    kind: 'service-unknown',
    detail: `nobody tells what the name server ${formatEndpoint(server)} is called, and a Kerberos ticket is for a name (DNS/HOST), never for an address`,
    hint: 'give its name in the desired state (servers: name: HOST, and its address by --server)',
  };
}

/** The credentials at hand are somebody else's than the desired state wants. */
function otherPrincipal({ identity }: Signer, { principal }: KerberosAccount): KerberosFault | undefined {
  if (principal === undefined || identity.kind !== 'principal' || identity.name === undefined)
    return undefined;
  const actual = principal.includes('@') ? identity.name : identity.name.replace(/@[^@]*$/, '');
  if (actual === principal) return undefined;
  return {
    kind: 'no-ticket',
    detail: `the Kerberos tickets at hand are those of ${JSON.stringify(identity.name)}, and the desired state wants ${JSON.stringify(principal)}`,
    hint: `get tickets for it (kinit ${principal}), or give its keytab (auth: { gss: { keytab, principal } })`,
  };
}
