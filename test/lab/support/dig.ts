/** The judge: what a server serves is what `dig` says it serves, never what our own decoder made of it. */
import type { Endpoint } from '../../../src/core/net.ts';
import { runProgram } from './run.ts';

export interface DigQuestion {
  readonly name: string;
  readonly type: string;
}

export interface DigOptions {
  readonly tcp?: boolean;
  /** RD bit; off by default, because the judge asks authoritative servers. */
  readonly recurse?: boolean;
  readonly timeoutSeconds?: number;
  /** Where dig runs; left out: on this machine, outside of any network namespace. */
  readonly run?: typeof runProgram;
}

export interface DigAnswer {
  readonly rcode: string;
  readonly flags: readonly string[];
  /** `owner ttl IN TYPE rdata`, lower case, one blank between fields, sorted. */
  readonly answer: readonly string[];
  readonly authority: readonly string[];
  readonly additional: readonly string[];
}

/** Asks one question. Throws when no server answers. */
export async function dig(
  at: Endpoint,
  name: string,
  type: string,
  options: DigOptions = {},
): Promise<DigAnswer> {
  const [answer] = await digAll(at, [{ name, type }], options);
  return answer!;
}

/** Asks several questions with one start of dig; answers in the same order. Throws when one stays unanswered. */
export async function digAll(
  at: Endpoint,
  questions: readonly DigQuestion[],
  options: DigOptions = {},
): Promise<readonly DigAnswer[]> {
  const { tcp = false, recurse = false, timeoutSeconds = 3, run = runProgram } = options;
  const flags = [
    '+noall',
    '+comments',
    '+answer',
    '+authority',
    '+additional',
    '+nocookie',
    '+tries=2',
    `+time=${timeoutSeconds}`,
    recurse ? '+recurse' : '+norecurse',
    tcp ? '+tcp' : '+notcp',
  ];
  const asked = questions.flatMap(({ name, type }) => [
    `@${at.address}`,
    '-p',
    String(at.port),
    '-q',
    name,
    '-t',
    type,
  ]);
  const { stdout, stderr } = await run('dig', ['-r', ...flags, ...asked]);
  const answers = stdout.split(/^(?=;; Got answer:)/m).flatMap(readAnswer);
  if (answers.length !== questions.length) {
    const names = questions.map(({ name, type }) => `${name} ${type}`).join(', ');
    throw new Error(
      `dig got ${answers.length} of ${questions.length} answers for ${names}\n${stdout}${stderr}`,
    );
  }
  return answers;
}

/**
 * What is published at an SRV owner, each as `ttl priority weight port target`, sorted; empty when there is
 * nothing. Throws unless the answer is authoritative: silence and SERVFAIL are not absence.
 */
export async function digSrv(
  at: Endpoint,
  owner: string,
  options: DigOptions = {},
): Promise<readonly string[]> {
  const got = await dig(at, owner, 'SRV', options);
  if (!got.flags.includes('aa') || !['NOERROR', 'NXDOMAIN'].includes(got.rcode))
    throw new Error(`${owner} SRV: ${got.rcode}, flags ${got.flags.join(' ')}`);
  const records = got.answer.filter((line) => line.split(' ')[3] === 'SRV');
  return records.map((line) => {
    const [, ttl, , , ...rdata] = line.split(' ');
    return [ttl, ...rdata].join(' ');
  });
}

/** The zone's serial as this server sees it; throws when it does not serve the zone. */
export async function digSerial(at: Endpoint, zone: string): Promise<number> {
  const got = await dig(at, zone, 'SOA');
  const serial = got.answer[0]?.split(' ')[6];
  if (serial === undefined) throw new Error(`${zone} SOA: ${got.rcode}, no answer`);
  return Number(serial);
}

function readAnswer(text: string): DigAnswer[] {
  const rcode = /status: ([A-Z0-9]+)/.exec(text)?.[1];
  const flags = /^;; flags: ([a-z ]*);/m.exec(text)?.[1];
  if (rcode === undefined || flags === undefined) return [];
  return [
    {
      rcode,
      flags: flags.split(' ').filter((flag) => flag !== ''),
      answer: section(text, 'ANSWER'),
      authority: section(text, 'AUTHORITY'),
      additional: section(text, 'ADDITIONAL'),
    },
  ];
}

function section(text: string, name: string): readonly string[] {
  const body = new RegExp(`^;; ${name} SECTION:\\n((?:[^;\\n].*\\n)*)`, 'm').exec(text)?.[1] ?? '';
  return body
    .split('\n')
    .filter((line) => line !== '')
    .map(normalised)
    .sort();
}

/** Letters of names count for nothing (RFC 4343); class and type read better in capitals. */
function normalised(line: string): string {
  const [owner = '', ttl = '', dnsClass = '', type = '', ...rdata] = line.trim().split(/\s+/);
  const data = type === 'TXT' ? rdata : rdata.map((field) => field.toLowerCase());
  return [owner.toLowerCase(), ttl, dnsClass, type, ...data].join(' ');
}
