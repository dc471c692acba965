import { apply } from './apply.ts';
import { audit } from './audit.ts';
import type { Command } from './command.ts';
import { completion } from './completion.ts';
import { demo } from './demo.ts';
import { diagnose } from './diagnose.ts';
import { explain } from './explain.ts';
import { generate } from './generate.ts';
import { importCommand } from './import.ts';
import { lab } from './lab.ts';
import { lint } from './lint.ts';
import { plan } from './plan.ts';
import { preflight } from './preflight.ts';
import { probe } from './probe.ts';
import { rollback } from './rollback.ts';
import { simulate } from './simulate.ts';
import { verify } from './verify.ts';

/** Every command, in the order of the help. A new one is a file beside this one and a line here. */
export const COMMANDS: readonly Command[] = [
  plan,
  preflight,
  apply,
  verify,
  rollback,
  importCommand,
  generate,
  lint,
  diagnose,
  audit,
  probe,
  simulate,
  explain,
  lab,
  demo,
  completion,
];
