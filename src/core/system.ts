import { getServers } from 'node:dns';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { parseIpAddress } from './address.ts';
import { type Fqdn, parentOf, readName } from './name.ts';
import type { Endpoint } from './net.ts';

/** The resolvers this computer is set up to use, in its order. Empty when it has none. */
export function systemResolvers(): readonly Endpoint[] {
  const found: Endpoint[] = [];
  for (const text of getServers()) {
    // Node writes a port only where it is not 53: 10.0.0.53, 10.0.0.53:5353, 2001:db8::1, [2001:db8::1]:5353.
    const bracketed = /^\[(.+)\](?::(\d+))?$/.exec(text);
    const plain = bracketed === null ? /^([^:]+):(\d+)$/.exec(text) : null;
    const address = parseIpAddress(bracketed?.[1] ?? plain?.[1] ?? text);
    if (address !== undefined) found.push({ address, port: Number(bracketed?.[2] ?? plain?.[2] ?? 53) });
  }
  return found;
}

/**
 * The DNS suffixes this computer searches, in its order: the search list of resolv.conf, else the domain that Windows
 * tells its processes, else the domain of the computer's own name. Empty when it has none.
 */
export function systemSuffixes(env: Readonly<Record<string, string | undefined>>): readonly Fqdn[] {
  const listed = searchList();
  const texts = listed.length > 0 ? listed : [env.USERDNSDOMAIN ?? ''];
  const names = texts.flatMap((text) => {
    const read = readName(text);
    return read.ok && read.name !== '.' ? [read.name] : [];
  });
  if (names.length > 0) return names;
  const own = readName(hostname());
  const domain = own.ok ? parentOf(own.name) : undefined;
  return domain === undefined || domain === '.' ? [] : [domain];
}

/** The last `search` or `domain` line counts: resolv.conf(5). */
function searchList(): readonly string[] {
  let text: string;
  try {
    text = readFileSync('/etc/resolv.conf', 'utf8');
  } catch {
    return [];
  }
  const lines = [...text.matchAll(/^(?:search|domain)\s+(.+)$/gm)];
  return lines.at(-1)?.[1]?.trim().split(/\s+/) ?? [];
}
