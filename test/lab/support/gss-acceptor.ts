import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Kdc } from './kdc.ts';

/** Debian's python3-gssapi belongs to Debian's own Python. */
const PYTHON = '/usr/bin/python3';

/** Another implementation's judgement: MIT's library as the server of a security context. */
export interface GssAcceptor {
  /** Throws what the library says when it refuses and has no token to say so. */
  step(token: Uint8Array): Promise<{ readonly token: Uint8Array | undefined; readonly done: boolean }>;
  sign(octets: Uint8Array): Promise<Uint8Array>;
  verify(octets: Uint8Array, mic: Uint8Array): Promise<boolean>;
  /** Without encryption. */
  wrap(octets: Uint8Array): Promise<Uint8Array>;
  /** Undefined for what the other side did not wrap. */
  unwrap(wrapped: Uint8Array): Promise<Uint8Array | undefined>;
  /** Before the first step: takes only a context for this connection. */
  bind(applicationData: Uint8Array): Promise<void>;
  stop(): void;
}

interface Answer {
  readonly token?: string | null;
  readonly done?: boolean;
  readonly mic?: string;
  readonly ok?: boolean;
  readonly octets?: string;
  readonly error?: string;
}

/** Accepts one context with the keys of `keytab`; `env` for another clock. */
export function startAcceptor(
  kdc: Kdc,
  keytab: string,
  env: Readonly<Record<string, string>> = {},
): GssAcceptor {
  const child = spawn(PYTHON, [join(import.meta.dirname, 'gss-acceptor.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, ...kdc.env, KRB5_KTNAME: keytab, ...env },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (request: Readonly<Record<string, string>>): Promise<Answer> => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    const { done, value } = await lines.next();
    if (done === true) throw new Error('the acceptor ended');
    return JSON.parse(value) as Answer;
  };
  return {
    async step(token) {
      const answer = await ask({ step: base64(token) });
      if (answer.error !== undefined) throw new Error(answer.error);
      const { token: reply } = answer;
      return { token: reply === null ? undefined : octets(reply), done: answer.done === true };
    },
    async sign(message) {
      const { mic, error } = await ask({ sign: base64(message) });
      if (error !== undefined) throw new Error(error);
      return octets(mic);
    },
    verify: async (message, mic) => (await ask({ verify: base64(message), mic: base64(mic) })).ok === true,
    async wrap(message) {
      const { octets: wrapped, error } = await ask({ wrap: base64(message) });
      if (error !== undefined) throw new Error(error);
      return octets(wrapped);
    },
    async unwrap(wrapped) {
      const { octets: message } = await ask({ unwrap: base64(wrapped) });
      return message === undefined ? undefined : octets(message);
    },
    bind: async (applicationData) => void (await ask({ binding: base64(applicationData) })),
    stop: () => void child.kill('SIGKILL'),
  };
}

function base64(of: Uint8Array): string {
  return Buffer.from(of).toString('base64');
}

function octets(text = ''): Uint8Array {
  return Buffer.from(text, 'base64');
}
