import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Sources, violations } from './support/architecture.ts';

function realSources(): Sources {
  const root = join(import.meta.dirname, '..', 'src');
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  return new Map(files.map((file) => [file.replaceAll('\\', '/'), readFileSync(join(root, file), 'utf8')]));
}

test('the sources keep the rules of the house', () => {
  const sources = realSources();
  expect(sources.size).toBeGreaterThan(50);
  expect(violations(sources)).toEqual([]);
});

/** A small house in order; each row below changes one file in it. */
const HOUSE: Readonly<Record<string, string>> = {
  'index.ts':
    "/** Front door. */\nexport { a } from './core/a.ts';\nexport type { B } from './publish/b.ts';\n",
  'core/a.ts': "import { createHash } from 'node:crypto';\nexport const a = createHash('md5');\n",
  'core/files.ts': "import { readFile } from 'node:fs/promises';\nexport const now = Date.now();\n",
  'core/yaml-text.ts': "import { parse } from 'yaml';\nexport { parse };\n",
  'publish/b.ts': "import { a } from '../core/a.ts';\nexport interface B { x: typeof a }\n",
  'bind/c.ts': "import type { a } from '../core/a.ts';\nexport type C = typeof a;\n",
  'cli/io.ts': "import ora from 'ora';\nconsole.log(ora);\n",
  'cli/main.ts':
    "import yargs from 'yargs/yargs';\nimport type { C } from '../bind/c.ts';\nprocess.exitCode = 1;\n",
};

test('a house in order has no violations', () => {
  expect(violations(new Map(Object.entries(HOUSE)))).toEqual([]);
});

test.each([
  [
    'core/files.ts',
    "import type { B } from '../publish/b.ts';",
    /the room core may not import publish\/b\.ts/,
  ],
  ['publish/b.ts', "export * from '../bind/c.ts';", /the room publish may not import bind\/c\.ts/],
  [
    'diagnose/d.ts',
    "const c = await import('../bind/c.ts');",
    /the room diagnose may not import bind\/c\.ts/,
  ],
  ['bind/c.ts', "import '../cli/io.ts';", /the room bind may not import cli\/io\.ts/],
  ['bind/c.ts', "import { a } from '../index.ts';", /imports the front door/],
  ['index.ts', "export { c } from './cli/io.ts';", /the room src may not import cli\/io\.ts/],
  ['index.ts', 'export const x = 1;', /is more than re-exports: export const x = 1;/],
  ['core/a.ts', "import { readFileSync } from 'node:fs';", /only the edge files may import node:fs$/],
  ['cli/main.ts', "import { createSocket } from 'node:dgram';", /only the edge files may import node:dgram/],
  ['publish/b.ts', "import { setTimeout } from 'node:timers/promises';", /may import node:timers\/promises/],
  ['core/a.ts', "import yargs from 'yargs';", /yargs has its own door/],
  ['cli/main.ts', "import ora from 'ora';", /ora has its own door/],
  ['core/files.ts', "import { parse } from 'yaml';", /yaml has its own door/],
  ['core/a.ts', "import z from 'zod';", /imports zod, which is no dependency/],
  ['core/a.ts', "import z from '@scope/z/deep.js';", /imports @scope\/z, which is no dependency/],
  ['core/a.ts', 'export const t = Date.now();', /uses Date\.now/],
  ['core/a.ts', 'export const t = new Date();', /uses Date\.now/],
  ['publish/b.ts', 'export const r = Math.random();', /uses Math\.random/],
  ['bind/c.ts', 'export const e = process.env;', /uses process/],
  ['publish/b.ts', 'setTimeout(() => {}, 1);', /uses setTimeout/],
  ['publish/plan.ts', 'export async function plan() {}', /waits, but it is there to decide/],
  ['bind/c.ts', 'export const later = Promise.resolve(1);', /waits, but it is there to decide/],
  ['core/a.ts', 'console.log(1);', /uses console/],
  ['cli/main.ts', 'console.error(1);', /uses console/],
  ['cli/main.ts', 'process.exit(1);', /calls process\.exit/],
  ['core/files.ts', 'process.exit(1);', /calls process\.exit/],
  ['core/a.ts', "export { B } from './b2.ts';", /imports \.\/b2\.ts, which is not a file/],
  ['core/utils.ts', 'export const u = 1;', /the name utils\.ts says nothing/],
  ['core/index.ts', 'export const u = 1;', /the name index\.ts says nothing/],
  ['publish/helpers/x.ts', 'export const u = 1;', /the name helpers says nothing/],
  ['attic/x.ts', 'export const u = 1;', /attic is not a room/],
])('in %s: %s', (file, text, expected) => {
  const found = violations(new Map(Object.entries({ ...HOUSE, [file]: text })));
  expect(found).toHaveLength(1);
  expect(found[0]).toMatch(expected);
});

test('counts lines', () => {
  const lines = (count: number): Sources =>
    new Map(Object.entries({ ...HOUSE, 'core/long.ts': '// a line\n'.repeat(count) }));
  expect(violations(lines(450))).toEqual([]);
  expect(violations(lines(451))).toEqual(['core/long.ts: 451 lines, more than 450']);
});

test('finds a cycle once, and none in types, which are gone when the code runs', () => {
  const house = (lastImport: string): Sources =>
    new Map(
      Object.entries({
        ...HOUSE,
        'core/x.ts': "import { y } from './y.ts';\nexport const x = y;\n",
        'core/y.ts': "import { z } from './z.ts';\nexport const y = z;\n",
        'core/z.ts': `${lastImport}\nexport const z = 1 as unknown as typeof x;\n`,
      }),
    );
  expect(violations(house("import { x } from './x.ts';"))).toEqual([
    'core/x.ts: imports itself by way of core/y.ts → core/z.ts → core/x.ts',
  ]);
  expect(violations(house("import type { x } from './x.ts';"))).toEqual([]);
});

test.each([
  ['a comment', '// Date.now() and process.exit(1) and console.log\nexport const a = 1;\n'],
  ['a string', "export const a = 'process.env, Math.random()';\n"],
  ['a property', 'export const a = (x: { process: { exit(): void } }) => x.process.exit();\n'],
  [
    'a commented import',
    "/* import fs from 'node:fs'; */\n// import fs from 'node:fs';\nexport const a = 1;\n",
  ],
])('%s is no use of what it names', (_, text) => {
  expect(violations(new Map(Object.entries({ ...HOUSE, 'core/a.ts': text })))).toEqual([]);
});
