/*
 * What the README shows is what happens: its blocks behind <!-- run --> are run on a practice network, in order and in
 * one folder, and must print what stands there. Ports, times and the blanks that align columns may differ; a line
 * "[…]" stands for any lines. UPDATE_README=1 writes what was printed into the README; read the diff.
 */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { type PracticeNetwork, startPracticeNetwork } from '../src/lab/practice-network.ts';
import { runCommand } from './support/run-command.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const README = join(root, 'README.md');
const UPDATE = process.env.UPDATE_README === '1';
/** The one that `kmsdns lab` takes: so that an updated README has no number of the day in it. */
const LAB_PORT = 5300;

interface Block {
  readonly language: string;
  readonly text: string;
  /** Offset of the text in the README. */
  readonly at: number;
  /** What its commands exit with: 0, or N of <!-- run: exit N -->. */
  readonly exitCode: number;
}

function blocksOf(readme: string): readonly Block[] {
  return [...readme.matchAll(/^(<!-- run(?:: exit (\d))? -->\n```(\w+)\n)([\s\S]*?)^```$/gm)].map(
    ({ index, 1: head = '', 2: exitCode = '0', 3: language = '', 4: text = '' }) => ({
      language,
      text,
      at: index + head.length,
      exitCode: Number(exitCode),
    }),
  );
}

/** What the same command prints everywhere. */
function essence(screen: string): string {
  return screen
    .replaceAll('\\', '/')
    .split('\n')
    .filter((line) => !line.includes('[::1]'))
    .map((line) =>
      line
        .replace(/(example|127\.0\.0\.1):\d+/g, '$1:PORT')
        .replace(/\b(port|SRV \d+ \d+) \d{4,5}\b/g, '$1 PORT')
        .replace(/on \d servers?/, 'on N servers')
        .replace(/\b\d+ ms\b/g, 'N ms')
        .replace(/^( +)o\d+ /, '$1oN ')
        .replace(/[\dT:.-]+Z-(\w+)-[0-9a-f]{8}\.json/g, 'TIME-$1.json')
        .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
        .replace(/\s+/g, ' ')
        .trim(),
    )
    .join('\n')
    .trim();
}

function isShown(shown: string, printed: string): boolean {
  const parts = essence(shown)
    .split(/^\[…\]$/m)
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[\\s\\S]*')}$`).test(essence(printed));
}

let network: PracticeNetwork;
let folder: string;

beforeAll(async () => {
  network = await startPracticeNetwork({ port: UPDATE ? LAB_PORT : 0 });
  folder = mkdtempSync(join(tmpdir(), 'kmsdns-readme-'));
  writeFileSync(join(folder, network.keyFileName), network.keyFileText, { mode: 0o600 });
  writeFileSync(join(folder, 'kmsdns.yaml'), network.desiredStateYaml);
  cpSync(join(root, 'examples'), join(folder, 'examples'), { recursive: true });
});
afterAll(async () => {
  await network?.stop();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

test('the README shows what its commands print', { timeout: 60_000 }, async () => {
  let readme = readFileSync(README, 'utf8');
  const blocks = blocksOf(readme).filter(({ language }) => language === 'console');
  expect(blocks.length).toBeGreaterThanOrEqual(8);
  let journal = '';
  const printedBlocks: string[] = [];
  for (const { text, exitCode } of blocks) {
    let printed = '';
    for (const line of text.split('\n').filter((one) => one.startsWith('$ '))) {
      expect(line).toMatch(/^\$ kmsdns \S/);
      const said = line
        .replace(/rollback \S+/, () => `rollback ${journal}`)
        .replace(/127\.0\.0\.1:\d+/g, `127.0.0.1:${network.endpoints[0]!.port}`);
      const { screen, code } = await runCommand(said.split(' ').slice(2), { cwd: folder });
      expect(code, line).toBe(exitCode);
      journal = /kmsdns rollback (\S+\.json)/.exec(screen)?.[1] ?? journal;
      printed += `${said}\n${screen}`;
    }
    printedBlocks.push(printed);
  }
  if (UPDATE) {
    for (const [i, { text, at }] of [...blocks.entries()].reverse())
      if (!isShown(text, printedBlocks[i]!))
        readme = readme.slice(0, at) + printedBlocks[i]! + readme.slice(at + text.length);
    writeFileSync(README, readme);
  }
  for (const [i, { text }] of blocksOf(readme)
    .filter(({ language }) => language === 'console')
    .entries())
    if (!isShown(text, printedBlocks[i]!)) expect(essence(printedBlocks[i]!)).toBe(essence(text));
});

describe('the comparison', () => {
  const printed = '$ kmsdns x\na 127.0.0.1:1234   done\nb\nc\n';

  it.each([
    ['the same', printed, true],
    ['another port and other columns', '$ kmsdns x\na 127.0.0.1:53211 done\nb\nc\n', true],
    ['lines left out', '$ kmsdns x\n[…]\nc\n', true],
    ['another word', printed.replace('done', 'failed'), false],
    ['a line less', '$ kmsdns x\na 127.0.0.1:1234 done\nc\n', false],
    ['a line more', `${printed}d\n`, false],
    ['another end', '$ kmsdns x\n[…]\nb\n', false],
  ])('of %s', (_, shown, same) => {
    expect(isShown(shown, printed)).toBe(same);
  });
});

test('the library examples run', { timeout: 60_000 }, async () => {
  const examples = blocksOf(readFileSync(README, 'utf8')).filter(({ language }) => language === 'js');
  expect(examples).toHaveLength(2);
  writeFileSync(join(folder, 'kmsdns.yaml'), network.revisedStateYaml);
  const printed = await Promise.all(examples.map(({ text }, i) => linesOfExample(text, `example${i}.mts`)));
  expect(printed).toEqual([
    [
      expect.stringMatching(/^contoso\.example\. (add|change)( (add|change))*$/),
      expect.stringMatching(/^fabrikam\.example\. (add|change)( (add|change))*$/),
    ],
    [expect.stringMatching(/^(healthy|degraded|broken)\b/)],
  ]);
});

/** What an example prints that stands in a file of this name, run on the sources and on the practice network. */
async function linesOfExample(text: string, name: string): Promise<readonly string[]> {
  expect(text).toContain("from 'kmsdns'");
  const file = join(folder, name);
  const source = pathToFileURL(join(root, 'src/index.ts')).href;
  const here = text.replace("from 'kmsdns'", `from '${source}'`);
  writeFileSync(file, here.replace(/127\.0\.0\.1:\d+/g, `127.0.0.1:${network.endpoints[0]!.port}`));
  const tsx = pathToFileURL(join(root, 'node_modules/tsx/dist/esm/index.mjs')).href;
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', tsx, file], {
    cwd: folder,
    timeout: 40_000,
  });
  return stdout.split('\n').filter((line) => line !== '');
}

test('its links lead to files', () => {
  const links = [...readFileSync(README, 'utf8').matchAll(/\]\((?!https?:)([^)#]+)/g)].map(
    ([, path]) => path!,
  );
  expect(links.length).toBeGreaterThan(4);
  for (const link of links) expect(existsSync(join(root, link)), link).toBe(true);
});

test('the tour of the architecture leaves no room out', () => {
  const tour = readFileSync(join(root, 'docs/architecture.md'), 'utf8');
  const entries = readdirSync(join(root, 'src'), { withFileTypes: true });
  for (const { name } of entries.filter((entry) => entry.isDirectory()))
    expect(tour, name).toMatch(new RegExp(`\\b${name} {2,}[a-zA-Z]`));
});
