import { DEFAULT_TTL_SECONDS } from '../core/kms.ts';
import { type Fqdn, parseFqdn } from '../core/name.ts';
import type { Rr } from '../core/wire.ts';
import { readRelativeName, readZoneText, type ZoneRecord } from '../core/zone-reader.ts';
import { a, aaaa, cname, dname, ns, soa, srv, txt, type Zone, zoneFrom } from './zone-data.ts';

/**
 * A zone of these lines of a master file, with an SOA and an NS record of its own in front. What cannot stand in a
 * zone throws a plain error: whoever wrote the scenario is to mend it.
 */
export function zoneFromText(
  zone: string,
  lines: readonly string[],
  options: { readonly serial?: number; readonly negativeTtlSeconds?: number } = {},
): Zone {
  const name = parseFqdn(zone, 'zone');
  // Without $TTL, a record without a TTL would have that of the one before: RFC 1035 §5.1.
  const text = [`$TTL ${DEFAULT_TTL_SECONDS}`, ...lines, ''].join('\n');
  const { records, problems } = readZoneText(text, name, `zone ${zone}`);
  const [problem] = problems;
  if (problem !== undefined)
    throw new Error(`${problem.file}: ${JSON.stringify(lines[problem.line! - 2])}: ${problem.message}`);
  const { serial, negativeTtlSeconds: minimumSeconds } = options;
  const primary = name === '.' ? 'a.root-servers.example' : `ns1.${name}`;
  const frame = [
    soa(name, primary, {
      ...(serial === undefined ? {} : { serial }),
      // The lesser of both is remembered: RFC 2308 §5.
      ...(minimumSeconds === undefined
        ? {}
        : { minimumSeconds, ttlSeconds: Math.max(minimumSeconds, DEFAULT_TTL_SECONDS) }),
    }),
    ns(name, primary),
  ];
  return zoneFrom({ name, records: [...frame, ...records.map(recordFrom)] });
}

function recordFrom({ owner, type, ttlSeconds, fields, origin, srv: read }: ZoneRecord): Rr {
  const [first] = fields;
  const text = first?.text ?? '';
  switch (type) {
    case 'A':
      return a(owner, text, ttlSeconds);
    case 'AAAA':
      return aaaa(owner, text, ttlSeconds);
    case 'CNAME':
      return cname(owner, absolute(text, origin), ttlSeconds);
    case 'DNAME':
      return dname(owner, absolute(text, origin), ttlSeconds);
    case 'NS':
      return ns(owner, absolute(text, origin), ttlSeconds);
    case 'TXT':
      return txt(owner, text, ttlSeconds);
  }
  if (type !== 'SRV' || read === undefined) throw new Error(`${owner} ${type}: not a record for a scenario`);
  const { target, priority, weight, port } = read;
  return srv(owner, target, { priority, weight, port, ...(ttlSeconds === undefined ? {} : { ttlSeconds }) });
}

function absolute(text: string, origin: Fqdn): Fqdn {
  const read = readRelativeName(text, origin);
  if (!read.ok) throw new Error(`${JSON.stringify(text)}: ${read.problem}`);
  return read.name;
}
