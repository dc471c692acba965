import { desiredStateDocument, formatDesiredState } from '../core/desired-state-text.ts';
import { domainName } from '../core/desired-state-words.ts';
import { KmsDnsError } from '../core/errors.ts';
import { displayName, type Fqdn } from '../core/name.ts';
import { type Imported, importState } from '../publish/import-state.ts';
import type { Context } from './command.ts';
import { counted, wrap } from './look.ts';
import { checkOut, jsonText, type OutOptions, writeOut } from './out-file.ts';
import { openRun, type ReachOptions } from './run.ts';

interface ImportValues extends ReachOptions, OutOptions {
  readonly operands: readonly string[];
}

/** Reads, and writes what can be planned again: YAML to `--out` or stdout, with `--json` a document to stdout. */
export async function runImport(values: ImportValues, context: Context): Promise<number> {
  const domains = values.operands.map(parseDomain);
  await checkOut(context, values);
  const imported = await openRun(context, values).during(
    `reading ${counted(domains.length, 'domain')}`,
    (reach) => importState(reach, domains),
  );
  tellGaps(imported, context);
  const isWorthAFile = imported.state.domains.length > 0;
  const yaml = formatDesiredState(imported.state);
  if (isWorthAFile) await writeOut(context, values, yaml);
  if (context.json)
    context.io.stdout.write(
      jsonText({
        schema: 'kmsdns/state@1',
        state: desiredStateDocument(imported.state),
        empty: imported.empty,
        unknown: imported.unknown.map(({ domain, because }) => ({ domain, because })),
      }),
    );
  else if (values.out === undefined && isWorthAFile) context.io.stdout.write(yaml);
  return imported.unknown.length > 0 ? 3 : 0;
}

const DOMAIN = domainName('');

function parseDomain(text: string): Fqdn {
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
