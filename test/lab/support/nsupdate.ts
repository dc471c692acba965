/** A client that is known to be good: when it cannot update a server, our own tool is not to blame. */
import { existsSync } from 'node:fs';
import type { Endpoint } from '../../../src/core/net.ts';
import { digSrv } from './dig.ts';
import type { LabServer } from './lab.ts';
import { runProgram } from './run.ts';
import { type LabZone, ownerOf } from './zones.ts';

export interface Update {
  readonly zone: string;
  /** BIND key file; without one the update goes unsigned. */
  readonly keyFile?: string;
  readonly tcp?: boolean;
  /** `update …` and `prereq …` lines. */
  readonly lines: readonly string[];
}

export interface UpdateReply {
  /** `TIMEOUT` when nothing came back. */
  readonly rcode: string;
  /** The error field of the reply's TSIG (RFC 8945 §3); undefined when the reply carries none. */
  readonly tsig: string | undefined;
  /** Everything nsupdate printed, for the message of a failed test. */
  readonly output: string;
}

/** What nsupdate -d puts before each reply. */
const REPLY = 'Reply from update query:';

/** Sends one UPDATE message, or several with `send` lines between, and reads the last reply's rcode and TSIG error. */
export async function nsupdate(at: Endpoint, update: Update): Promise<UpdateReply> {
  // With a key file that is not there nsupdate only warns, and sends the update unsigned.
  if (update.keyFile !== undefined && !existsSync(update.keyFile))
    throw new Error(`no key file ${update.keyFile}`);
  const key = update.keyFile === undefined ? [] : ['-k', update.keyFile];
  const script = [
    `server ${at.address} ${at.port}`,
    `zone ${update.zone}.`,
    ...update.lines,
    'send',
    'quit',
    '',
  ].join('\n');
  const args = ['-d', '-t', '6', '-u', '2', '-r', '1', ...(update.tcp === true ? ['-v'] : []), ...key];
  const { stdout, stderr } = await runProgram('nsupdate', args, { input: script });
  return readUpdateReply(`${stdout}${stderr}`);
}

/** The last reply in what `nsupdate -d` printed. Throws when no update was sent. */
export function readUpdateReply(output: string): UpdateReply {
  const lastReply = output.lastIndexOf(REPLY);
  const reply = output.slice(lastReply);
  const rcode = /opcode: UPDATE, status: ([A-Z0-9]+)/.exec(reply)?.[1];
  if (lastReply === -1 || rcode === undefined) {
    if (/timed out|no servers could be reached/.test(output))
      return { rcode: 'TIMEOUT', tsig: undefined, output };
    throw new Error(`nsupdate sent nothing that can be judged:\n${output}`);
  }
  return { rcode, tsig: /\sTSIG\s.*\s([A-Z]+)\s+\d+\s*$/m.exec(reply)?.[1], output };
}

/**
 * Adds a throw-away record by nsupdate, sees it with dig, deletes it and sees it gone: once for every way in
 * which the server's zones may be updated. Throws when the server, not we, is at fault. The serials of the
 * zones it tried have moved on afterwards.
 */
export async function proveHealthy(server: LabServer, zones: readonly LabZone[]): Promise<void> {
  const tried = new Set<string>();
  for (const zone of zones) {
    const { access } = zone;
    if (access.may === 'nothing' || zone.healthCheck === false) continue;
    const way = `${access.may} ${access.key ?? 'unsigned'}`;
    if (tried.has(way)) continue;
    tried.add(way);
    await proveZone(server, zone);
  }
}

async function proveZone(server: LabServer, zone: LabZone): Promise<void> {
  const { access } = zone;
  if (access.may === 'nothing') return;
  const owner = access.may === 'publish' ? ownerOf(zone) : `lab-health.${zone.name}`;
  const before = await digSrv(server.endpoint, owner);
  // One added TTL would re-stamp the whole RRset: take the one that is there.
  const ttl = before[0]?.split(' ')[0] ?? '60';
  const record = `65535 0 9 lab-health.${zone.name}.`;
  const key = access.key === undefined ? {} : { keyFile: server.keyFile(access.key) };
  const send = async (line: string, expected: readonly string[]): Promise<void> => {
    const reply = await nsupdate(server.endpoint, { zone: zone.name, lines: [line], ...key });
    const after = await digSrv(server.endpoint, owner);
    if (reply.rcode === 'NOERROR' && after.join() === [...expected].sort().join()) return;
    throw new Error(
      `${server.kind} is not healthy: nsupdate "${line}" got ${reply.rcode} ${reply.tsig ?? ''}, and ` +
        `${owner} serves ${JSON.stringify(after)}\n${reply.output}\n${server.log()}`,
    );
  };
  await send(`update add ${owner}. ${ttl} SRV ${record}`, [...before, `${ttl} ${record}`]);
  await send(`update delete ${owner}. SRV ${record}`, before);
}
