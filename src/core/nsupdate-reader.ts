import type { Problem } from './errors.ts';
import { type Fqdn, readName } from './name.ts';
import type { SrvRecord } from './srv.ts';

/** One RR or RRset that a script names: the owner, and as much of the rest as the command carries. */
export interface ScriptRr {
  readonly owner: Fqdn;
  readonly ttlSeconds?: number;
  /** Upper case; left out where the command means every type. */
  readonly type?: string;
  /** Set for a well-formed SRV record. */
  readonly srv?: SrvRecord;
  /** RDATA as written; empty where there is none. */
  readonly rdata: readonly string[];
  readonly line: number;
}

export interface ScriptCommand extends ScriptRr {
  readonly kind: 'nxdomain' | 'yxdomain' | 'nxrrset' | 'yxrrset' | 'add' | 'delete';
}

/** Everything up to one `send`: one UPDATE message. */
export interface ScriptMessage {
  readonly server: string | undefined;
  readonly port: number | undefined;
  readonly zone: Fqdn | undefined;
  readonly prerequisites: readonly ScriptCommand[];
  readonly updates: readonly ScriptCommand[];
  /** False for commands at the end of the script that no `send` follows. */
  readonly sent: boolean;
}

export interface NsupdateScript {
  readonly messages: readonly ScriptMessage[];
  readonly problems: readonly Problem[];
}

const PREREQUISITES = ['nxdomain', 'yxdomain', 'nxrrset', 'yxrrset'] as const;

/**
 * Reads the commands of nsupdate(1) that a publisher's script needs: server, zone, prereq, update, send. Any other
 * command is a problem, because it could change what the script does. Never throws.
 */
export function readNsupdateScript(text: string, file: string): NsupdateScript {
  const problems: Problem[] = [];
  const messages: ScriptMessage[] = [];
  let server: string | undefined;
  let port: number | undefined;
  let zone: Fqdn | undefined;
  let prerequisites: ScriptCommand[] = [];
  let updates: ScriptCommand[] = [];
  const endMessage = (sent: boolean): void => {
    if (prerequisites.length + updates.length > 0 || sent)
      messages.push({ server, port, zone, prerequisites, updates, sent });
    prerequisites = [];
    updates = [];
  };

  for (const [i, source] of text.split(/\r\n|\n|\r/).entries()) {
    const line = i + 1;
    const wrong = (message: string): void => {
      problems.push({ file, line, column: 1, message });
    };
    const words = source.split(/[ \t]+/).filter((word) => word !== '');
    // A semicolon begins a comment only in front of a line: further on it can belong to a name.
    if (words[0]?.startsWith(';')) continue;
    if (words.length === 0) {
      // An empty line sends, in nsupdate.
      if (prerequisites.length + updates.length > 0) endMessage(true);
      continue;
    }
    if (!/^[\t\x20-\x7e]*$/.test(source)) {
      wrong('a command holds a control character or is not ASCII');
      continue;
    }
    const command = words[0]!.toLowerCase();
    if (command === 'server') {
      const given = words[2] === undefined ? undefined : Number(words[2]);
      if (words[1] === undefined || words.length > 3 || !(given === undefined || isPort(given)))
        wrong('server needs an address or a name, and a port at most');
      else [server, port] = [words[1], given];
    } else if (command === 'zone') {
      const name = readName(words[1] ?? '');
      if (!name.ok || words.length > 2) wrong(`zone: ${name.ok ? 'one name only' : name.problem}`);
      else zone = name.name;
    } else if (command === 'send' && words.length === 1) {
      endMessage(true);
    } else if (command === 'prereq' || PREREQUISITES.some((name) => name === command)) {
      const read = readPrerequisite(command === 'prereq' ? words.slice(1) : words, line);
      if (typeof read === 'string') wrong(read);
      else prerequisites.push(read);
    } else if (['update', 'add', 'del', 'delete'].includes(command)) {
      const read = readUpdate(command === 'update' ? words.slice(1) : words, line);
      if (typeof read === 'string') wrong(read);
      else updates.push(read);
    } else {
      wrong(`${JSON.stringify(source.trim())} is not read here`);
    }
  }
  endMessage(false);
  return { messages, problems };
}

function readPrerequisite(words: readonly string[], line: number): ScriptCommand | string {
  const kind = PREREQUISITES.find((name) => name === words[0]?.toLowerCase());
  if (kind === undefined) return 'prereq needs nxdomain, yxdomain, nxrrset or yxrrset';
  const rr = readRr(words.slice(1), line, false);
  if (typeof rr === 'string') return rr;
  const named = kind === 'nxdomain' || kind === 'yxdomain';
  if (named !== (rr.type === undefined)) return `prereq ${kind} needs ${named ? 'a name alone' : 'a type'}`;
  return { kind, ...rr };
}

function readUpdate(words: readonly string[], line: number): ScriptCommand | string {
  const verb = words[0]?.toLowerCase();
  const kind = verb === 'add' ? 'add' : verb === 'del' || verb === 'delete' ? 'delete' : undefined;
  if (kind === undefined) return 'update needs add or delete';
  const rr = readRr(words.slice(1), line, true);
  if (typeof rr === 'string') return rr;
  if (kind === 'add' && (rr.ttlSeconds === undefined || rr.rdata.length === 0))
    return 'update add needs a name, a TTL, a type and data';
  return { kind, ...rr };
}

/** `NAME [TTL] [CLASS] [TYPE [DATA…]]` */
function readRr(words: readonly string[], line: number, ttlAllowed: boolean): ScriptRr | string {
  const rest = [...words];
  const owner = readName(rest.shift() ?? '');
  if (!owner.ok) return `name: ${owner.problem}`;
  const ttl = ttlAllowed && /^\d{1,10}$/.test(rest[0] ?? '') ? Number(rest.shift()) : undefined;
  if (ttl !== undefined && ttl > 0x7fffffff) return `TTL ${ttl} has more than 31 bits`;
  if (/^(IN|CH|HS|NONE|ANY)$/i.test(rest[0] ?? '')) {
    if (rest.shift()!.toUpperCase() !== 'IN') return 'only class IN is read here';
  }
  const type = rest.shift()?.toUpperCase();
  const common = {
    owner: owner.name,
    ...(ttl !== undefined && { ttlSeconds: ttl }),
    ...(type !== undefined && { type }),
    rdata: rest,
    line,
  };
  if (type !== 'SRV' || rest.length === 0) return common;
  const [priority = -1, weight = -1, port = -1] = rest
    .slice(0, 3)
    .map((word) => (/^\d{1,5}$/.test(word) ? Number(word) : -1));
  const target = readName(rest[3] ?? '');
  if (rest.length !== 4 || [priority, weight, port].some((n) => n < 0 || n > 0xffff) || !target.ok)
    return 'SRV needs priority, weight, port and target';
  return { ...common, srv: { priority, weight, port, target: target.name } };
}

function isPort(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= 65535;
}
