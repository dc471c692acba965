/*
 * Every file that this version generates from the examples, as it stands in test/golden. Three judges: the bytes,
 * the set that named-checkzone dumps, and named-checkconf. UPDATE_GOLDEN=1 writes the files anew; read the diff.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, test } from 'vitest';
import { checkNamedConf } from '../src/bind/check.ts';
import { renderKerberosSide } from '../src/bind/kerberos-side.ts';
import { renderBindKey } from '../src/bind/key.ts';
import { NAMED_VARIANTS, renderNamedConf } from '../src/bind/named-policy.ts';
import { renderNsupdate, scriptEdits } from '../src/bind/nsupdate-script.ts';
import { renderZoneSnippets } from '../src/bind/zone-snippet.ts';
import { type DesiredState, parseDesiredState } from '../src/core/desired-state.ts';
import { parseFqdn } from '../src/core/name.ts';
import type { Rendered } from '../src/core/rendered.ts';
import { tsigKey } from '../src/core/tsig.ts';
import {
  renderPublishListPs1,
  renderPublishListReg,
  renderPublishListTxt,
} from '../src/publish/publish-list-files.ts';
import { findProgram } from './lab/support/programs.ts';
import { packaged } from './support/generated.ts';
import { needsProgram } from './support/needs-program.ts';

const CASES: Readonly<
  Record<
    string,
    { readonly realms: readonly string[]; readonly variants: readonly (typeof NAMED_VARIANTS)[number][] }
  >
> = {
  'east-west': { realms: ['EAST.CONTOSO.COM', 'WEST.CONTOSO.COM'], variants: NAMED_VARIANTS },
  // Its hosts have no addresses, so they cannot be let in by address.
  small: { realms: ['CONTOSO.COM'], variants: ['publisher', 'self', 'self-host', 'listed'] },
};
const GOLDEN = fileURLToPath(new URL('golden', import.meta.url));

const stateOf = (name: string): DesiredState =>
  parseDesiredState(
    readFileSync(new URL(`../examples/${name}.yaml`, import.meta.url), 'utf8'),
    `examples/${name}.yaml`,
  );

/** Every format of a case: folder name to what was rendered. */
function renderAll(name: string): Readonly<Record<string, Rendered>> {
  const state = stateOf(name);
  const { realms, variants } = CASES[name]!;
  const named = variants.map((variant) => [
    `bind-named-${variant}`,
    renderNamedConf(
      state,
      { variant, realms, zoneDirectory: '/var/lib/bind', nameServer: parseFqdn('ns1.contoso.com') },
      packaged,
    ),
  ]);
  return {
    'bind-zone': renderZoneSnippets(state, packaged),
    ...(Object.fromEntries(named) as Record<string, Rendered>),
    'bind-kerberos': renderKerberosSide(
      state,
      { variant: 'self', realms, zoneDirectory: '/var/lib/bind', nameServer: parseFqdn('ns1.contoso.com') },
      packaged,
    ),
    nsupdate: renderNsupdate(scriptEdits(state), packaged),
    'nsupdate-merge': renderNsupdate(scriptEdits(state, { merge: true }), packaged),
    'publish-list-reg': renderPublishListReg(state, packaged),
    'publish-list-ps1': renderPublishListPs1(state, packaged),
    'publish-list-txt': renderPublishListTxt(state),
  };
}

/** `owner ttl IN SRV data` of every record that the desired state wants, straight from it. */
const wantedLines = (state: DesiredState, owner?: string): readonly string[] =>
  state.domains
    .filter((domain) => owner === undefined || domain.owner === owner)
    .flatMap((domain) =>
      domain.publish.map(
        (one) =>
          `${domain.owner} ${domain.ttlSeconds} IN SRV ${one.priority} ${one.weight} ${one.port} ${one.target}`,
      ),
    )
    .sort();

describe.each(Object.keys(CASES))('the files of examples/%s.yaml', (name) => {
  const rendered = renderAll(name);
  const folder = join(GOLDEN, name);

  test.each(Object.keys(rendered))('%s', (format) => {
    const target = join(folder, format);
    const { files } = rendered[format]!;
    if (process.env.UPDATE_GOLDEN === '1') {
      rmSync(target, { recursive: true, force: true });
      mkdirSync(target, { recursive: true });
      for (const { path, content } of files) writeFileSync(join(target, path), content);
    }
    expect(files.map(({ path }) => path).sort()).toEqual(readdirSync(target).sort());
    for (const { path, content } of files) {
      const golden = readFileSync(join(target, path));
      if (typeof content === 'string') expect(content).toBe(golden.toString('utf8'));
      expect(Buffer.from(content).equals(golden), path).toBe(true);
    }
  });

  it('are of formats that exist, and no others', () => {
    expect(readdirSync(folder).sort()).toEqual(Object.keys(rendered).sort());
  });

  needsProgram('named-checkzone')('understood by named-checkzone', () => {
    const dump = (zone: string, text: string): readonly string[] => {
      const dir = mkdtempSync(join(tmpdir(), 'kmsdns-golden-'));
      try {
        writeFileSync(join(dir, 'z'), text);
        const args = ['-i', 'none', '-k', 'fail', '-s', 'full', '-q', '-D', '-o', '-', zone, join(dir, 'z')];
        return execFileSync(findProgram('named-checkzone')!, args, { encoding: 'utf8', timeout: 10_000 })
          .split('\n')
          .map((line) => line.trim().replace(/\s+/g, ' '))
          .filter((line) => line !== '');
      } finally {
        rmSync(dir, { recursive: true, force: true });
      }
    };

    it('each snippet is the desired set', () => {
      const found = rendered['bind-zone']!.files.flatMap(({ path, content }) => {
        const zone = path.replace(/^vlmcs\./, '').replace(/\.inc$/, '');
        const frame = '@ 60 IN SOA ns.invalid. h.invalid. 1 1 1 1 1\n@ 60 IN NS ns.invalid.\n';
        return dump(zone, frame + content).filter((line) => !/ IN (SOA|NS) /.test(line));
      });
      expect([...found].sort()).toEqual(wantedLines(stateOf(name)));
    });

    it('each child zone is its SOA, its NS and the desired set', () => {
      const children = (rendered['bind-named-unsigned-hosts']?.files ?? []).filter(({ path }) =>
        path.startsWith('db.'),
      );
      for (const { path, content } of children) {
        const zone = path.replace(/^db\./, '').replace(/\.zone$/, '');
        const lines = dump(zone, String(content));
        expect(lines.filter((line) => / IN SRV /.test(line)).sort()).toEqual(
          wantedLines(stateOf(name), `${zone}.`),
        );
        expect(lines.filter((line) => !/ IN SRV /.test(line))).toEqual([
          expect.stringMatching(/^_vlmcs\._tcp\.\S+ 3600 IN SOA ns1\.contoso\.com\. hostmaster\.\S+ 1 /),
          `${zone}. 3600 IN NS ns1.contoso.com.`,
        ]);
      }
      expect(children.length).toBe(
        CASES[name]!.variants.includes('unsigned-hosts') ? stateOf(name).domains.length : 0,
      );
    });
  });

  needsProgram('named-checkconf')('accepted by named-checkconf', () => {
    const key = renderBindKey(
      tsigKey(parseFqdn('kms-publisher'), 'hmac-sha256', new Uint8Array(32)),
      packaged,
    );
    test.each(CASES[name]!.variants)('%s', async (variant) => {
      const [conf] = rendered[`bind-named-${variant}`]!.files;
      const includes = { '/etc/bind/kms-publisher.key': String(key.content) };
      expect(await checkNamedConf(String(conf!.content), includes)).toEqual({
        ran: true,
        ok: true,
        output: '',
      });
    });
  });
});
