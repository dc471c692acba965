/** A desired state that sends each of these domains to the server on loopback; `weight` makes one differ from the next. */
export function desiredState(
  port: number,
  keyFile: string,
  domains: readonly string[],
  weight: number,
): string {
  const key = `keys: { bench: { file: ${JSON.stringify(keyFile)} } }`;
  return stateText(port, [key], '{ tsig: bench }', domains, weight);
}

/** The same, signed by Kerberos; `gss` as in the desired state. */
export function kerberosState(port: number, gss: string, domains: readonly string[], weight: number): string {
  return stateText(port, [], `{ gss: ${gss} }`, domains, weight);
}

function stateText(
  port: number,
  keys: readonly string[],
  auth: string,
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
    ...keys,
    `servers: { bench: { address: 127.0.0.1, port: ${port}, auth: ${auth} } }`,
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
