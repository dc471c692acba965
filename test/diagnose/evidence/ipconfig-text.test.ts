import { describe, expect, it, test } from 'vitest';
import { meaningOf, readSample, readText, said, saidOf } from '../../support/evidence.ts';

const ETHERNET = 'Ethernet adapter Ethernet';

describe('ipconfig /all, each language in its console code page', () => {
  test.each([
    [
      'ipconfig-en.txt',
      [
        ['host-name', { name: 'PC01' }],
        ['primary-suffix', { suffix: 'east.contoso.com', byPolicy: false }],
        [
          'search-list',
          { suffixes: ['east.contoso.com', 'contoso.com'], byPolicy: false, configured: false },
        ],
        ['connection-suffix', { suffix: 'east.contoso.com', adapter: ETHERNET }],
        ['ip-address', { address: 'fe80::1d09:5482:6cd:6ea2%12', adapter: ETHERNET }],
        ['ip-address', { address: '10.1.0.77', adapter: ETHERNET }],
        ['dns-servers', { servers: ['2001:db8:1::53', '10.1.0.53', '10.2.0.53'], adapter: ETHERNET }],
      ],
    ],
    [
      'ipconfig-de.txt',
      [
        ['host-name', { name: 'BÜRO-07' }],
        ['primary-suffix', { suffix: 'contoso.com', byPolicy: false }],
        ['search-list', { suffixes: ['fabrikam.com', 'contoso.com'], byPolicy: false, configured: true }],
        [
          'connection-suffix',
          { suffix: 'buero.contoso.com', adapter: 'Ethernet-Adapter LAN-Verbindung für das Büro' },
        ],
        [
          'ip-address',
          { address: 'fe80::10a:120a:2684:5306%12', adapter: 'Ethernet-Adapter LAN-Verbindung für das Büro' },
        ],
        ['ip-address', { address: '192.0.2.70', adapter: 'Ethernet-Adapter LAN-Verbindung für das Büro' }],
        [
          'dns-servers',
          { servers: ['192.0.2.53', '192.0.2.54'], adapter: 'Ethernet-Adapter LAN-Verbindung für das Büro' },
        ],
        [
          'ip-address',
          { address: '169.254.223.103', adapter: 'Ethernet-Adapter vEthernet (Standardschalter)' },
        ],
        ['dns-servers', { servers: [], adapter: 'Ethernet-Adapter vEthernet (Standardschalter)' }],
      ],
    ],
    [
      'ipconfig-fr.txt',
      [
        ['host-name', { name: 'POSTE-12' }],
        ['primary-suffix', { suffix: 'contoso.com', byPolicy: false }],
        ['search-list', { suffixes: ['contoso.com'], byPolicy: false, configured: false }],
        [
          'connection-suffix',
          { suffix: 'agence.contoso.com', adapter: 'Carte Ethernet Connexion au réseau local' },
        ],
        [
          'ip-address',
          { address: 'fe80::89bd:6e5b:663c:996e%18', adapter: 'Carte Ethernet Connexion au réseau local' },
        ],
        ['ip-address', { address: '192.0.2.112', adapter: 'Carte Ethernet Connexion au réseau local' }],
        ['dns-servers', { servers: ['192.0.2.53'], adapter: 'Carte Ethernet Connexion au réseau local' }],
      ],
    ],
    [
      'ipconfig-ja.txt',
      [
        ['host-name', { name: 'TOKYO-PC3' }],
        ['primary-suffix', { suffix: '', byPolicy: false }],
        ['search-list', { suffixes: ['lan'], byPolicy: false, configured: false }],
        ['connection-suffix', { suffix: 'lan', adapter: 'イーサネット アダプター イーサネット' }],
        [
          'ip-address',
          { address: 'fe80::8000:63bf:3f57:fdf2%5', adapter: 'イーサネット アダプター イーサネット' },
        ],
        ['ip-address', { address: '192.168.10.33', adapter: 'イーサネット アダプター イーサネット' }],
        ['dns-servers', { servers: ['192.168.10.1'], adapter: 'イーサネット アダプター イーサネット' }],
      ],
    ],
    [
      'ipconfig-zh-cn.txt',
      [
        ['host-name', { name: 'SHANGHAI-08' }],
        ['primary-suffix', { suffix: 'cn.contoso.com', byPolicy: false }],
        ['search-list', { suffixes: ['cn.contoso.com', 'contoso.com'], byPolicy: false, configured: false }],
        ['ip-address', { address: 'fe80::1d9:9482:6cd:6ea2%12', adapter: '以太网适配器 以太网' }],
        ['ip-address', { address: '192.168.3.73', adapter: '以太网适配器 以太网' }],
        ['dns-servers', { servers: ['192.168.3.53', '192.168.3.54'], adapter: '以太网适配器 以太网' }],
      ],
    ],
    [
      'ipconfig-zh-tw.txt',
      [
        ['host-name', { name: 'TAIPEI-02' }],
        ['primary-suffix', { suffix: 'contoso.com', byPolicy: false }],
        ['search-list', { suffixes: ['contoso.com'], byPolicy: false, configured: false }],
        ['connection-suffix', { suffix: 'tw.contoso.com', adapter: '乙太網路卡 乙太網路' }],
        ['ip-address', { address: '192.168.7.20', adapter: '乙太網路卡 乙太網路' }],
        ['dns-servers', { servers: ['192.168.7.53'], adapter: '乙太網路卡 乙太網路' }],
      ],
    ],
    [
      'ipconfig-xp-de.txt',
      [
        ['host-name', { name: 'ALT-01' }],
        ['primary-suffix', { suffix: '', byPolicy: false }],
        ['search-list', { suffixes: ['fritz.example'], byPolicy: false, configured: false }],
        ['connection-suffix', { suffix: 'fritz.example', adapter: 'Ethernetadapter LAN-Verbindung' }],
        ['ip-address', { address: '192.168.178.33', adapter: 'Ethernetadapter LAN-Verbindung' }],
        ['dns-servers', { servers: ['192.168.178.1'], adapter: 'Ethernetadapter LAN-Verbindung' }],
      ],
    ],
    [
      'ipconfig-no-dns.txt',
      [
        ['host-name', { name: 'KIOSK' }],
        ['primary-suffix', { suffix: '', byPolicy: false }],
        ['ip-address', { address: '10.9.0.4', adapter: 'Ethernet adapter Local Area Connection' }],
        ['dns-servers', { servers: [], adapter: 'Ethernet adapter Local Area Connection' }],
      ],
    ],
  ])('%s', (name, facts) => {
    const read = readSample(name);
    expect(read.format).toBe('ipconfig /all');
    expect(read.problems).toEqual([]);
    expect(said(read.facts)).toEqual(facts);
  });
});

describe('ipconfig /all', () => {
  const HEAD = `Windows IP Configuration

   Host Name . . . . . . . . . . . . : PC01
   Primary Dns Suffix  . . . . . . . : contoso.com
   Node Type . . . . . . . . . . . . : Hybrid
`;
  const ADAPTER = `
Ethernet adapter Ethernet:

   Connection-specific DNS Suffix  . : contoso.com
   Physical Address. . . . . . . . . : 02-00-5E-10-00-01
   IPv4 Address. . . . . . . . . . . : 10.1.0.77(Preferred)
   Default Gateway . . . . . . . . . : 10.1.0.1
   DHCP Server . . . . . . . . . . . : 10.1.0.2
   DNS Servers . . . . . . . . . . . : 10.1.0.53
`;

  it('says where each value stands, with the label of the file', () => {
    const read = readSample('ipconfig-de.txt');
    expect(read.facts[3]).toMatchObject({
      id: 'f4',
      file: 'ipconfig-de.txt',
      line: 13,
      place: 'Ethernet-Adapter LAN-Verbindung für das Büro: Verbindungsspezifisches DNS-Suffix',
      raw: 'buero.contoso.com',
    });
    expect(read.facts.find(({ kind }) => kind === 'ip-address')!.raw).toBe(
      'fe80::10a:120a:2684:5306%12(Bevorzugt)',
    );
    expect(meaningOf(read, 'Primäres DNS-Suffix')).toBe('contoso.com: asked first');
  });

  it('takes neither gateway nor DHCP server for an address of the adapter or a DNS server', () => {
    const read = readText(HEAD + ADAPTER);
    expect(saidOf(read, 'ip-address')).toEqual([{ address: '10.1.0.77', adapter: ETHERNET }]);
    expect(saidOf(read, 'dns-servers')).toEqual([{ servers: ['10.1.0.53'], adapter: ETHERNET }]);
  });

  it('passes over adapters that are not connected', () => {
    expect(readSample('ipconfig-en.txt').facts.some(({ raw }) => raw.includes('home.example'))).toBe(false);
  });

  it('says that the beginning is missing when the first screen was scrolled away', () => {
    const read = readText(ADAPTER.trimStart());
    expect(saidOf(read, 'primary-suffix')).toEqual([]);
    expect(saidOf(read, 'connection-suffix')).toEqual([{ suffix: 'contoso.com', adapter: ETHERNET }]);
    expect(read.problems).toEqual([
      { line: 1, message: expect.stringContaining('the primary DNS suffix is not known') },
    ]);
  });

  it('finds the suffix when only the first line was lost', () => {
    const read = readText(HEAD.split('\n').slice(3).join('\n') + ADAPTER);
    expect(saidOf(read, 'primary-suffix')).toEqual([{ suffix: 'contoso.com', byPolicy: false }]);
    expect(saidOf(read, 'host-name')).toEqual([]);
  });

  it('reads a paste that lost its indentation', () => {
    const read = readText((HEAD + ADAPTER).replaceAll(/^ +/gm, ''));
    expect(said(read.facts)).toEqual(said(readText(HEAD + ADAPTER).facts));
  });

  it('survives the end in the middle of a line', () => {
    const whole = HEAD + ADAPTER;
    const read = readText(whole.slice(0, whole.indexOf('10.1.0.53') + 4));
    expect(saidOf(read, 'primary-suffix')).toEqual([{ suffix: 'contoso.com', byPolicy: false }]);
    expect(saidOf(read, 'dns-servers')).toEqual([{ servers: [], adapter: ETHERNET }]);
  });

  it('does not take prose where the suffix belongs for a suffix', () => {
    const read = readText(HEAD.replace('contoso.com', 'ask your administrator') + ADAPTER);
    expect(saidOf(read, 'primary-suffix')).toEqual([]);
    expect(read.problems).toEqual([
      { line: 4, message: expect.stringContaining('"ask your administrator"') },
    ]);
  });

  it('joins a name that the console broke', () => {
    const read = readText(
      `${HEAD}\nEthernet adapter with a long name\n:\n${ADAPTER.split('\n').slice(3).join('\n')}`,
    );
    expect(saidOf(read, 'dns-servers')).toEqual([
      { servers: ['10.1.0.53'], adapter: 'Ethernet adapter with a long name' },
    ]);
  });

  it('reads two tools in one file, each for itself', () => {
    const read = readSample('support-bundle.txt');
    expect(read.format).toBe('ipconfig /all and slmgr output');
    expect(said(read.facts)).toEqual([
      ...said(readSample('ipconfig-en.txt').facts),
      ...said(readSample('slmgr-dlv-en.txt').facts),
    ]);
    expect(read.facts.map(({ id }) => id)).toEqual(read.facts.map((_, i) => `f${i + 1}`));
  });
});
