import { displayName, ROOT } from '../core/name.ts';
import type { SrvRecord } from '../core/srv.ts';
import { placeOf } from './record-rules.ts';
import { commentOut, type Draft, mend } from './result.ts';
import type { WrittenRecord } from './written-record.ts';

/** Judges the records of one name together. The set is never empty. */
export type SetRule = (set: readonly [WrittenRecord, ...WrittenRecord[]]) => readonly Draft[];

/** Every rule about a set, in the order in which they are told. */
export const SET_RULES: readonly SetRule[] = [
  rootTarget,
  hostListedTwice,
  ttlsDiffer,
  weightsWithoutEffect,
  zeroBesideWeights,
];

function rootTarget(set: readonly WrittenRecord[]): readonly Draft[] {
  const roots = set.filter(({ srv }) => srv.target === ROOT);
  const hosts = set.length - roots.length;
  return roots.map((record): Draft => {
    const left = record.form === 'dnsmasq' && record.words.target === undefined;
    const what = left ? 'the line names no target, and dnsmasq then says "."' : 'the target is "."';
    const beside = `${what}, which says that there is no KMS host, beside ${hosts === 1 ? 'one that is' : `${hosts} that are`}: clients that draw it stop or lose a try`;
    const alone = `${what}: clients of ${displayName(record.owner)} are told that there is no KMS host`;
    return {
      ...placeOf(record, 'target'),
      code: 'SRV-005',
      // Alone it may be meant, where somebody wrote it.
      ...(hosts === 0 && !left && { severity: 'notice' as const }),
      text: hosts === 0 ? alone : beside,
      mend:
        hosts === 0 ? undefined : commentOut(record.lines, record.line, record.form === 'zone' ? ';' : '#'),
      advice: left
        ? 'srv-host=_vlmcs._tcp.DOMAIN,KMSHOST,1688,0,0'
        : 'Leave it if that is meant; else name the host.',
    };
  });
}

function hostListedTwice(set: readonly WrittenRecord[]): readonly Draft[] {
  const first = new Map<string, WrittenRecord>();
  return set.flatMap((record): readonly Draft[] => {
    const earlier = first.get(record.srv.target);
    if (earlier === undefined) {
      first.set(record.srv.target, record);
      return [];
    }
    const identical = sameNumbers(earlier.srv, record.srv);
    return [
      {
        ...placeOf(record, 'target'),
        code: 'SRV-012',
        text: `${displayName(record.srv.target)} stands in line ${earlier.line} already: ${identical ? 'the record is there twice and served once' : 'it is drawn once for each record, and tried twice when it is down'}`,
        mend: commentOut(record.lines, record.line, record.form === 'zone' ? ';' : '#', {
          safe: identical && isOneLine(record),
        }),
        repeats: { line: earlier.line, from: record.line, identical },
      },
    ];
  });
}

/** Is the record on one line, alone? */
function isOneLine({ line, words, lines }: WrittenRecord): boolean {
  const apart = Object.values(words).some((word) => word.line !== line);
  return !apart && lines.lineAt(line)?.includes('(') === false;
}

function ttlsDiffer(set: readonly [WrittenRecord, ...WrittenRecord[]]): readonly Draft[] {
  const [first] = set;
  return set.flatMap((record): readonly Draft[] => {
    if (record.ttlSeconds === undefined || first.ttlSeconds === undefined) return [];
    if (record.ttlSeconds === first.ttlSeconds) return [];
    const word = record.words.ttl;
    return [
      {
        ...placeOf(record, 'ttl'),
        code: 'SRV-029',
        severity: 'warning',
        text: `the TTL is ${record.ttlSeconds} s here and ${first.ttlSeconds} s in line ${first.line}: one set has one TTL, servers pick one, and a client may get a part of the hosts`,
        mend: word && mend(record.lines, word, first.words.ttl?.text ?? String(first.ttlSeconds), true),
        advice: `Write the TTL ${first.ttlSeconds} into this record.`,
      },
    ];
  });
}

function weightsWithoutEffect(set: readonly WrittenRecord[]): readonly Draft[] {
  const hosts = set.filter(({ srv }) => srv.target !== ROOT);
  const priorities = new Set(hosts.map(({ srv }) => srv.priority));
  const weighted = hosts.find(({ srv }) => srv.weight > 0);
  if (weighted === undefined || hosts.length < 2 || priorities.size < hosts.length) return [];
  const [best] = [...hosts].sort((a, b) => a.srv.priority - b.srv.priority);
  return [
    {
      ...placeOf(weighted, 'weight'),
      code: 'SRV-028',
      severity: 'warning',
      text: `no two hosts share a priority, so the weights do nothing: ${displayName(best!.srv.target)} gets every client, and the others wait for its failure`,
      advice: 'Give the hosts that share the load one priority; or leave the weights at 0.',
    },
  ];
}

function zeroBesideWeights(set: readonly WrittenRecord[]): readonly Draft[] {
  const weights = new Map<number, number[]>();
  for (const { srv } of set) {
    if (srv.weight === 0) continue;
    const tier = weights.get(srv.priority);
    if (tier === undefined) weights.set(srv.priority, [srv.weight]);
    else tier.push(srv.weight);
  }
  return set.flatMap((record): readonly Draft[] => {
    const { weight, priority, target } = record.srv;
    const others = weights.get(priority);
    if (weight > 0 || target === ROOT || others === undefined) return [];
    return [
      {
        ...placeOf(record, 'weight'),
        code: 'SRV-015',
        text: `weight 0 beside ${others.slice(0, 5).join(', ')} at priority ${priority}: ${displayName(target)} gets almost no client`,
        advice: 'Give it a weight, or a higher priority number if it is to wait.',
      },
    ];
  });
}

function sameNumbers(a: SrvRecord, b: SrvRecord): boolean {
  return a.priority === b.priority && a.weight === b.weight && a.port === b.port;
}
