/** A directory server that signs in by SASL, over TLS or after StartTLS: what each bind gets is up to the test. */
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import { BerReader, BerWriter } from 'ldapts';
import { unwrapper, wrapper } from './fake-security.ts';

const fixture = (name: string): string =>
  readFileSync(new URL(`../fixtures/directory/${name}`, import.meta.url), 'utf8');

/** What a bind gets: an answer, these octets, the end of the connection, or nothing. */
export type SaslReply =
  | { readonly code: number; readonly credentials?: Uint8Array; readonly text?: string; readonly id?: number }
  | { readonly octets: Uint8Array }
  | 'cut'
  | 'silent';

export interface SaslDirectoryOptions {
  readonly startTls?: boolean;
  /** Answers to binds, in order; left out: those of an honest server, made for each connection. */
  readonly replies?: readonly SaslReply[];
  /** What StartTLS gets, in place of yes. */
  readonly startTlsReply?: SaslReply;
  /** Cuts the connection in place of answering this search, counted from 1. */
  readonly cutsSearch?: number;
}

export interface SaslDirectory {
  readonly port: number;
  /** `bind 23`, `search`, `StartTLS`, with the connection in front: `1 search`. */
  readonly seen: readonly string[];
  /** Connections that stand. */
  open(): number;
  stop(): Promise<void>;
}

/** What an honest server says: its token, its layers, and yes to one that chose none. */
export function honestReplies(): readonly SaslReply[] {
  return [
    { code: 14, credentials: Buffer.from('the token of the server') },
    { code: 14, credentials: wrapper('acceptor')(Uint8Array.of(7, 1, 0, 0)) },
    { code: 0 },
  ];
}

/** Listens on a free port of 127.0.0.1, with the certificate of `fakeDirectory`. */
export async function saslDirectory(options: SaslDirectoryOptions = {}): Promise<SaslDirectory> {
  const { startTls = false, startTlsReply = { code: 0 }, cutsSearch } = options;
  const secureContext = createSecureContext({ cert: fixture('server.pem'), key: fixture('server-key.pem') });
  const sockets = new Set<Socket>();
  const seen: string[] = [];
  let connections = 0;
  let searches = 0;

  const serve = (raw: Socket): void => {
    const number = ++connections;
    const replies = [...(options.replies ?? honestReplies())];
    const isOurChoice = unwrapper('initiator');
    const encrypt = (): void => {
      const socket = new TLSSocket(raw, { isServer: true, secureContext });
      socket.on('error', () => {});
      listen(socket);
    };
    const listen = (socket: Socket): void => {
      let unread = Buffer.alloc(0);
      const heard = (octets: Buffer): void => {
        unread = Buffer.concat([unread, octets]);
        for (;;) {
          const reader = new BerReader(unread);
          if (unread.length < 2 || reader.readSequence() === null || reader.remain < reader.length) return;
          const message = unread.subarray(0, reader.offset + reader.length);
          unread = unread.subarray(message.length);
          answer(socket, new BerReader(message), heard);
        }
      };
      socket.on('data', heard);
    };
    const reply = (socket: Socket, id: number, operation: number, what: SaslReply): void => {
      if (what === 'silent') return;
      if (what === 'cut') socket.destroy();
      else if ('octets' in what) socket.write(what.octets);
      else socket.write(resultMessage(what.id ?? id, operation, what));
    };
    const answer = (socket: Socket, reader: BerReader, heard: (octets: Buffer) => void): void => {
      reader.readSequence();
      const id = reader.readInt() ?? 0;
      const operation = reader.readSequence();
      if (operation === 0x77) {
        seen.push(`${number} StartTLS`);
        reply(socket, id, 0x78, startTlsReply);
        if (typeof startTlsReply === 'string' || !('code' in startTlsReply) || startTlsReply.code !== 0)
          return;
        socket.off('data', heard);
        encrypt();
      } else if (operation === 0x60) {
        reader.readInt();
        reader.readString();
        reader.readSequence(0xa3);
        const mechanism = reader.readString();
        const credentials = reader.readString(4, true) ?? Buffer.alloc(0);
        seen.push(`${number} bind ${mechanism}`);
        const next = replies.shift() ?? 'silent';
        const last = replies.length === 0 && options.replies === undefined;
        const chosen = last ? isOurChoice(credentials) : Uint8Array.of(1);
        reply(socket, id, 0x61, chosen?.[0] === 1 ? next : { code: 49, text: 'that is no choice' });
      } else if (operation === 0x63) {
        seen.push(`${number} search`);
        reply(socket, id, 0x65, ++searches === cutsSearch ? 'cut' : { code: 0 });
      }
    };
    if (startTls) listen(raw);
    else encrypt();
  };

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    open: () => sockets.size,
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

function resultMessage(
  id: number,
  operation: number,
  { code, credentials, text = '' }: { code: number; credentials?: Uint8Array; text?: string },
): Buffer {
  const writer = new BerWriter();
  writer.startSequence();
  writer.writeInt(id);
  writer.startSequence(operation);
  writer.writeEnumeration(code);
  writer.writeString('');
  writer.writeString(text);
  if (credentials !== undefined) writer.writeBuffer(Buffer.from(credentials), 0x87);
  writer.endSequence();
  writer.endSequence();
  return writer.buffer;
}
