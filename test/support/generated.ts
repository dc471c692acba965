/** What the tests of generated files share: the packaged templates, states built by hand, and hostile values. */
import { readFileSync } from 'node:fs';
import type { DesiredDomain, DesiredServer, DesiredState, KmsHost } from '../../src/core/desired-state.ts';
import type { Fqdn } from '../../src/core/name.ts';
import type { IpAddress } from '../../src/core/net.ts';
import type { SrvRecord } from '../../src/core/srv.ts';
import { TEMPLATE_NAMES, type TemplateName, type Templates } from '../../src/core/template.ts';

/** The templates of this package. */
export const packaged: Templates = Object.fromEntries(
  TEMPLATE_NAMES.map((name) => [
    name,
    { text: readFileSync(new URL(`../../templates/${name}`, import.meta.url), 'utf8') },
  ]),
) as unknown as Templates;

/** The packaged templates with one of them replaced by a user's. */
export function withTemplate(name: TemplateName, text: string): Templates {
  return { ...packaged, [name]: { text, userFile: `/home/ann/templates/${name}` } };
}

/** A name without any check: what a bug elsewhere might hand over. */
export function unchecked(text: string): Fqdn {
  return text as Fqdn;
}

export function srv(target: string, priority = 0, weight = 0, port = 1688): SrvRecord {
  return { priority, weight, port, target: unchecked(target) };
}

export function domain(
  name: string,
  publish: readonly SrvRecord[],
  more: Partial<DesiredDomain> = {},
): DesiredDomain {
  return {
    domain: unchecked(name),
    owner: unchecked(`_vlmcs._tcp.${name}`),
    policy: 'additive',
    publish,
    place: { file: 'kmsdns.yaml', line: 9, column: 3 },
    ...more,
  };
}

export function host(name: string, addresses: readonly string[] = [], port = 1688): KmsHost {
  return { name: unchecked(name), addresses: addresses as readonly IpAddress[], port };
}

/** One server `corp` that takes updates signed with `kms-publisher`. */
export const CORP: DesiredServer = {
  id: 'corp',
  address: '10.0.0.53' as IpAddress,
  port: 53,
  auth: { kind: 'tsig', key: 'kms-publisher' },
};

export function state(domains: readonly DesiredDomain[], more: Partial<DesiredState> = {}): DesiredState {
  return {
    file: 'kmsdns.yaml',
    keys: { 'kms-publisher': { kind: 'file', path: 'kms-publisher.key' } },
    servers: { corp: CORP },
    hosts: [],
    domains,
    findings: [],
    ...more,
  };
}

/**
 * Values that would leave their place if anything copied them: what ends a line, a string, a clause, a record or a
 * comment in some format here, and what looks like text to a person and is not.
 */
export const HOSTILE: readonly (readonly [string, string])[] = [
  ['a line feed', 'kms1.contoso.com.\nevil IN A 203.0.113.66'],
  ['a carriage return', 'kms1.contoso.com.\revil IN A 203.0.113.66'],
  ['CRLF', 'kms1.contoso.com.\r\n"evil"="yes"'],
  ['a double quote', 'contoso.com" { allow-update { any; }; }; zone "ok.example'],
  ['a brace', 'contoso.com { } evil.example'],
  ['$INCLUDE', '$INCLUDE /etc/passwd'],
  ['a semicolon', 'kms1.contoso.com.; evil'],
  ['a parenthesis', 'kms1.contoso.com. ('],
  ['an at sign and a blank', '@ IN NS evil.'],
  ['a backslash', 'kms1\\'],
  ['a label of 64 octets', `${'a'.repeat(64)}.contoso.com.`],
  ['a NUL', 'kms1.contoso.com.\0evil'],
  ['a property of every object', 'constructor'],
  ['an encoder in the value', '{{host|constructor}}'],
  ['a single quote', "kms1'; Remove-Item C:\\ -Recurse; '"],
  ['a typographic quote', 'kms1\u2019; Remove-Item C:\\ -Recurse; \u2018'],
  ['a PowerShell expression', '$(Remove-Item C:\\ -Recurse) "x'],
  ['a backtick', 'kms1`\n'],
  ['the end of a block comment', 'x #> Remove-Item C:\\'],
  ['the end of a C comment', 'x */ zone "y" { }; /*'],
  ['a lone surrogate', 'kms1\ud800.contoso.com.'],
  ['an emoji and a control', '\u{1f600}\u0007'],
  ['a line separator', 'kms1.contoso.com.\u2028evil'],
  ['a paragraph separator', 'kms1.contoso.com.\u2029evil'],
  ['a next-line character', 'kms1.contoso.com.\u0085evil'],
  ['a right-to-left override', 'kms1\u202emoc.osotnoc.'],
  ['a zero-width blank', 'kms1\u200b.contoso.com.'],
  ['the Kelvin sign', '\u212ams1.contoso.com.'],
  ['a comma and numbers', 'evil.example, 0, 0\0other.example'],
  ['nothing', ''],
];
