import { describe, expect, it, test } from 'vitest';
import { KERBEROS_VARIANTS, renderKerberosSide } from '../../src/bind/kerberos-side.ts';
import { type DesiredState, parseDesiredState } from '../../src/core/desired-state.ts';
import { KmsDnsError } from '../../src/core/errors.ts';
import type { Fqdn } from '../../src/core/name.ts';
import { readNamedConf, wordsOf } from '../../src/core/named-reader.ts';
import { CORP, domain, HOSTILE, packaged, srv, state, unchecked } from '../support/generated.ts';

const NS1 = unchecked('ns1.contoso.com.');
const REALM = 'CONTOSO.COM';
const STATE = state(
  [domain('contoso.com.', [srv('kms1.contoso.com.', 0, 50), srv('kms2.contoso.com.')], { server: 'corp' })],
  { servers: { corp: { ...CORP, name: NS1 } } },
);

function textOf(path: string, from: ReturnType<typeof renderKerberosSide>): string {
  const file = from.files.find((one) => one.path === path);
  if (file === undefined) throw new Error(`no ${path} among ${from.files.map((one) => one.path).join(', ')}`);
  return String(file.content);
}

const plan = (from: ReturnType<typeof renderKerberosSide>): readonly (readonly [string, string])[] =>
  [...textOf('preflight-plan.txt', from).matchAll(/^kmsdns preflight -c (\S+) --expect (\S+)$/gm)].map(
    ([, file, expected]) => [file!, expected!] as const,
  );

describe('what BIND needs for Kerberos', () => {
  it('is the policy, the option with its keytab, and the commands that make it', () => {
    const made = renderKerberosSide(STATE, { variant: 'self', realms: [REALM] }, packaged);
    const options = readNamedConf(textOf('gss-options.conf', made), 'x');
    expect(options.statements.map((statement) => wordsOf(statement).join(' '))).toEqual([
      'tkey-gssapi-keytab /etc/bind/dns.keytab',
    ]);
    expect(textOf('named.kms.corp.conf', made)).toContain(
      'grant "CONTOSO.COM" ms-subdomain-self-rhs _vlmcs._tcp.contoso.com. SRV;',
    );
    const commands = textOf('keytab-commands.txt', made);
    expect(commands).toContain('setspn -S DNS/ns1.contoso.com dns-ns1\n');
    expect(commands).toContain('kadmin -q "ktadd -k dns.keytab DNS/ns1.contoso.com@CONTOSO.COM"\n');
  });

  test.each([
    ['self', 'KMS1$@CONTOSO.COM'],
    ['self-host', 'host/kms1.contoso.com@CONTOSO.COM'],
  ] as const)('%s: each host may announce itself and nobody else', (variant, principal) => {
    const made = renderKerberosSide(STATE, { variant, realms: [REALM] }, packaged);
    expect(plan(made)).toEqual([
      ['preflight.kms1.contoso.com.own.yaml', 'yes'],
      ['preflight.kms1.contoso.com.foreign.yaml', 'no'],
      ['preflight.kms2.contoso.com.own.yaml', 'yes'],
      ['preflight.kms2.contoso.com.foreign.yaml', 'no'],
    ]);
    const own = parseDesiredState(textOf('preflight.kms1.contoso.com.own.yaml', made), 'own.yaml');
    expect(own.servers.corp!.auth).toEqual({ kind: 'gss', keytab: 'kms1.contoso.com.keytab', principal });
    expect(own.domains.map(({ publish }) => publish)).toEqual([[srv('kms1.contoso.com.', 0, 50)]]);
    const foreign = parseDesiredState(
      textOf('preflight.kms1.contoso.com.foreign.yaml', made),
      'foreign.yaml',
    );
    expect(foreign.domains[0]!.publish.map(({ target }) => target)).toEqual(['not-this-host.contoso.com.']);
  });

  it('listed: what a listed host may not do cannot be tried by it', () => {
    const made = renderKerberosSide(STATE, { variant: 'listed', realms: [REALM] }, packaged);
    expect(plan(made).map(([, expected]) => expected)).toEqual(['yes', 'yes']);
  });

  it('expects a refusal in a disjoint namespace, and says so', () => {
    const made = renderKerberosSide(STATE, { variant: 'self', realms: ['CORP.EXAMPLE'] }, packaged);
    expect(plan(made)[0]).toEqual(['preflight.kms1.contoso.com.own.yaml', 'no']);
    expect(textOf('preflight-plan.txt', made)).toContain('(disjoint namespace)');
    expect(made.notes).toContainEqual(expect.stringContaining('its DNS suffix is not the realm'));
  });

  it('takes the primary from --name-server, the server’s name, or says that it guessed', () => {
    const addressOnly = state([domain('contoso.com.', [srv('kms1.contoso.com.')], { server: 'corp' })], {
      servers: { corp: CORP },
    });
    const commandsOf = (wanted: DesiredState, nameServer?: Fqdn): readonly [string, readonly string[]] => {
      const made = renderKerberosSide(
        wanted,
        { variant: 'self', realms: [REALM], ...(nameServer === undefined ? {} : { nameServer }) },
        packaged,
      );
      return [textOf('keytab-commands.txt', made), made.notes.filter((note) => note.includes('taken to be'))];
    };
    expect(commandsOf(STATE)[1]).toEqual([]);
    const [guess, notes] = commandsOf(addressOnly);
    expect(guess).toContain('DNS/ns1.contoso.com@');
    expect(notes).toHaveLength(1);
    const [given, none] = commandsOf(addressOnly, unchecked('dns.contoso.com.'));
    expect(given).toContain('DNS/dns.contoso.com@');
    expect(none).toEqual([]);
  });

  it('gives a domain without a server the primary for its trials', () => {
    const bare = state([domain('contoso.com.', [srv('kms1.contoso.com.')])]);
    const made = renderKerberosSide(bare, { variant: 'self', realms: [REALM], nameServer: NS1 }, packaged);
    const own = parseDesiredState(textOf('preflight.kms1.contoso.com.own.yaml', made), 'own.yaml');
    expect(Object.values(own.servers).map(({ name }) => name)).toEqual([NS1]);
  });

  test.each([
    ['no realm', []],
    ['a realm in lower case', ['contoso.com']],
  ])('%s is a mistake of usage', (_, realms) => {
    expect(() => renderKerberosSide(STATE, { variant: 'self', realms }, packaged)).toThrow(KmsDnsError);
  });
});

describe('nothing leaves its field', () => {
  const reference = renderKerberosSide(STATE, { variant: 'self', realms: [REALM] }, packaged);
  const shape = (text: string): readonly string[] =>
    text.split('\n').map((line) => (/^\s*(#|\/\/)/.test(line) ? 'comment' : line.replace(/\S+/g, 'w')));

  test.each(
    KERBEROS_VARIANTS.flatMap((variant) =>
      ['target', 'name server', 'realm', 'key folder', 'zone', 'file'].flatMap((place) =>
        HOSTILE.map(([what, value]) => [variant, place, what, value] as const),
      ),
    ),
  )('%s: %s with %s', (variant, place, _, value) => {
    const [base] = STATE.domains;
    const changed: DesiredState = {
      ...STATE,
      ...(place === 'file' && { file: value }),
      domains: [
        {
          ...base!,
          ...(place === 'target' && { publish: [srv(value)] }),
          ...(place === 'zone' && { zone: unchecked(value) }),
        },
      ],
    };
    let made: typeof reference;
    try {
      made = renderKerberosSide(
        changed,
        {
          variant,
          realms: [place === 'realm' ? value : REALM],
          ...(place === 'name server' && { nameServer: unchecked(value) }),
          ...(place === 'key folder' && { keyDirectory: value }),
        },
        packaged,
      );
    } catch (error) {
      expect(error).toBeInstanceOf(Error);
      return;
    }
    for (const path of ['gss-options.conf', 'keytab-commands.txt'])
      expect(shape(textOf(path, made))).toEqual(shape(textOf(path, reference)));
    for (const [file] of plan(made)) expect(() => parseDesiredState(textOf(file, made), file)).not.toThrow();
  });
});
