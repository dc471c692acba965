import { formatEndpoint } from '../core/address.ts';
import { displayName, type Fqdn } from '../core/name.ts';
import type { Endpoint } from '../core/net.ts';
import { DEFAULT_CONCURRENCY, type Reach } from '../publish/reach.ts';
import type { Context } from './command.ts';
import type { Spinner } from './io.ts';
import type { Credentials } from './state.ts';

export interface ReachOptions {
  readonly server: readonly Endpoint[];
  readonly authority: readonly Endpoint[];
  readonly timeout: number | undefined;
  readonly deadline: number | undefined;
}

/** The network of one command, for as long as its deadline allows. */
export interface Run {
  /** What is left of the deadline; undefined when there is none. Time spent outside of `during` does not count. */
  remainingMs(): number | undefined;
  /** Opens the network for `work` and closes it again; a terminal shows `text`, or what `work` says, meanwhile. */
  during<T>(text: string, work: (reach: Reach, spinner: Spinner) => Promise<T>): Promise<T>;
}

const DNS_TIMEOUT_MS = 1000;

/** Nothing is opened yet. The clock of the deadline stands still while a person is asked. */
export function openRun(
  { io, network, quiet, err }: Context,
  options: ReachOptions,
  credentials: Credentials = { signers: new Map() },
): Run {
  let spentMs = 0;
  const remainingMs = (): number | undefined =>
    options.deadline === undefined ? undefined : Math.max(0, options.deadline - spentMs);
  return {
    remainingMs,
    during: async (text, work) => {
      const deadlineMs = remainingMs();
      const net = await network.open({
        interrupt: io.interrupt,
        ...(deadlineMs === undefined ? {} : { deadlineMs }),
      });
      const spinner = quiet ? { say: () => {}, stop: () => {} } : io.spinner(text, err.coloured);
      const startedMs = net.clockMs();
      try {
        const resolvers = options.server.length > 0 ? [] : await network.resolvers();
        return await work(
          {
            net,
            patience: { timeoutMs: options.timeout ?? DNS_TIMEOUT_MS },
            servers: options.server,
            authorities: options.authority,
            resolvers,
            ...credentials,
            concurrency: DEFAULT_CONCURRENCY,
          },
          spinner,
        );
      } finally {
        spentMs += net.clockMs() - startedMs;
        spinner.stop();
        net.close();
      }
    },
  };
}

/** A command that goes on from this one, with the options that chose what it works on. */
export function nextCommand(
  command: readonly string[],
  chosen: {
    readonly config?: string | undefined;
    readonly server?: readonly Endpoint[];
    readonly authority?: readonly Endpoint[];
    readonly domain?: readonly Fqdn[];
  },
): string {
  const words = ['kmsdns', ...command];
  if (chosen.config !== undefined) words.push('-c', chosen.config);
  for (const one of chosen.server ?? []) words.push('-s', endpointText(one));
  for (const one of chosen.authority ?? []) words.push('--authority', endpointText(one));
  for (const one of chosen.domain ?? []) words.push('-d', displayName(one));
  return words.map(shellWord).join(' ');
}

/** `10.0.0.53`, or with its port where that is not 53. */
export function endpointText(endpoint: Endpoint): string {
  return endpoint.port === 53 ? endpoint.address : formatEndpoint(endpoint);
}

/** Double quotes: sh, cmd and PowerShell take them. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./\\-]+$/.test(word) ? word : `"${word}"`;
}
