import { displayName } from '../core/name.ts';
import { countable } from '../publish/read-back.ts';
import { type Verification, type VerifiedZone, verifyExitCode } from '../publish/verify.ts';
import { counted, type Look, wrap } from './look.ts';
import { recordText } from './render-plan.ts';
import { readBackLines } from './render-read-back.ts';

/** Domains in sync that are named one by one; of more only the number is told. */
const IN_SYNC_SHOWN = 10;

/** Domain by domain; the servers of a domain only where one of them is not current. */
export function verificationLines(
  { zones, unknown }: Verification,
  look: Look,
  verbose: boolean,
): readonly string[] {
  const calm = zones.filter(isInSync);
  const folded = !verbose && calm.length > IN_SYNC_SHOWN ? new Set(calm) : new Set();
  const lines = zones.flatMap((zone) => (folded.has(zone) ? [] : zoneLines(zone, look, verbose)));
  if (folded.size > 0)
    lines.push(`${look.symbols.ellipsis} ${folded.size} more domains are in sync (-v lists them)`);
  for (const { domain, because } of unknown) {
    const mark = look.paint('warn', look.symbols.unknown);
    lines.push(`${mark} ${look.paint('strong', displayName(domain))}  could not be found out`);
    lines.push(wrap(because, look.columns, '   '));
  }
  return lines;
}

function isInSync({ servers }: VerifiedZone): boolean {
  return countable(servers).every(({ state }) => state === 'current');
}

function zoneLines(zone: VerifiedZone, look: Look, verbose: boolean): readonly string[] {
  const { good, bad, unknown } = look.symbols;
  const name = look.paint('strong', displayName(zone.domain));
  const where = `zone ${displayName(zone.zone)}`;
  const servers = readBackLines(zone.servers, look).map((line) => `   ${line}`);
  if (isInSync(zone)) {
    const head = `${look.paint('good', good)} ${name}  ${where}  in sync on ${counted(countable(zone.servers).length, 'server')}`;
    return verbose ? [head, ...servers] : [head];
  }
  const differs = zone.servers.some(({ state }) => state === 'stale');
  const mark = differs ? look.paint('bad', bad) : look.paint('warn', unknown);
  return [
    `${mark} ${name}  ${where}  ${differs ? 'differs from the desired state' : 'not every server could be asked'}`,
    ...zone.servers.flatMap((one, i) => [
      servers[i]!,
      ...(one.state === 'stale' ? (one.set?.records ?? []) : []).map(
        (record) => `        ${recordText(record)}, TTL ${one.set!.ttlSeconds} s`,
      ),
    ]),
  ];
}

/** The last line: the verdict, and what to type next. */
export function verificationVerdict(seen: Verification, next: string): string {
  const all = seen.zones.length + seen.unknown.length;
  const differing = seen.zones.filter(({ servers }) => servers.some(({ state }) => state === 'stale')).length;
  const unsure = seen.unknown.length + seen.zones.filter((zone) => !isInSync(zone)).length - differing;
  switch (verifyExitCode(seen)) {
    case 0:
      return all === 0
        ? 'Nothing is wanted: the desired state has no domain.'
        : `In sync: ${counted(all, 'domain')} on every authoritative server.`;
    case 1: {
      const also = unsure > 0 ? `, ${unsure} could not be judged whole` : '';
      return `Differs: ${differing} of ${counted(all, 'domain')}${also}. Next: ${next}`;
    }
    case 3:
      return `Not known: ${unsure} of ${counted(all, 'domain')} could not be judged whole; no server is known to differ.`;
  }
}
