import { connect as connectTcp, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { encodeStartTls, type LdapAnswer, readLdapAnswer } from './ldap-bind-message.ts';

/** Whereto, and how TLS is to be done. */
export interface LineTerms {
  readonly scheme: 'ldap' | 'ldaps';
  readonly host: string;
  readonly port: number;
  readonly tls: ConnectionOptions;
  /** For the connection, for the handshake and for each answer. */
  readonly timeoutMs: number;
}

/**
 * A connection to a directory server on which one request at a time is answered, until somebody else takes it over.
 * What goes wrong rejects with the errors of sockets and of TLS, or in words of its own.
 */
export interface EncryptedLine {
  /** Connects and encrypts, by StartTLS where the scheme is `ldap`; gives the server's certificate in DER. */
  open(): Promise<Uint8Array>;
  /** Sends one request, made for its message id, and waits for its answer. */
  exchange(encode: (messageId: number) => Uint8Array): Promise<LdapAnswer>;
  /** Gives the open connection away: from now on its events are for the caller. */
  handOver(): TLSSocket;
  /** Ends what was not handed over. */
  destroy(): void;
}

/** Nobody has more to say before he is asked. */
const MAX_UNREAD_OCTETS = 2 * 1024 * 1024;

/** Nothing is opened yet. */
export function encryptedLine(terms: LineTerms): EncryptedLine {
  const { timeoutMs } = terms;
  let talk: Talk | undefined;
  let secured: TLSSocket | undefined;
  let lowest: Socket | undefined;
  let messageId = 0;
  const exchange: EncryptedLine['exchange'] = async (encode) => {
    if (talk === undefined) throw new Error('Socket connection not established');
    return talk.exchange(++messageId, encode(messageId));
  };
  const startTls = async (): Promise<Socket> => {
    const plain = connectTcp({ host: terms.host, port: terms.port });
    lowest = plain;
    await ready(plain, 'connect', timeoutMs);
    talk = talkOver(plain, timeoutMs);
    const { resultCode, text } = await exchange(encodeStartTls);
    // Octets from before the handshake would be taken for the server's own.
    talk.end();
    talk = undefined;
    if (resultCode !== 0) throw Object.assign(new Error(text), { code: resultCode });
    return plain;
  };
  return {
    async open() {
      const beneath = terms.scheme === 'ldap' ? await startTls() : undefined;
      if (beneath?.destroyed) throw new Error('Connection closed');
      secured = connectTls(
        beneath === undefined
          ? { ...terms.tls, host: terms.host, port: terms.port }
          : { ...terms.tls, socket: beneath },
      );
      lowest ??= secured;
      await ready(secured, 'secureConnect', timeoutMs);
      talk = talkOver(secured, timeoutMs);
      const certificate = secured.getPeerX509Certificate();
      if (certificate === undefined) throw new Error('the server has no certificate');
      return certificate.raw;
    },
    exchange,
    handOver() {
      if (secured === undefined || talk === undefined || secured.destroyed)
        throw new Error('Connection closed');
      talk.end();
      talk = undefined;
      const given = secured;
      [secured, lowest] = [undefined, undefined];
      return given;
    },
    destroy() {
      for (const socket of [secured, lowest]) {
        // Somebody has to hear what it still says, else it is an exception.
        socket?.on('error', () => {});
        socket?.destroy();
      }
    },
  };
}

/** Resolves once the socket says `event`. */
function ready(socket: Socket, event: 'connect' | 'secureConnect', timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error?: Error): void => {
      clearTimeout(timer);
      socket.off(event, done).off('error', done).off('close', closed);
      if (error === undefined) {
        resolve();
        return;
      }
      socket.on('error', () => {});
      socket.destroy();
      reject(error);
    };
    const closed = (): void => done(new Error('Connection closed'));
    const timer = setTimeout(() => done(new Error('timed out')), timeoutMs);
    socket
      .once(event, () => done())
      .once('error', done)
      .once('close', closed);
  });
}

/** A socket on which one request at a time is answered. */
interface Talk {
  exchange(messageId: number, message: Uint8Array): Promise<LdapAnswer>;
  /** Leaves the socket to others; throws when something came that nobody asked for. */
  end(): void;
}

function talkOver(socket: Socket, timeoutMs: number): Talk {
  let unread = Buffer.alloc(0);
  let over: Error | undefined;
  let wake = (): void => {};
  const heard = (octets: Buffer): void => {
    unread = Buffer.concat([unread, octets]);
    if (unread.length > MAX_UNREAD_OCTETS) socket.destroy(new Error('the server sends without end'));
    wake();
  };
  const failed = (error: Error): void => {
    over ??= error;
    wake();
  };
  const closed = (): void => failed(new Error('Connection closed'));
  socket.on('data', heard).on('error', failed).on('close', closed).on('end', closed);
  const unasked = (): void => {
    if (unread.length > 0) throw new Error('the server says more than it was asked');
  };
  return {
    async exchange(messageId, message) {
      unasked();
      socket.write(message);
      const until = setTimeout(() => failed(new Error('timed out')), timeoutMs);
      try {
        for (;;) {
          const reading = readLdapAnswer(unread);
          if (reading.kind === 'broken') throw new Error(reading.why);
          if (reading.kind === 'answer') {
            unread = unread.subarray(reading.octets);
            return meant(reading.answer, messageId);
          }
          if (over !== undefined) throw over;
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      } finally {
        clearTimeout(until);
      }
    },
    end() {
      socket.off('data', heard).off('error', failed).off('close', closed).off('end', closed);
      unasked();
    },
  };
}

function meant(answer: LdapAnswer, messageId: number): LdapAnswer {
  if (answer.messageId === messageId) return answer;
  // Notice of disconnection: RFC 4511 §4.4.1.
  if (answer.messageId === 0 && answer.resultCode !== 0)
    throw Object.assign(new Error(answer.text), { code: answer.resultCode });
  throw new Error('the server answers another message than it was sent');
}
