import { readName } from '../core/name.ts';
import type { SrvRecord } from '../core/srv.ts';

/** The four values of an SRV record as words, by name: the order is where formats differ. */
export interface SrvFields {
  readonly priority: string;
  readonly weight: string;
  readonly port: string;
  readonly target: string;
}

/** Words as a record, or what is wrong with them. A target means the same with and without its final dot. */
export function readSrvFields(
  fields: SrvFields,
): { readonly ok: true; readonly record: SrvRecord } | { readonly ok: false; readonly problem: string } {
  for (const field of ['priority', 'weight', 'port'] as const) {
    if (!/^\d{1,5}$/.test(fields[field]) || Number(fields[field]) > 0xffff) {
      const problem = `${field} ${JSON.stringify(fields[field])} is not a number from 0 to 65535`;
      return { ok: false, problem };
    }
  }
  const target = readName(fields.target);
  if (!target.ok) return { ok: false, problem: `target ${JSON.stringify(fields.target)}: ${target.problem}` };
  const { priority, weight, port } = fields;
  return {
    ok: true,
    record: {
      priority: Number(priority),
      weight: Number(weight),
      port: Number(port),
      target: target.name,
    },
  };
}

/** A TTL as digits (RFC 2181 §8: 31 bits); undefined when it is none. */
export function readTtlWord(text: string): number | undefined {
  return /^\d{1,10}$/.test(text) && Number(text) <= 0x7fffffff ? Number(text) : undefined;
}

/** `priority weight port target`, as in a master file and in most interfaces of clouds. */
export function readSrvText(text: string): ReturnType<typeof readSrvFields> {
  const [priority = '', weight = '', port = '', target = '', ...more] = text.trim().split(/[ \t]+/);
  if (more.length > 0)
    return { ok: false, problem: 'SRV takes priority, weight, port and target, and no more' };
  return readSrvFields({ priority, weight, port, target });
}
