import { KmsDnsError } from '../core/errors.ts';
import { type Fqdn, parseFqdn } from '../core/name.ts';
import { type Command, defineCommand } from './command.ts';
import {
  CONFIG,
  choice,
  DOMAIN,
  FORCE,
  flag,
  many,
  milliseconds,
  one,
  outOption,
  REACH,
  wholeNumber,
} from './options.ts';

/** A host of a record as a person names it; without a port it means all of them. */
export interface NamedHost {
  readonly target: Fqdn;
  readonly port?: number;
}

function namedHost(text: string, name: string): NamedHost {
  const [, host = '', port] = /^([^:]*)(?::(\d+))?$/.exec(text) ?? [];
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535))
    throw new KmsDnsError('usage', `${name} ${JSON.stringify(text)}: the port must be 1…65535`);
  return { target: parseFqdn(host, name), ...(port === undefined ? {} : { port: Number(port) }) };
}

/** `kmsdns simulate [DOMAIN]`. */
export const simulate: Command = defineCommand({
  command: 'simulate',
  describe: 'who gets what: first-try share per host, failover, cost of dead hosts',
  operands: {
    name: 'DOMAIN',
    describe: 'DNS suffix of clients, read from DNS; without it the desired state is taken',
    least: 0,
    most: 1,
  },
  options: {
    config: CONFIG,
    domain: DOMAIN,
    ...REACH,
    client: one(
      {
        value: 'CLIENT',
        completes: ['vista', 'windows7', 'windows10'],
        describe:
          'CLIENT that is played: vista draws at random, windows7 and windows10 (default) by RFC 2782',
      },
      choice(['vista', 'windows7', 'windows10'] as const),
    ),
    dead: many({ value: 'HOST[:PORT]', describe: 'HOST that does not answer; may be repeated' }, namedHost),
    without: many(
      { value: 'HOST[:PORT]', describe: 'HOST whose records are left out; may be repeated' },
      namedHost,
    ),
    probe: flag({ describe: 'find the dead hosts: connect to each and bind, nothing more' }),
    'no-host-caching': flag({ describe: 'clients ask DNS at every attempt (slmgr /ckhc)' }),
    'connect-timeout': one(
      {
        value: 'SECONDS',
        describe: 'SECONDS until a client gives up on an address that does not answer; default 21',
      },
      milliseconds,
    ),
    clients: one(
      { value: 'N', describe: 'N clients in each domain: roll-out figures, and a draw of each of them' },
      wholeNumber(1, 10_000_000),
    ),
    seed: one(
      { value: 'S', describe: 'S for --clients: the same seed draws the same; default 1' },
      wholeNumber(0, 0xffff_ffff),
    ),
    out: outOption('the result as JSON'),
    force: FORCE,
  },
  examples: [
    ['$0 simulate contoso.com', 'what is published now'],
    ['$0 simulate contoso.com --probe', 'and what the hosts that are down now cost'],
    ['$0 simulate -c kmsdns.yaml --dead kms-e1.east.contoso.com', 'before anything is published'],
    ['$0 simulate contoso.com --clients 500 --seed 7', 'load on each host, and when the counts are reached'],
  ],
  exitCodes: ['0 it could be computed', '3 the records of some domain could not be found out'],
  handler: async (values, context) => (await import('./simulate-action.ts')).runSimulate(values, context),
});
