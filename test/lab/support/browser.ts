import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { program } from './programs.ts';

/** The names that packages give Chromium and its relatives; the first that is there is taken. */
export const CHROMIUM = 'chromium|chromium-browser|google-chrome|google-chrome-stable';

type Json = Readonly<Record<string, unknown>>;

/** One tab, spoken to by the Chrome DevTools protocol. */
export interface Tab {
  /** What the page said, warned or broke on since it was opened. */
  readonly complaints: readonly string[];
  /** Every address that was asked for. */
  readonly requests: readonly string[];
  /** Resolves when the page has been loaded. */
  open(url: string): Promise<void>;
  /** The value of an expression in the page; the page's own policy does not concern it. */
  evaluate<T>(expression: string): Promise<T>;
  /** As if it were read on such a device. */
  emulate(device: {
    readonly width?: number;
    readonly scheme?: 'light' | 'dark';
    readonly media?: 'print';
  }): Promise<void>;
  /** PNG of the whole page. */
  screenshot(): Promise<Buffer>;
  pdf(): Promise<Buffer>;
  close(): Promise<void>;
}

export interface Browser {
  newTab(): Promise<Tab>;
  close(): Promise<void>;
}

const TIMEOUT_MS = 20_000;

/**
 * Starts a browser without a window. It talks over two pipes, and whatever it wants from the network that is not
 * loopback goes to a proxy that does not exist.
 */
export function startBrowser(): Browser {
  const folder = mkdtempSync(join(tmpdir(), 'kmsdns-browser-'));
  const child = spawn(
    program(CHROMIUM),
    [
      '--headless=new',
      '--remote-debugging-pipe',
      `--user-data-dir=${folder}`,
      '--proxy-server=127.0.0.1:9',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--hide-scrollbars',
      '--no-first-run',
      // Containers mostly allow no sandbox of its own; the pages are ours.
      '--no-sandbox',
      'about:blank',
    ],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'], detached: true },
  );
  const wire = protocol(child);
  return {
    newTab: () => newTab(wire),
    close: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      // Asked to, it ends its own children and its profile is at rest; else all of its group are ended.
      const timer = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), CLOSE_MS);
      wire.send('Browser.close').catch(() => {});
      await ended;
      clearTimeout(timer);
      await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}

const CLOSE_MS = 5000;

interface Wire {
  send(method: string, params?: Json, sessionId?: string): Promise<Json>;
  listen(sessionId: string, heard: (method: string, params: Json) => void): void;
}

/** Messages are JSON, each ended by a NUL. */
function protocol(child: ChildProcess): Wire {
  const [, , , input, output] = child.stdio as unknown as [unknown, unknown, unknown, Writable, Readable];
  const waiting = new Map<number, { resolve: (result: Json) => void; reject: (error: Error) => void }>();
  const listeners = new Map<string, (method: string, params: Json) => void>();
  let rest = '';
  let lastId = 0;
  output.setEncoding('utf8');
  output.on('data', (chunk: string) => {
    const messages = (rest + chunk).split('\0');
    rest = messages.pop()!;
    for (const text of messages) {
      const { id, method, params, sessionId, result, error } = JSON.parse(text) as {
        id?: number;
        method?: string;
        params?: Json;
        sessionId?: string;
        result?: Json;
        error?: { message: string };
      };
      if (id === undefined) {
        listeners.get(sessionId ?? '')?.(method!, params!);
        continue;
      }
      const one = waiting.get(id);
      waiting.delete(id);
      if (error === undefined) one?.resolve(result!);
      else one?.reject(new Error(error.message));
    }
  });
  input.on('error', () => {
    // It ended; whoever waits hears of it by the time-out.
  });
  return {
    listen: (sessionId, heard) => listeners.set(sessionId, heard),
    send: (method, params = {}, sessionId) => {
      const id = ++lastId;
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`${method}: no answer`)), TIMEOUT_MS);
        const done =
          <T>(end: (value: T) => void) =>
          (value: T): void => {
            clearTimeout(timer);
            end(value);
          };
        waiting.set(id, { resolve: done(resolve), reject: done(reject) });
        input.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
      });
    },
  };
}

async function newTab(wire: Wire): Promise<Tab> {
  const { targetId } = await wire.send('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = (await wire.send('Target.attachToTarget', { targetId, flatten: true })) as {
    sessionId: string;
  };
  const send = (method: string, params?: Json): Promise<Json> => wire.send(method, params, sessionId);
  const complaints: string[] = [];
  const requests: string[] = [];
  let loaded = (): void => {};
  wire.listen(sessionId, (method, params) => {
    switch (method) {
      case 'Runtime.consoleAPICalled':
      case 'Runtime.exceptionThrown':
      case 'Audits.issueAdded':
        complaints.push(JSON.stringify(params));
        break;
      case 'Log.entryAdded':
        complaints.push((params as { entry: { text: string } }).entry.text);
        break;
      case 'Network.requestWillBeSent':
        requests.push((params as { request: { url: string } }).request.url);
        break;
      case 'Page.loadEventFired':
        loaded();
        break;
    }
  });
  for (const domain of ['Page', 'Runtime', 'Log', 'Network', 'Audits']) await send(`${domain}.enable`);
  return {
    complaints,
    requests,
    open: async (url) => {
      const whole = new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`${url} was not loaded`)), TIMEOUT_MS);
        loaded = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      await send('Page.navigate', { url });
      await whole;
    },
    evaluate: async <T>(expression: string) => {
      const { result, exceptionDetails } = (await send('Runtime.evaluate', {
        expression,
        returnByValue: true,
        awaitPromise: true,
      })) as {
        result: { value: T };
        exceptionDetails?: { text: string; exception?: { description?: string } };
      };
      if (exceptionDetails !== undefined)
        throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
      return result.value;
    },
    emulate: async ({ width = 1280, scheme = 'light', media }) => {
      await send('Emulation.setDeviceMetricsOverride', {
        width,
        height: 900,
        deviceScaleFactor: 1,
        mobile: false,
      });
      await send('Emulation.setEmulatedMedia', {
        media: media ?? 'screen',
        features: [{ name: 'prefers-color-scheme', value: scheme }],
      });
    },
    screenshot: async () => {
      const { data } = await send('Page.captureScreenshot', { captureBeyondViewport: true });
      return Buffer.from(data as string, 'base64');
    },
    pdf: async () => {
      const { data } = await send('Page.printToPDF', { printBackground: false });
      return Buffer.from(data as string, 'base64');
    },
    close: async () => {
      await wire.send('Target.closeTarget', { targetId });
    },
  };
}
