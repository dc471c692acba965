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

/** The practice network on loopback, so that commands run to their good end; the last line ends it. */
async function practice(work) {
  const ending = new AbortController();
  let running;
  const said = await new Promise((resolve, reject) => {
    const stdout = { ...silent, write: resolve };
    running = main(['lab', '--json', '--port', '0', '--out', folder], {
      ...io,
      stdout,
      interrupt: ending.signal,
    });
    running.then((code) => reject(new Error(`the practice network ended with ${code}`)));
  });
  try {
    await work(JSON.parse(said));
  } finally {
    ending.abort();
    await running;
  }
}

/** As far as Kerberos goes without a ticket, where there is a library for it: no KDC is asked. */
async function practiseKerberos(server, domain) {
  const [, address, port] = /^\[?(.+?)\]?:(\d+)$/.exec(server);
  const ad = `{ address: "${address}", port: ${port}, auth: { gss: {} } }`;
  const state = `version: 1\nservers: { ad: ${ad} }\ndomains: { ${domain}: { server: ad, publish: [{ host: new.${domain} }] } }\n`;
  writeFileSync(join(folder, 'gss.yaml'), state);
  for (const name of ['KRB5CCNAME', 'KRB5_CLIENT_KTNAME']) process.env[name] = `FILE:${folder}/none`;
  for (const line of ['apply --yes -c gss.yaml', 'preflight -c gss.yaml']) await main(line.split(' '), io);
}

async function run() {
  const command = (line) => main(line.split(' '), io);
  await practice(async ({ endpoints: [server], domains: [domain] }) => {
    for (const line of [
      '--help',
      'plan --help',
      'plan',
      'plan --json',
      'verify',
      'apply --yes',
      'preflight',
      `diagnose ${domain} -s ${server} --authority ${server}`,
      `diagnose ${domain} -s ${server}`,
      'explain 0x8007232B',
      'generate nsupdate',
      `import ${domain} -s ${server}`,
    ])
      await command(line);
    await practiseKerberos(server, domain);
    writeFileSync(join(folder, 'domains'), `${domain}\n`);
    await command(`diagnose --batch domains -s ${server}`);
  });
  // Nothing listens on port 1 of this computer.
  await command('diagnose example.test -s 127.0.0.1:1 --deadline 1');
  for (const [name, code] of loader.compiled()) writeFileSync(join(dist, `${name}.cache`), code);
}

void run().finally(() => rmSync(folder, { recursive: true, force: true }));
