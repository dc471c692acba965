import { availableParallelism, cpus } from 'node:os';
import { findProgram } from '../test/lab/support/programs.ts';
import { runTimed } from './timing.ts';

/** What the figures depend on, in one line: nothing that names the computer. */
export async function machineFacts(): Promise<string> {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const versions = await Promise.all([
    versionOf('named', ['-v'], /BIND [\d.]+/),
    versionOf('nsd', ['-v'], /NSD version [\d.]+/),
    versionOf('dnsperf', ['-h'], /[Vv]ersion [\d.]+/, 'dnsperf '),
  ]);
  const system = `${process.platform} ${process.arch}`;
  return [`Node ${process.versions.node}`, `${availableParallelism()} × ${model}`, system, ...versions]
    .filter((fact) => fact !== '')
    .join(', ');
}

async function versionOf(
  name: string,
  args: readonly string[],
  pattern: RegExp,
  prefix = '',
): Promise<string> {
  const file = findProgram(name);
  if (file === undefined) return '';
  const { stdout, stderr } = await runTimed(file, args);
  return prefix + (pattern.exec(stdout + stderr)?.[0] ?? name);
}
