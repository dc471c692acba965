import type { DesiredState } from '../core/desired-state.ts';
import type { Wanted } from '../directory/audit-model.ts';

/** What a desired state says, as far as the directory is compared with it. */
export function wantedOf({ file, hosts, domains }: DesiredState): Wanted {
  return {
    file,
    hosts: hosts.map(({ name }) => name),
    sets: domains.map(({ owner, publish }) => ({ owner, targets: publish.map(({ target }) => target) })),
  };
}
