/*
 * What each format writes for the states in examples/, octet by octet as it stands in test/golden/formats, where a
 * person has read it. UPDATE_GOLDEN=1 writes the files anew; read the diff.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseDesiredState } from '../../src/core/desired-state.ts';
import { FORMATS, formatById } from '../../src/formats/registry.ts';

const GOLDEN = fileURLToPath(new URL('../golden/formats', import.meta.url));

/** Choices of a format by which another file altogether comes out. */
const CHOICES: Readonly<Record<string, readonly Readonly<Record<string, string>>[]>> = {
  'zone-file': [{ scope: 'child' }],
  'slmgr-client': [{ find: 'domain' }, { find: 'host' }],
  'client-reg': [{ find: 'dns' }],
  'gpo-client': [{ find: 'dns' }],
  'azure-cli': [{ scope: 'private' }],
  'azure-bicep': [{ scope: 'private' }],
  'terraform-aws': [{ scope: 'private' }],
};

const VARIANTS = FORMATS.flatMap(({ id }) =>
  [{}, ...(CHOICES[id] ?? [])].map((options) => ({
    id,
    options,
    folder: [id, ...Object.values(options)].join('-'),
  })),
);

describe.each(['small', 'east-west'])('%s', (example) => {
  const yaml = readFileSync(new URL(`../../examples/${example}.yaml`, import.meta.url), 'utf8');
  const state = parseDesiredState(yaml, `examples/${example}.yaml`);
  const golden = join(GOLDEN, example);
  const generated = (): ReadonlyMap<string, Buffer> =>
    new Map(
      VARIANTS.flatMap(({ id, options, folder }) =>
        formatById(id)
          .write(state, options)
          .files.map(({ path, content }) => [`${folder}/${path}`, Buffer.from(content)] as const),
      ),
    );
  if (process.env.UPDATE_GOLDEN === '1') {
    rmSync(golden, { recursive: true, force: true });
    for (const [path, content] of generated()) {
      mkdirSync(dirname(join(golden, path)), { recursive: true });
      writeFileSync(join(golden, path), content);
    }
  }

  it('gives the files that stand there, and no others', () => {
    const found = readdirSync(golden, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(golden.length + 1)
          .split(sep)
          .join('/'),
      );
    expect(found.sort()).toEqual([...generated().keys()].sort());
  });

  it.each(VARIANTS)('as $folder: the same octets', ({ folder }) => {
    const files = [...generated()].filter(([path]) => path.startsWith(`${folder}/`));
    expect(files.length).toBeGreaterThan(0);
    for (const [path, content] of files)
      expect(content.equals(readFileSync(join(golden, path))), `${path} differs`).toBe(true);
  });
});
