/** What kmsdns lint reads. */
export const FILE_KINDS = ['zone', 'named', 'dnsmasq', 'unbound', 'reg', 'publish-list'] as const;
export type FileKind = (typeof FILE_KINDS)[number];

/** Lines by which a kind is known, from the one that nothing else can be to the one that much can be. */
const SIGNS: readonly (readonly [FileKind, RegExp])[] = [
  ['reg', /^\uFEFF?\s*(Windows Registry Editor|REGEDIT4)|^[ \t]*\[-?HKEY_/m],
  ['zone', /^\$(ORIGIN|TTL|INCLUDE|GENERATE)[ \t]/im],
  [
    'unbound',
    /^[ \t]*(server|remote-control|forward-zone|stub-zone|auth-zone|view|python|dynlib|rpz)[ \t]*:[ \t]*(#.*)?$|^[ \t]*(server:[ \t]*)?(local-data|local-zone|private-domain|include-toplevel)[ \t]*:/im,
  ],
  [
    'named',
    /^[ \t]*(zone|view|acl|key|primaries|masters|tls|http|dnssec-policy)[ \t]+("[^"\n]*"|[^\s{};]+)([ \t]+IN)?[ \t]*\{|^[ \t]*(options|logging|controls|statistics-channels|update-policy|allow-update)[ \t]*(inet[^{\n]*)?\{|^[ \t]*include[ \t]+"[^"\n]*"[ \t]*;|^[ \t]*(grant|deny)[ \t][^;\n]*;/im,
  ],
  [
    'dnsmasq',
    /^[ \t]*(--)?(srv-host|cname|address|server|domain|host-record|local-ttl|dhcp-range|dhcp-option|interface|listen-address|conf-dir|conf-file|local|filter-rr|txt-record|ptr-record|mx-host|cache-size|resolv-file|port)[ \t]*=|^[ \t]*(--)?(filterwin2k|domain-needed|bogus-priv|expand-hosts|no-resolv|no-hosts|no-poll|no-negcache|strict-order|log-queries|stop-dns-rebind|bind-interfaces)[ \t]*(#.*)?$/m,
  ],
  [
    'zone',
    /^(?:[^\s;]+)?[ \t]+(?:\d\w*[ \t]+)?(?:(?:IN|CH|HS)[ \t]+)?(?:\d\w*[ \t]+)?(?:SOA|NS|A|AAAA|CNAME|SRV|MX|TXT|PTR)(?=[ \t(])/im,
  ],
];

/** The kind that a text is of; undefined when nothing says so. `head`: the first part of the file will do. */
export function kindOfText(head: string): FileKind | undefined {
  // Comments of one kind are content of another; a line that is a comment everywhere tells nothing.
  const bare = head.replace(/^[ \t]*[;#].*$/gm, '');
  const sign = SIGNS.find(([kind, pattern]) => pattern.test(kind === 'reg' ? head : bare));
  if (sign !== undefined) return sign[0];
  const entries = head.split(/\r\n|\n|\r/).filter(isEntry);
  return entries.length > 0 && entries.every(looksLikeEntry) ? 'publish-list' : undefined;
}

/** The kind that the name of a file tells, for one that holds nothing but comments. */
export function kindOfName(path: string): FileKind | undefined {
  const base = path.split(/[\\/]/).at(-1) ?? '';
  return NAMES.find(([, pattern]) => pattern.test(base))?.[0];
}

const NAMES: readonly (readonly [FileKind, RegExp])[] = [
  ['named', /^named\.conf(\.|$)|^named\..*\.conf$/i],
  ['dnsmasq', /^dnsmasq.*\.conf(\.example)?$/i],
  ['unbound', /^unbound.*\.conf$/i],
];

/** `domain`, or `domain, number…`: lenient, since what is wrong in it is what lint is asked for. */
function looksLikeEntry(line: string): boolean {
  return /^[ \t]*[A-Za-z0-9_][A-Za-z0-9_.-]*[ \t]*(,[^,={}"]*){0,6}$/.test(line);
}

/** Is this line of a publish list an entry? Blank lines and comments are none. */
export function isEntry(line: string): boolean {
  return !/^\s*([#;].*)?$/.test(line);
}
