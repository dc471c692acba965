import type { Fqdn } from '../core/name.ts';
import type { SrvRecord } from '../core/srv.ts';
import type { Lines, Place, Span } from './result.ts';

const WORDS = ['owner', 'ttl', 'priority', 'weight', 'port', 'target'] as const;

/** A word of the file, where it stands. */
export interface Written extends Span {
  readonly text: string;
}

/** One SRV record as a file has it: what it means, and the words that say so. */
export interface WrittenRecord extends Place {
  /** Where it is written decides what is relative, and what a left-out field means. */
  readonly form: 'zone' | 'dnsmasq' | 'unbound';
  readonly owner: Fqdn;
  readonly srv: SrvRecord;
  readonly ttlSeconds: number | undefined;
  /** What relative names are under; the root where names are never relative. */
  readonly origin: Fqdn;
  /** Words that are not written are left out: an owner of the line before, a port by default. */
  readonly words: {
    readonly owner?: Written;
    readonly ttl?: Written;
    readonly priority?: Written;
    readonly weight?: Written;
    readonly port?: Written;
    readonly target?: Written;
  };
  readonly lines: Lines;
}

/** A CNAME that has to do with KMS records. */
export interface WrittenAlias extends Place {
  readonly owner: Fqdn;
  readonly form: WrittenRecord['form'];
  readonly lines: Lines;
}

/** A record as it waits for the rest of its set: one flat string, a sixth of the record, with nothing of the file behind it. */
export type HeldRecord = string & { readonly held: unique symbol };

type Row = readonly [
  form: WrittenRecord['form'],
  owner: Fqdn,
  origin: Fqdn,
  ttlSeconds: number | null,
  line: number,
  column: number,
  srv: readonly [priority: number, weight: number, port: number, target: Fqdn],
  /** In the order of {@link WORDS}, 0 for one that is not written; the text where its line is not at hand. */
  words: readonly (0 | readonly [line: number, column: number, length: number, text?: string])[],
  lines: readonly (readonly [line: number, text: string])[],
];

/** Packs a record with the lines that it stands in; {@link released} gives it back. */
export function held(record: WrittenRecord): HeldRecord {
  const { form, owner, srv, ttlSeconds, origin, line, column, words } = record;
  const lines = new Map<number, string>();
  for (const at of [line, ...WORDS.map((name) => words[name]?.line)]) {
    const text = at === undefined ? undefined : record.lines.lineAt(at);
    if (at !== undefined && text !== undefined) lines.set(at, text);
  }
  const row: Row = [
    form,
    owner,
    origin,
    ttlSeconds ?? null,
    line,
    column,
    [srv.priority, srv.weight, srv.port, srv.target],
    WORDS.map((name) => {
      const word = words[name];
      if (word === undefined) return 0;
      const place = [word.line, word.column, word.length] as const;
      const cut = lines.get(word.line)?.slice(word.column - 1, word.column - 1 + word.length);
      return cut === word.text ? place : [...place, word.text];
    }),
    [...lines],
  ];
  return JSON.stringify(row) as HeldRecord;
}

/** The record that {@link held} packed. */
export function released(packed: HeldRecord): WrittenRecord {
  const row = JSON.parse(packed) as Row;
  const [form, owner, origin, ttlSeconds, line, column, [priority, weight, port, target], words, kept] = row;
  const lines = new Map(kept);
  const written: { -readonly [K in keyof WrittenRecord['words']]: Written } = {};
  for (const [i, word] of words.entries()) {
    if (word === 0) continue;
    const [at, from, length, text] = word;
    const known = text ?? lines.get(at)?.slice(from - 1, from - 1 + length) ?? '';
    written[WORDS[i]!] = { text: known, line: at, column: from, length };
  }
  return {
    form,
    owner,
    origin,
    ttlSeconds: ttlSeconds ?? undefined,
    line,
    column,
    srv: { priority, weight, port, target },
    words: written,
    lines: { lineAt: (at) => lines.get(at) },
  };
}
