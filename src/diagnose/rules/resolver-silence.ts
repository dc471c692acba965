import { formatEndpoint } from '../../core/address.ts';
import type { Endpoint } from '../../core/net.ts';
import { serversFor } from '../diversion.ts';
import { atLeastOne, convict, type Judgement, type Matter, type Rule, sawDns } from '../judgement.ts';
import type { Observation } from '../observation.ts';
import { answersOverTcpAlone, isAnswer, isDns, sameServer } from '../seen.ts';
import { type Comparison, comparisons, isAskedFor } from './comparison.ts';

/** RES-001, RES-002, RES-018, RES-006, RES-004: who stays silent: altogether, for SRV, or for what others know. */
export const silence: Rule = (matter) => {
  const byServers = new Map<string, Comparison[]>();
  for (const each of comparisons(matter)) {
    const key = serversFor(matter.one.client, each.owner).map(formatEndpoint).join();
    byServers.set(key, [...(byServers.get(key) ?? []), each]);
  }
  return [...byServers.values()].flatMap((asked) => silenceAmong(matter, asked));
};

/** RES-004: silent about one domain, while it answers about another: it waits for servers that are dead. */
export const silenceAboutOne: Rule = (matter) => {
  const all = comparisons(matter);
  return all.flatMap(({ server, domain, place, said }): Judgement[] => {
    if (isAnswer(said)) return [];
    const other = all.find((each) => sameServer(each.server, server) && isAnswer(each.said));
    if (other === undefined) return [];
    const subject = formatEndpoint(server);
    const severity = !isAskedFor(matter, domain) ? 'notice' : place === 0 ? 'error' : 'warning';
    const evidence = [sawDns(said), sawDns(other.said)] as const;
    const title = WAITS;
    return [convict('RES-004', { server: subject, domain }, { subject, evidence, title, severity })];
  });
};

const WAITS = 'the DNS server answers other questions, and those about this domain not in time';

/** The same for the domains that one list of servers is asked about. */
function silenceAmong({ one, seen, walk }: Matter, asked: readonly Comparison[]): readonly Judgement[] {
  const resolvers = serversFor(one.client, asked[0]!.owner);
  const found: Judgement[] = [];
  const quiet = resolvers.filter((server) => {
    const about = asked.filter((each) => each.server === server);
    return about.length > 0 && about.every(({ said }) => !isAnswer(said));
  });
  const overTcp = quiet.filter((server) => answersOverTcpAlone(seen.all, server));
  const dead = quiet.filter((server) => overTcp.includes(server) || answersOf(seen.all, server).length === 0);
  const titleFor = (servers: readonly Endpoint[]) =>
    servers.every((server) => overTcp.includes(server))
      ? { title: 'the DNS server answers over TCP, and nothing comes back over UDP' }
      : {};
  const evidenceOf = (server: Endpoint) =>
    asked.filter((each) => each.server === server).map(({ said }) => sawDns(said));
  for (const server of quiet.filter((each) => !dead.includes(each))) {
    const subject = formatEndpoint(server);
    const answers = answersOf(seen.all, server);
    // Silent here and not about SRV as such: it waits for somebody who does not answer it.
    const otherSrv = answers.filter(({ probe }) => probe.type === 'SRV');
    const itself = answers.filter(({ probe }) => probe.purpose === 'control-itself');
    const isAlone = itself.length === answers.length;
    const waits = otherSrv.length > 0 || isAlone;
    const proof = isAlone
      ? itself
      : waits
        ? otherSrv
        : seen.dns({ purpose: 'control-type', server }).filter(isAnswer);
    const evidence = atLeastOne([...evidenceOf(server), ...proof.map(sawDns)]);
    if (evidence === undefined) continue;
    const title = isAlone
      ? 'the DNS server lives, and the servers that it asks itself leave it without an answer'
      : WAITS;
    const severity = server === resolvers[0] || quiet.length === resolvers.length ? 'error' : 'warning';
    found.push(
      waits
        ? convict('RES-004', { server: subject }, { subject, evidence, title, severity })
        : convict('RES-006', { server: subject }, { subject, evidence, severity }),
    );
  }
  if (dead.length === resolvers.length) {
    const evidence = atLeastOne(dead.flatMap(evidenceOf));
    // Pinned to an address, or remembering one, a client does without them for now.
    const spared = walk.ending.kind === 'host' ? { severity: 'warning' as const } : {};
    if (evidence !== undefined)
      found.push(
        convict(
          'RES-001',
          {},
          { subject: dead.map(formatEndpoint).join(', '), evidence, ...titleFor(dead), ...spared },
        ),
      );
    return found;
  }
  for (const server of dead) {
    const evidence = atLeastOne(evidenceOf(server));
    if (evidence === undefined) continue;
    const code = server === resolvers[0] ? 'RES-002' : 'RES-018';
    const subject = formatEndpoint(server);
    found.push(convict(code, { server: subject }, { subject, evidence, ...titleFor([server]) }));
  }
  return found;
}

function answersOf(all: readonly Observation[], server: Endpoint): readonly Observation<'dns'>[] {
  return all.filter(isDns).filter((one) => sameServer(one.probe.server, server) && isAnswer(one));
}
