import { describe, expect, it } from 'vitest';
import type { Context } from '../../src/cli/command.ts';
import type { Limits, Network } from '../../src/cli/network.ts';
import { openRun, type ReachOptions } from '../../src/cli/run.ts';
import { fakeNet } from '../support/fake-net.ts';
import { endpoint } from '../support/srv-sets.ts';

const NOTHING: ReachOptions = { server: [], authority: [], timeout: undefined, deadline: undefined };

/** A context whose network only has a clock, and what it was opened and closed with. */
function stage(): { readonly context: Context; readonly opened: Limits[]; closed(): number } {
  const opened: Limits[] = [];
  let closed = 0;
  const network: Network = {
    open: async (limits) => {
      opened.push(limits);
      const net = fakeNet({});
      return {
        ...net,
        close: () => {
          closed++;
        },
      };
    },
    resolvers: async () => [endpoint('10.0.0.1')],
    suffixes: async () => [],
    kerberos: () => {
      throw new Error('nothing here signs');
    },
    directory: () => {
      throw new Error('nothing here reads a directory');
    },
  };
  const io = { interrupt: new AbortController().signal, spinner: () => ({ say: () => {}, stop: () => {} }) };
  const context = { io, network, quiet: false, err: { coloured: false } } as unknown as Context;
  return { context, opened, closed: () => closed };
}

describe('the network of a command', () => {
  it('has a deadline only when one is given, and DNS waits a second', async () => {
    const { context, opened } = stage();
    const run = openRun(context, NOTHING);
    expect(run.remainingMs()).toBe(undefined);
    await run.during('x', async ({ patience, resolvers }) => {
      expect([patience.timeoutMs, resolvers]).toEqual([1000, [endpoint('10.0.0.1')]]);
    });
    expect(opened[0]).not.toHaveProperty('deadlineMs');
  });

  it('counts only the time in which it is open: a person may think as long as they like', async () => {
    const { context, opened } = stage();
    const run = openRun(context, { ...NOTHING, deadline: 1000, timeout: 250 });
    await run.during('reading', async ({ net, patience }) => {
      expect(patience.timeoutMs).toBe(250);
      await net.sleep(400);
    });
    expect(run.remainingMs()).toBe(600);
    await run.during('sending', ({ net }) => net.sleep(5000));
    expect(opened.map(({ deadlineMs }) => deadlineMs)).toEqual([1000, 600]);
    expect(run.remainingMs()).toBe(0);
  });

  it('asks the servers of --server instead of the computer’s', async () => {
    const { context } = stage();
    const servers = [endpoint('10.0.0.53')];
    await openRun(context, { ...NOTHING, server: servers }).during('x', async (reach) => {
      expect([reach.servers, reach.resolvers]).toEqual([servers, []]);
    });
  });

  it('is closed also when the work fails', async () => {
    const { context, closed } = stage();
    const failing = openRun(context, NOTHING).during('x', async () => {
      throw new Error('oops');
    });
    await expect(failing).rejects.toThrow('oops');
    expect(closed()).toBe(1);
  });
});
