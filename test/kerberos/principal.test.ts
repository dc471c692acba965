import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseFqdn } from '../../src/core/name.ts';
import { principalText, readPrincipal, servicePrincipal } from '../../src/kerberos/principal.ts';

test.each([
  ['kms@CORP.EXAMPLE', ['kms'], 'CORP.EXAMPLE'],
  ['DNS/ns1.corp.example@CORP.EXAMPLE', ['DNS', 'ns1.corp.example'], 'CORP.EXAMPLE'],
  ['DNS/ns1.corp.example@', ['DNS', 'ns1.corp.example'], ''],
  ['KMS1$@CORP.EXAMPLE', ['KMS1$'], 'CORP.EXAMPLE'],
  ['a\\/b\\@c\\\\@R', ['a/b@c\\'], 'R'],
])('%s', (text, components, realm) => {
  expect(readPrincipal(text)).toEqual({ components, realm });
  expect(principalText({ components, realm })).toBe(text);
});

test('a name without a realm leaves it open', () => {
  expect(readPrincipal('kms')).toEqual({ components: ['kms'], realm: '' });
});

test.each(['', '@R', 'a//b@R', '/a@R', 'a@R@S', 'a\\'])('%j names nobody', (text) => {
  expect(readPrincipal(text)).toBeUndefined();
});

test('what separates is escaped, so that nobody can slip a realm in', () => {
  const part = fc.stringMatching(/^[a-z$./@\\]{1,10}$/);
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 3 }), part, (components, realm) => {
      expect(readPrincipal(principalText({ components, realm }))).toEqual({ components, realm });
    }),
  );
});

test('a service is named by its host without the final dot', () => {
  const target = { service: 'DNS', host: parseFqdn('NS1.corp.example'), realm: undefined };
  expect(principalText(servicePrincipal(target))).toBe('DNS/ns1.corp.example@');
  expect(principalText(servicePrincipal({ ...target, realm: 'CORP.EXAMPLE' }))).toBe(
    'DNS/ns1.corp.example@CORP.EXAMPLE',
  );
});
