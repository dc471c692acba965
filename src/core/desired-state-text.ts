import { parseIpAddress } from './address.ts';
import type { DesiredDomain, DesiredServer, DesiredState, KeySource, KmsHost } from './desired-state.ts';
import { KMS_PORT } from './kms.ts';
import { displayName, type Fqdn } from './name.ts';
import type { SrvRecord } from './srv.ts';

/** A value of the file as data. What equals its default is left out. */
type Value = string | number | readonly Value[] | { readonly [name: string]: Value };

/**
 * The desired state as JSON data in the layout of the file; `show` writes a name, by
 * default with its final dot. Reading it back gives the same state.
 */
export function desiredStateDocument(
  state: DesiredState,
  show: (name: Fqdn) => string = (name) => name,
): { readonly [name: string]: unknown } {
  return documentOf(state, show);
}

/** YAML in a stable layout; {@link parseDesiredState} reads the same state from it, places apart. */
export function formatDesiredState(state: DesiredState): string {
  const lines = ['# Which KMS hosts the clients of each DNS domain shall find. Check it: kmsdns plan'];
  for (const [section, value] of Object.entries(documentOf(state, displayName))) {
    if (typeof value !== 'object') {
      lines.push(`${section}: ${flow(value)}`);
      continue;
    }
    lines.push('', Object.keys(value).length === 0 ? `${section}: {}` : `${section}:`);
    for (const [name, entry] of Object.entries(value)) {
      if (section !== 'domains') lines.push(`  ${flow(name)}: ${flow(entry)}`);
      else lines.push(`  ${flow(name)}:`, ...domainLines(entry));
    }
  }
  return `${lines.join('\n')}\n`;
}

function documentOf(state: DesiredState, show: (name: Fqdn) => string): { readonly [name: string]: Value } {
  const { keys, servers, hosts, domains } = state;
  const listening = new Map(hosts.map((host) => [host.name, host.port]));
  const keyEntries = Object.entries(keys).map(([id, source]) => [id, keyOf(source)]);
  const serverEntries = Object.entries(servers).map(([id, server]) => [id, serverOf(server, show)]);
  return {
    version: 1,
    ...(keyEntries.length > 0 && { keys: Object.fromEntries(keyEntries) }),
    ...(serverEntries.length > 0 && { servers: Object.fromEntries(serverEntries) }),
    ...(hosts.length > 0 && {
      hosts: Object.fromEntries(hosts.map((host) => [show(host.name), hostOf(host)])),
    }),
    domains: Object.fromEntries(
      domains.map((domain) => [show(domain.domain), domainOf(domain, listening, show)]),
    ),
  };
}

function keyOf(source: KeySource): Value {
  return source.kind === 'file' ? { file: source.path } : { env: source.variable };
}

function serverOf({ address, name, port, auth }: DesiredServer, show: (name: Fqdn) => string): Value {
  return {
    ...(address !== undefined && { address }),
    ...(name !== undefined && { name: show(name) }),
    ...(port !== 53 && { port }),
    ...(auth.kind === 'tsig' && { auth: { tsig: auth.key } }),
    ...(auth.kind === 'gss' && {
      auth: {
        gss: {
          ...(auth.keytab && { keytab: auth.keytab }),
          ...(auth.principal && { principal: auth.principal }),
        },
      },
    }),
  };
}

function hostOf({ port, addresses }: KmsHost): Value {
  return { ...(port !== KMS_PORT && { port }), ...(addresses.length > 0 && { addresses }) };
}

function domainOf(
  domain: DesiredDomain,
  listening: ReadonlyMap<Fqdn, number>,
  show: (name: Fqdn) => string,
): Value {
  const entryOf = ({ target, priority, weight, port }: SrvRecord): Value => ({
    host: show(target),
    priority,
    weight,
    ...(port !== (listening.get(target) ?? KMS_PORT) && { port }),
  });
  return {
    ...(domain.server !== undefined && { server: domain.server }),
    ...(domain.zone !== undefined && { zone: show(domain.zone) }),
    ...(domain.ttlSeconds !== undefined && { ttl: domain.ttlSeconds }),
    policy: domain.policy,
    publish: domain.publish.map(entryOf),
  };
}

/** One line for each setting and each host, so that a change is one line in a diff. */
function domainLines(entry: Value): readonly string[] {
  return Object.entries(entry).flatMap(([name, value]) => {
    if (!Array.isArray(value) || value.length === 0) return [`    ${name}: ${flow(value)}`];
    return [`    ${name}:`, ...value.map((item) => `      - ${flow(item)}`)];
  });
}

/** Text stays plain where no YAML reader can take it for anything else; JSON's quotes are YAML's. */
function flow(value: Value): string {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return isPlain(value) ? value : JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  const fields = Object.entries(value).map(([name, field]) => `${flow(name)}: ${flow(field)}`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}

function isPlain(text: string): boolean {
  // Words and numbers of YAML 1.2 and 1.1; some 1.1 readers take "e0" for a number.
  if (/^(true|false|null|yes|no|on|off|y|n|e\d+)$/i.test(text)) return false;
  return (
    /^[A-Za-z_][A-Za-z0-9._/-]*$/.test(text) ||
    (text.includes('.') && !text.includes(':') && parseIpAddress(text) !== undefined)
  );
}
