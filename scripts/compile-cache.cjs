// Writes dist/main.cache: the compiled code of dist/main.cjs, as V8 has it after typical commands have run.
// It fits the Node that made it; any other compiles anew (see src/cli/bin.ts).
const { mkdtempSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { createRequire, wrap } = require('node:module');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { Script } = require('node:vm');

const filename = join(process.argv[2], 'main.cjs');
const script = new Script(wrap(readFileSync(filename, 'utf8')), { filename });
const loaded = { exports: {} };
script.runInThisContext()(loaded.exports, createRequire(filename), loaded, filename, process.argv[2]);

const folder = mkdtempSync(join(tmpdir(), 'kmsdns-build-'));
const silent = { isTerminal: false, columns: 80, write: () => {} };
const io = {
  stdout: silent,
  stderr: silent,
  canAsk: false,
  env: {},
  cwd: folder,
  platform: process.platform,
  interrupt: new AbortController().signal,
  ask: async () => false,
  spinner: () => ({ say: () => {}, stop: () => {} }),
};

/** Nothing listens on port 1 of this computer, so each of these ends at once. */
const DESIRED = `version: 1
servers: { here: { address: 127.0.0.1, port: 1 } }
hosts: { kms1.example.test: { addresses: [127.0.0.1] } }
domains:
  example.test:
    server: here
    publish: [{ host: kms1.example.test, priority: 10, weight: 1 }]
`;

async function run() {
  writeFileSync(join(folder, 'kmsdns.yaml'), DESIRED);
  const lines = [
    '--help',
    'plan --help',
    'plan',
    'plan --json',
    'verify',
    'apply --yes --deadline 1',
    'import example.test -s 127.0.0.1:1',
  ];
  for (const line of lines) await loaded.exports.main(line.split(' '), io);
  writeFileSync(join(process.argv[2], 'main.cache'), script.createCachedData());
}

void run().finally(() => rmSync(folder, { recursive: true, force: true }));
