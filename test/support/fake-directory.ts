/** A directory server inside the test, by ldapjs: small trees, and faults that no real server shows on demand. */
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import ldap from 'ldapjs';

const fixture = (name: string): string =>
  readFileSync(new URL(`../fixtures/directory/${name}`, import.meta.url), 'utf8');

/** The CA of the server's certificate, which is for dc1.contoso.test and 127.0.0.1. */
export const CA: string = fixture('ca.pem');

/** What ldapjs hands to a route, as far as it is used here; its types leave these out. */
interface Request {
  readonly name: unknown;
  readonly scope: unknown;
  readonly filter: unknown;
}
interface Response {
  createSearchEntry(entry: object): object;
  createSearchReference(uri: string): object;
  send(what: object): void;
  addControl(control: object): void;
  diagnosticMessage: string;
  end(status?: number): void;
}
type Next = (error?: Error) => void;

export interface FakeEntry {
  readonly dn: string;
  readonly attributes: Readonly<Record<string, string | readonly string[] | readonly Uint8Array[]>>;
}

export interface FakeDirectoryOptions {
  readonly tls?: boolean;
  readonly entries?: readonly FakeEntry[];
  /** Answers a search: leaves it unanswered, cuts the connection, names other servers, or does not know its controls. */
  readonly search?: 'silent' | 'cut' | 'references' | 'refuses' | 'endless';
  /** The text of the refusal of every login. */
  readonly refuseLogin?: string;
  /** Leaves every login unanswered. */
  readonly login?: 'silent';
}

export interface FakeDirectory {
  readonly port: number;
  /** Logins and searches that came, as text. */
  readonly seen: readonly string[];
  /** Connections that came, and those that still stand. */
  connections(): number;
  open(): number;
  stop(): Promise<void>;
}

/** Listens on a free port of 127.0.0.1. */
export async function fakeDirectory(options: FakeDirectoryOptions = {}): Promise<FakeDirectory> {
  const { tls = false, entries = [], search, refuseLogin, login } = options;
  const server = ldap.createServer(
    tls ? { certificate: fixture('server.pem'), key: fixture('server-key.pem') } : {},
  );
  const seen: string[] = [];
  const sockets = new Set<Socket>();
  const inner = (server as unknown as { readonly server: import('node:net').Server }).server;
  let connections = 0;
  inner.on('connection', (socket: Socket) => {
    connections++;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('error', () => {});
  server.on('clientError' as never, () => {});
  server.bind('', (request: Request, response: Response, next: Next) => {
    seen.push(`bind ${request.name}`);
    if (login === 'silent') return undefined;
    if (refuseLogin !== undefined) {
      // By way of `next` ldapjs would lose the text.
      response.diagnosticMessage = refuseLogin;
      response.end(49);
      return next();
    }
    response.end();
    return next();
  });
  server.search('', (request: Request, response: Response, next: Next) => {
    seen.push(`search ${request.scope} ${request.filter}`);
    if (search === 'silent') return undefined;
    if (search === 'cut') {
      for (const socket of sockets) socket.destroy();
      return undefined;
    }
    if (search === 'refuses') {
      // unavailableCriticalExtension: RFC 4511 §4.1.11.
      response.end(12);
      return next();
    }
    for (const { dn, attributes } of entries) {
      const list = Object.entries(attributes).map(
        ([type, values]) =>
          new ldap.Attribute({
            type,
            values: [values].flat().map((value) => Buffer.from(value as string)),
          } as never),
      );
      response.send(response.createSearchEntry({ objectName: dn, attributes: list }));
    }
    if (search === 'endless') {
      response.send(response.createSearchEntry({ objectName: 'DC=test', attributes: [] }));
      response.addControl(
        new (ldap as unknown as { PagedResultsControl: new (options: object) => object }).PagedResultsControl(
          {
            value: { size: 0, cookie: Buffer.from('more') },
          },
        ),
      );
    }
    if (search === 'references')
      response.send(response.createSearchReference('ldap://elsewhere.contoso.test/DC=contoso,DC=test'));
    response.end();
    return next();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return {
    port: (inner.address() as AddressInfo).port,
    seen,
    connections: () => connections,
    open: () => sockets.size,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** A server of octets: sends `reply` to whoever connects, and then nothing more. */
export async function octetServer(
  reply: Uint8Array,
): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', () => socket.write(reply));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
