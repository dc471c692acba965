import { afterAll, afterEach, beforeAll, describe, expect, it, test } from 'vitest';
import { systemNetwork } from '../../src/cli/network.ts';
import { parseEndpoint } from '../../src/core/address.ts';
import { parseFqdn } from '../../src/core/name.ts';
import { startNameserver } from '../../src/lab/nameserver.ts';
import type { Quirks } from '../../src/lab/quirks.ts';
import type { DeskOptions } from '../support/desk.ts';
import {
  codesOf,
  type DiagnoseDesk,
  diagnoseDesk,
  freePort,
  withoutTimes,
} from '../support/diagnose-desk.ts';

let desk: DiagnoseDesk;
beforeAll(async () => {
  desk = await diagnoseDesk();
});
afterAll(() => desk.stop());
afterEach(() => desk.server.setQuirks({}));

/** A registry export as regedit saves it. */
function utf16(text: string): Uint8Array {
  return Buffer.from(`\ufeff${text.replace(/\n/g, '\r\n')}`, 'utf16le');
}

const TCPIP = (domain: string): string => `Windows Registry Editor Version 5.00

[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters]
"Hostname"="PC01"
"Domain"="${domain}"
"NV Domain"="${domain}"
"UseDomainNameDevolution"=dword:00000000
`;

const PINNED = (host: string, port: number): string => `Windows Registry Editor Version 5.00

[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\SoftwareProtectionPlatform]
"KeyManagementServiceName"="${host}"
"KeyManagementServicePort"="${port}"
`;

describe('kmsdns diagnose DOMAIN', () => {
  test.each<[string, number, readonly string[]]>([
    ['a record and a host that accepts', 0, ['contoso.test']],
    ['no record', 2, ['missing.contoso.test']],
    ['a host where nothing listens', 2, ['refused.contoso.test']],
    ['a host without the KMS role', 2, ['other.contoso.test']],
    ['one host of two', 1, ['half.contoso.test']],
    ['the second suffix has it', 0, ['missing.contoso.test', 'contoso.test']],
    ['the verdict alone', 2, ['refused.contoso.test', '-q']],
  ])('%s: exit %i', async (_, code, argv) => {
    const ran = await desk.diagnose(...argv);
    expect(ran.code).toBe(code);
    expect(withoutTimes(ran.transcript)).toMatchSnapshot();
  });

  it('is one JSON document with every member of the contract', async () => {
    const ran = await desk.diagnose('half.contoso.test', '--json');
    expect(ran.stderr).toBe('');
    const document = ran.json();
    expect(Object.keys(document).slice(0, 9)).toEqual([
      'schema',
      'verdict',
      'predicted',
      'causes',
      'symptoms',
      'notes',
      'unknowns',
      'targets',
      'steps',
    ]);
    expect(document).toMatchObject({
      schema: 'kmsdns/diagnosis@1',
      verdict: 'degraded',
      predicted: [{ hresult: '0x800706BA', basis: 'documented' }],
      targets: [
        { host: 'kms1.contoso.test.', firstTryShare: 0.5, addresses: [{ state: 'bound' }] },
        { host: 'kms2.contoso.test.', firstTryShare: 0.5, addresses: [{ state: 'refused' }] },
      ],
    });
    const observed = new Set((document.observations as { id: string }[]).map(({ id }) => id));
    for (const { evidence } of document.causes as { evidence: { observation: string }[] }[])
      for (const { observation } of evidence) expect(observed).toContain(observation);
  });

  it('keeps the document with --out, and never over a file', async () => {
    const { run } = desk;
    const argv = ['diagnose', '-s', desk.at, '--authority', desk.at, 'contoso.test', '--out', 'kept.json'];
    expect((await run(...argv)).code).toBe(0);
    expect(JSON.parse(desk.read('kept.json'))).toMatchObject({ verdict: 'healthy' });
    const asked = desk.server.log.length;
    expect(await run(...argv)).toMatchObject({ code: 64, stderr: expect.stringContaining('kept.json') });
    expect(desk.server.log).toHaveLength(asked);
    expect((await run(...argv, '--force')).code).toBe(0);
  });

  test.each<[string, string, number]>([
    ['warning', 'contoso.test', 0],
    ['notice', 'contoso.test', 1],
    ['critical', 'half.contoso.test', 0],
    ['error', 'half.contoso.test', 1],
  ])('--fail-on %s for %s: exit %i', async (severity, domain, code) => {
    expect((await desk.diagnose(domain, '--fail-on', severity, '-q')).code).toBe(code);
  });

  it('plays this computer when nothing is named', async () => {
    const network: DeskOptions['network'] = {
      open: (limits) => systemNetwork.open(limits),
      resolvers: async () => [parseEndpoint(desk.at, 53)],
      suffixes: async () => [parseFqdn('missing.contoso.test'), parseFqdn('contoso.test')],
      kerberos: systemNetwork.kerberos,
      directory: systemNetwork.directory,
    };
    const ran = await desk.runWith({ network }, 'diagnose', '--authority', desk.at, '--json');
    expect(ran.json()).toMatchObject({
      verdict: 'healthy',
      steps: expect.arrayContaining([
        expect.objectContaining({ subject: '_vlmcs._tcp.missing.contoso.test.', result: 'failed' }),
        expect.objectContaining({ subject: '_vlmcs._tcp.contoso.test.', result: 'ok' }),
      ]),
    });
  });
});

describe('servers that give no answer', () => {
  /** Beside the server of the zone: one that is asked first, or alone, and has a fault. */
  async function behind(quirks: Quirks, ...others: readonly string[]): Promise<Record<string, unknown>> {
    const faulty = await startNameserver({ zones: [], quirks });
    try {
      const servers = [`127.0.0.1:${faulty.endpoint.port}`, ...others].flatMap((server) => ['-s', server]);
      const argv = ['contoso.test', ...servers, '--authority', desk.at, '--timeout', '0.3', '--json'];
      const ran = await desk.run('diagnose', ...argv);
      const { verdict, predicted } = ran.json();
      const hresults = (predicted as readonly { readonly hresult: string }[]).map(({ hresult }) => hresult);
      return { code: ran.code, verdict, causes: codesOf(ran.json(), 'causes'), hresults };
    } finally {
      await faulty.stop();
    }
  }

  test.each<[string, Quirks, string, readonly string[]]>([
    ['SERVFAIL', { servfail: true }, 'RES-004', ['0x8007232A']],
    ['REFUSED', { refuse: true }, 'RES-003', ['0x8007232D']],
    ['FORMERR', { formerr: true }, 'RES-019', ['0x80072329']],
    ['silence', { silent: true }, 'RES-001', ['0x800705B4', '0x8007232A']],
  ])('%s from the only one', async (_, quirks, cause, hresults) => {
    expect(await behind(quirks)).toEqual({ code: 2, verdict: 'broken', causes: [cause], hresults });
  });

  test.each<[string, Quirks, string]>([
    ['SERVFAIL', { servfail: true }, 'RES-004'],
    ['REFUSED', { refuse: true }, 'RES-003'],
    ['FORMERR', { formerr: true }, 'RES-019'],
    ['silence', { silent: true }, 'RES-002'],
  ])('%s from the first, and the second has the record', async (_, quirks, cause) => {
    expect(await behind(quirks, desk.at)).toMatchObject({ code: 1, verdict: 'degraded', causes: [cause] });
  });

  test.each<[string, Quirks]>([
    ['FORMERR', { formerrOnEdns: true }],
    ['silence', { dropsEdns: true }],
  ])('%s to EDNS alone is nothing to a client', async (_, quirks) => {
    desk.server.setQuirks(quirks);
    const ran = await desk.diagnose('contoso.test', '--timeout', '0.3', '--json');
    expect(ran.json()).toMatchObject({ verdict: 'healthy', causes: [] });
  });
});

describe('what cannot be found out', () => {
  it('is unknown and never absent when the deadline comes first', async () => {
    desk.server.setQuirks({ silent: true });
    const ran = await desk.diagnose('contoso.test', '--deadline', '0.1', '--json');
    expect(ran.code).toBe(3);
    const document = ran.json();
    expect(document).toMatchObject({ verdict: 'unknown', predicted: [], causes: [] });
    expect(codesOf(document, 'notes')).toContain('RUN-004');
  });

  it('is a timeout for the client when every resolver stays silent', async () => {
    desk.server.setQuirks({ silent: true });
    const ran = await desk.diagnose('contoso.test', '--timeout', '0.1', '--json');
    expect(ran.code).toBe(2);
    expect(ran.json()).toMatchObject({ verdict: 'broken' });
    expect(codesOf(ran.json(), 'causes')).not.toContain('SRV-001');
  });
});

describe('--error', () => {
  test.each<[string, string, number, string]>([
    ['0x8007232B', 'missing.contoso.test', 2, 'SRV-001'],
    ['-1073418184', 'contoso.test', 2, 'HST-'],
    ['0xC004F038', 'contoso.test', 2, 'HST-'],
  ])('%s at %s: exit %i, because of %s', async (code, domain, exit, cause) => {
    const ran = await desk.diagnose(domain, '--error', code, '--json');
    expect(ran.code).toBe(exit);
    expect(codesOf(ran.json(), 'causes')[0]).toContain(cause);
  });

  it('that contradicts what is seen is asked about', async () => {
    const ran = await desk.diagnose('contoso.test', '--error', '0x8007232B', '--json');
    const said = [...codesOf(ran.json(), 'causes'), ...codesOf(ran.json(), 'notes')];
    expect(said.some((one) => one.startsWith('RUN-'))).toBe(true);
  });
});

describe('--facts', () => {
  it('stands among the observations that evidence points at, and so does the reported code', async () => {
    desk.write('spp.reg', utf16(PINNED('kms2.contoso.test', desk.closedPort)));
    const argv = ['contoso.test', '--facts', 'spp.reg', '--error', '0xC004F035', '--json'];
    const document = (await desk.diagnose(...argv)).json() as {
      causes: { evidence: { observation: string }[] }[];
      observations: { id: string; kind?: string }[];
    };
    const kinds = document.causes.flatMap(({ evidence }) =>
      evidence.map(({ observation }) => document.observations.find(({ id }) => id === observation)?.kind),
    );
    expect(kinds).toContain('override-name');
    expect(kinds).toContain('reported');
  });

  it('of a client: its suffixes are the client’s, and a DOMAIN beside them does not make it succeed', async () => {
    desk.write('tcpip.reg', utf16(TCPIP('missing.contoso.test')));
    const ran = await desk.diagnose('--facts', 'tcpip.reg', 'contoso.test');
    expect(ran.code).toBe(2);
    expect(withoutTimes(ran.transcript)).toMatchSnapshot();
  });

  it('come from stdin, too', async () => {
    const input = utf16(TCPIP('contoso.test'));
    const ran = await desk.diagnoseWith({ input }, '--facts', '-', '--json');
    expect(ran.code).toBe(0);
    expect(ran.json()).toMatchObject({
      facts: expect.arrayContaining([expect.objectContaining({ file: 'stdin' })]),
    });
  });

  it('that pin a dead host win over a record that works', async () => {
    desk.write('spp.reg', utf16(PINNED('kms2.contoso.test', desk.closedPort)));
    desk.write('tcpip.reg', utf16(TCPIP('contoso.test')));
    const argv = ['--facts', 'spp.reg', '--facts', 'tcpip.reg', '--json'];
    const ran = await desk.diagnose(...argv);
    expect(ran.code).toBe(2);
    expect(codesOf(ran.json(), 'causes')).toContain('CLI-001');
    const other = await desk.diagnose(...argv, '--assume', 'override-falls-through');
    expect(other.code).not.toBe(2);
  });

  it('that tell no suffix leave the suffixes unknown: not none, and not those of this computer', async () => {
    desk.write('vl.reg', utf16(PINNED('', 1688).replace(/"KeyManagementServiceName".*\n/, '')));
    const network: DeskOptions['network'] = {
      open: (limits) => systemNetwork.open(limits),
      resolvers: async () => [],
      suffixes: async () => {
        throw new Error('the suffixes of this computer were asked for');
      },
      kerberos: systemNetwork.kerberos,
      directory: systemNetwork.directory,
    };
    const ran = await desk.diagnoseWith({ network }, '--facts', 'vl.reg');
    expect(ran.code).toBe(3);
    expect(withoutTimes(ran.transcript)).toMatchSnapshot();
    const { json } = await desk.diagnoseWith({ network }, '--facts', 'vl.reg', '--json');
    expect(json()).toMatchObject({ verdict: 'unknown', predicted: [], causes: [] });
    expect(codesOf(json(), 'unknowns')).toEqual(['CLI-010']);
    expect((await desk.diagnose('--facts', 'vl.reg', 'contoso.test')).code).toBe(0);
  });

  it('in which something is wrong are used but for that, and it is said where', async () => {
    const damaged = TCPIP('missing.contoso.test').replace('"Hostname"="PC01"', '"Hostname"=dword:zz');
    desk.write('damaged.reg', utf16(damaged));
    desk.write('log.evtx', Buffer.concat([Buffer.from('ElfFile\0'), Buffer.alloc(64)]));
    desk.write('empty.txt', '');
    const ran = await desk.diagnose(
      ...['damaged.reg', 'log.evtx', 'empty.txt'].flatMap((file) => ['--facts', file]),
      '--json',
    );
    expect(ran.code).toBe(2);
    expect(codesOf(ran.json(), 'causes')).toContain('SRV-001');
    expect(ran.stderr).toMatchSnapshot();
  });

  it('in octets that no encoding explains are shown and used', async () => {
    const text = Buffer.from(TCPIP('contoso.test'), 'latin1');
    const broken = Buffer.concat([
      text,
      Buffer.from('"Odd"="'),
      Buffer.of(0xff, 0xfe, 0x81),
      Buffer.from('"\n'),
    ]);
    desk.write('odd.reg', broken);
    const ran = await desk.diagnose('--facts', 'odd.reg', '--json');
    expect(ran.code).toBe(0);
    expect(ran.json()).toMatchObject({ verdict: 'healthy' });
  });

  it('that cannot be opened, or are of no kind that is known, are said so, and the rest is used', async () => {
    desk.write('folder/inside.txt', '');
    desk.write('notes.txt', 'call Bob about the servers\n');
    desk.write('client.reg', utf16(TCPIP('missing.contoso.test')));
    const ran = await desk.diagnose(
      ...['folder', 'notes.txt', 'client.reg'].flatMap((file) => ['--facts', file]),
      '--json',
    );
    expect(ran.code).toBe(2);
    expect(ran.stderr).toMatch(/^folder: .*is a folder, not a file$/m);
    expect(ran.stderr).toMatch(/^notes\.txt: nothing in it is known/m);
    expect(codesOf(ran.json(), 'causes')).toContain('SRV-001');
    const notes = ran.json().notes as readonly { readonly code: string; readonly subject: string }[];
    expect(notes.filter(({ code }) => code === 'RUN-009').map(({ subject }) => subject)).toEqual([
      'folder',
      'notes.txt',
    ]);
  });

  it('that are not there end the run before anything is asked', async () => {
    const asked = desk.server.log.length;
    const ran = await desk.diagnose('--facts', 'nowhere.reg', 'contoso.test');
    expect(ran).toMatchObject({ code: 64, stdout: '', stderr: expect.stringContaining('nowhere.reg') });
    expect(desk.server.log).toHaveLength(asked);
  });
});

describe('--record and --replay', () => {
  test.each([['contoso.test'], ['half.contoso.test'], ['missing.contoso.test']])(
    'say the same of %s octet for octet, on a screen and as a document',
    async (domain) => {
      const file = `${domain}.json`;
      const asked = await desk.diagnose(domain, '--record', file, '--json');
      const recording = desk.read(file);
      const log = desk.server.log.length;
      const again = await desk.run('diagnose', '--replay', file, '--json');
      expect(again.stdout).toBe(asked.stdout);
      expect(again.code).toBe(asked.code);
      const shown = await desk.run('diagnose', '--replay', file);
      expect((await desk.run('diagnose', '--replay', file)).stdout).toBe(shown.stdout);
      expect(desk.server.log).toHaveLength(log);
      expect(desk.read(file)).toBe(recording);
    },
  );

  it('replay the evidence of the client, too', async () => {
    desk.write('client.reg', utf16(TCPIP('missing.contoso.test')));
    const asked = await desk.diagnose(
      '--facts',
      'client.reg',
      'contoso.test',
      '--record',
      'c.json',
      '--json',
    );
    expect((await desk.run('diagnose', '--replay', 'c.json', '--json')).stdout).toBe(asked.stdout);
    expect(desk.read('c.json')).not.toContain('PC01');
  });

  test.each<[string, string]>([
    ['no JSON', '{'],
    ['another document', '{"schema":"kmsdns/plan@1"}'],
  ])('refuse %s', async (_, text) => {
    desk.write('bad.json', text);
    const ran = await desk.run('diagnose', '--replay', 'bad.json', '--json');
    expect(ran.code).toBe(64);
    expect(ran.json()).toMatchObject({ schema: 'kmsdns/error@1', code: 'recording-invalid' });
    expect(ran.json().message).toMatch(/^bad\.json: /);
  });

  it('use what is whole of a damaged recording, and say what is not', async () => {
    await desk.diagnose('contoso.test', '--record', 'good.json', '--force', '-q');
    desk.write('damaged.json', desk.read('good.json').replace('"kind": "dns"', '"kind": "ufo"'));
    const ran = await desk.run('diagnose', '--replay', 'damaged.json', '--json');
    expect(ran.stderr).toBe('damaged.json: "observations"[0] is damaged and left out\n');
    expect(ran.json()).toMatchObject({ schema: 'kmsdns/diagnosis@1', verdict: 'unknown' });
    expect(ran.code).toBe(3);
  });

  it('can be given away: no name and no address is left, and the codes are the same', async () => {
    const adapter = String.raw`
[HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters\Interfaces\{11111111-0000-4000-8000-000000000001}]
"EnableDHCP"=dword:00000001
"DhcpIPAddress"="10.77.66.55"
"DhcpNameServer"="10.77.66.53"
`;
    desk.write('client.reg', utf16(TCPIP('missing.contoso.test') + adapter));
    for (const argv of [['half.contoso.test'], ['--facts', 'client.reg', 'contoso.test']]) {
      const asked = await desk.diagnose(...argv, '--record', 'plain.json', '--force', '--json');
      await desk.diagnose(...argv, '--record', 'given.json', '--anonymise', '--force', '-q');
      const given = desk.read('given.json');
      expect(desk.read('plain.json')).toMatch(/contoso/);
      for (const original of ['contoso', 'kms1', 'kms2', 'ns1', 'half', 'missing', 'PC01'])
        expect(given).not.toMatch(new RegExp(`\\b${original}\\b`, 'i'));
      if (argv.includes('client.reg')) expect(desk.read('plain.json')).toContain('10.77.66.53');
      expect(given).not.toContain('10.77.66');
      // Packets hold names as octets.
      expect(given).not.toContain(Buffer.from('contoso').toString('hex'));
      const again = await desk.run('diagnose', '--replay', 'given.json', '--json');
      expect(again.code).toBe(asked.code);
      expect(again.json()).toMatchObject({ verdict: asked.json().verdict });
      for (const part of ['causes', 'notes', 'unknowns'] as const)
        expect(codesOf(again.json(), part)).toEqual(codesOf(asked.json(), part));
    }
  });
});

describe('--report', () => {
  test.each<[string, RegExp]>([
    ['case.html', /^<!doctype html>[\s\S]*<\/html>\s*$/i],
    ['case.md', /^# /],
    ['case.xml', /^<\?xml [\s\S]*<testsuites[\s\S]*<\/testsuites>\s*$/],
    ['CASE.HTML', /^<!doctype html>/i],
  ])('%s', async (file, looks) => {
    const ran = await desk.diagnose('half.contoso.test', '--report', file, '--force', '-q');
    expect(ran.code).toBe(1);
    expect(desk.read(file)).toMatch(looks);
    expect(desk.read(file)).toContain('kms2.contoso.test');
  });

  test.each(['case.pdf', 'case', 'html'])('%s is no kind of report, and nothing is asked', async (file) => {
    const asked = desk.server.log.length;
    const ran = await desk.diagnose('contoso.test', '--report', file);
    expect(ran).toMatchObject({ code: 64, stdout: '' });
    expect(ran.stderr).toMatch(/FILE\.html, FILE\.md or FILE\.xml/);
    expect(desk.server.log).toHaveLength(asked);
  });
});

describe('-c', () => {
  const state = (host: string, port: number): string => `version: 1
domains:
  contoso.test:
    publish:
      - { host: ${host}, port: ${port} }
`;

  it('compares wanted with published', async () => {
    desk.write('same.yaml', state('kms1.contoso.test', desk.kms.endpoint.port));
    desk.write('moved.yaml', state('kms2.contoso.test', desk.closedPort));
    const same = await desk.diagnose('-c', 'same.yaml', '--json');
    expect(codesOf(same.json(), 'notes')).not.toContain('PUB-009');
    expect(same.code).toBe(0);
    const moved = await desk.diagnose('-c', 'moved.yaml', '--json');
    const { causes, notes } = moved.json() as Record<'causes' | 'notes', { code: string }[]>;
    expect([...causes, ...notes].map(({ code }) => code)).toContain('PUB-009');
  });

  it('that is wrong is an error of the file', async () => {
    desk.write('wrong.yaml', 'version: 1\ndomains: []\n');
    const ran = await desk.diagnose('-c', 'wrong.yaml', '--json');
    expect(ran.code).toBe(64);
    expect(ran.json()).toMatchObject({ schema: 'kmsdns/error@1', code: 'desired-state-invalid' });
  });
});

describe('a mistake on the command line', () => {
  test.each<[string, readonly string[], RegExp]>([
    ['a code that is none', ['contoso.test', '--error', 'banana'], /--error "banana": not an error code/],
    ['a domain that is none', ['bad..name'], /"bad\.\.name"/],
    ['an unknown client', ['contoso.test', '--client', 'windows95'], /windows95/],
    ['an unknown assumption', ['contoso.test', '--assume', 'luck'], /luck/],
    ['an unknown severity', ['contoso.test', '--fail-on', 'panic'], /panic/],
  ])('%s', async (_, argv, says) => {
    const asked = desk.server.log.length;
    const ran = await desk.diagnose(...argv);
    expect(ran.code).toBe(64);
    expect(ran.stderr).toMatch(says);
    expect(desk.server.log).toHaveLength(asked);
    const { json } = await desk.diagnose(...argv, '--json');
    expect(json()).toMatchObject({
      schema: 'kmsdns/error@1',
      code: expect.any(String),
      hint: expect.any(String),
    });
  });
});

it('asks the second resolver when nothing listens at the first', async () => {
  const nobody = await freePort();
  const ran = await desk.run(
    ...['diagnose', 'contoso.test', '-s', `127.0.0.1:${nobody}`, '-s', desk.at, '--authority', desk.at],
    ...['--timeout', '0.2', '--json'],
  );
  expect(ran.json()).toMatchObject({ targets: [{ addresses: [{ state: 'bound' }] }] });
  expect(ran.json().verdict).not.toBe('broken');
});
