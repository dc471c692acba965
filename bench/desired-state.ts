/** A desired state that sends each of these domains to the server on loopback; `weight` makes one differ from the next. */
export function desiredState(
  port: number,
  keyFile: string,
  domains: readonly string[],
  weight: number,
): string {
  const lines = domains.flatMap((domain) => [
    `  ${domain}:`,
    '    server: bench',
    '    publish:',
    `      - { host: kms1.${domain}, weight: ${weight} }`,
  ]);
  return [
    'version: 1',
    `keys: { bench: { file: ${JSON.stringify(keyFile)} } }`,
    `servers: { bench: { address: 127.0.0.1, port: ${port}, auth: { tsig: bench } } }`,
    'domains:',
    ...lines,
    '',
  ].join('\n');
}

/** The nsupdate lines that make the same change: the one record with another weight. */
export function nsupdateScript(port: number, domains: readonly string[], weight: number): string {
  const updates = domains.flatMap((domain) => [
    `zone ${domain}.`,
    `update delete _vlmcs._tcp.${domain}. SRV`,
    `update add _vlmcs._tcp.${domain}. 3600 SRV 0 ${weight} 1688 kms1.${domain}.`,
    'send',
  ]);
  return [`server 127.0.0.1 ${port}`, ...updates, 'quit', ''].join('\n');
}
