import type { Layer } from './entry.ts';

/** Who may write the record. */
export type PermissionCode = 'ACL-002' | 'ACL-006' | 'ACL-007';

export const PERMISSION: Layer<PermissionCode> = {
  'ACL-002': {
    slug: 'acl-updates-unsecured',
    severity: 'warning',
    side: 'publisher',
    title: 'updates are taken unsigned',
    explanation:
      'Whoever reaches the server can replace the KMS hosts, and often anything else in the zone; a source address over UDP is easily forged. Published instructions for BIND suggest allow-update { any; }, which is this.',
    explains: [],
    fix: [
      {
        text: 'Use a TSIG key with an update-policy for this one name and type.',
        platform: 'bind',
        command: 'kmsdns generate bind-named',
        safe: true,
      },
      { text: 'Set dynamic updates of the zone to "Secure only".', platform: 'windows', safe: true },
    ],
    source: 'RFC 3007 section 1; RFC 2136 section 8',
  },
  'ACL-006': {
    slug: 'acl-signature-rejected',
    severity: 'error',
    side: 'publisher',
    title: 'the server does not accept the signature',
    explanation:
      'BADKEY: the server does not know this key name with this algorithm. BADSIG: the secret differs. BADTIME: the clocks are more than the allowed 300 seconds apart. Knot answers BADKEY also when the key is right and its ACL does not allow the change.',
    explains: [
      { hresult: '0x80072339', basis: 'derived' },
      { hresult: '0x80072338', basis: 'derived' },
    ],
    fix: [
      {
        text: 'Compare name, algorithm and secret of the key on both sides.',
        command: 'kmsdns preflight',
        safe: true,
      },
      { text: 'Compare the clocks; both sides want NTP.', safe: true },
    ],
    source: 'RFC 8945 section 5.2; measured on Knot DNS 3.2',
  },
  'ACL-007': {
    slug: 'acl-update-refused',
    severity: 'error',
    side: 'publisher',
    title: 'the server refuses the update',
    explanation:
      'The server understood the request and its policy does not allow it: no update-policy or allow-update for this key and name, updates switched off, or a server that is not the primary. A Windows KMS host first tries unsigned, is refused, and then signs; a single refusal in its log is harmless.',
    explains: [{ hresult: '0x8007232D', basis: 'derived' }],
    fix: [
      {
        text: 'Grant the key SRV at this one name.',
        platform: 'bind',
        command: 'kmsdns generate bind-named',
        safe: true,
      },
      {
        text: 'Give the group of the KMS hosts write permission on _vlmcs._tcp.',
        platform: 'windows',
        safe: true,
      },
    ],
    source: 'RFC 2136 section 3.3',
  },
};
