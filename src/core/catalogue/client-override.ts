import { CLEAR_OVERRIDE, RESTART_SPPSVC, SHOW_LICENCE, SPP_KEY, slmgr, TEST_PORT } from './commands.ts';
import { derived, documented, type Layer } from './entry.ts';

/** The client is told which host to use. */
export type ClientOverrideCode =
  | 'CLI-001'
  | 'CLI-002'
  | 'CLI-003'
  | 'CLI-004'
  | 'CLI-005'
  | 'CLI-006'
  | 'CLI-009'
  | 'CLI-021'
  | 'CLI-026'
  | 'CLI-027';

export const CLIENT_OVERRIDE: Layer<ClientOverrideCode> = {
  'CLI-001': {
    slug: 'client-host-override-set',
    severity: 'notice',
    side: 'client',
    title: 'the client is told which KMS host to use',
    explanation:
      'KeyManagementServiceName pins one host for a product, for an application or for the whole computer, and switches discovery by DNS off there. Images, group policy preferences, scripts and VAMT leave it behind, and from then on no record in DNS matters to this client. When the pinned host is dead, this setting is the cause, however healthy DNS is.',
    explains: derived('0xC004F074', '0x800706BA'),
    fix: [
      SHOW_LICENCE,
      CLEAR_OVERRIDE,
      {
        text: 'Or keep it, and write down who has to change it when the host moves.',
        safe: true,
      },
    ],
    dependsOn: ['CLI-026'],
    observable: 'facts',
    source:
      'Volume Activation Technical Reference Guide, KeyManagementServiceName and "KMS client discovery"; RC-57, RC-58',
  },
  'CLI-002': {
    slug: 'client-host-override-unresolvable',
    severity: 'critical',
    side: 'client',
    title: 'the name of the pinned host does not resolve',
    explanation:
      'The client is told to use a host whose name has no address: a typing error, a host that is gone, or a short name that needs a suffix this client does not have. It does not fall back to the records in DNS, so it activates nowhere. The code is the same as for a missing SRV record, which sends people to look in the wrong place.',
    explains: [...documented('0x8007232B'), ...derived('0x80072AF9', '0xC004F074')],
    fix: [
      CLEAR_OVERRIDE,
      {
        text: 'Or pin the full name of a host that exists.',
        platform: 'windows',
        command: slmgr('/skms KMSHOST:PORT'),
        safe: true,
        undo: slmgr('/ckms'),
      },
    ],
    dependsOn: ['CLI-005', 'CLI-006', 'CLI-026'],
    observable: 'facts',
    source: 'Microsoft support, "Error 0x8007232B: DNS name does not exist"; RC-59',
  },
  'CLI-003': {
    slug: 'client-override-differs-per-product',
    severity: 'warning',
    side: 'client',
    title: 'products on this client are told different KMS hosts',
    explanation:
      'A host name under the key of an application or of one product wins over the name for the whole computer. Windows then activates at one host and Office, or a single edition, at another, and slmgr /ckms without an activation ID clears only the outermost of them. What looks like a fault of one product is this setting.',
    explains: [],
    fix: [
      {
        text: 'Find the activation ID of the product.',
        platform: 'windows',
        command: slmgr('/dlv all'),
        safe: true,
      },
      {
        text: 'Clear the host of that product alone.',
        platform: 'windows',
        command: slmgr('/ckms ACTIVATION-ID'),
        safe: true,
        undo: slmgr('/skms KMSHOST:PORT ACTIVATION-ID'),
      },
    ],
    observable: 'facts',
    source: 'Volume Activation Technical Reference Guide, table 3 and "KMS client discovery"; RC-56',
  },
  'CLI-004': {
    slug: 'client-override-port-mismatch',
    severity: 'error',
    side: 'client',
    title: 'the pinned port is not the one on which the host listens',
    explanation:
      'With a pinned host the client uses KeyManagementServicePort, or 1688, and never the port of the SRV record. The host name is right and every connection ends at a closed port. slmgr /skms with a name and no port sets the port back to 1688.',
    explains: documented('0x800706BA'),
    fix: [
      {
        text: 'Set the port together with the name.',
        platform: 'windows',
        command: slmgr('/skms KMSHOST:PORT'),
        safe: true,
        undo: slmgr('/skms KMSHOST:FORMER-PORT'),
      },
      TEST_PORT,
      CLEAR_OVERRIDE,
    ],
    observable: 'facts',
    source: 'Volume Activation Technical Reference Guide, KeyManagementServicePort; slmgr.vbs; RC-60',
  },
  'CLI-005': {
    slug: 'client-override-ipv6-unbracketed',
    severity: 'error',
    side: 'client',
    title: 'an IPv6 address is pinned without brackets',
    explanation:
      'Colons part host and port, so slmgr splits a bare IPv6 address at one of its own and stores something else. Newer versions of the script read [ADDRESS]:PORT; the guide of 2009 wants a host name instead, and one page of Microsoft prints the address bare. The stored value resolves to nothing.',
    explains: derived('0x8007007B'),
    fix: [
      {
        text: 'Pin the host by its name.',
        platform: 'windows',
        command: slmgr('/skms KMSHOST:PORT'),
        safe: true,
        undo: slmgr('/ckms'),
      },
      {
        text: 'Or write the address in brackets.',
        platform: 'windows',
        command: slmgr('/skms [2001:db8::10]:1688'),
        safe: true,
        undo: slmgr('/ckms'),
      },
    ],
    observable: 'facts',
    source: 'Volume Activation Technical Reference Guide, /skms; slmgr.vbs; RC-61',
  },
  'CLI-006': {
    slug: 'client-override-malformed',
    severity: 'error',
    side: 'client',
    title: 'the pinned host is neither a name nor an address',
    explanation:
      'The value holds a URL, a blank, a list or something else that cannot be looked up. The client takes it as it stands, asks nobody else and fails before any packet reaches a KMS host.',
    explains: derived('0x8007007B'),
    fix: [
      CLEAR_OVERRIDE,
      {
        text: 'Or pin one host, as NAME or NAME:PORT.',
        platform: 'windows',
        command: slmgr('/skms KMSHOST:PORT'),
        safe: true,
        undo: slmgr('/ckms'),
      },
    ],
    observable: 'facts',
    source: 'Volume Activation Technical Reference Guide, KeyManagementServiceName',
  },
  'CLI-009': {
    slug: 'client-lookup-domain-shadowed',
    severity: 'warning',
    side: 'client',
    title: 'a pinned host makes the lookup domain useless',
    explanation:
      'The lookup domain says where to look for SRV records; with a pinned host nobody looks for any. Somebody set both and believes the other one to work. Clearing the pinned host brings the lookup domain into effect, which may or may not be wanted.',
    explains: [],
    fix: [
      CLEAR_OVERRIDE,
      {
        text: 'Or clear the lookup domain.',
        platform: 'windows',
        command: slmgr('/ckms-domain'),
        safe: true,
        undo: slmgr('/skms-domain DOMAIN'),
      },
    ],
    observable: 'facts',
    source: 'Windows Server documentation, "Slmgr.vbs options", /skms-domain',
  },
  'CLI-021': {
    slug: 'client-setting-in-legacy-key',
    severity: 'notice',
    side: 'client',
    title: 'a KMS setting stands under the key of Vista, where nobody reads it',
    explanation:
      'Vista and Server 2008 kept the values under CurrentVersion\\SL. Windows 7 and later read SoftwareProtectionPlatform and ignore the old key, although one page of Microsoft still prints it. The setting looks right in an export and has no effect.',
    explains: [],
    fix: [
      {
        text: 'Set it anew; slmgr writes the right key.',
        platform: 'windows',
        command: slmgr('/skms KMSHOST:PORT'),
        safe: true,
        undo: slmgr('/ckms'),
      },
    ],
    observable: 'facts',
    source:
      'Windows Server documentation, "Common troubleshooting procedures for KMS and DNS issues"; readers’ test of it on Server 2008 R2 and 2012 R2',
  },
  'CLI-026': {
    slug: 'client-override-cloud-endpoint',
    severity: 'error',
    side: 'client',
    title: 'the client is told to use the KMS host of a cloud provider',
    explanation:
      'Images of cloud providers pin the provider’s own KMS host, which answers inside that cloud only: kms.core.windows.net and azkms.core.windows.net, 169.254.169.250 and .251, or kms.windows.googlecloud.com. After a move to another network the client keeps asking there and gets no answer. Inside the cloud the setting is right, and what fails is the route to it.',
    explains: derived('0xC004F074', '0x800706BA', '0x800705B4'),
    fix: [
      CLEAR_OVERRIDE,
      {
        text: 'Inside the cloud, leave the setting and mend the route: the packets have to leave with an address that the provider knows, past no forced tunnel.',
        safe: true,
      },
    ],
    observable: 'facts',
    source:
      'Azure documentation, activation of Windows virtual machines; Google Cloud and AWS documentation of their KMS hosts; RC-67',
  },
  'CLI-027': {
    slug: 'client-value-wrong-type',
    severity: 'error',
    side: 'client',
    title: 'a KMS value of the client has the wrong registry type',
    explanation:
      'Host name and port are texts (REG_SZ), also the port; switches and intervals are numbers (REG_DWORD). Scripts that write the port as a number leave a value that looks right and is not read as meant. No document says what Windows does with it, so it may be ignored.',
    explains: [],
    fix: [
      {
        text: 'Let slmgr write it.',
        platform: 'windows',
        command: slmgr('/skms KMSHOST:PORT'),
        safe: true,
        undo: slmgr('/ckms'),
      },
      {
        text: 'Or write it with its type, and restart the service.',
        platform: 'windows',
        command: `reg add ${SPP_KEY} /v KeyManagementServicePort /t REG_SZ /d 1688 /f && ${RESTART_SPPSVC}`,
        safe: true,
        undo: `reg delete ${SPP_KEY} /v KeyManagementServicePort /f`,
      },
    ],
    observable: 'facts',
    source: 'Volume Activation Technical Reference Guide, table 3; RC-111',
  },
};
