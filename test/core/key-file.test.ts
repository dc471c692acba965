import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { KmsDnsError } from '../../src/core/errors.ts';
import { isPrivateKeyFile, nameFromKeyFileName, parseKeyText } from '../../src/core/key-file.ts';
import { parseFqdn } from '../../src/core/name.ts';
import { macOctets, TSIG_ALGORITHMS } from '../../src/core/tsig.ts';

/** 48 octets whose base64 has "+" and "/" in it. */
const SECRET = Buffer.from(Array.from({ length: 48 }, (_, i) => (i * 37 + 250) & 0xff));
const B64 = SECRET.toString('base64');

/** A statement as tsig-keygen of BIND 9.18 prints it. */
const STATEMENT = `key "kms-publisher" {\n\talgorithm hmac-sha256;\n\tsecret "${B64}";\n};\n`;

const PRIVATE = `Private-key-format: v1.3
Algorithm: 163 (HMAC_SHA256)
Key: ${B64}
Bits: AAA=
Created: 20261121000000
Publish: 20261121000000
`;

function refusal(text: string, file = 'kms.key'): KmsDnsError {
  try {
    parseKeyText(text, file);
  } catch (error) {
    if (error instanceof KmsDnsError) return error;
    throw error;
  }
  throw new Error('this text was taken for a key');
}

describe('parseKeyText', () => {
  test.each([
    ['a statement of tsig-keygen', STATEMENT],
    ['bare words', `key kms-publisher { algorithm hmac-sha256; secret ${B64}; };`],
    ['everything quoted', `key "kms-publisher" { algorithm "hmac-sha256"; secret "${B64}"; };`],
    ['the other order', `key "kms-publisher" { secret "${B64}"; algorithm hmac-sha256; };`],
    ['one line without blanks', `key kms-publisher{algorithm hmac-sha256;secret "${B64}";};`],
    ['Windows line ends', STATEMENT.replaceAll('\n', '\r\n')],
    ['a byte order mark', `\uFEFF${STATEMENT}`],
    ['capitals', `KEY "KMS-Publisher." { ALGORITHM HMAC-SHA256; SECRET "${B64}"; };`],
    [
      '# comments',
      `# made today\nkey "kms-publisher" { # the name\nalgorithm hmac-sha256; secret "${B64}"; }; # end`,
    ],
    [
      '// comments',
      `// key "old" {\nkey "kms-publisher" {\n// weak: algorithm hmac-md5;\nalgorithm hmac-sha256; secret "${B64}";};`,
    ],
    [
      '/* */ comments',
      `/* key "old" { };\n*/ key /**/ "kms-publisher" { algorithm/* x */hmac-sha256; secret "${B64}"; };`,
    ],
    ['a KEY record of dnssec-keygen', `; a comment\nkms-publisher. IN KEY 512 3 163 ${B64}\n`],
    [
      'a KEY record with TTL, its base64 in pieces',
      `KMS-publisher 3600 IN KEY 512 3 163 ${B64.slice(0, 20)} ${B64.slice(20)}`,
    ],
    ['the one-line form with its algorithm', `hmac-sha256:kms-publisher:${B64}\n`],
    ['the one-line form without, which means hmac-sha256', `kms-publisher:${B64}`],
    ['the one-line form under a comment', `# for knsupdate -k\n\n  kms-publisher:${B64}  \n`],
  ])('reads %s', (_, text) => {
    const { key, notes } = parseKeyText(text, 'kms.key');
    expect({ name: key.name, algorithm: key.algorithm }).toEqual({
      name: 'kms-publisher.',
      algorithm: 'hmac-sha256',
    });
    expect(Buffer.from(key.secret).toString('base64')).toBe(B64);
    expect(notes).toEqual([]);
  });

  it('reads the session key of named', () => {
    const text = `key "local-ddns" {\n\talgorithm hmac-sha256;\n\tsecret "${B64}";\n};\n`;
    expect(parseKeyText(text, '/run/named/session.key').key.name).toBe('local-ddns.');
  });

  it('reads a private key with the name it is told, or that its file name tells', () => {
    expect(parseKeyText(PRIVATE, 'x.private', parseFqdn('told')).key.name).toBe('told.');
    expect(parseKeyText(PRIVATE, 'keys/Kkms.test.+163+12345.private').key).toMatchObject({
      name: 'kms.test.',
      algorithm: 'hmac-sha256',
    });
    expect(refusal(PRIVATE, 'x.private').problems).toMatchObject([
      { line: 1, column: 1, message: expect.stringContaining('does not hold its name') },
    ]);
  });

  test.each([
    [157, 'hmac-md5'],
    [161, 'hmac-sha1'],
    [162, 'hmac-sha224'],
    [163, 'hmac-sha256'],
    [164, 'hmac-sha384'],
    [165, 'hmac-sha512'],
  ])('knows key algorithm %i as %s', (number, algorithm) => {
    expect(parseKeyText(`k. IN KEY 512 3 ${number} ${B64}`, 'k').key.algorithm).toBe(algorithm);
    const text = PRIVATE.replace('163 (HMAC_SHA256)', String(number));
    expect(parseKeyText(text, 'Kk.+163+00001.private').key.algorithm).toBe(algorithm);
  });

  it('reads every algorithm by name, and notes what is weak', () => {
    for (const algorithm of TSIG_ALGORITHMS) {
      const { key, notes } = parseKeyText(`key k { algorithm ${algorithm}; secret "${B64}"; };`, 'k');
      expect(key.algorithm).toBe(algorithm);
      const expected: string[] = [];
      if (algorithm === 'hmac-md5') expected.push('hmac-md5 is weak');
      if (SECRET.length < macOctets(algorithm)) expected.push('48 octets, fewer than the 64');
      expect(notes.map((note, i) => note.includes(expected[i] ?? ''))).toEqual(expected.map(() => true));
    }
  });

  it('notes both weaknesses of a short md5 key, and none of one as long as the digest', () => {
    const notesOf = (octets: number): readonly string[] =>
      parseKeyText(`md5:k:${SECRET.subarray(0, octets).toString('base64')}`, 'k').notes;
    expect(notesOf(15)).toHaveLength(2);
    expect(notesOf(16)).toHaveLength(1);
  });

  const md = (name: string, rest: string): string => `key ${name} {\n  ${rest}\n};\n`;
  const good = `algorithm hmac-sha256; secret "${B64}";`;
  test.each([
    ['an empty file', '', 1, 1, 'it is empty'],
    ['blanks only', ' \n\t\n', 1, 1, 'it is empty'],
    ['comments only', '# nothing here\n', 1, 1, 'comments only'],
    ['another statement', `zone "test" { type primary; };`, 1, 1, 'this is no key'],
    ['words', 'hello world', 1, 1, 'this is no key'],
    ['a statement in front', `options { };\n${STATEMENT}`, 1, 1, 'this is no key'],
    ['a statement behind', `${STATEMENT}options { };`, 5, 1, 'only one key statement'],
    ['two statements', STATEMENT + STATEMENT, 5, 1, 'a second key'],
    ['two KEY records', `a. IN KEY 512 3 163 ${B64}\nb. IN KEY 512 3 163 ${B64}\n`, 2, 1, 'a second key'],
    ['two one-line keys', `a:${B64}\nb:${B64}\n`, 2, 1, 'a second key'],
    ['no name', `key { ${good} };`, 1, 5, 'no name'],
    ['an empty name', `key "" { ${good} };`, 1, 5, 'the name is empty'],
    ['the root as name', `key . { ${good} };`, 1, 5, 'the root'],
    ['a name with an empty label', `key a..b { ${good} };`, 1, 5, 'a label is empty'],
    ['an empty name in one line', `:${B64}`, 1, 1, 'this is no key'],
    ['no brace', `key k ${good}`, 1, 7, 'expected "{" after the name'],
    [
      'no semicolon after the algorithm',
      md('k', `algorithm hmac-sha256 secret "${B64}";`),
      2,
      25,
      'expected ";" after the algorithm',
    ],
    [
      'no semicolon after the brace',
      `key k { ${good} }`,
      1,
      `key k { ${good} }`.length + 1,
      'expected ";" after "}"',
    ],
    ['no closing brace', `key k {\n${good}\n`, 2, good.length + 1, 'expected "}" before the end'],
    ['an unknown option', md('k', `${good} ttl 5;`), 2, good.length + 4, 'expected algorithm or secret'],
    ['algorithm without a value', md('k', `algorithm; secret "${B64}";`), 2, 12, 'algorithm has no value'],
    ['no algorithm', md('k', `secret "${B64}";`), 1, 1, 'the key has no algorithm'],
    ['no secret', md('k', 'algorithm hmac-sha256;'), 1, 1, 'the key has no secret'],
    ['a second secret', md('k', `${good} secret "${B64}";`), 2, good.length + 4, 'a second secret'],
    ['a second algorithm', md('k', `${good} algorithm md5;`), 2, good.length + 4, 'a second algorithm'],
    [
      'an unknown algorithm',
      md('k', `algorithm hmac-sha3; secret "${B64}";`),
      2,
      13,
      'unknown algorithm; known: hmac-md5, ',
    ],
    ['an unknown algorithm in one line', `hmac-sha3:k:${B64}`, 1, 1, 'unknown algorithm'],
    ['too many parts in one line', `hmac-sha256:k:x:${B64}`, 1, 16, 'too many colons'],
    ['an unknown algorithm number', `k. IN KEY 512 3 8 ${B64}`, 1, 17, 'not one of an HMAC key'],
    ['a KEY record without an owner', `  IN KEY 512 3 163 ${B64}`, 1, 1, 'no owner name'],
    ['an empty secret', md('k', 'algorithm hmac-sha256; secret "";'), 2, 33, 'the secret is empty'],
    ['an empty secret in one line', 'hmac-sha256:k:', 1, 15, 'the secret is empty'],
    ['an empty secret in a private key', PRIVATE.replace(B64, ''), 3, 6, 'the secret is empty'],
    [
      'a secret with a foreign character',
      md('k', 'algorithm md5; secret "c2Vj-mV0";'),
      2,
      25,
      'base64 does not have',
    ],
    ['a secret cut off', md('k', 'algorithm md5; secret "c2VjcmV0cw=";'), 2, 25, 'cut off'],
    [
      'a secret with padding inside',
      md('k', 'algorithm md5; secret "c2=jcmV0";'),
      2,
      25,
      'base64 does not have',
    ],
    [
      'a secret with bits after its end',
      md('k', 'algorithm md5; secret "c2VjcmV1cx==";'),
      2,
      25,
      'bits after its end',
    ],
    ['a bare secret with //', md('k', 'algorithm md5; secret ab//cdef;'), 3, 1, 'put quotes around'],
    ['a string without end', md('k', `algorithm md5; secret "${B64};`), 2, 25, 'no closing quote'],
    ['a comment without end', `/* ${STATEMENT}`, 1, 1, 'expected */'],
    ['no Key line', PRIVATE.replace(/^Key:.*\n/m, ''), 1, 1, 'there is no "Key:" line'],
    ['no Algorithm line', PRIVATE.replace(/^Algorithm:.*\n/m, ''), 1, 1, 'there is no "Algorithm:" line'],
    ['a second Key line', `${PRIVATE}Key: ${B64}\n`, 7, 1, 'a second "Key:" line'],
    [
      'a private key of a zone',
      PRIVATE.replace('163 (HMAC_SHA256)', '13 (ECDSAP256SHA256)'),
      2,
      12,
      'not one of an HMAC key',
    ],
    [
      'knot.conf',
      `key:\n  - id: k\n    algorithm: hmac-sha256\n    secret: ${B64}\n`,
      1,
      1,
      'this is no key',
    ],
    ['a file that is far too long', STATEMENT + ' '.repeat(70_000), 1, 1, 'too long'],
  ])('refuses %s', (_, text, line, column, message) => {
    const file = 'Kk.+163+00001.private';
    const error = refusal(text, file);
    expect(error.code).toBe('key-invalid');
    expect(error.problems[0]).toMatchObject({
      file,
      line,
      column,
      message: expect.stringContaining(message),
    });
    expect(error.message).toContain(`${file}:${line}:${column}: `);
    expect(error.hint).toContain('exactly one key');
  });

  it('lists all that is wrong at once', () => {
    const error = refusal('key a..b { algorithm sha3; secret "?"; };');
    expect(error.problems.map((problem) => problem.column)).toEqual([5, 22, 35]);
    expect(error.message.split('\n')).toHaveLength(3);
  });

  it('never repeats the secret, wherever a file is broken', () => {
    const forms = [
      STATEMENT,
      PRIVATE,
      `hmac-sha256:kms-publisher:${B64}`,
      `kms-publisher. IN KEY 512 3 163 ${B64}`,
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...forms),
        fc.nat(),
        fc.nat(12),
        fc.constantFrom('', ';', '"', '{', '}', '\n', ':', ' ', '/*', '//', '=', '-', 'key ', 'é'),
        (form, at, removed, inserted) => {
          const from = at % form.length;
          const text = form.slice(0, from) + inserted + form.slice(from + removed);
          try {
            parseKeyText(text, 'f');
          } catch (error) {
            if (!(error instanceof KmsDnsError)) throw error;
            const said = `${error.message} ${error.hint} ${JSON.stringify(error.problems)}`;
            for (let i = 0; i + 5 <= B64.length; i++) expect(said).not.toContain(B64.slice(i, i + 5));
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('reads or refuses any text, and throws nothing else', () => {
    const piece = fc.constantFrom(
      'key',
      ' ',
      '\n',
      '"',
      '{',
      '}',
      ';',
      ':',
      'algorithm',
      'secret',
      'hmac-sha256',
      B64,
      '/*',
      '*/',
      '//',
      '#',
      'k. IN KEY 512 3 163 ',
      'Private-key-format: v1.3\n',
      'Key: ',
      'Algorithm: ',
    );
    fc.assert(
      fc.property(
        fc.array(fc.oneof(piece, fc.string({ unit: 'binary', maxLength: 4 })), { maxLength: 14 }),
        (pieces) => {
          try {
            expect(parseKeyText(pieces.join(''), 'f').key.secret.length).toBeGreaterThan(0);
          } catch (error) {
            expect(error).toMatchObject({ name: 'KmsDnsError', code: 'key-invalid' });
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('nameFromKeyFileName', () => {
  test.each([
    ['Kkms.test.+163+12345', 'kms.test.'],
    ['Kkms.test.+163+12345.key', 'kms.test.'],
    ['/etc/keys/KKMS.test.+163+12345.private', 'kms.test.'],
    ['C:\\keys\\Kkms.+165+00001.key', 'kms.'],
    ['kms.key', undefined],
    ['Kkms.test.+163+12345.pem', undefined],
    ['Ka..b.+163+12345.key', undefined],
  ])('%s: %s', (file, name) => expect(nameFromKeyFileName(file)).toBe(name));
});

test('isPrivateKeyFile', () => {
  expect(isPrivateKeyFile(PRIVATE)).toBe(true);
  expect(isPrivateKeyFile(`\uFEFF\n${PRIVATE}`)).toBe(true);
  expect(isPrivateKeyFile(STATEMENT)).toBe(false);
});
