import type { Layer } from './entry.ts';

/** What is published, by whom, and whether that is what was written down. */
export type PublicationCode =
  | 'PUB-003'
  | 'PUB-005'
  | 'PUB-006'
  | 'PUB-009'
  | 'PUB-010'
  | 'PUB-012'
  | 'PUB-013'
  | 'PUB-014';

export const PUBLICATION: Layer<PublicationCode> = {
  'PUB-003': {
    slug: 'publish-domain-not-listed',
    severity: 'critical',
    side: 'publisher',
    title: 'no KMS host is told to publish in this domain',
    explanation:
      'A KMS host publishes in its own primary domain and in the domains of its DnsDomainPublishList. Clients of any other domain find no record there, unless somebody publishes it for them.',
    explains: [{ hresult: '0x8007232B', basis: 'documented' }],
    fix: [
      {
        text: 'Add the domain to DnsDomainPublishList of the hosts and restart sppsvc.',
        platform: 'windows',
        command: 'kmsdns generate publish-list-ps1',
        safe: true,
      },
      { text: 'Or publish it centrally.', command: 'kmsdns apply', safe: true },
    ],
    source: 'Volume Activation Technical Reference Guide, DnsDomainPublishList',
  },
  'PUB-005': {
    slug: 'publish-list-format',
    severity: 'error',
    side: 'publisher',
    title: 'a line of DnsDomainPublishList is not "domain, priority, weight"',
    explanation:
      'Each line names a domain to publish in, and may give priority and weight. A host name in place of the domain, a number out of range or a fourth field makes the host publish somewhere else, with 0 and 0, or not at all.',
    explains: [],
    fix: [
      {
        text: 'Write the lines anew from the desired state.',
        command: 'kmsdns generate publish-list-reg',
        safe: true,
      },
    ],
    source:
      'Volume Activation Technical Reference Guide, table 3 (its table 5 has host names, which is wrong)',
  },
  'PUB-006': {
    slug: 'publish-manual-and-automatic-conflict',
    severity: 'warning',
    side: 'publisher',
    title: 'the host publishes itself with other values',
    explanation:
      'A KMS host writes its own record once a day. If the record that was written for it has another priority, weight or port, there are soon two for the same host, or they replace each other.',
    explains: [],
    fix: [
      {
        text: 'Give the host the same values by its DnsDomainPublishList.',
        platform: 'windows',
        command: 'kmsdns generate publish-list-ps1',
        safe: true,
      },
      {
        text: 'Or switch off publishing on the host.',
        platform: 'windows',
        command: 'cscript //nologo %windir%\\system32\\slmgr.vbs /cdns',
        safe: true,
        undo: 'cscript //nologo %windir%\\system32\\slmgr.vbs /sdns',
      },
    ],
    source: 'Customer Hosted Volume Activation Guide, manual records',
  },
  'PUB-009': {
    slug: 'publish-drift-from-plan',
    severity: 'warning',
    side: 'publisher',
    title: 'what is published differs from the desired state',
    explanation:
      'Somebody changed the record, a host wrote itself again, or the desired state was edited and not applied. Nothing needs to be broken for clients; what is written down and what is served have parted.',
    explains: [],
    fix: [
      { text: 'See the difference.', command: 'kmsdns plan', safe: true },
      {
        text: 'Make it so.',
        command: 'kmsdns apply',
        safe: false,
        undo: 'kmsdns rollback with the journal file of the apply',
      },
    ],
    source: 'comparison of the desired state with the authoritative servers',
  },
  'PUB-010': {
    slug: 'publish-home-domain-unclear',
    severity: 'notice',
    side: 'publisher',
    title: 'documents disagree whether the home domain is published beside the list',
    explanation:
      'One guide says that a KMS host always publishes in its own primary domain and needs no line for it; another says that setting DnsDomainPublishList ends that. With a line for the home domain both readings give the same records.',
    explains: [],
    fix: [
      {
        text: 'List the home domain of the host explicitly.',
        command: 'kmsdns generate publish-list-reg',
        safe: true,
      },
    ],
    source:
      'Volume Activation Technical Reference Guide, table 3; Customer Hosted Volume Activation Guide, DNS publishing',
  },
  'PUB-012': {
    slug: 'publish-host-beyond-plan',
    severity: 'warning',
    side: 'publisher',
    title: 'the host would publish what the desired state does not say',
    explanation:
      'A KMS host publishes in its own primary domain without being told. If the desired state has no record for it there, it writes one all the same, with priority 0 and weight 0, which is tried before every host with a higher number.',
    explains: [],
    fix: [
      { text: 'Add the host to that domain in the desired state.', safe: true },
      {
        text: 'Or switch off publishing on the host and publish centrally.',
        platform: 'windows',
        command: 'cscript //nologo %windir%\\system32\\slmgr.vbs /cdns',
        safe: true,
        undo: 'cscript //nologo %windir%\\system32\\slmgr.vbs /sdns',
      },
    ],
    source: 'Volume Activation Technical Reference Guide, DnsDomainPublishList',
  },
  'PUB-013': {
    slug: 'publish-nothing-wanted',
    severity: 'warning',
    side: 'publisher',
    title: 'the domain has an empty list of hosts',
    explanation:
      'With policy exact an empty list means that no KMS record shall stand in the domain: every one that is there is removed. With policy additive it means nothing at all, since records that are not listed are left alone.',
    explains: [],
    fix: [{ text: 'List the hosts of the domain, or take the domain out of the desired state.', safe: true }],
    source: 'the desired state',
  },
  'PUB-014': {
    slug: 'publish-host-not-described',
    severity: 'warning',
    side: 'publisher',
    title: 'the host is not among `hosts`',
    explanation:
      'The desired state describes its KMS hosts under `hosts`, and this one is not there: often a typing error in the name, which would publish a host that does not exist.',
    explains: [],
    fix: [{ text: 'Correct the name, or add the host under `hosts`.', safe: true }],
    source: 'the desired state',
  },
};
