import { describe, expect, it, test } from 'vitest';
import { EXIT, planExitCode } from '../../src/cli/exit-code.ts';
import { failureExitCode, failureText, failureToJson } from '../../src/cli/failure.ts';
import { lookOf } from '../../src/cli/look.ts';
import { ERROR_CODES, type ErrorCode, KmsDnsError } from '../../src/core/errors.ts';
import type { PlanResult } from '../../src/publish/make-plan.ts';
import { DOMAIN } from '../support/srv-sets.ts';

const LOOK = lookOf({ isTerminal: false, columns: undefined }, { LANG: 'C.UTF-8' }, 'linux', false);
const PROBLEMS = [
  { file: 'kmsdns.yaml', line: 4, column: 11, message: 'port 70000 is above 65535' },
  { file: 'kmsdns.yaml', line: 9, column: 3, message: 'unknown key "publsh"' },
];

describe('a mistake of the user', () => {
  const mistake = new KmsDnsError('desired-state-invalid', 'the desired state has 2 problems', {
    hint: 'correct them',
    problems: PROBLEMS,
  });

  it('is told with every place, and what to do', () => {
    expect(failureText(mistake, LOOK)).toMatchInlineSnapshot(`
      "error: 2 problems in "kmsdns.yaml"
        kmsdns.yaml:4:11: port 70000 is above 65535
        kmsdns.yaml:9:3: unknown key "publsh"
      → correct them
      "
    `);
  });

  it('is told without a hint where there is none', () => {
    expect(failureText(new KmsDnsError('usage', 'what?'), LOOK)).toBe('error: what?\n');
  });

  it('is one document with --json', () => {
    expect(failureToJson(mistake)).toEqual({
      schema: 'kmsdns/error@1',
      code: 'desired-state-invalid',
      message: 'the desired state has 2 problems',
      hint: 'correct them',
      problems: PROBLEMS,
    });
    expect(failureToJson(new KmsDnsError('usage', 'what?'))).toEqual({
      schema: 'kmsdns/error@1',
      code: 'usage',
      message: 'what?',
      hint: '',
    });
  });

  test.each(Object.keys(ERROR_CODES) as ErrorCode[])('%s ends with the code of CONTRACT', (code) => {
    expect(failureExitCode(new KmsDnsError(code, ''))).toBe(code === 'interrupted' ? 130 : 64);
  });
});

describe('a bug of ours', () => {
  it('is told with its stack and a request to report it', () => {
    const told = failureText(new TypeError('x is not a function'), LOOK);
    expect(told).toMatch(/^bug: TypeError: x is not a function\n {4}at .*failure\.test\.ts/);
    expect(told).toMatch(/please report it/);
    expect(failureExitCode(new TypeError('x'))).toBe(EXIT.bug);
  });

  it('is one line in the document, whatever was thrown', () => {
    expect(failureToJson(new Error('first\nsecond'))).toMatchObject({ code: 'internal', message: 'first' });
    expect(failureToJson('a text')).toMatchObject({ code: 'internal', message: 'a text' });
  });
});

test.each<[boolean, number, boolean, number]>([
  [true, 0, false, 0],
  [false, 0, false, 0],
  [true, 0, true, 0],
  [false, 0, true, 1],
  [true, 1, false, 3],
  [false, 1, true, 3],
])('plan: in sync %s, %i unknown, --exit-code %s ends with %i', (inSync, unknown, tells, code) => {
  const result: PlanResult = {
    plan: { zones: [], digest: '', inSync },
    unknown: Array.from({ length: unknown }, () => ({ domain: DOMAIN, because: '', steps: [] })),
    views: new Map(),
  };
  expect(planExitCode(result, tells)).toBe(code);
});
