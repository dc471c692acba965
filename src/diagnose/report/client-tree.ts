import { formatEndpoint } from '../../core/address.ts';
import type { Finding } from '../../core/finding.ts';
import { KMS_SERVICE } from '../../core/kms.ts';
import { displayName } from '../../core/name.ts';
import { counted } from '../../core/text-layout.ts';
import type { Client } from '../client.ts';
import type { ClientStep, Diagnosis } from '../diagnosis.ts';
import type { DnsPurpose } from '../observation.ts';
import { isDns, srvRecordsOf } from '../seen.ts';
import type { ReportContext } from './verdict.ts';
import { allFindings } from './verdict.ts';

/** One place where the client looked, and what came of it. */
export interface TreeNode {
  /** `override`, `cache`, `DNS`, `SRV`, `host`, `beside`; may be empty. */
  readonly kind: string;
  readonly label: string;
  readonly says: string;
  readonly result: ClientStep['result'];
  /** Findings that this place has to do with, the gravest first. */
  readonly codes: readonly string[];
  readonly isRootCause: boolean;
  readonly children: readonly TreeNode[];
}

const BEFORE_DNS: readonly ClientStep['stage'][] = ['activation-type', 'override', 'cache'];

/** The stages that belong to one host. */
const HOST_STAGES: readonly ClientStep['stage'][] = ['address', 'tcp', 'rpc'];

/** Every place the client looked in its order, with the winner and the reason why the others lost. */
export function clientTree(diagnosis: Diagnosis, { one }: ReportContext): TreeNode {
  const { steps } = diagnosis;
  const attached = new Set<string>();
  const marksOf = (evidence: readonly string[]): Pick<TreeNode, 'codes' | 'isRootCause'> => {
    const fitting = allFindings(diagnosis).filter(
      (finding) =>
        isWeighty(finding) && finding.evidence.some(({ observation }) => evidence.includes(observation)),
    );
    for (const { code, subject } of fitting) attached.add(`${code} ${subject}`);
    return {
      codes: [...new Set(fitting.map(({ code }) => code))],
      isRootCause: fitting.some((finding) => diagnosis.causes.includes(finding)),
    };
  };
  const nodeOf = (step: ClientStep, kind: string): TreeNode => ({
    kind,
    label: labelOf(step),
    says: step.says,
    result: step.result,
    ...marksOf(step.result === 'skipped' || step.result === 'not-set' ? [] : step.evidence),
    children: [],
  });

  const before = steps.filter(({ stage }) => BEFORE_DNS.includes(stage));
  const answer = diagnosis.observations
    .filter(isDns)
    .find(({ id }) => id === steps.find(({ stage }) => stage === 'order')?.evidence[0]);
  const records = answer === undefined ? [] : srvRecordsOf(answer);
  const hosts = steps
    .filter(({ stage }) => HOST_STAGES.includes(stage))
    .map((step) => {
      const record = records.find(({ target, port }) => `${displayName(target)}:${port}` === step.subject);
      const node = nodeOf(step, 'host');
      if (record === undefined || one.client.generation === 'vista') return node;
      return { ...node, says: `priority ${record.priority} weight ${record.weight}, ${step.says}` };
    });
  const suffixSteps = steps.filter(({ stage }) => stage === 'suffix');
  const suffixes = suffixSteps.map((step) => {
    const node = nodeOf(step, isOwner(step.subject) ? 'SRV' : '');
    if (step.result !== 'ok') return node;
    if (answer === undefined || !step.evidence.includes(answer.id)) return { ...node, children: hosts };
    // The records stand below, each with its host.
    const says = `${counted(records.length, 'record')} from ${formatEndpoint(answer.probe.server)}`;
    return { ...node, says, children: hosts };
  });
  const top = before.map((step) => nodeOf(step, step.stage === 'activation-type' ? 'type' : step.stage));
  const asides = suffixes.map((node) => ({
    ...node,
    children: [...node.children, ...asidesOf(diagnosis, node.label, attached)],
  }));
  const dns: readonly TreeNode[] =
    asides.length === 0
      ? []
      : [
          {
            kind: 'DNS',
            label: resolversText(one.client.resolvers.value.map(({ address }) => address)),
            says: '',
            result: suffixes.some(({ result }) => result === 'ok') ? 'ok' : suffixes[0]!.result,
            codes: [],
            isRootCause: false,
            children: asides,
          },
        ];
  return {
    kind: 'client',
    label: clientText(one.client),
    says: '',
    result: 'ok',
    codes: [],
    isRootCause: false,
    children: [...top, ...dns],
  };
}

const GENERATIONS: Readonly<Record<string, string>> = {
  vista: 'Windows Vista or Server 2008',
  windows7: 'Windows 7 or Server 2008 R2',
  windows10: 'Windows 8 or later',
};

function clientText({ generation, suffixes, suffixesUntold }: Client): string {
  const list = suffixes.value.map(displayName).join(', ');
  const none = suffixesUntold ? 'its DNS suffixes are not known' : 'without a DNS suffix';
  return `${GENERATIONS[generation] ?? generation}, ${list === '' ? none : `suffixes ${list}`}`;
}

function resolversText(resolvers: readonly string[]): string {
  return resolvers.length === 0 ? 'no servers' : `servers ${resolvers.join(', ')}`;
}

function labelOf({ subject }: ClientStep): string {
  return subject.endsWith('.') && subject !== '.' ? subject.slice(0, -1) : subject;
}

function isOwner(subject: string): boolean {
  return subject.startsWith(`${KMS_SERVICE}.`);
}

/** Worth a place in the tree. */
function isWeighty({ severity }: Finding): boolean {
  return severity !== 'notice' && severity !== 'info';
}

/** What was asked beside the client's own question. */
const BESIDE: ReadonlySet<DnsPurpose> = new Set(['near-miss', 'bare-label', 'control-name']);

/** Findings about names beside the one that the client asked for: near misses, the bare label, wildcards. */
function asidesOf(diagnosis: Diagnosis, owner: string, attached: Set<string>): readonly TreeNode[] {
  if (!isOwner(owner)) return [];
  const domain = owner.slice(KMS_SERVICE.length + 1);
  const names = new Map(
    diagnosis.observations
      .filter(isDns)
      .filter(({ probe }) => BESIDE.has(probe.purpose))
      .map(({ id, probe }) => [id, displayName(probe.name)]),
  );
  return allFindings(diagnosis).flatMap((finding): readonly TreeNode[] => {
    const key = `${finding.code} ${finding.subject}`;
    const isAbout = finding.evidence.some(({ observation }) => {
      const name = names.get(observation);
      return name !== undefined && (name.endsWith(`.${domain}`) || name === KMS_SERVICE);
    });
    if (!isAbout || attached.has(key) || !isWeighty(finding)) return [];
    attached.add(key);
    return [
      {
        kind: 'beside',
        label: finding.subject.replace(/(.)\.$/, '$1'),
        says: finding.title,
        result: finding.severity === 'warning' ? 'unknown' : 'failed',
        codes: [finding.code],
        isRootCause: diagnosis.causes.includes(finding),
        children: [],
      },
    ];
  });
}
