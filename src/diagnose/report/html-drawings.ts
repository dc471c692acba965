import { KMS_PORT } from '../../core/kms.ts';
import type { Verdict } from '../diagnosis.ts';
import { duration } from './figures.ts';
import { html, type Markup } from './markup.ts';
import { type CellState, type PathCell, type PathStrip, STAGES } from './path-strip.ts';
import type { Lane, Timeline } from './timeline.ts';

/** Patterns that every drawing of the page uses: what failed is hatched, what was waited for is ruled. */
export function sharedPatterns(): Markup {
  return html`<svg class="defs" aria-hidden="true" focusable="false"><defs>
<pattern id="hatch" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><line class="stripe-bad" x1="0" y1="0" x2="0" y2="8"/></pattern>
<pattern id="ruled" width="6" height="6" patternUnits="userSpaceOnUse"><line class="stripe-none" x1="0" y1="0" x2="0" y2="6"/></pattern>
<marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="wire" d="M1 1 L7 4 L1 7"/></marker>
</defs></svg>`;
}

/** The verdict as a shape: a tick, a triangle, a cross, a question. */
export function verdictGlyph(verdict: Verdict): Markup {
  const shape = {
    healthy: html`<circle class="glyph" cx="24" cy="24" r="20"/><path class="glyph" d="M15 25 L22 32 L34 17"/>`,
    degraded: html`<path class="glyph" d="M24 5 L45 42 L3 42 Z"/><path class="glyph" d="M24 18 L24 29 M24 35 L24 35.5"/>`,
    broken: html`<path class="glyph" d="M16 4 L32 4 L44 16 L44 32 L32 44 L16 44 L4 32 L4 16 Z"/><path class="glyph" d="M17 17 L31 31 M31 17 L17 31"/>`,
    unknown: html`<rect class="glyph" x="4" y="4" width="40" height="40" rx="8"/><path class="glyph" d="M17 18 C17 9 31 9 31 18 C31 24 24 23 24 29 M24 35 L24 35.5"/>`,
  }[verdict];
  return html`<svg width="52" height="52" viewBox="0 0 48 48" aria-hidden="true" focusable="false">${shape}</svg>`;
}

/** A bar of a share; that of a dead host is hatched. */
export function shareBar(share: number, alive: boolean, text: string): Markup {
  const width = Math.max(share > 0 ? 1 : 0, share * 100).toFixed(2);
  const bar = html`<rect class="${alive ? 'share-live' : 'share-dead'}" x="0" y="0" width="${width}%" height="100%"/>`;
  const hatch = alive ? html`` : html`<rect fill="url(#hatch)" x="0" y="0" width="${width}%" height="100%"/>`;
  return html`<svg role="img" preserveAspectRatio="none"><title>${text}</title>${bar}${hatch}</svg>`;
}

// ── the path ──

const LABEL_WIDTH = 212;
const CELL = { width: 112, height: 46, gap: 15 } as const;
const HEAD_HEIGHT = 44;
const ROW_HEIGHT = CELL.height + 12;
const FIRST_OWN = 4;

const LETTERS: Readonly<Record<CellState, string>> = {
  ok: '✔',
  failed: '✖',
  warn: '!',
  unknown: '?',
  none: '–',
};

const STATE_WORDS: Readonly<Record<CellState, string>> = {
  ok: 'works',
  failed: 'broken',
  warn: 'works, with a finding',
  unknown: 'not known',
  none: 'not reached',
};

function columnX(column: number): number {
  // The four links that all targets share stand to the left of the names of the targets.
  return column < FIRST_OWN
    ? column * (CELL.width + CELL.gap)
    : FIRST_OWN * (CELL.width + CELL.gap) + LABEL_WIDTH + (column - FIRST_OWN) * (CELL.width + CELL.gap);
}

/** The chain from client to RPC: columns are stages, rows are targets; a broken link is red, hatched and crossed. */
export function pathDrawing({ shared, rows, more }: PathStrip): Markup {
  const count = Math.max(1, rows.length);
  const width = columnX(STAGES.length) - CELL.gap + 2;
  const height = HEAD_HEIGHT + count * ROW_HEIGHT;
  const bodyHeight = count * ROW_HEIGHT - 12;
  const heads = STAGES.map(
    ({ label, side }, i) =>
      html`<text class="strong" x="${columnX(i) + CELL.width / 2}" y="14" text-anchor="middle">${label}</text>
<text class="soft" x="${columnX(i) + CELL.width / 2}" y="30" text-anchor="middle">${side}</text>`,
  );
  const middle = HEAD_HEIGHT + bodyHeight / 2;
  const wires = [0, 1, 2].map((i) => wire(columnX(i) + CELL.width, middle, columnX(i + 1)));
  const own = rows.map(({ host, port, address, by, cells }, i) => {
    const y = HEAD_HEIGHT + i * ROW_HEIGHT;
    const label = columnX(FIRST_OWN - 1) + CELL.width + 40;
    const below = [by === 'record' ? '' : by, address ?? '', port === KMS_PORT ? '' : `port ${port}`]
      .filter((part) => part !== '')
      .join(', ');
    const from = columnX(FIRST_OWN - 1) + CELL.width;
    return html`<path class="wire" d="M${from} ${middle} C${from + 18} ${middle} ${from + 16} ${y + CELL.height / 2} ${label - 6} ${y + CELL.height / 2}"/>
<text x="${label}" y="${y + 20}">${shortened(host, 22)}<title>${`${host}:${port}`}</title></text>
<text class="soft" x="${label}" y="${y + 37}">${shortened(below, 26)}</text>
${cells.map((cell, j) => box(cell, columnX(FIRST_OWN + j), y, CELL.height))}
${[0, 1].map((j) => wire(columnX(FIRST_OWN + j) + CELL.width, y + CELL.height / 2, columnX(FIRST_OWN + j + 1)))}`;
  });
  const nobody = html`<text class="soft" x="${columnX(FIRST_OWN - 1) + CELL.width + 40}" y="${middle + 4}">no host was come to</text>
${[4, 5, 6].map((column) => box(EMPTY, columnX(column), HEAD_HEIGHT, CELL.height))}`;
  const summary = [
    ...shared.map((cell) => describe(cell)),
    ...rows.map(({ host, cells }) => `${host}: ${cells.map(describe).join(', ')}`),
  ].join('. ');
  const rest = more === 0 ? html`` : html`<p class="soft">${more} more addresses are left out.</p>`;
  return html`<div class="wide"><svg role="img" aria-labelledby="path-title path-desc" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<title id="path-title">The path from the client to the KMS hosts</title><desc id="path-desc">${summary}</desc>
${heads}${shared.map((cell, i) => box(cell, columnX(i), HEAD_HEIGHT, bodyHeight))}${wires}${rows.length === 0 ? nobody : own}
</svg></div>${rest}`;
}

/** Of the letter at the left of a box. */
const MARK_WIDTH = 22;

/** The address itself stands below the name of its host, where there is room for it. */
function familyOf(text: string): string {
  return text.includes(':') ? 'IPv6' : /^\d+\./.test(text) ? 'IPv4' : text;
}

const EMPTY: PathCell = { stage: 'address', state: 'none', text: '', says: 'not reached', codes: [] };

function describe({ stage, state, text }: PathCell): string {
  return `${stage} ${STATE_WORDS[state]}${text === '' ? '' : ` (${text})`}`;
}

function wire(from: number, y: number, to: number): Markup {
  return html`<path class="wire" marker-end="url(#tip)" d="M${from + 2} ${y} L${to - 2} ${y}"/>`;
}

function box({ stage, state, text, says, codes }: PathCell, x: number, y: number, height: number): Markup {
  const middle = y + height / 2;
  const beside = x + (CELL.width + MARK_WIDTH) / 2;
  const hatched =
    state === 'failed'
      ? html`<rect x="${x + 1}" y="${y + 1}" width="${CELL.width}" height="${height}" rx="7" fill="url(#hatch)"/>`
      : html``;
  const named = codes.length > 1 ? `${codes[0]} +${codes.length - 1}` : (codes[0] ?? '');
  const lines = [stage === 'address' ? familyOf(text) : text, named].filter((line) => line !== '');
  const first = lines.length === 2 ? -2 : 5;
  return html`<g><title>${`${STATE_WORDS[state]}: ${says}${codes.length === 0 ? '' : ` (${codes.join(', ')})`}`}</title>
<rect class="box ${state}" x="${x + 1}" y="${y + 1}" width="${CELL.width}" height="${height}" rx="7"/>${hatched}
<text class="strong ${state}" x="${x + 10}" y="${middle + 6}">${LETTERS[state]}</text>
${lines.map((line, i) => html`<text class="${i === 0 ? 'cell' : 'soft'}" x="${beside}" y="${middle + first + i * 16}" text-anchor="middle">${shortened(line, 13)}</text>`)}
</g>`;
}

/** A text that fits a place of so many letters. */
function shortened(text: string, letters: number): string {
  return text.length <= letters ? text : `${text.slice(0, letters - 1)}…`;
}

// ── the waterfall ──

const LANE_HEIGHT = 20;
const LANE_LABEL = 420;
const LANE_WIDTH = 560;

/** One bar per question and connection; time without an answer is ruled, not filled. */
export function timelineDrawing({ lanes, totalMs, more }: Timeline): Markup {
  const width = LANE_LABEL + LANE_WIDTH + 90;
  const height = 34 + lanes.length * LANE_HEIGHT;
  const scale = LANE_WIDTH / totalMs;
  const ticks = ticksUpTo(totalMs).map((ms) => {
    const x = LANE_LABEL + ms * scale;
    return html`<line class="grid" x1="${x.toFixed(1)}" y1="20" x2="${x.toFixed(1)}" y2="${height - 6}"/>
<text class="soft" x="${x.toFixed(1)}" y="13" text-anchor="middle">${duration(ms)}</text>`;
  });
  const rest =
    more === 0
      ? html``
      : html`<p class="soft">${more} more observations are left out here; all are listed below.</p>`;
  return html`<div class="wide"><svg role="img" aria-labelledby="time-title time-desc" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<title id="time-title">Where the time went</title><desc id="time-desc">${lanes.length} questions and connections within ${duration(totalMs)}</desc>
${ticks}${lanes.map((lane, i) => laneBar(lane, 26 + i * LANE_HEIGHT, scale))}
</svg></div>${rest}`;
}

function laneBar({ id, label, startMs, endMs, kind, says }: Lane, y: number, scale: number): Markup {
  const x = LANE_LABEL + startMs * scale;
  const length = Math.max(3, (endMs - startMs) * scale);
  const ruled =
    kind === 'waited'
      ? html`<rect fill="url(#ruled)" x="${x.toFixed(1)}" y="${y}" width="${length.toFixed(1)}" height="12"/>`
      : html``;
  return html`<g><title>${`${id} ${label}: ${says}, ${duration(endMs - startMs)}`}</title>
<a href="#${id}"><text class="tiny" x="0" y="${y + 10}">${shortened(`${id}  ${label}`, 66)}</text></a>
<rect class="bar-${kind}" x="${x.toFixed(1)}" y="${y}" width="${length.toFixed(1)}" height="12" rx="2"/>${ruled}
<text class="soft" x="${(x + length + 6).toFixed(1)}" y="${y + 10}">${MARKS[kind]} ${duration(endMs - startMs)}</text></g>`;
}

const MARKS: Readonly<Record<Lane['kind'], string>> = { good: '✔', denied: '–', failed: '✖', waited: '…' };

/** Round times that divide a span into at most six parts. */
function ticksUpTo(totalMs: number): readonly number[] {
  const rough = totalMs / 5;
  const power = 10 ** Math.floor(Math.log10(Math.max(rough, 1)));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= rough) ?? power * 10;
  const ticks: number[] = [];
  for (let ms = 0; ms <= totalMs && ticks.length < 12; ms += step) ticks.push(ms);
  return ticks;
}
