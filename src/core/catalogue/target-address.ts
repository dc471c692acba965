import type { Layer } from './entry.ts';

/** The addresses of the hosts that the records name. */
export type TargetAddressCode = 'ADR-001' | 'ADR-002' | 'ADR-005';

export const TARGET_ADDRESS: Layer<TargetAddressCode> = {
  'ADR-001': {
    slug: 'target-name-missing',
    severity: 'error',
    side: 'dns',
    title: 'the name of the host does not exist',
    explanation:
      'The record names a host that DNS does not know: a typing error, a forgotten final dot, or a host that was removed or renamed. KMS hosts never withdraw their records. A client that draws this one fails on it and tries the next.',
    explains: [
      { hresult: '0x800706BA', basis: 'documented' },
      { hresult: '0x80072AF9', basis: 'derived' },
    ],
    fix: [
      {
        text: 'Register the address of the host.',
        platform: 'windows',
        command: 'ipconfig /registerdns',
        safe: true,
      },
      {
        text: 'If the host is gone, take its record out.',
        command: 'kmsdns plan',
        safe: false,
        undo: 'kmsdns rollback with the journal file of the apply',
      },
    ],
    source: 'RFC 2782, "Target"; Volume Activation Technical Reference Guide, 0x800706BA',
  },
  'ADR-002': {
    slug: 'target-no-address',
    severity: 'error',
    side: 'dns',
    title: 'the host has neither an A nor an AAAA record',
    explanation:
      'The name exists and has no address, so no client can connect to it. The address is registered by the DNS client of the host, apart from the KMS record, and either may fail alone.',
    explains: [
      { hresult: '0x80072AFC', basis: 'derived' },
      { hresult: '0xC004F074', basis: 'derived' },
    ],
    fix: [
      {
        text: 'Register the address of the host.',
        platform: 'windows',
        command: 'ipconfig /registerdns',
        safe: true,
      },
      { text: 'Or add its A or AAAA record by hand.', safe: true },
    ],
    source: 'RFC 2782, "Target"',
  },
  'ADR-005': {
    slug: 'target-address-unusable',
    severity: 'error',
    side: 'dns',
    title: 'the address of the host cannot be reached from another computer',
    explanation:
      'Loopback, 0.0.0.0/8, 169.254.0.0/16 and fe80::/10 mean this computer, nobody, or this cable. Usually an adapter without a lease, or one that should not register itself, put the address into DNS.',
    explains: [{ hresult: '0x800706BA', basis: 'derived' }],
    fix: [
      {
        text: 'Delete the address record, and switch off "Register this connection\'s addresses in DNS" on that adapter.',
        safe: true,
      },
    ],
    source: 'RFC 6890; RFC 4291 section 2.5',
  },
};
