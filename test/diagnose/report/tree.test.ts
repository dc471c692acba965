import { describe, expect, it, test } from 'vitest';
import { displayWidth } from '../../../src/core/text-layout.ts';
import type { ReportStyle } from '../../../src/diagnose/report/style.ts';
import { diagnosisLines, diagnosisVerdict } from '../../../src/diagnose/report/tree.ts';
import {
  DIAGNOSED,
  type Diagnosed,
  degraded,
  filtered,
  hostile,
  undecided,
} from '../../support/diagnoses.ts';
import { HOSTILE_TEXT } from '../../support/hostile-text.ts';

const UNICODE: ReportStyle = {
  columns: 100,
  symbols: {
    good: '✔',
    bad: '✖',
    warn: '!',
    unknown: '?',
    branch: '├─',
    lastBranch: '└─',
    trunk: '│',
    arrow: '→',
    dash: '–',
    ellipsis: '…',
    bar: '█',
  },
  paint: (_, text) => text,
};

const ASCII: ReportStyle = {
  ...UNICODE,
  columns: 64,
  symbols: {
    good: 'ok',
    bad: 'x',
    warn: '!',
    unknown: '?',
    branch: '|-',
    lastBranch: '`-',
    trunk: '|',
    arrow: '->',
    dash: '-',
    ellipsis: '...',
    bar: '#',
  },
};

/** Marks what is painted, so that a test can see it. */
const PAINTED: ReportStyle = { ...UNICODE, paint: (tone, text) => `<${tone}:${text}>` };

function shown({ diagnosis, recording }: Diagnosed, style: ReportStyle, verbose = false): readonly string[] {
  return diagnosisLines(diagnosis, style, { context: recording, verbose });
}

describe.each(Object.entries(DIAGNOSED))('%s', (_name, make) => {
  it('reads like this', () => {
    const text = [...shown(make(), UNICODE), diagnosisVerdict(make().diagnosis, UNICODE)].join('\n');
    expect(text).toMatchSnapshot();
  });

  it('and like this without a box character, narrow and unfolded', () => {
    expect(shown(make(), ASCII, true).join('\n')).toMatchSnapshot();
  });

  it('says the verdict first, every cause, every code of the user, and what is not known', () => {
    const { diagnosis } = make();
    const lines = shown(make(), UNICODE);
    const words = { healthy: 'HEALTHY', degraded: 'DEGRADED', broken: 'BROKEN', unknown: 'UNDECIDED' };
    expect(lines[0]).toContain(words[diagnosis.verdict]);
    const all = lines.join('\n');
    for (const { code, subject } of diagnosis.causes) {
      expect(all).toContain(code);
      expect(all).toContain(subject);
    }
    for (const { hresult } of diagnosis.predicted) expect(lines.slice(0, 3).join(' ')).toContain(hresult);
    for (const { slug } of diagnosis.unknowns) expect(all).toContain(slug);
  });

  it('keeps to the width, commands apart: those are there to be copied', () => {
    const commands = make().diagnosis.causes.flatMap(({ fix }) =>
      fix.flatMap(({ command, undo }) => [command, undo]),
    );
    for (const verbose of [false, true]) {
      for (const line of shown(make(), ASCII, verbose)) {
        if (commands.some((command) => command !== undefined && line.includes(command))) continue;
        expect(displayWidth(line), line).toBeLessThanOrEqual(64);
      }
    }
  });

  it('is ASCII where the terminal knows no more, the evidence itself apart', () => {
    const { recording } = make();
    const withoutFiles = { diagnosis: make().diagnosis, recording: { ...recording, decoded: [] } };
    expect(shown(withoutFiles, ASCII, true).join('\n')).toMatch(/^[\n -~]*$/);
  });

  it('says the same without colour', () => {
    const bare = (lines: readonly string[]): string =>
      lines.join('\n').replace(/<(good|bad|warn|dim|strong):([^<>]*)>/g, '$2');
    let painted = shown(make(), PAINTED).join('\n');
    for (let i = 0; i < 3; i++) painted = bare([painted]);
    // Markers take columns, so lines may break elsewhere: words are compared.
    expect(painted.split(/\s+/)).toEqual(shown(make(), UNICODE).join('\n').split(/\s+/));
  });
});

describe('hostile text', () => {
  test.each(HOSTILE_TEXT)('%s moves no cursor and starts no line', (_, value) => {
    const { diagnosis, recording } = hostile(value);
    const harmless = hostile('harmless');
    const lines = diagnosisLines(diagnosis, UNICODE, { context: recording, verbose: true });
    expect(lines.join('')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
    expect(diagnosisVerdict(diagnosis, UNICODE)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
    const heads = (all: readonly string[]): readonly string[] =>
      all.filter((line) => /^(who|follows|worth|ruled|not known|what the files)/.test(line));
    const wanted = heads(
      diagnosisLines(harmless.diagnosis, UNICODE, { context: harmless.recording, verbose: true }),
    );
    expect(heads(lines).length).toBe(wanted.length);
  });
});

describe('what is folded', () => {
  it('is counted, and there when it is unfolded', () => {
    const [short, long] = [
      shown(DIAGNOSED['broken-nxdomain']!(), UNICODE),
      shown(DIAGNOSED['broken-nxdomain']!(), UNICODE, true),
    ];
    expect(short.join('\n')).toContain('1 more observation');
    expect(long.join('\n')).toContain(
      'o4  SRV _vlmcs._tcp.contoso.com. at 10.0.0.3:53: NXDOMAIN'.replace('  ', ' '),
    );
    expect(short.join('\n')).not.toContain('Or ask whoever runs the zone');
    expect(long.join('\n')).toContain('Or ask whoever runs the zone');
  });
});

describe('the last line', () => {
  test.each([
    [
      filtered,
      'BROKEN: TCP-002 tcp-filtered; the user sees 0xC004F074 or 0x800706BA. Next: Enable-NetFirewallRule -Name SPPSVC-In-TCP',
    ],
    [
      undecided,
      'UNDECIDED: what was seen does not decide it: _vlmcs._tcp.contoso.com. was not asked for before the run ended.',
    ],
    [
      (): Diagnosed => {
        const { diagnosis, recording } = degraded();
        const causes = ['A-1', 'B-2', 'C-3', 'D-4', 'E-5'].map((code) => ({
          ...diagnosis.causes[0]!,
          code,
          slug: 's',
          fix: [],
        }));
        return { diagnosis: { ...diagnosis, causes, predicted: [] }, recording };
      },
      'DEGRADED: A-1 s, B-2 s, C-3 s and 2 more.',
    ],
  ])('%#', (make, expected) => {
    expect(diagnosisVerdict(make().diagnosis, UNICODE)).toBe(expected);
  });
});
