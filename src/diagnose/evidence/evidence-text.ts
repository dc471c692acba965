/** A text file as people save it from a Windows console, and how it was read. */
export interface EvidenceText {
  readonly encoding: string;
  readonly text: string;
  /** Characters that could not be decoded; each stands as U+FFFD. */
  readonly undecoded: number;
}

/**
 * Upper half of code page 850, the console's in Western Europe; TextDecoder does not know it. Code page 437 of America
 * has the letters of German, French and Spanish at the same octets and needs no table of its own.
 */
const UPPER_850 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐' +
  '└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u00ad±‗¾¶§÷¸°¨·¹³²■\u00a0';

/** Octets looked at to choose a code page; the whole file is then decoded once. */
const SAMPLE_OCTETS = 32_768;

const SIMPLIFIED = new Set(
  '主机名后缀节点类型混合路由已启用否代理搜索列表以太网适配器连接特定的描述物理地址是自动配置本地链接首选子掩码默认关服务许可证状态授权批量激活过期分钟天剩余重置计数信任时间全部最新信息密钥管理客户端计算机来自扩展间隔续订缓存软件产品通道安装部分事件级别日期源任务请求发送处理响应域中发布失败成功媒体断开无线局获得租约到不可在此上按侦听端口优先正常低禁',
);
const TRADITIONAL = new Set(
  '主機名稱要尾碼節點類型混合式路由啟用否搜尋清單乙太網路介面卡連線特定描述實體位址是自動設定本機慣用子遮罩預設閘道伺服器授權狀態已大量逾期分鐘天剩餘重新計數信任時間全部最近的資訊金鑰管理服務用戶端電腦來自延伸間隔更快取軟體產品通道安裝部分事件層級日期來源工作類別要求傳送處理回應網域中發佈失敗成功媒體斷無區域取得租到不可在此上接聽埠優先順序一般低停',
);

/**
 * The text of a file in UTF-8, UTF-16, or a code page of the consoles of Western Europe, Japan and China, told by its
 * octets alone: no byte order mark and no name is needed. Never throws. A wrong guess between two code pages garbles
 * words only; digits, names and addresses are ASCII in all of them.
 */
export function decodeEvidence(octets: Uint8Array): EvidenceText {
  const marked = markedEncoding(octets);
  if (marked !== undefined) return decodeAs(marked, octets);
  if (octets.every((octet) => octet < 0x80)) return decodeAs('utf-8', octets);
  try {
    // As a stream, so that a sequence cut off by the end of the file is no objection.
    new TextDecoder('utf-8', { fatal: true }).decode(octets, { stream: true });
    return decodeAs('utf-8', octets);
  } catch {
    return decodeAs(likeliest(octets), octets);
  }
}

/** Lines without their ends, cut to a length and number that honest files stay far below. */
export function evidenceLines(text: string): { readonly lines: readonly string[]; readonly cut: boolean } {
  const lines = text.split(/\r\n|\n|\r/, MAX_LINES + 1);
  const cut = lines.length > MAX_LINES;
  if (cut) lines.pop();
  return { lines: lines.map((line) => line.slice(0, MAX_LINE)), cut };
}

const MAX_LINES = 300_000;
const MAX_LINE = 8192;

function markedEncoding(octets: Uint8Array): string | undefined {
  const [a, b, c] = octets;
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8';
  // ASCII in UTF-16 has a zero in every second octet, and blanks and line ends are ASCII in any language.
  const zeros = [0, 0];
  const sample = octets.subarray(0, 4096);
  sample.forEach((octet, i) => {
    if (octet === 0) zeros[i % 2]!++;
  });
  const enough = sample.length / 10;
  if (zeros[1]! > enough && zeros[0]! < zeros[1]! / 10) return 'utf-16le';
  if (zeros[0]! > enough && zeros[1]! < zeros[0]! / 10) return 'utf-16be';
  return undefined;
}

function decodeAs(encoding: string, octets: Uint8Array): EvidenceText {
  const text = decode(encoding, octets);
  let undecoded = 0;
  for (let at = text.indexOf('\uFFFD'); at >= 0; at = text.indexOf('\uFFFD', at + 1)) undecoded++;
  return { encoding, text, undecoded };
}

function decode(encoding: string, octets: Uint8Array): string {
  if (encoding !== 'cp850') return new TextDecoder(encoding).decode(octets);
  const latin1 = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString('latin1');
  return latin1.replace(/[\x80-\xff]/g, (char) => UPPER_850[char.charCodeAt(0) - 0x80]!);
}

/** In the order in which equals are preferred. */
const CANDIDATES: readonly (readonly [encoding: string, plausible: (text: string) => number])[] = [
  ['utf-8', (text) => eachForeign(text, (char) => (char === '\uFFFD' ? -3 : 1))],
  ['cp850', western],
  ['windows-1252', western],
  ['shift_jis', japanese],
  ['gbk', (text) => chinese(text, SIMPLIFIED)],
  ['big5', (text) => chinese(text, TRADITIONAL)],
];

function likeliest(octets: Uint8Array): string {
  const sample = foreignLines(octets);
  let best = 'windows-1252';
  let bestScore = Number.NEGATIVE_INFINITY;
  for (const [encoding, plausible] of CANDIDATES) {
    const score = plausible(decode(encoding, sample));
    if (score > bestScore) [best, bestScore] = [encoding, score];
  }
  return best;
}

/** The lines that hold anything but ASCII: only they tell code pages apart. */
function foreignLines(octets: Uint8Array): Uint8Array {
  const sample = new Uint8Array(SAMPLE_OCTETS);
  let filled = 0;
  for (let start = 0; start < octets.length && filled < SAMPLE_OCTETS; ) {
    const newline = octets.indexOf(0x0a, start);
    const end = newline < 0 ? octets.length : newline + 1;
    const line = octets.subarray(start, end);
    if (line.some((octet) => octet >= 0x80)) {
      const part = line.subarray(0, SAMPLE_OCTETS - filled);
      sample.set(part, filled);
      filled += part.length;
    }
    start = end;
  }
  return sample.subarray(0, filled);
}

/** Mean of what `judge` says of each character that is not ASCII. */
function eachForeign(text: string, judge: (char: string, before: string, after: string) => number): number {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) < 0x80) continue;
    sum += judge(text[i]!, text[i - 1] ?? '', text[i + 1] ?? '');
    count++;
  }
  return count === 0 ? 0 : sum / count;
}

/** Small accented letters inside or at the edge of words; capitals and signs there are a wrong code page. */
function western(text: string): number {
  return eachForeign(text, (char, before, after) => {
    if (char === '\u00a0') return 0.2;
    const inWord = /[A-Za-zà-öø-ÿ]/.test(before) || /[A-Za-zà-öø-ÿ]/.test(after);
    if (/[äöüßéèêëàâçôîïûùœñ]/.test(char)) return inWord ? 1 : 0.3;
    if (/[à-öø-ÿ]/.test(char)) return 0.3;
    if (/[À-ÖØ-ÞŒ]/.test(char)) return /[a-zà-öø-ÿ]/.test(before) ? -1 : 0.5;
    if (/[’‘“”«»–°]/.test(char)) return 0.3;
    return -1;
  });
}

function japanese(text: string): number {
  return eachForeign(text, (char) => {
    if (/[\u3041-\u30ff]/.test(char)) return 1;
    if (/[\u4e00-\u9fff]/.test(char)) return 0.4;
    if (/[\u3000-\u3020\uff01-\uff5e]/.test(char)) return 0.3;
    // Half-width kana: what GBK, Big5 and 1252 octets turn into.
    return -1;
  });
}

function chinese(text: string, common: ReadonlySet<string>): number {
  return eachForeign(text, (char) => {
    if (common.has(char)) return 1;
    if (/[\u4e00-\u9fff]/.test(char)) return -0.1;
    if (/[\u3000-\u3020\uff01-\uff5e]/.test(char)) return 0.3;
    return -1;
  });
}
