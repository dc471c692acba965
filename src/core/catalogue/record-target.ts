import { PUBLISH, RESTART_SPPSVC, slmgr, WITHDRAW, WITHDRAW_POWERSHELL } from './commands.ts';
import { assumed, derived, documented, type Layer } from './entry.ts';

/** The hosts that the records name. */
export type RecordTargetCode =
  | 'SRV-005'
  | 'SRV-006'
  | 'SRV-007'
  | 'SRV-008'
  | 'SRV-009'
  | 'SRV-018'
  | 'SRV-019'
  | 'SRV-022'
  | 'SRV-030';

export const RECORD_TARGET: Layer<RecordTargetCode> = {
  'SRV-005': {
    slug: 'srv-target-root',
    severity: 'critical',
    side: 'dns',
    title: 'the record says that the service is not offered here (target ".")',
    explanation:
      'A target of a single dot means "decidedly not available". Somebody meant that, or a tool wrote it for an empty field: dnsmasq does when no target is given. A client is told that there is nothing to look for.',
    explains: assumed('0xC004F074', '0x8007232B'),
    fix: [
      { text: 'If KMS is offered, name the host.', command: 'kmsdns plan', safe: true },
      {
        text: 'On dnsmasq, all four values:',
        platform: 'dnsmasq',
        command: 'srv-host=_vlmcs._tcp.DOMAIN,KMSHOST,1688,0,0',
        safe: true,
      },
    ],
    observable: 'wire',
    source: 'RFC 2782, "Target"; dnsmasq manual, srv-host; RC-15',
  },
  'SRV-006': {
    slug: 'srv-target-ip-literal',
    severity: 'error',
    side: 'dns',
    title: 'the target is an address where a host name has to stand',
    explanation:
      'The target of an SRV record is a name. An address there is read as a name of four labels that are numbers, which has no address, so a client that draws this record fails on it.',
    explains: assumed('0xC004F074', '0x8007232B'),
    fix: [
      {
        text: 'Give the host a name with an A or AAAA record, and publish that.',
        command: 'kmsdns plan',
        safe: true,
      },
    ],
    observable: 'wire',
    source: 'RFC 2782, "Target"; RC-12',
  },
  'SRV-007': {
    slug: 'srv-target-doubled-suffix',
    severity: 'error',
    side: 'dns',
    title: 'the target has the domain twice',
    explanation:
      'A target without its final dot got the zone appended: kms1.contoso.com became kms1.contoso.com.contoso.com. That name does not exist and the shorter one does, so the host is there and nobody is sent to it.',
    explains: assumed('0xC004F074', '0x8007232B'),
    fix: [{ text: 'Write the final dot.', command: 'kmsdns plan', safe: true }],
    observable: 'wire',
    source: 'RFC 1035 section 5.1; RC-11',
  },
  'SRV-008': {
    slug: 'srv-target-single-label',
    severity: 'warning',
    side: 'dns',
    title: 'the target is a name of one label',
    explanation:
      'The target of an SRV record is complete as it stands, and no suffix is appended. A short name then means a top-level domain of that name. Where it resolves, it does so by accident, through NetBIOS or a suffix that some clients have.',
    explains: derived('0x8007232B', '0x800706BA'),
    fix: [{ text: 'Publish the full name of the host.', command: 'kmsdns plan', safe: true }],
    observable: 'wire',
    source: 'RFC 2782, "Target"; RC-14',
  },
  'SRV-009': {
    slug: 'srv-target-alias',
    severity: 'warning',
    side: 'dns',
    title: 'the target is an alias (CNAME)',
    explanation:
      'The target of an SRV record must be a host name with addresses of its own. Many clients follow the alias all the same, some do not, and BIND warns of it. When the alias is pointed elsewhere, the clients move without any change to the KMS record.',
    explains: [],
    fix: [{ text: 'Point the record at the canonical name of the host.', safe: true }],
    observable: 'wire',
    source: 'RFC 2782, "Target"; BIND 9 reference manual, check-srv-cname; RC-13',
  },
  'SRV-018': {
    slug: 'srv-target-not-in-plan',
    severity: 'warning',
    side: 'publisher',
    title: 'a host is published that the desired state does not list',
    explanation:
      'Any machine with a KMS host key publishes itself, also a workstation on which that key was typed by mistake, and some appliances put a record of their own into every domain. Clients that draw it get an error or count on the wrong host. It may as well be a host that was added and not written down.',
    explains: documented('0xC004F042'),
    fix: [
      { text: 'If the host is wanted, add it to the desired state.', safe: true },
      {
        text: 'If not, give the machine its client key and restart the service.',
        platform: 'windows',
        command: `${slmgr('/ipk CLIENT-SETUP-KEY')} && ${RESTART_SPPSVC}`,
        safe: false,
        undo: 'install the former key with /ipk',
      },
      {
        text: 'Then publish with policy exact.',
        command: 'kmsdns plan',
        safe: false,
        undo: 'kmsdns rollback with the journal file of the apply',
      },
      { text: 'Let only the KMS hosts write the record.', command: 'kmsdns generate bind-named', safe: true },
    ],
    observable: 'facts',
    source: 'Windows Server documentation, "Guidelines for troubleshooting KMS"; RC-37, RC-86',
  },
  'SRV-019': {
    slug: 'srv-target-decommissioned',
    severity: 'error',
    side: 'publisher',
    title: 'the record names a host that is no longer there',
    explanation:
      'The name or the address of the host is gone or belongs to something else by now. KMS hosts never withdraw their records, so one stays after the host was switched off, until somebody deletes it or scavenging does. Every client that draws it loses a try.',
    explains: documented('0x800706BA', '0xC004F074'),
    fix: [WITHDRAW, WITHDRAW_POWERSHELL],
    observable: 'facts',
    source:
      'Volume Activation Technical Reference Guide, 0x800706BA; Windows Server documentation, replacing a KMS host; RC-16, RC-22',
  },
  'SRV-022': {
    slug: 'srv-target-out-of-zone',
    severity: 'info',
    side: 'dns',
    title: 'the host has its name in another zone',
    explanation:
      'The address of the host is looked up in a zone other than the one with the record, on servers of its own. That is usual where one pair of hosts serves several domains. Both zones have to be reachable for a client to get there.',
    explains: [],
    fix: [{ text: 'Nothing needs doing.', safe: true }],
    observable: 'wire',
    source: 'RFC 2782, "Target"',
  },
  'SRV-030': {
    slug: 'srv-target-not-a-host-name',
    severity: 'warning',
    side: 'dns',
    title: 'the target holds characters that a host name may not have',
    explanation:
      'Host names are letters, digits and hyphens; an underscore or a blank belongs into service names only. BIND refuses to load or to accept such a target in a primary zone, and a printed example of Microsoft has one (KMS_E1). What one server takes the next one drops.',
    explains: [],
    fix: [
      {
        text: 'Publish a name without the underscore, and give the host that name.',
        command: 'kmsdns plan',
        safe: true,
      },
      PUBLISH,
    ],
    observable: 'wire',
    source: 'RFC 952; RFC 1123 section 2.1; BIND 9 reference manual, check-names; RC-35',
  },
};
