import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { checkNamedConf, checkZoneText } from '../bind/check.ts';
import { KERBEROS_VARIANTS, renderKerberosSide } from '../bind/kerberos-side.ts';
import { renderBindKey } from '../bind/key.ts';
import { type NamedOptions, type NamedVariant, renderNamedConf } from '../bind/named-policy.ts';
import { renderZoneSnippets } from '../bind/zone-snippet.ts';
import { KmsDnsError } from '../core/errors.ts';
import { keyFromEnvironment, kindOfPath, readKey } from '../core/files.ts';
import { parseKeyText } from '../core/key-file.ts';
import { displayName, type Fqdn, parseFqdn } from '../core/name.ts';
import { keywordOf, readNamedConf, wordsOf } from '../core/named-reader.ts';
import { fileNameFor, type RenderedFile } from '../core/rendered.ts';
import { macOctets, tsigKey } from '../core/tsig.ts';
import { zoneGroups } from '../core/zone-lines.ts';
import type { CheckedFile, FormatRequest, Generated } from './format.ts';
import { usage } from './options.ts';
import type { LoadedState } from './state.ts';

/** `bind-zone`. A note says which domains of a zone `--domain` left out of its snippet. */
export async function zoneSnippets({ templates, state: load }: FormatRequest): Promise<Generated> {
  const { state, whole } = await load();
  const rendered = renderZoneSnippets(state, templates);
  const chosen = new Set(state.domains.map(({ domain }) => domain));
  const notes = zoneGroups(whole.domains).flatMap(({ zone, domains }) => {
    const left = domains.filter(({ domain }) => !chosen.has(domain));
    if (left.length === 0 || left.length === domains.length) return [];
    const names = left.map(({ domain }) => displayName(domain)).join(', ');
    return [
      `The snippet of ${displayName(zone)} leaves out ${names}: put in place, it would take their records away.`,
    ];
  });
  return { ...rendered, notes: [...rendered.notes, ...notes] };
}

export async function checkSnippets(
  { state: load }: FormatRequest,
  files: readonly RenderedFile[],
): Promise<readonly CheckedFile[]> {
  const { state } = await load();
  const zones = new Map(
    zoneGroups(state.domains).map(({ zone }) => [fileNameFor('vlmcs', displayName(zone), 'inc'), zone]),
  );
  return Promise.all(
    files.map(async ({ path, content }) => ({
      path,
      program: 'named-checkzone',
      checked: await checkZoneText(zones.get(path)!, String(content), { snippet: true }),
    })),
  );
}

/** `bind-named`. Keys are granted by the name that stands in their file, where that can be read here. */
export async function namedConf({
  context,
  values,
  templates,
  state: load,
}: FormatRequest): Promise<Generated> {
  const loaded = await load();
  const { keyNames, notes } = await namesInKeyFiles(loaded, context.io.env);
  const { realm, variant = 'publisher' } = values;
  requireUse(values, variant);
  const rendered = renderNamedConf(
    loaded.state,
    {
      variant,
      realms: realm,
      keyNames,
      ...foldersOf(values),
    },
    templates,
  );
  return { ...rendered, notes: [...rendered.notes, ...notes] };
}

/** `bind-kerberos`. */
export async function kerberosSide({ values, templates, state: load }: FormatRequest): Promise<Generated> {
  const { realm } = values;
  const given = values.variant ?? 'self';
  const variant = KERBEROS_VARIANTS.find((one) => one === given);
  if (variant === undefined) {
    throw usage(
      `the variant ${given} knows nothing of Kerberos`,
      `choose --variant ${KERBEROS_VARIANTS.join(' or ')}, or generate bind-named`,
    );
  }
  const { state } = await load();
  return renderKerberosSide(state, { variant, realms: realm, ...foldersOf(values) }, templates);
}

export async function checkKerberosSide(
  request: FormatRequest,
  files: readonly RenderedFile[],
): Promise<readonly CheckedFile[]> {
  const policies = files.filter(({ path }) => path.startsWith('named.kms'));
  const [options] = files.filter(({ path }) => path === 'gss-options.conf');
  const whole = `options {\n${String(options!.content)}\n};\n`;
  return [
    { path: options!.path, program: 'named-checkconf', checked: await checkNamedConf(whole) },
    ...(await checkNamed(request, policies)),
  ];
}

function foldersOf(
  values: FormatRequest['values'],
): Pick<NamedOptions, 'keyDirectory' | 'zoneDirectory' | 'nameServer'> {
  return {
    ...(values['key-directory'] === undefined ? {} : { keyDirectory: values['key-directory'] }),
    ...(values['zone-directory'] === undefined ? {} : { zoneDirectory: values['zone-directory'] }),
    ...(values['name-server'] === undefined ? {} : { nameServer: values['name-server'] }),
  };
}

/** Which variants an option says something about; it would go unheard in the others. */
const READ_BY = {
  realm: ['self', 'self-host', 'listed'],
  'name-server': ['unsigned-hosts'],
  'key-directory': ['publisher'],
} as const satisfies Readonly<Record<string, readonly NamedVariant[]>>;

function requireUse(values: FormatRequest['values'], variant: NamedVariant): void {
  for (const [option, variants] of Object.entries(READ_BY)) {
    const value = values[option as keyof typeof READ_BY];
    if (value === undefined || value.length === 0 || variants.some((one) => one === variant)) continue;
    throw usage(
      `--${option} says nothing about the variant ${variant}`,
      `leave it out, or choose --variant ${variants.join(' or ')}`,
    );
  }
}

/** Whoever writes the policy need not hold the key: a key that is not here keeps its name of the desired state. */
async function namesInKeyFiles(
  { state, folder }: LoadedState,
  env: Readonly<Record<string, string | undefined>>,
): Promise<{ readonly keyNames: Readonly<Record<string, Fqdn>>; readonly notes: readonly string[] }> {
  const keyNames: Record<string, Fqdn> = {};
  const notes: string[] = [];
  for (const [id, source] of Object.entries(state.keys)) {
    try {
      if (source.kind === 'env') {
        if (env[source.variable] !== undefined)
          keyNames[id] = keyFromEnvironment(source.variable, env).key.name;
      } else if ((await kindOfPath(resolve(folder, source.path))) !== 'nothing') {
        keyNames[id] = (await readKey(resolve(folder, source.path))).key.name;
      }
    } catch (error) {
      if (!(error instanceof KmsDnsError)) throw error;
      notes.push(
        `The key ${JSON.stringify(id)} cannot be read (${error.message}): its name is taken to be ${JSON.stringify(id)}.`,
      );
    }
  }
  return { keyNames, notes };
}

export async function checkNamed(
  { state: load, templates }: FormatRequest,
  files: readonly RenderedFile[],
): Promise<readonly CheckedFile[]> {
  const { state } = await load();
  const owners = new Map(
    state.domains.map(({ owner }) => [fileNameFor('db', displayName(owner), 'zone'), owner] as const),
  );
  return Promise.all(
    files.map(async ({ path, content }) => {
      const owner = owners.get(path);
      if (owner !== undefined)
        return { path, program: 'named-checkzone', checked: await checkZoneText(owner, String(content)) };
      // The key files are on the name server; any key will do to see whether the rest is in order.
      const standIn = renderBindKey(
        tsigKey(parseFqdn('stand-in'), 'hmac-sha256', new Uint8Array(macOctets('hmac-sha256'))),
        templates,
      );
      return {
        path,
        program: 'named-checkconf',
        checked: await checkNamedConf(String(content), includesOf(String(content), String(standIn.content))),
      };
    }),
  );
}

/** A stand-in for every file that a named.conf includes. */
function includesOf(conf: string, standIn: string): Readonly<Record<string, string>> {
  const includes = readNamedConf(conf, 'named.conf').statements.filter((one) => keywordOf(one) === 'include');
  return Object.fromEntries(includes.map((one) => [wordsOf(one)[1] ?? '', standIn]));
}

/** `bind-key`: random octets of the system's generator, as many as the digest has. */
export async function bindKey({ values, templates, state: load }: FormatRequest): Promise<Generated> {
  const name = values.key ?? (await onlyKeyName(load));
  const algorithm = values.algorithm ?? 'hmac-sha256';
  const file = renderBindKey(tsigKey(name, algorithm, randomBytes(macOctets(algorithm))), templates);
  const { notes } = parseKeyText(String(file.content), file.path);
  return { files: [file], warnings: [], notes };
}

async function onlyKeyName(load: FormatRequest['state']): Promise<Fqdn> {
  const { whole } = await load();
  const ids = Object.keys(whole.keys);
  const [only, ...more] = ids;
  if (only !== undefined && more.length === 0) return parseFqdn(only, 'key name');
  const which = only === undefined ? 'names no key' : `names ${ids.length} keys: ${ids.join(', ')}`;
  throw usage(`which key? The desired state ${which}`, 'add --key NAME');
}

export async function checkKey(files: readonly RenderedFile[]): Promise<readonly CheckedFile[]> {
  return Promise.all(
    files.map(async ({ path, content }) => ({
      path,
      program: 'named-checkconf',
      checked: await checkNamedConf(String(content)),
    })),
  );
}
