/** A second opinion on who is tried when: every order in which one client can meet its hosts, written out. */
import type { SrvRecord } from '../../src/core/srv.ts';

export interface Order {
  readonly probability: number;
  readonly records: readonly SrvRecord[];
}

/**
 * All orders of a set with their probabilities. RFC 2782, read literally: the lowest priority left; in it a draw by
 * weight; where only weights of 0 are left, all alike. `random`: a draw among all that are left.
 */
export function allOrders(records: readonly SrvRecord[], model: 'rfc2782' | 'random'): readonly Order[] {
  if (records.length === 0) return [{ probability: 1, records: [] }];
  const lowest = Math.min(...records.map(({ priority }) => priority));
  const pool = model === 'random' ? records : records.filter(({ priority }) => priority === lowest);
  const sum = pool.reduce((total, { weight }) => total + weight, 0);
  return pool.flatMap((chosen) => {
    const chance = model === 'random' || sum === 0 ? 1 / pool.length : chosen.weight / sum;
    if (chance === 0) return [];
    const rest = records.filter((one) => one !== chosen);
    return allOrders(rest, model).map((order) => ({
      probability: chance * order.probability,
      records: [chosen, ...order.records],
    }));
  });
}
