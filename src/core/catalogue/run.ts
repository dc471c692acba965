import { documented, type Layer } from './entry.ts';

/** The run itself: what it could not do, and what it cannot know. */
export type RunCode =
  | 'RUN-001'
  | 'RUN-002'
  | 'RUN-003'
  | 'RUN-004'
  | 'RUN-005'
  | 'RUN-006'
  | 'RUN-007'
  | 'RUN-009';

export const RUN: Layer<RunCode> = {
  'RUN-001': {
    slug: 'check-crashed',
    severity: 'warning',
    side: 'client',
    title: 'a check of this program failed with a bug of its own',
    explanation:
      'One check could not finish because of an error in this program. Everything else was judged as usual, and what this check would have said is unknown. The recording of the run holds all that is needed to find the bug.',
    explains: [],
    fix: [
      {
        text: 'Record the run, and send the file with a report of the bug.',
        command: 'kmsdns diagnose DOMAIN --record run.json',
        safe: true,
      },
    ],
    observable: 'not-yet',
    whyNot: 'a bug ends the run, with what is needed to report it',
    source: 'this program',
  },
  'RUN-002': {
    slug: 'vantage-is-not-the-client',
    severity: 'notice',
    side: 'client',
    title: 'the run saw the network from another place than the client',
    explanation:
      'Reachability, resolvers and suffixes were those of this computer. A firewall rule with a source, a VPN or a view of DNS may treat the client differently. What was read from the client’s own evidence holds all the same.',
    explains: [],
    fix: [
      {
        text: 'Run it on the client, or in its network, and compare.',
        command: 'kmsdns diagnose',
        safe: true,
      },
    ],
    observable: 'not-yet',
    whyNot: 'the addresses of this computer are not compared with those in the evidence',
    source: 'this program',
  },
  'RUN-003': {
    slug: 'skipped-because',
    severity: 'info',
    side: 'client',
    title: 'a check was left out, since an earlier finding makes it pointless',
    explanation:
      'Without a host there is nothing to connect to, and without a connection nothing to bind. What was left out is unknown, and neither good nor bad.',
    explains: [],
    fix: [{ text: 'Mend what stands in front of it, and run again.', safe: true }],
    observable: 'not-yet',
    whyNot: 'what was left out stands among the unknowns',
    source: 'this program',
  },
  'RUN-004': {
    slug: 'budget-exhausted',
    severity: 'warning',
    side: 'client',
    title: 'the time for the run was over before everything was asked',
    explanation:
      'The deadline came first. What was not reached is reported as unknown, never as absent, so the verdict may be "unknown" although all that was seen is well.',
    explains: [],
    fix: [{ text: 'Give it more time.', command: 'kmsdns diagnose DOMAIN --deadline 60', safe: true }],
    observable: 'wire',
    source: 'this program',
  },
  'RUN-005': {
    slug: 'missing-privilege',
    severity: 'notice',
    side: 'client',
    title: 'the system did not let this program see everything',
    explanation:
      'Some facts need rights that the run did not have: the sender of an ICMP error, or settings of the system. Without them a prohibited connection looks like an unreachable one.',
    explains: [],
    fix: [{ text: 'Run it with the rights of an administrator, if the difference matters.', safe: true }],
    observable: 'not-yet',
    whyNot: 'the system does not say what it kept back',
    source: 'this program',
  },
  'RUN-006': {
    slug: 'documents-disagree',
    severity: 'notice',
    side: 'client',
    title: 'the verdict hangs on a point where Microsoft’s pages contradict each other',
    explanation:
      'Two documents say different things about what a client or a host does here, and the answer depends on which is right. The run took the likelier reading; --assume takes the other one.',
    explains: [],
    fix: [
      {
        text: 'Run it with the other reading and compare.',
        command: 'kmsdns diagnose DOMAIN --assume override-falls-through',
        safe: true,
      },
    ],
    observable: 'facts',
    source: 'Volume Activation guides against the present documentation of Microsoft',
  },
  'RUN-007': {
    slug: 'looks-healthy-but-user-reports',
    severity: 'warning',
    side: 'client',
    title: 'all looks well from here, and the user reports a code that says otherwise',
    explanation:
      'The record is there, the hosts accept the bind, and the code speaks of DNS or of the network. Then this run saw something else than the client: other suffixes, another resolver, a pinned or cached host, an earlier hour. Event 12288 on the client names the host and the code of each try and decides it.',
    explains: documented('0xC004F074'),
    fix: [
      {
        text: 'On the client, export the attempts.',
        platform: 'windows',
        command:
          'wevtutil qe Application /q:"*[System[(EventID=12288 or EventID=12289 or EventID=8198)]]" /c:20 /rd:true /f:xml > events.xml',
        safe: true,
      },
      {
        text: 'And read them together with the network.',
        command: 'kmsdns diagnose DOMAIN --facts events.xml',
        safe: true,
      },
    ],
    observable: 'error-code',
    source: 'Volume Activation Technical Reference Guide, event 12288',
  },
  'RUN-009': {
    slug: 'evidence-unreadable',
    severity: 'warning',
    side: 'client',
    title: 'nothing could be learned from the file',
    explanation:
      'It was given as evidence, and either the system did not let it be read, or nothing in it is of a kind that is known. What it would have said about the client or the host is unknown; the rest was judged without it, and the verdict may hang on it.',
    explains: [],
    fix: [
      {
        text: 'Send a text: a registry export, ipconfig /all, slmgr /dlv, or events as XML.',
        platform: 'windows',
        command:
          'wevtutil qe Application /q:"*[System[(EventID=12288 or EventID=12289)]]" /f:xml > events.xml',
        safe: true,
      },
    ],
    observable: 'facts',
    source: 'this program',
  },
};
