/** A share as people read it, `20.0 %`; what is not nothing never reads as 0, nor what is not all as 100. */
export function percent(share: number): string {
  if (share > 0 && share < 0.0005) return '<0.1 %';
  if (share < 1 && share > 0.9995) return '>99.9 %';
  return `${(share * 100).toFixed(1)} %`;
}

/** The same without a decimal that says nothing: `20 %`. */
export function shortPercent(share: number): string {
  return percent(share).replace('.0 %', ' %');
}

/** `4.2 s`, `21 s`. */
export function seconds(value: number): string {
  return `${value.toFixed(1).replace(/\.0$/, '')} s`;
}

/** `8 ms`, from one second on `2.0 s`. */
export function duration(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** A count with at most one decimal: `14.3`. */
export function roughly(value: number): string {
  return value >= 100 ? String(Math.round(value)) : value.toFixed(1).replace(/\.0$/, '');
}
