// Writes the compiled code of the packs in a folder, as V8 has it after typical commands have run. It fits the Node
// that made it; any other compiles anew (see src/cli/packs.ts).
const { mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

const dist = process.argv[2];
const { packLoader } = require(join(dist, 'bin.cjs'));
const loader = packLoader(dist, require);
const { main } = loader.require('./main.cjs');

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
    'preflight',
    'import example.test -s 127.0.0.1:1',
    'explain 0x8007232B',
    'generate nsupdate',
    'diagnose example.test -s 127.0.0.1:1 --deadline 1',
  ];
  for (const line of lines) await main(line.split(' '), io);
  for (const [name, code] of loader.compiled()) writeFileSync(join(dist, `${name}.cache`), code);
}

void run().finally(() => rmSync(folder, { recursive: true, force: true }));
