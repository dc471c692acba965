import { type Command, defineCommand } from './command.ts';
import { DEADLINE, FORCE, one, outOption, SERVER, TIMEOUT, text } from './options.ts';

/** `kmsdns probe HOST[:PORT]…`. */
export const probe: Command = defineCommand({
  command: 'probe',
  describe: 'address, TCP and RPC bind of one or many endpoints; no activation is ever asked for',
  operands: {
    name: 'HOST[:PORT]',
    describe: 'name or address of a KMS host; port 1688 unless given; IPv6 with port as [::1]:1688',
    least: 0,
    most: Number.POSITIVE_INFINITY,
  },
  options: {
    from: one(
      { value: 'FILE', completes: 'file', describe: 'FILE with one endpoint a line; - is stdin' },
      text,
    ),
    server: SERVER,
    timeout: TIMEOUT,
    deadline: DEADLINE,
    out: outOption('the result as JSON'),
    force: FORCE,
  },
  examples: [
    ['$0 probe kms01.contoso.com', 'is a KMS host listening?'],
    ['$0 probe 10.0.0.10:1688 [2001:db8::10]:1688 --json', 'for scripts'],
    ['$0 probe --from hosts.txt', 'thousands at a time'],
  ],
  exitCodes: ['0 all accept the bind', '1 some do', '2 none does', '3 it could not be decided'],
  handler: async (values, context) => (await import('./probe-action.ts')).runProbe(values, context),
});
