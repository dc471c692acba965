import type { FindingCode } from '../core/catalogue.ts';
import { SCENARIO_GROUPS, type Scenario, type ScenarioGroup } from '../lab/scenario.ts';
import { SCENARIOS } from '../lab/scenarios.ts';
import { columnsOf, counted, type Look } from './look.ts';

/** What `kmsdns lab --list --json` says. */
export interface LabListJson {
  readonly schema: 'kmsdns/lab-list@1';
  readonly scenarios: readonly {
    readonly scenario: string;
    readonly group: ScenarioGroup;
    readonly describe: string;
    /** What it is about: root causes, then remarks. */
    readonly codes: readonly FindingCode[];
  }[];
}

export function labList(): LabListJson {
  return {
    schema: 'kmsdns/lab-list@1',
    scenarios: SCENARIOS.map((one) => ({
      scenario: one.name,
      group: one.group,
      describe: one.describe,
      codes: codesOf(one),
    })),
  };
}

function codesOf(scenario: Scenario): readonly FindingCode[] {
  if (scenario.group === 'publishing') return [];
  const { causes, notes = [], unknowns = [] } = scenario.expect;
  return [...causes, ...notes, ...unknowns];
}

/** Every scenario with its finding and what it plays, under the headings of the groups. */
export function listLines(look: Look): readonly string[] {
  const groups = Object.entries(SCENARIO_GROUPS) as readonly [ScenarioGroup, string][];
  const width = Math.max(...SCENARIOS.map(({ name }) => name.length));
  return [
    ...groups.flatMap(([group, heading]) => {
      const rows = SCENARIOS.filter((one) => one.group === group).map((one) => [
        one.name.padEnd(width),
        ...(group === 'publishing' ? [] : [codesOf(one).join(' ').padEnd(CODES_WIDTH)]),
        one.describe,
      ]);
      return [look.paint('strong', heading), ...columnsOf(rows).map((line) => `   ${line}`), ''];
    }),
    `${counted(SCENARIOS.length, 'scenario')}. kmsdns lab SCENARIO plays one.`,
  ];
}

/** Two codes and the blank between them. */
const CODES_WIDTH = 15;
