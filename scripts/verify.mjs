// Everything that has to hold before a change is good, in one command: packages, DNS servers, build, format and
// lint, types, generated files, tests. Ends with the counts, and with exit code 1 when anything is wrong.
//
//   npm run verify                    suites whose server is missing are left out, and said to be
//   npm run verify -- --lab-required  a missing server is a failure (also: LAB_REQUIRED=1)
//   npm run verify -- --no-install    no package is installed with apt
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { installServers, missingServers, whyNotInstall } from './dns-servers.mjs';
import { build, installPackages, packagesAreStale, root, run, runTool, since } from './workshop.mjs';

const options = new Set(process.argv.slice(2));
const unknown = [...options].filter((option) => !['--lab-required', '--no-install'].includes(option));
if (unknown.length > 0) {
  console.error(
    `verify: unknown option ${JSON.stringify(unknown[0])}; it takes --lab-required and --no-install`,
  );
  process.exit(64);
}
if (options.has('--lab-required')) process.env.LAB_REQUIRED = '1';
const labRequired = process.env.LAB_REQUIRED === '1';

const GENERATED = [{ file: 'kmsdns.schema.json', script: 'scripts/schema.mjs' }];
const REPORT = join(root, '.cache', 'verify-tests.json');
const TESTS_TIMEOUT_MS = 12 * 60_000;

const failed = [];

/** One step: its name, what it found, its seconds. The output of what it ran appears only when it failed. */
async function step(name, work) {
  const start = performance.now();
  console.log(`\n── ${name}`);
  const result = await work();
  if (!result.ok) {
    failed.push(name);
    if (result.output) console.log(result.output.trimEnd());
  }
  console.log(`${result.ok ? 'ok' : 'FAILED'}${result.note ? `: ${result.note}` : ''} (${since(start)})`);
  return result.ok;
}

async function packages() {
  if (!packagesAreStale()) return { ok: true, note: 'node_modules matches the lock file' };
  return { ...(await installPackages()), note: 'npm ci' };
}

async function servers() {
  const before = missingServers();
  if (before.length === 0) return { ok: true, note: 'all are installed' };
  const obstacle = options.has('--no-install') ? '--no-install was given' : whyNotInstall();
  if (obstacle === undefined) {
    console.log(`installing ${before.map(({ name }) => name).join(', ')} with apt`);
    const { ok, output } = await installServers(before);
    if (!ok) console.log(output.trimEnd());
  }
  const missing = missingServers();
  for (const { name, lacks, packages: needed } of missing) {
    console.log(
      `${name}: ${lacks.join(', ')} missing; its suites are left out (apt-get install ${needed.join(' ')})`,
    );
  }
  if (missing.length === 0) return { ok: true, note: 'installed' };
  const because = obstacle ?? 'apt could not install them';
  return { ok: !labRequired, note: `${missing.length} servers missing, ${because}` };
}

async function generatedFiles() {
  const stale = [];
  for (const { file, script } of GENERATED) {
    const read = () => readFileSync(join(root, file), 'utf8');
    const before = read();
    const made = await run(process.execPath, [join(root, script)]);
    if (!made.ok) return made;
    if (read() !== before) stale.push(file);
  }
  if (stale.length === 0) return { ok: true, note: GENERATED.map(({ file }) => file).join(', ') };
  return { ok: false, output: `${stale.join(', ')} was out of date and is now written anew: commit it` };
}

/** Counts of the last run; undefined when vitest wrote no report. */
function readReport() {
  let report;
  try {
    report = JSON.parse(readFileSync(REPORT, 'utf8'));
  } catch {
    return undefined;
  }
  // A file that cannot be loaded, or whose beforeAll fails, has no failed test of its own.
  const silent = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  );
  for (const { name, message } of silent) console.log(`not run: ${name}\n${message}`);
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + silent.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

let counts = { passed: 0, failed: 0, skipped: 0 };

async function tests() {
  mkdirSync(join(root, '.cache'), { recursive: true });
  rmSync(REPORT, { force: true });
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${REPORT}`];
  const { ok, output } = await runTool('vitest/vitest.mjs', args, {
    show: true,
    timeoutMs: TESTS_TIMEOUT_MS,
  });
  counts = readReport() ?? { passed: 0, failed: 1, skipped: 0 };
  // Unhandled errors fail the run without failing a test.
  if (!ok && counts.failed === 0) counts.failed = 1;
  return { ok: ok && counts.failed === 0 && counts.passed > 0, output };
}

const start = performance.now();
console.log(
  `kmsdns: verify on Node ${process.versions.node}, ${process.platform}${labRequired ? ', lab required' : ''}`,
);
if (await step('packages', packages)) {
  await step('DNS servers for the lab', servers);
  await step('build', build);
  await step('format and lint', () =>
    runTool('@biomejs/biome/bin/biome', ['ci', '.', `--colors=${process.stdout.isTTY ? 'force' : 'off'}`]),
  );
  await step('types', () => runTool('typescript/bin/tsc', ['--noEmit', '-p', 'tsconfig.json']));
  await step('generated files', generatedFiles);
  await step('tests', tests);
}
console.log(`\nverify took ${since(start)}${failed.length > 0 ? `; failed: ${failed.join(', ')}` : ''}`);
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
if (failed.length > 0) process.exitCode = 1;
