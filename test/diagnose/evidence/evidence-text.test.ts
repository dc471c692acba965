import { describe, expect, it, test } from 'vitest';
import { decodeEvidence, evidenceLines } from '../../../src/diagnose/evidence/evidence-text.ts';
import { sampleOctets } from '../../support/evidence.ts';

describe('decodeEvidence', () => {
  test.each([
    ['ipconfig-de.txt', 'cp850', 'Primäres DNS-Suffix'],
    ['ipconfig-fr.txt', 'cp850', 'Suffixe DNS propre à la connexion'],
    ['ipconfig-ja.txt', 'shift_jis', 'プライマリ DNS サフィックス'],
    ['ipconfig-zh-cn.txt', 'gbk', '连接特定的 DNS 后缀'],
    ['ipconfig-zh-tw.txt', 'big5', '連線特定 DNS 尾碼'],
    ['ipconfig-xp-de.txt', 'windows-1252', 'Primäres DNS-Suffix'],
    ['ipconfig-no-dns.txt', 'utf-16le', 'Windows IP Configuration'],
    ['ipconfig-en.txt', 'utf-8', 'Windows IP Configuration'],
    ['slmgr-dlv-de.txt', 'cp850', 'Schlüsselverwaltungsdienst'],
    ['slmgr-dlv-fr.txt', 'cp850', 'période de grâce initiale'],
    ['slmgr-dli-ja.txt', 'shift_jis', 'キー管理サービス'],
    ['slmgr-dlv-zh-cn.txt', 'gbk', '密钥管理服务客户端信息'],
    ['slmgr-dlv-zh-tw.txt', 'big5', '金鑰管理服務用戶端資訊'],
    ['event-copied-de.txt', 'windows-1252', 'Schlüsselwörter:Klassisch'],
    ['events-de.csv', 'utf-8', 'Schlüsselverwaltungsdienst'],
    ['events-ja.csv', 'shift_jis', 'ライセンス認証要求'],
  ])('%s is %s', (name, encoding, words) => {
    const read = decodeEvidence(sampleOctets(name));
    expect(read.encoding).toBe(encoding);
    expect(read.undecoded).toBe(0);
    expect(read.text).toContain(words);
  });

  it('has the upper half of code page 850 as the Unicode Consortium lists it', () => {
    // "über äö" many times says which page it is; the second line is then read in it.
    const words = Array.from({ length: 60 }, () => [0x81, 0x62, 0x65, 0x72, 0x20, 0x84, 0x94, 0x20]).flat();
    const octets = [0x9b, 0x9e, 0xb5, 0xc6, 0xcf, 0xd0, 0xd2, 0xe1, 0xe4, 0xe6, 0xf3];
    const read = decodeEvidence(Uint8Array.from([...words, 0x0a, ...octets]));
    expect(read.encoding).toBe('cp850');
    expect(read.text.split('\n')[1]).toBe('ø×Áã¤ðÊßõµ¾');
  });

  it.each([
    ['utf-16le without mark', Buffer.from('Windows IP-Konfiguration für alle\r\n', 'utf16le'), 'utf-16le'],
    ['utf-16be with mark', Buffer.from('\uFEFFWindows\r\n', 'utf16le').swap16(), 'utf-16be'],
    ['utf-16be without mark', Buffer.from('Windows IP\r\n', 'utf16le').swap16(), 'utf-16be'],
    ['utf-8 with mark', Buffer.from('\uFEFFWindows'), 'utf-8'],
  ])('%s', (_, octets, encoding) => {
    const read = decodeEvidence(octets);
    expect(read.encoding).toBe(encoding);
    expect(read.text.startsWith('Windows')).toBe(true);
  });

  it('keeps UTF-8 that was cut in the middle of a character, and counts the loss', () => {
    const octets = Buffer.from('Büro 説明');
    const read = decodeEvidence(octets.subarray(0, octets.length - 1));
    expect(read).toEqual({ encoding: 'utf-8', text: 'Büro 説\uFFFD', undecoded: 1 });
  });

  it('keeps UTF-8 with one damaged octet among good ones', () => {
    const octets = Buffer.from('Schlüsselverwaltungsdienst für Büros, Gerät läuft');
    octets[octets.indexOf(0xbc)] = 0x20;
    const read = decodeEvidence(octets);
    expect(read.encoding).toBe('utf-8');
    expect(read.undecoded).toBe(1);
  });

  it('is never at a loss', () => {
    expect(decodeEvidence(new Uint8Array())).toEqual({ encoding: 'utf-8', text: '', undecoded: 0 });
    expect(decodeEvidence(Uint8Array.of(0xff)).text).toHaveLength(1);
    expect(decodeEvidence(Uint8Array.of(0xff, 0xfe, 0x41)).undecoded).toBe(1);
  });
});

describe('evidenceLines', () => {
  it('knows every line end', () => {
    expect(evidenceLines('a\r\nb\nc\rd')).toEqual({ lines: ['a', 'b', 'c', 'd'], cut: false });
  });

  it('cuts what no honest file has', () => {
    const { lines, cut } = evidenceLines('x\n'.repeat(400_000));
    expect(cut).toBe(true);
    expect(lines).toHaveLength(300_000);
    expect(evidenceLines('x'.repeat(10_000)).lines[0]).toHaveLength(8192);
  });
});
