import { type Fqdn, labelsOf } from '../core/name.ts';
import type { SecurityTarget } from '../core/security-context.ts';

/** A Kerberos principal in its parts: RFC 4120 section 6.2. */
export interface Principal {
  readonly components: readonly string[];
  /** Empty: to be found by the library, which is a referral. */
  readonly realm: string;
}

/** As kinit and klist write it, `DNS/ns1.corp.example@CORP.EXAMPLE`: what separates is escaped where it does not. */
export function principalText({ components, realm }: Principal): string {
  return `${components.map(escaped).join('/')}@${escaped(realm)}`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\n': '\\n',
  '\t': '\\t',
  '\b': '\\b',
  '\0': '\\0',
};

function escaped(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: names come from files, which may hold anything.
  return text.replace(/[\\/@\n\t\b\0]/g, (one) => ESCAPES[one] ?? `\\${one}`).replace(/[\0-\x1f\x7f]/g, '?');
}

/** Reads a name as a person writes it; without `@` the realm is empty. Undefined when it names nobody. */
export function readPrincipal(text: string): Principal | undefined {
  const components = [''];
  let realm: string | undefined;
  for (let i = 0; i < text.length; i++) {
    let one = text[i]!;
    if (one === '\\') {
      one = text[++i] ?? '';
      if (one === '') return undefined;
      one = Object.entries(ESCAPES).find(([, written]) => written === `\\${one}`)?.[0] ?? one;
    } else if (one === '@' && realm === undefined) {
      realm = '';
      continue;
    } else if (one === '@') {
      return undefined;
    } else if (one === '/' && realm === undefined) {
      components.push('');
      continue;
    }
    if (realm === undefined) components[components.length - 1] += one;
    else realm += one;
  }
  return components.some((component) => component === '') ? undefined : { components, realm: realm ?? '' };
}

/** The principal of a service on a host: `DNS/ns1.corp.example@CORP.EXAMPLE`, `DNS/ns1.corp.example@` without a realm. */
export function servicePrincipal({ service, host, realm }: SecurityTarget): Principal {
  return { components: [service, bareHost(host)], realm: realm ?? '' };
}

function bareHost(host: Fqdn): string {
  return labelsOf(host).join('.');
}
