/**
 * Every format by name, for help and completion: the formats themselves are loaded only when one is asked for. A test
 * holds this list against them.
 */
export const FORMAT_NAMES = [
  'bind-zone',
  'bind-named',
  'bind-key',
  'nsupdate',
  'publish-list-reg',
  'publish-list-ps1',
  'publish-list-txt',
  'zone-file',
  'knsupdate',
  'knot',
  'nsd',
  'pdnsutil',
  'powerdns-policy',
  'coredns',
  'unbound',
  'dnsmasq',
  'samba-tool',
  'infoblox-csv',
  'octodns',
  'dnscontrol',
  'external-dns',
] as const;

/** Those that `import --from` reads. */
export const READABLE_FORMAT_NAMES = [
  'bind-zone',
  'nsupdate',
  'zone-file',
  'knsupdate',
  'knot',
  'nsd',
  'pdnsutil',
  'coredns',
  'unbound',
  'dnsmasq',
  'samba-tool',
  'infoblox-csv',
  'octodns',
  'dnscontrol',
  'external-dns',
] as const;
