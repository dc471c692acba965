/**
 * Signed updates through one Kerberos context, in a process of its own, so that its memory is what they cost:
 * `gss-updates.ts '{"port":…,"host":…,"zone":…,"warmUp":…,"count":…,"env":{…}}'` prints the resident octets as JSON.
 */
import { parseFqdn } from '../../src/core/name.ts';
import type { IpAddress } from '../../src/core/net.ts';
import { systemNet } from '../../src/core/net-sockets.ts';
import { negotiate } from '../../src/core/tkey.ts';
import { systemEngine } from '../../src/kerberos/engine.ts';
import { deliver } from '../../src/publish/deliver.ts';
import { updateSections } from '../../src/publish/update.ts';

export interface GssTask {
  readonly port: number;
  /** The server's Kerberos name. */
  readonly host: string;
  readonly zone: string;
  /** Sent first, until heap and compiled code have the size they keep; then `count` more. */
  readonly warmUp: number;
  readonly count: number;
  readonly env: Readonly<Record<string, string>>;
}

export interface GssReport {
  /** When all is warm, and after all of them. */
  readonly earlyOctets: number;
  readonly lateOctets: number;
}

async function main(task: GssTask): Promise<GssReport> {
  // Before the library is loaded, which reads it.
  Object.assign(process.env, task.env);
  const engine = await systemEngine();
  if (!engine.ok) throw new Error(engine.fault.detail);
  const net = systemNet();
  const server = { address: '127.0.0.1' as IpAddress, port: task.port };
  const outcome = await negotiate(net, engine.value, {
    server,
    target: { service: 'DNS', host: parseFqdn(task.host), realm: undefined },
    credentials: { kind: 'default' },
    timeoutMs: 5000,
    stepTimeoutMs: 10_000,
  });
  if (!outcome.ok) throw new Error(outcome.fault.detail);
  const zone = parseFqdn(task.zone);
  const name = parseFqdn(`_vlmcs._tcp.${task.zone}`);
  const setOf = (weight: number) => ({
    name,
    ttlSeconds: 3600,
    records: [{ priority: 0, weight, port: 1688, target: parseFqdn(`kms1.${task.zone}`) }],
  });
  let earlyOctets = 0;
  for (let i = 0; i < task.warmUp + task.count; i++) {
    if (i === task.warmUp) earlyOctets = residentOctets();
    const sections = updateSections(zone, [{ name, before: setOf(i % 2), after: setOf((i + 1) % 2) }]);
    const delivery = await deliver(net, server, sections, outcome.value.signer, 5000);
    if (delivery.kind !== 'answered' || delivery.rcode !== 'NOERROR' || !delivery.authentic)
      throw new Error(`update ${i}: ${JSON.stringify(delivery)}`);
  }
  const report = { earlyOctets, lateOctets: residentOctets() };
  await outcome.value.close();
  net.close();
  return report;
}

/** What is really held: garbage would be counted else. Run with --expose-gc. */
function residentOctets(): number {
  (globalThis as { gc?: () => void }).gc?.();
  return process.memoryUsage().rss;
}

void main(JSON.parse(process.argv[2] ?? '') as GssTask).then((report) =>
  process.stdout.write(`${JSON.stringify(report)}\n`),
);
