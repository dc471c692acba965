import { formatEndpoint } from '../core/address.ts';
import { kmsOwnerName } from '../core/kms.ts';
import { displayName } from '../core/name.ts';
import { formatRecord } from '../core/srv.ts';
import { TYPE } from '../core/wire.ts';
import { CONTOSO, FABRIKAM, type PracticeNetwork } from '../lab/practice-network.ts';
import { rrsetAt } from '../lab/zone-data.ts';

/** Where the story plays. */
export interface Stage {
  readonly network: PracticeNetwork;
  /** Puts a text in place of the desired state. */
  rewriteState(yaml: string): Promise<void>;
  /** The command with which the last apply can be undone, as that apply printed it. */
  readonly undo: readonly string[] | undefined;
}

/** One step of the story; what it promises is checked against the name server's own data. */
export interface Step {
  readonly title: string;
  readonly says: string;
  /** What somebody does besides commands; resolves to how that is told. */
  readonly happens?: (stage: Stage) => Promise<readonly string[]>;
  /** Undefined where the stage has no such command. */
  readonly command?: (stage: Stage) => readonly string[] | undefined;
  readonly exitCode?: number;
  /** What the output showed. */
  readonly shows?: string;
  /** The records that must be published when the step is over, by domain. */
  readonly published: (network: PracticeNetwork) => Published;
}

/** Record data of the two domains, sorted. */
export interface Published {
  readonly contoso: readonly string[];
  readonly fabrikam: readonly string[];
}

/** What the name server holds now. */
export function publishedNow({ nameserver }: PracticeNetwork): Published {
  const [contoso, fabrikam] = [CONTOSO, FABRIKAM].map((domain) =>
    (rrsetAt(nameserver.zone(domain), kmsOwnerName(domain), TYPE.SRV)?.members ?? [])
      .map((rdata) => (rdata.kind === 'SRV' ? formatRecord(rdata.record) : rdata.kind))
      .sort(),
  );
  return { contoso: contoso!, fabrikam: fabrikam! };
}

function record(priority: number, weight: number, host: PracticeNetwork['impostor']): string {
  return formatRecord({ priority, weight, port: host.rpc.endpoint.port, target: host.name });
}

/** Nobody has done anything yet. */
function atFirst({ hosts }: PracticeNetwork): Published {
  return { contoso: [record(0, 0, hosts[0])], fabrikam: [] };
}

function shared(weights: readonly [number, number]): Step['published'] {
  return ({ hosts }) => {
    const records = hosts.map((host, i) => record(10, weights[i]!, host)).sort();
    return { contoso: records, fabrikam: records };
  };
}

const threeToOne = shared([75, 25]);
const half = shared([50, 50]);

function withStranger(of: Step['published']): Step['published'] {
  return (network) => {
    const { contoso, fabrikam } = of(network);
    return { contoso: [...contoso, record(0, 0, network.impostor)].sort(), fabrikam };
  };
}

/** What the reader should know before the first step. */
export const INTRODUCTION =
  'A Windows client that activates by KMS asks DNS for the SRV records _vlmcs._tcp.<its domain>. Where there are none, the user sees 0x8007232B. kmsdns publishes these records from a file that says which hosts serve which domains. This is the whole journey, on a name server that lives for these few seconds on this computer. Nothing else is asked or changed.';

/** The journey. */
export const STORY: readonly Step[] = [
  {
    title: 'A name server, and a file that says what is wanted',
    says: 'The server has two zones and takes updates that are signed with one key. In contoso.example a KMS host has registered itself; in fabrikam.example there is nothing, and every client there fails. The file wants both hosts in both domains, three quarters of the clients on the first:',
    happens: async ({ network }) => [
      `name server at ${network.endpoints.map(formatEndpoint).join(' and ')}; kmsdns.yaml:`,
      ...network.desiredStateYaml
        .trimEnd()
        .split('\n')
        .filter((line) => !line.startsWith('#'))
        .map((line) => `   ${line}`.trimEnd()),
    ],
    published: atFirst,
  },
  {
    title: 'What would change?',
    says: 'plan finds the zones and their servers, reads the one record set of each domain and compares. It writes nothing. First come notices, about the file: here the hosts listen on free ports of this computer and not on 1688.',
    command: () => ['plan'],
    published: atFirst,
  },
  {
    title: 'Would the server allow it?',
    says: 'preflight sends the very messages that apply would send, each with a condition that cannot hold. The server looks at key and permission, and changes nothing.',
    command: () => ['preflight'],
    published: atFirst,
  },
  {
    title: 'Make it so',
    says: 'One message for each zone, carried out whole or not at all. Its condition is the record set as it was read: were it another one by now, the server would refuse. Then every authoritative server is asked what it serves; that decides, not the answer to the update. (--yes, because nobody is there to be asked.)',
    command: () => ['apply', '--yes'],
    published: threeToOne,
  },
  {
    title: 'Is it served everywhere?',
    says: 'The question for every day, and for monitoring: exit code 0 means yes.',
    command: () => ['verify'],
    published: threeToOne,
  },
  {
    title: 'The next change, reviewed before it is made',
    says: 'Both hosts shall now get half of the clients. The plan goes to a file, for a colleague to read.',
    happens: async ({ network, rewriteState }) => {
      await rewriteState(network.revisedStateYaml);
      return ['kmsdns.yaml now says weight 50 for both hosts'];
    },
    command: () => ['plan', '-d', displayName(CONTOSO), '--out', 'plan.json'],
    published: threeToOne,
  },
  {
    title: 'Meanwhile somebody else changes the zone',
    says: 'A reviewed plan is carried out exactly, or not at all: between the review and now, the records became others. Nothing is written, and nothing of what the other one did is lost. Exit code 2 says so.',
    happens: async ({ network }) => [
      `somebody publishes _vlmcs._tcp.contoso.example SRV ${network.colleague.publishes()}`,
    ],
    command: () => ['apply', '--plan', 'plan.json'],
    exitCode: 2,
    published: withStranger(threeToOne),
  },
  {
    title: 'Look again',
    says: 'What did the other one do? Priority 0 comes before 10: every client of contoso.example would now try app1 first. It is not in the file, so it is shown and left alone (policy: additive); what kmsdns was not told about, it does not delete.',
    command: () => ['plan', '-d', displayName(CONTOSO)],
    published: withStranger(threeToOne),
  },
  {
    title: 'Plan again, apply',
    says: 'app1 was a slip: that computer is no KMS host. The colleague takes the record back, and the change goes through.',
    happens: async ({ network }) => {
      network.colleague.takesBack();
      return ['the record of app1.contoso.example is gone'];
    },
    command: () => ['apply', '--yes'],
    published: half,
  },
  {
    title: 'Take it back',
    says: 'Every apply leaves a journal of what it found and what it wrote, and names the command that undoes it. The undoing is guarded too: if anybody changed the records since, it is a conflict and not a loss.',
    command: ({ undo }) => (undo === undefined ? undefined : [...undo, '--yes']),
    published: threeToOne,
  },
];

/** What to keep, and where to go from here. */
export const LEARNED: readonly string[] = [
  'plan and preflight never write; apply writes one guarded message for each zone and reads it back.',
  'A record set that moved is a conflict: nothing is lost, neither yours nor theirs.',
  'What is published besides the file stays, unless a domain says "policy: exact".',
  'Every apply can be undone from its journal.',
];

export const NEXT: readonly (readonly [string, string])[] = [
  ['kmsdns lab', 'the same network for your own hands'],
  ['kmsdns import YOUR.DOMAIN --out kmsdns.yaml', 'start from what is published in your network'],
  ['kmsdns plan', 'what your file would change'],
  ['kmsdns generate --list', 'files instead of updates: BIND, nsupdate, registry'],
];
