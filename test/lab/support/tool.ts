/** Our own tool, pointed at a lab server: what the journeys call and `dig` then judges. */
import { type DesiredState, parseDesiredState } from '../../../src/core/desired-state.ts';
import { parseKeyText } from '../../../src/core/key-file.ts';
import type { Endpoint, Net } from '../../../src/core/net.ts';
import { systemNet } from '../../../src/core/net-sockets.ts';
import { hmacSigner, type Signer } from '../../../src/core/tsig.ts';
import { applyPlan } from '../../../src/publish/apply.ts';
import type { ApplyOptions, ApplyResult } from '../../../src/publish/apply-result.ts';
import type { Journal } from '../../../src/publish/journal.ts';
import { makePlan, type PlanResult } from '../../../src/publish/make-plan.ts';
import { type PreflightResult, preflight } from '../../../src/publish/preflight.ts';
import type { Reach } from '../../../src/publish/reach.ts';
import { rollBack } from '../../../src/publish/rollback.ts';
import { type Verification, verify } from '../../../src/publish/verify.ts';
import { keyClause, type LabKey } from './keys.ts';

export interface ToolOptions {
  readonly server: Endpoint;
  /** Signs with this key; left out: unsigned updates. */
  readonly key?: LabKey;
  readonly authorities?: readonly Endpoint[];
  readonly timeoutMs?: number;
  readonly net?: Net;
}

/** One user at one desk: a key, a server, and journals kept in memory. */
export interface Tool {
  readonly net: Net;
  readonly journals: readonly Journal[];
  state(domains: string): DesiredState;
  plan(state: DesiredState): Promise<PlanResult>;
  preflight(state: DesiredState): Promise<readonly PreflightResult[]>;
  apply(state: DesiredState, options?: Partial<ApplyOptions>): Promise<ApplyResult>;
  rollBack(state: DesiredState, journal: Journal): Promise<ApplyResult>;
  verify(state: DesiredState): Promise<Verification>;
}

/** `domains` of {@link Tool.state} is the YAML below `domains:`, indented by two blanks. */
export function tool({
  server,
  key,
  authorities = [],
  timeoutMs = 1000,
  net = systemNet(),
}: ToolOptions): Tool {
  const signers = new Map<string, Signer>();
  if (key !== undefined) signers.set('lab', hmacSigner(parseKeyText(keyClause(key), 'lab.key').key));
  const reach: Reach = {
    net,
    patience: { timeoutMs },
    servers: [],
    authorities,
    resolvers: [],
    signers,
    concurrency: 8,
  };
  const journals: Journal[] = [];
  const auth = key === undefined ? '' : ', auth: { tsig: lab }';
  const options = (): ApplyOptions => {
    let current: Journal | undefined;
    return {
      action: 'apply',
      recorder: {
        async store(journal) {
          if (current !== undefined) journals.splice(journals.indexOf(current), 1);
          current = journal;
          journals.push(journal);
          return `journal ${journals.length}`;
        },
        async discard() {
          if (current !== undefined) journals.splice(journals.indexOf(current), 1);
        },
      },
      waitMs: 2000,
      mayReplan: true,
      progress: () => {},
    };
  };
  return {
    net,
    journals,
    state: (domains) =>
      parseDesiredState(
        `version: 1\n${key === undefined ? '' : 'keys:\n  lab: { file: lab.key }\n'}servers:\n  lab: { address: ${server.address}, port: ${server.port}${auth} }\ndomains:\n${domains}`,
        'kmsdns.yaml',
      ),
    plan: (state) => makePlan(reach, state),
    preflight: async (state) => preflight(reach, state, await makePlan(reach, state)),
    apply: async (state, more = {}) =>
      applyPlan(reach, state, await makePlan(reach, state), { ...options(), ...more }),
    rollBack: (state, journal) => rollBack(reach, state, journal, options()),
    verify: (state) => verify(reach, state),
  };
}
