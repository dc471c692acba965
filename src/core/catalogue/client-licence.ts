import { ACTIVATE_NOW, SHOW_LICENCE, slmgr } from './commands.ts';
import { documented, type Layer } from './entry.ts';

/** What only the client's own licence state can say: no packet shows it. */
export type ClientLicenceCode = 'CLI-033' | 'CLI-034' | 'CLI-035' | 'CLI-036' | 'CLI-037' | 'CLI-038';

export const CLIENT_LICENCE: Layer<ClientLicenceCode> = {
  'CLI-033': {
    slug: 'client-no-qualifying-licence',
    severity: 'error',
    side: 'client',
    title: 'the computer lacks the marker of a qualifying Windows licence',
    explanation:
      'Volume editions of Windows 7 are upgrades. The firmware of a computer that was sold with a qualifying edition carries a marker, and Windows wants to see it before it activates by KMS. The check is local; no packet was sent, and nothing in DNS will change it.',
    explains: documented('0xC004F035'),
    fix: [
      {
        text: 'Use a computer that was sold with a qualifying edition, or activate this one with a MAK.',
        platform: 'windows',
        command: slmgr('/ipk MAK-KEY'),
        safe: false,
        undo: 'install the client setup key with /ipk',
      },
    ],
    observable: 'error-code',
    source: 'Volume Activation Technical Reference Guide, table 10; RC-108',
  },
  'CLI-034': {
    slug: 'client-product-key-unusable',
    severity: 'error',
    side: 'client',
    title: 'the product key is missing, mistyped or blocked',
    explanation:
      'Windows has no key (0xC004F014), does not accept the one it was given (0xC004F050: a typing error, a key of another edition or of a preview, a dash that was replaced in copying), or Microsoft has blocked it (0xC004F051). It stops before it looks for a KMS host. On a KMS host the same codes speak of the host key.',
    explains: documented('0xC004F014', '0xC004F050', '0xC004F051'),
    fix: [
      SHOW_LICENCE,
      {
        text: 'Install the client setup key that Microsoft publishes for exactly this edition.',
        platform: 'windows',
        command: slmgr('/ipk CLIENT-SETUP-KEY'),
        safe: false,
        undo: 'install the former key with /ipk',
      },
      ACTIVATE_NOW,
    ],
    observable: 'error-code',
    source: 'Volume Activation Technical Reference Guide, table 10',
  },
  'CLI-035': {
    slug: 'client-hardware-changed',
    severity: 'error',
    side: 'client',
    title: 'the hardware has changed beyond what the licence allows',
    explanation:
      'The licence is bound to the hardware, and too many parts or drivers differ. A KMS client asks its host again at the next restart or with /ato and is licensed anew; a MAK has to be activated again. The network has no part in it until then.',
    explains: documented('0xC004F00F'),
    fix: [ACTIVATE_NOW],
    observable: 'error-code',
    source: 'Volume Activation Technical Reference Guide, table 10',
  },
  'CLI-036': {
    slug: 'client-licensing-store-unreadable',
    severity: 'error',
    side: 'client',
    title: 'the computer cannot read its own licensing data',
    explanation:
      'ERROR_INVALID_DATA during activation is a fault of the computer itself, known from Windows 7, where SYSTEM had lost its permission on HKLM\\SYSTEM\\CurrentControlSet\\Enum\\Root. Neither DNS nor the KMS host was asked.',
    explains: documented('0x8007000D'),
    fix: [
      {
        text: 'Give SYSTEM at least "Enumerate Subkeys" on that key and everything below; full control is the default.',
        platform: 'windows',
        command: 'regedit',
        safe: false,
        undo: 'put the former permissions back',
      },
      {
        text: 'Install the licence files again from their local copies.',
        platform: 'windows',
        command: slmgr('/rilc'),
        safe: true,
      },
    ],
    observable: 'error-code',
    source: 'Microsoft support, "Error 0x8007000D when you activate a machine"',
  },
  'CLI-037': {
    slug: 'client-grace-expired',
    severity: 'error',
    side: 'client',
    title: 'the grace period is over',
    explanation:
      'The computer was not activated in time and shows notifications now. That is a state and no cause: whatever kept it from activating did so for 30 days, or for 180 and 30 after its last success. Look for the codes of the attempts in event 12288.',
    explains: documented('0xC004F009'),
    fix: [ACTIVATE_NOW, SHOW_LICENCE],
    observable: 'error-code',
    source: 'Volume Activation Technical Reference Guide, tables 8 and 10',
  },
  'CLI-038': {
    slug: 'client-not-genuine',
    severity: 'error',
    side: 'client',
    title: 'the computer considers its Windows not genuine',
    explanation:
      'A validation has found system files or a licence that it does not accept, and a grace period for that runs (0xC004F065) or is over (0xC004F064). It is decided on the computer, apart from KMS, DNS and the network.',
    explains: documented('0xC004F064', '0xC004F065', '0x8004FE21'),
    fix: [
      {
        text: 'Check the system files.',
        platform: 'windows',
        command: 'sfc /scannow',
        safe: true,
      },
      {
        text: 'Install a genuine key for this edition and activate within the grace period.',
        platform: 'windows',
        command: slmgr('/ipk PRODUCT-KEY'),
        safe: false,
        undo: 'install the former key with /ipk',
      },
    ],
    observable: 'error-code',
    source:
      'Volume Activation Technical Reference Guide, table 10; Windows Server documentation, "Resolving common activation error codes"',
  },
};
