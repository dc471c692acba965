import { randomBytes } from 'node:crypto';
import { describe, expect, it, test } from 'vitest';
import { keyFileName, renderBindKey } from '../../src/bind/key.ts';
import { parseKeyText } from '../../src/core/key-file.ts';
import { parseFqdn } from '../../src/core/name.ts';
import { macOctets, TSIG_ALGORITHMS, tsigKey } from '../../src/core/tsig.ts';
import { HOSTILE, packaged, unchecked, withTemplate } from '../support/generated.ts';

const SECRET = Uint8Array.from({ length: 32 }, (_, i) => i);
const KEY = tsigKey(parseFqdn('kms-publisher'), 'hmac-sha256', SECRET);

describe('renderBindKey', () => {
  it('is the clause that named and nsupdate read, for its owner alone', () => {
    expect(renderBindKey(KEY, packaged)).toEqual({
      path: 'kms-publisher.key',
      content:
        'key "kms-publisher" {\n    algorithm hmac-sha256;\n    secret "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";\n};\n',
      mode: 0o600,
      secret: true,
    });
  });

  test.each(TSIG_ALGORITHMS)('%s reads back', (algorithm) => {
    const secret = randomBytes(macOctets(algorithm));
    const { content } = renderBindKey(tsigKey(parseFqdn('k.example'), algorithm, secret), packaged);
    const { key } = parseKeyText(String(content), 'k.key');
    expect([key.name, key.algorithm, Buffer.from(key.secret).equals(secret)]).toEqual([
      'k.example.',
      algorithm,
      true,
    ]);
  });

  test.each(HOSTILE)('a name with %s does not leave its quotes', (_, name) => {
    let text: string;
    try {
      text = String(renderBindKey(tsigKey(unchecked(name), 'hmac-sha256', SECRET), packaged).content);
    } catch (error) {
      expect(JSON.stringify([String(error), error])).not.toContain('AAECAwQF');
      return;
    }
    expect(text.split('\n')).toHaveLength(5);
    expect(text.split('\n')[0]).toMatch(/^key "[^"\\]*" \{$/);
  });

  it('a template that writes another key is refused, without its secret', () => {
    const templates = withTemplate(
      'bind/key.tmpl',
      'key "other" { algorithm {{algorithm|keyword}}; secret "{{secret|base64}}"; };',
    );
    expect(() => renderBindKey(KEY, templates)).toThrow(
      expect.objectContaining({ code: 'template-invalid' }),
    );
    try {
      renderBindKey(KEY, templates);
    } catch (error) {
      expect(JSON.stringify([String(error), error])).not.toContain('AAECAwQF');
    }
  });
});

test('the file of a key is named alike wherever it is named', () => {
  expect(keyFileName(parseFqdn('KMS-Publisher'))).toBe('kms-publisher.key');
  expect(keyFileName(parseFqdn('con'))).toBe('%63on.key');
});
