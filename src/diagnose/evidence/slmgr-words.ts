import type { LicenceStatus } from '../fact.ts';

/*
 * The few words of slmgr's output that nothing but a word tells: on or off, and which grace period. English, German,
 * French, Japanese, Simplified and Traditional Chinese; whatever is in another language is then not known, and nothing
 * else depends on it.
 */

const OFF = /\bdisabled\b|deaktiviert|désactivé|無効|禁用|已停用|停用/i;
const ON = /\benabled\b|aktiviert|activé|有効|启用|啟用/i;

/** Undefined when no word says it. */
export function switchIn(text: string): boolean | undefined {
  return OFF.test(text) ? false : ON.test(text) ? true : undefined;
}

const LOW = /\blow\b|niedrig|\bfaible\b|\bbasse\b|低/i;
const NORMAL = /\bnormale?\b|標準|通常|正常|一般/i;

/** Is the priority low? Undefined when no word says it. */
export function lowIn(text: string): boolean | undefined {
  return LOW.test(text) ? true : NORMAL.test(text) ? false : undefined;
}

const ALL = /\ball\b|\balle\b|\btous\b|\btoutes?\b|すべて|全部|所有/i;
const TOKEN = /token|jeton|トークン|令牌|權杖/i;

/** VLActivationTypeEnabled by its word; `AD` and `KMS` are the same in every language. */
export function activationTypeIn(text: string): 0 | 1 | 2 | 3 | undefined {
  if (/\bKMS\b/.test(text)) return 2;
  if (/\bAD\b/.test(text)) return 1;
  return TOKEN.test(text) ? 3 : ALL.test(text) ? 0 : undefined;
}

/** More special words first: "unlicensed" holds "licensed", and so it is in other languages. */
const STATUS: readonly (readonly [status: LicenceStatus, words: RegExp])[] = [
  [4, /non.?genuine|nicht.?original|non authentique|非正規|非正版|非原版/i],
  [6, /extended|erweitert|verlängert|prolong|étendue|延長|延长|扩展/i],
  [3, /\bOOT_|additional|zusätzlich|supplémentaire|追加|附加|額外|其他/i],
  [2, /initial|anfänglich|erste|\bOOB|初期|初始|最初/i],
  [5, /notification|benachrichtigung|通知/i],
  [0, /unlicensed|nicht lizenziert|sans licence|non licencié|ライセンスなし|未许可|未授权|未授權|無授權/i],
  [
    1,
    /licensed|lizenziert|licencié|avec licence|sous licence|ライセンス(?:されて|あり|済)|ライセンス認証済|已许可|已授权|已授權/i,
  ],
];

/** The licence status by its words; undefined when they are none of these. */
export function licenceStatusIn(text: string): LicenceStatus | undefined {
  return STATUS.find(([, words]) => words.test(text))?.[0];
}
