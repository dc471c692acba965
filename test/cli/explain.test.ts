import { stripVTControlCharacters } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { explainable } from '../../src/explain/explain.ts';
import { type Desk, desk } from '../support/desk.ts';

let here: Desk;
const open = (): Desk => {
  here = desk();
  return here;
};
afterEach(() => here.clear());

describe('kmsdns explain', () => {
  it.each([
    [['0x8007232B']],
    [['0x800706BA', '--verbose']],
    [['-2147015893', '--quiet']],
    [['9003', '--quiet']],
    [['0x80071234']],
    [['event', '12288']],
    [['srv-dead-share']],
    [['PUB-016']],
    [['PUB-021']],
    [['/skms']],
    [['DnsDomainPublishList']],
    [['threshold']],
    [['0xC004F042', '--host-key', 'Server group B', '--product', 'Windows 7']],
    [['0xC004F042', '--host-key', 'Server group B', '--product', 'Windows Server 2022']],
    [['srv-mising-name']],
    [['bogus']],
  ])('says what %j is', async (argv) => {
    expect((await open().run('explain', ...argv)).transcript).toMatchSnapshot();
  });

  it('keeps to a narrow terminal, commands apart, and leaves colours to terminals', async () => {
    const { runWith } = open();
    const ran = await runWith({ terminal: true, columns: 60 }, 'explain', '0x8007232B');
    const plain = stripVTControlCharacters(ran.stdout);
    expect(plain).not.toBe(ran.stdout);
    expect(plain.split('\n').filter((line) => line.length > 60 && !line.includes('kmsdns diagnose'))).toEqual(
      [],
    );
    const piped = await runWith({}, 'explain', '0x8007232B');
    expect(piped.stdout).toBe(stripVTControlCharacters(piped.stdout));
  });

  it('lists what can be explained', async () => {
    const { run } = open();
    const ran = await run('explain');
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain('DnsDomainPublishList');
    expect(ran.stdout).toMatch(/\d{3} things can be explained: kmsdns explain CODE\n$/);
    expect((await run('explain', '--json')).json()).toMatchObject({
      schema: 'kmsdns/explain@1',
      kind: 'list',
      explainable: JSON.parse(JSON.stringify(explainable())) as object,
    });
  });
});

describe('kmsdns explain --json', () => {
  it.each([
    ['0xc004f074', 'hresult', '0xC004F074'],
    ['-1073418124', 'hresult', '0xC004F074'],
    ['1722', 'win32', '1722'],
    ['RPC_S_SERVER_UNAVAILABLE', 'hresult', '0x800706BA'],
    ['12293', 'event', '12293'],
    ['client-no-dns-suffix', 'finding', 'CLI-010'],
    ['/ckhc', 'slmgr-option', '/ckhc'],
    ['EnableKmsLowPriority', 'registry-value', 'EnableKmsLowPriority'],
    ['wildcard', 'term', 'wildcard'],
  ])('%s is a document about the %s %s', async (word, kind, code) => {
    const ran = await open().run('explain', word, '--json');
    const document = ran.json();
    expect(Object.keys(document).slice(0, 1)).toEqual(['schema']);
    expect(document).toMatchObject({ schema: 'kmsdns/explain@1', kind, code, known: true });
    expect(document.title).toMatch(/\S/);
    expect(document.text).toMatch(/\S/);
    expect([ran.code, ran.stderr]).toEqual([0, '']);
  });

  it('is one document for what is unknown too, and the exit code says so', async () => {
    const { run } = open();
    const odd = await run('explain', 'DnsDomainPublshList', '--json');
    expect(odd.json()).toMatchObject({ kind: 'unknown', known: false, seeAlso: ['DnsDomainPublishList'] });
    const number = await run('explain', '0xC004F0AA', '--json');
    expect(number.json()).toMatchObject({
      kind: 'hresult',
      known: false,
      number: { facilityName: 'FACILITY_SL_ITF', severity: 'error', code: 0xf0aa },
    });
    expect([odd.code, number.code]).toEqual([1, 1]);
  });

  it('has the answer for a pair, with the code left out too', async () => {
    const ran = await open().run('explain', '--host-key', 'KMS_B', '--product', 'win 7', '--json');
    expect(ran.json()).toMatchObject({
      code: '0xC004F042',
      pair: { hostKey: 'Server group B', product: 'Windows 7', activates: 'yes', basis: 'documented' },
    });
  });

  it('goes to a file that is not there yet', async () => {
    const { run, read } = open();
    expect((await run('explain', 'SRV-001', '--out', 'srv.json')).code).toBe(0);
    expect(JSON.parse(read('srv.json'))).toMatchObject({ kind: 'finding', slug: 'srv-missing-name' });
    expect((await run('explain', 'SRV-001', '--out', 'srv.json')).code).toBe(64);
  });
});

describe('a question that makes no sense', () => {
  it.each([
    [['0xC004F042', '--host-key', 'B'], '--host-key alone'],
    [['--product', 'Windows 7'], '--product alone'],
    [['0xC004F042', '--host-key', 'Amiga', '--product', 'Windows 7'], '--host-key "Amiga" is not known'],
    [['0xC004F042', '--host-key', 'B', '--product', 'OS/2'], '--product "OS/2" is not known'],
    [['0x8007232B', '--host-key', 'B', '--product', 'Windows 7'], 'belong to 0xC004F042'],
  ])('%j is a usage error', async (argv, message) => {
    const ran = await open().run('explain', ...argv);
    expect([ran.code, ran.stdout]).toEqual([64, '']);
    expect(ran.stderr).toContain(message);
  });
});
