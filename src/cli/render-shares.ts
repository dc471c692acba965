import { displayName } from '../core/name.ts';
import { firstTryShares, type SrvRecord, type SrvSet } from '../core/srv.ts';
import { columnsOf, type Look } from './look.ts';

const BAR_CELLS = 16;

/**
 * Whom a client tries first, host by host, before and after: what a change means to the people behind the clients.
 * Bars show the time after. Nothing when there is no host on either side.
 */
export function shareLines(before: SrvSet | null, after: SrvSet | null, look: Look): readonly string[] {
  const had = sharesOf(before);
  const has = sharesOf(after);
  const best = Math.min(...(after?.records ?? []).map(({ priority }) => priority));
  const rows = rowsOf(before, after).map((record) => {
    const key = keyOf(record);
    const share = has.get(key);
    return [
      `prio ${record.priority}`,
      displayName(record.target) + (record.port === 1688 ? '' : `:${record.port}`),
      String(record.weight),
      percent(had.get(key), look),
      look.symbols.arrow,
      percent(share, look),
      share === undefined ? 'gone' : share === 0 ? idleText(record, best) : bar(share, look),
    ];
  });
  if (rows.length === 0) return [];
  const head = ['', 'clients try first', 'weight', 'before', '', 'after', ''];
  return columnsOf([head, ...rows], [false, false, true, true, false, true, false]);
}

type Share = ReadonlyMap<string, number>;

function sharesOf(set: SrvSet | null): Share {
  return new Map(
    firstTryShares(set?.records ?? []).map(({ record, firstTryShare }) => [keyOf(record), firstTryShare]),
  );
}

function keyOf({ target, port }: SrvRecord): string {
  return `${target}:${port}`;
}

/** Why a host that is published is not tried first. */
function idleText({ priority }: SrvRecord, best: number): string {
  return priority > best ? 'backup' : 'hardly ever';
}

/** Every host once, as it is afterwards, those that go last. */
function rowsOf(before: SrvSet | null, after: SrvSet | null): readonly SrvRecord[] {
  const rows = new Map((after?.records ?? []).map((record) => [keyOf(record), record]));
  for (const record of before?.records ?? []) if (!rows.has(keyOf(record))) rows.set(keyOf(record), record);
  return [...rows.values()];
}

function percent(share: number | undefined, look: Look): string {
  return share === undefined ? look.symbols.dash : `${(share * 100).toFixed(1)} %`;
}

function bar(share: number, look: Look): string {
  return look.symbols.bar.repeat(Math.max(1, Math.round(share * BAR_CELLS)));
}
