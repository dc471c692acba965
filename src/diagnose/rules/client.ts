import { KMS_PORT, kmsOwnerName } from '../../core/kms.ts';
import { displayName, type Fqdn, readName } from '../../core/name.ts';
import { clientDomains } from '../case.ts';
import { factsOf } from '../fact.ts';
import { hostFate } from '../host-fate.ts';
import { atLeastOne, becauseOf, convict, type Judgement, type Rule, sawDns, sawFact } from '../judgement.ts';
import { pinnedHost, pinnedNames } from '../pinned-host.ts';
import { describeWord, srvRecordsOf, wordOf } from '../seen.ts';
import { believed, walk as replay } from '../walk.ts';

/** CLI-001…CLI-006, CLI-026: a pinned host, and what is wrong with it. */
const override: Rule = (matter) => {
  const { one, walk, facts, seen } = matter;
  const { pinned } = one.client;
  if (pinned === undefined) return [];
  const evidence =
    becauseOf(matter, pinned.because) ??
    ([{ observation: 'option', says: `pinned host ${pinned.value.raw}` }] as const);
  const { raw, port } = pinned.value;
  const names = pinnedNames(one.client);
  const host = pinnedHost(one, seen);
  const scope = { host: host?.kind === 'name' ? host.name : raw };
  const found: Judgement[] = [];
  if (names === undefined) {
    const says = `the suffixes that this client appends to ${JSON.stringify(raw)}: add its ipconfig /all, or name its domain`;
    return [
      {
        kind: 'unknown',
        code: 'CLI-002',
        slug: 'client-host-override-unresolvable',
        because: `no evidence tells ${says}`,
      },
    ];
  }
  if (host === undefined) {
    const code = /^[0-9a-f:]+$/i.test(raw) && raw.split(':').length > 2 ? 'CLI-005' : 'CLI-006';
    return [convict(code, {}, { subject: raw, evidence })];
  }
  for (const fact of factsOf(facts, 'override-port')) {
    if (fact.port !== undefined || !pinned.because.includes(fact.id)) continue;
    const title = `the port of the pinned host is none; ${KMS_PORT} is assumed here`;
    const subject = `${raw}: port ${fact.raw}`;
    found.push(convict('CLI-006', scope, { subject, evidence: [sawFact(fact)], title, severity: 'warning' }));
  }
  const failed = walk.steps.some(({ stage, result }) => stage === 'override' && result === 'failed');
  const fate = hostFate(one, seen, 'pinned', host.kind === 'name' ? host.name : host.address, port);
  if (failed && isOfCloud(host.kind === 'name' ? displayName(host.name) : host.address)) {
    found.push(convict('CLI-026', scope, { subject: `${raw}:${port}`, evidence }));
  }
  const standard = seen
    .endpoints('standard-port')
    .find(
      ({ probe, outcome }) =>
        outcome.ok &&
        outcome.value.state === 'bound' &&
        (probe.host === scope.host || probe.to.address === raw),
    );
  if (failed && host.kind === 'name' && fate.fate === 'fails' && fate.addresses.length === 0) {
    const looked = names.flatMap((name) => seen.dns({ purpose: 'address', name })).map(sawDns);
    found.push(
      convict('CLI-002', scope, {
        subject: names.map(displayName).join(', '),
        evidence: [...evidence, ...looked] as never,
      }),
    );
  } else if (failed && port !== KMS_PORT && standard !== undefined) {
    const says = `${standard.probe.to.address} accepts the bind on port ${KMS_PORT}`;
    found.push(
      convict('CLI-001', scope, { subject: `${raw}:${port}`, evidence }),
      convict('CLI-004', scope, {
        subject: `${raw}:${port}`,
        evidence: [...evidence, { observation: standard.id, says }] as never,
      }),
    );
  } else if (failed) {
    // The override is what keeps this client from a working host.
    found.push(
      convict('CLI-001', scope, {
        subject: `${raw}:${port}`,
        evidence,
        severity: 'error',
        title: 'is pinned and does not answer; the client asks nobody else',
      }),
    );
  } else found.push(convict('CLI-001', scope, { subject: `${raw}:${port}`, evidence }));

  const told = new Set(
    factsOf(facts, 'override-name')
      .filter(({ legacyKey }) => !legacyKey)
      .map(({ name }) => name.toLowerCase().replace(/\.$/, '')),
  );
  if (told.size > 1) {
    const all = atLeastOne(factsOf(facts, 'override-name').map(sawFact));
    if (all !== undefined)
      found.push(convict('CLI-003', {}, { subject: [...told].join(', '), evidence: all }));
  }
  return found;
};

/** Hosts that images of cloud providers pin: Azure, AWS and Google documentation of their KMS hosts. */
const CLOUD_HOSTS =
  /^((az)?kms\.core\.(windows\.net|usgovcloudapi\.net|chinacloudapi\.cn)|kms\.windows\.googlecloud\.com|169\.254\.169\.25[01])$/i;

function isOfCloud(host: string): boolean {
  return CLOUD_HOSTS.test(host);
}

/** CLI-015…CLI-017, CLI-032: the host the client remembers. */
const cache: Rule = (matter) => {
  const { one, seen, walk } = matter;
  const { cached, hostCaching, pinned } = one.client;
  const found: Judgement[] = [];
  if (
    hostCaching.value &&
    walk.records.length > 1 &&
    walk.answer !== undefined &&
    hostCaching.because.length > 0
  ) {
    const uneven = new Set(walk.records.map(({ priority, weight }) => `${priority} ${weight}`)).size > 1;
    if (uneven)
      found.push(
        convict(
          'CLI-017',
          {},
          {
            subject: 'host caching',
            evidence: [...(becauseOf(matter, hostCaching.because) ?? []), sawDns(walk.answer)] as never,
          },
        ),
      );
  }
  if (cached === undefined || !hostCaching.value || pinned !== undefined) return found;
  const { host, port } = cached.value;
  const fate = hostFate(
    one,
    seen,
    'cached',
    readName(host).ok ? (readName(host) as { name: string }).name : host,
    port,
  );
  if (fate.fate === 'works') {
    const said = clientDomains(one)
      .map((domain) => believed(one, seen, kmsOwnerName(domain)))
      .find((each) => each !== undefined && srvRecordsOf(each).length > 0);
    if (said !== undefined && !srvRecordsOf(said).some(({ target }) => target === fate.host)) {
      const evidence = [...(becauseOf(matter, cached.because) ?? []), sawDns(said)] as never;
      found.push(
        convict('CLI-032', { host }, { subject: `${displayName(fate.host as Fqdn)}:${port}`, evidence }),
      );
    }
  }
  if (fate.fate !== 'fails') return found;
  const evidence = [
    ...(becauseOf(matter, cached.because) ?? []),
    { observation: fate.evidence[0] ?? 'o0', says: `${host}:${port}: ${fate.because}` },
  ];
  const code = walk.ending.kind === 'host' ? 'CLI-016' : 'CLI-015';
  found.push(convict(code, { host }, { subject: `${host}:${port}`, evidence: evidence as never }));
  return found;
};

/** CLI-018, CLI-020…CLI-024, CLI-029, CLI-031: other settings that decide. */
const settings: Rule = (matter) => {
  const { one, facts, seen, walk } = matter;
  const found: Judgement[] = [];
  const { activationType } = one.client;
  if (activationType.value === 1 || activationType.value === 3) {
    const evidence = becauseOf(matter, activationType.because);
    if (evidence !== undefined)
      found.push(convict('CLI-018', {}, { subject: `activation type ${activationType.value}`, evidence }));
  }
  for (const fact of factsOf(facts, 'key-channel')) {
    if (!fact.kms && !factsOf(facts, 'is-kms-host').some(({ host }) => host))
      found.push(convict('CLI-024', {}, { subject: fact.channel, evidence: [sawFact(fact)] }));
  }
  for (const fact of factsOf(facts, 'ad-activation'))
    found.push(convict('CLI-031', {}, { subject: fact.object, evidence: [sawFact(fact)] }));
  for (const fact of factsOf(facts, 'hosts-file-entry')) {
    const read = readName(fact.host);
    if (!read.ok || !walk.hosts.some(({ host }) => host === read.name)) continue;
    const said = seen
      .dns({ purpose: 'address', name: read.name })
      .find((each) => wordOf(each).kind === 'records');
    if (said === undefined || describeWord(said).includes(fact.address)) continue;
    found.push(
      convict(
        'CLI-020',
        { host: read.name },
        { subject: fact.host, evidence: [sawFact(fact), sawDns(said)] },
      ),
    );
  }
  if (walk.ending.kind === 'none' && walk.ending.stage === 'suffix') {
    // Somebody wrote the KMS host into the hosts file; a client that has to find it never looks there.
    for (const fact of factsOf(facts, 'hosts-file-entry')) {
      const read = readName(fact.host);
      if (read.ok && (/kms/i.test(fact.host) || one.hosts.some(({ name }) => name === read.name)))
        found.push(convict('CLI-029', {}, { subject: fact.host, evidence: [sawFact(fact)] }));
    }
  }
  if (one.client.generation !== 'vista') {
    const legacy = facts.filter(
      (fact) =>
        'legacyKey' in fact &&
        fact.legacyKey &&
        (fact.kind === 'override-name' || fact.kind === 'override-port' || fact.kind === 'lookup-domain'),
    );
    for (const fact of legacy)
      found.push(convict('CLI-021', {}, { subject: fact.place, evidence: [sawFact(fact)] }));
  }
  for (const fact of factsOf(facts, 'clock-offset')) {
    if (Math.abs(fact.seconds) > CLOCK_TOLERANCE_SECONDS)
      found.push(convict('CLI-022', {}, { subject: `${fact.seconds} s`, evidence: [sawFact(fact)] }));
  }
  for (const fact of factsOf(facts, 'elevated')) {
    if (!fact.elevated) found.push(convict('CLI-023', {}, { subject: 'slmgr', evidence: [sawFact(fact)] }));
  }
  return found;
};

/** A KMS host and its client may differ by four hours, in UTC: Microsoft, "Error 0xC004F074", support article. */
const CLOCK_TOLERANCE_SECONDS = 4 * 3600;

/** RUN-006: Microsoft's pages contradict each other, and this verdict hangs on it. */
const disputed: Rule = (matter) => {
  const { one, seen, walk, facts } = matter;
  const { client } = one;
  const found: Judgement[] = [];
  const failed = walk.steps.some(({ stage, result }) => stage === 'override' && result === 'failed');
  if (failed && client.pinned !== undefined) {
    const unpinned = replay({ ...one, client: { ...client, pinned: undefined } }, seen);
    if (unpinned.ending.kind === 'host') {
      const says =
        'one document lists discovery after a failing override, another says that an override switches it off; --assume override-falls-through takes the first reading';
      found.push(
        convict(
          'RUN-006',
          {},
          {
            subject: `${client.pinned.value.raw}: what follows a failing override`,
            evidence: [{ observation: client.pinned.because[0] ?? 'option', says }],
          },
        ),
      );
    }
  }
  const connections = factsOf(facts, 'connection-suffix');
  const [workgroup] = factsOf(facts, 'primary-suffix').filter(({ suffix }) => suffix === '');
  if (workgroup !== undefined && connections.length > 0 && client.suffixes.because.includes(workgroup.id)) {
    const says =
      'a document says that such a computer asks in the domain of DHCP option 15, and field reports that it asks nothing; --assume workgroup-uses-connection-suffix takes the document';
    found.push(
      convict(
        'RUN-006',
        {},
        {
          subject: 'the suffixes of a computer outside any domain',
          evidence: [sawFact(workgroup), { observation: connections[0]!.id, says }],
        },
      ),
    );
  }
  return found;
};

export const CLIENT_RULES: readonly Rule[] = [override, cache, settings, disputed];
