import { parseKeyText } from '../core/key-file.ts';
import { displayName, type Fqdn } from '../core/name.ts';
import { fileNameFor, type RenderedFile } from '../core/rendered.ts';
import { readBackError, renderTemplate, type Templates } from '../core/template.ts';
import { sameMac, type TsigKey } from '../core/tsig.ts';

/**
 * A TSIG key as a `key { }` clause that named includes and `nsupdate -k` reads. The caller draws the secret:
 * `macOctets(algorithm)` random octets (RFC 8945 §8: a secret should be as long as the digest).
 * The file is marked secret and readable by its owner alone. Throws `value-refused` for a name that needs escapes.
 */
export function renderBindKey(key: TsigKey, templates: Templates): RenderedFile {
  const path = keyFileName(key.name);
  const content = renderTemplate(templates, 'bind/key.tmpl', {
    name: displayName(key.name),
    algorithm: key.algorithm,
    secret: Buffer.from(key.secret).toString('base64'),
  });
  const { key: read } = parseKeyText(content, path);
  if (read.name !== key.name || read.algorithm !== key.algorithm || !sameMac(read.secret, key.secret))
    throw readBackError(templates, 'bind/key.tmpl', 'name, algorithm or secret differ');
  return { path, content, mode: 0o600, secret: true };
}

/** The file in which a key of this name is kept, by us and in the named.conf that we write. */
export function keyFileName(name: Fqdn): string {
  return fileNameFor('', displayName(name), 'key');
}
