import type { DesiredState } from '../core/desired-state.ts';
import { desiredStateDocument, formatDesiredState } from '../core/desired-state-text.ts';
import { domainName } from '../core/desired-state-words.ts';
import { KmsDnsError } from '../core/errors.ts';
import { displayName, type Fqdn } from '../core/name.ts';
import { type Imported, importState } from '../publish/import-state.ts';
import type { Context } from './command.ts';
import { counted, wrap } from './look.ts';
import { usage } from './options.ts';
import { checkOut, jsonText, type OutOptions, writeOut } from './out-file.ts';
import { openRun, type ReachOptions } from './run.ts';

interface ImportValues extends ReachOptions, OutOptions {
  readonly operands: readonly string[];
  readonly format: string | undefined;
  readonly host: Fqdn | undefined;
}

/** Reads, and writes what can be planned again: YAML to `--out` or stdout, with `--json` a document to stdout. */
export async function runImport(values: ImportValues, context: Context): Promise<number> {
  for (const only of ['format', 'host'] as const)
    if (values[only] !== undefined) throw usage(`--${only} means something only together with --from`);
  if (values.operands.length === 0)
    throw usage('kmsdns import needs a DOMAIN, or --from FILE', 'kmsdns import east.contoso.com');
  const domains = values.operands.map(parseDomain);
  await checkOut(context, values);
  const imported = await openRun(context, values).during(
    `reading ${counted(domains.length, 'domain')}`,
    (reach) => importState(reach, domains),
  );
  tellGaps(imported, context);
  await tellState(imported.state, values, context, {
    empty: imported.empty,
    unknown: imported.unknown.map(({ domain, because }) => ({ domain, because })),
  });
  return imported.unknown.length > 0 ? 3 : 0;
}

/** The state as YAML to `--out` or stdout, or as a document with `more`; a state without domains is not worth a file. */
export async function tellState(
  state: DesiredState,
  out: OutOptions,
  context: Context,
  more: object,
): Promise<void> {
  const isWorthAFile = state.domains.length > 0;
  const yaml = formatDesiredState(state);
  if (isWorthAFile) await writeOut(context, out, yaml);
  if (context.json)
    context.io.stdout.write(
      jsonText({ schema: 'kmsdns/state@1', state: desiredStateDocument(state), ...more }),
    );
  else if (out.out === undefined && isWorthAFile) context.io.stdout.write(yaml);
}

const DOMAIN = domainName('');

/** Throws `name-invalid` for what is no DNS suffix of clients. */
export function parseDomain(text: string): Fqdn {
  const read = DOMAIN.read(text);
  if ('value' in read) return read.value;
  throw new KmsDnsError('name-invalid', `domain ${JSON.stringify(text)}: ${read.problem}`, {
    hint: 'name the DNS suffix of clients, for instance east.contoso.com',
  });
}

function tellGaps({ empty, unknown }: Imported, { err, note, warn }: Context): void {
  for (const domain of empty) note(`${displayName(domain)}: no KMS record is published there today`);
  for (const { domain, because } of unknown)
    warn(
      wrap(
        `${err.paint('warn', 'warning:')} ${displayName(domain)} is left out, it could not be found out: ${because}`,
        err.columns,
      ),
    );
}
