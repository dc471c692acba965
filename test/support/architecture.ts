import { posix } from 'node:path';
import { transformSync } from 'esbuild';

/** Source files by path below src/, with forward slashes. */
export type Sources = ReadonlyMap<string, string>;

interface Import {
  readonly from: string;
  /** The import as it is written. */
  readonly specifier: string;
  /** The path below src/ that a relative import means; undefined for modules and packages. */
  readonly file: string | undefined;
  readonly typesOnly: boolean;
}

/** Which rooms a room may import. A file directly in src/ is in the room ''. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  core: [],
  publish: ['core'],
  bind: ['core'],
  formats: ['core'],
  directory: ['core'],
  kerberos: ['core'],
  explain: ['core'],
  lint: ['core'],
  diagnose: ['core'],
  monitor: ['core'],
  lab: ['core'],
  cli: [
    'core',
    'publish',
    'bind',
    'formats',
    'directory',
    'kerberos',
    'diagnose',
    'explain',
    'lint',
    'monitor',
    'lab',
  ],
  '': [
    'core',
    'publish',
    'bind',
    'formats',
    'directory',
    'kerberos',
    'diagnose',
    'explain',
    'lint',
    'monitor',
  ],
};

/** The only files that may touch Node's I/O modules; each is a thin edge that a test replaces. */
const EDGES: ReadonlySet<string> = new Set([
  'core/clock.ts',
  'core/net-sockets.ts',
  'core/udp-lanes.ts',
  'core/udp-bulk.ts',
  'core/tcp-connections.ts',
  'core/system.ts',
  'core/files.ts',
  'lab/sockets.ts',
  'bind/check.ts',
  'kerberos/native.ts',
  'directory/ldap.ts',
  'directory/ldap-line.ts',
  'cli/io.ts',
  'cli/bin.ts',
  'cli/packs.ts',
]);

/** Node modules that compute and touch nothing. */
const PURE_MODULES: ReadonlySet<string> = new Set([
  'node:buffer',
  'node:crypto',
  'node:path',
  'node:url',
  'node:util',
]);

/** One door per dependency: who may import which package. */
const DOORS: Readonly<Record<string, (file: string) => boolean>> = {
  yargs: (file) => file.startsWith('cli/'),
  ora: (file) => file === 'cli/io.ts',
  yaml: (file) => file === 'core/yaml-text.ts',
  koffi: (file) => file === 'kerberos/native.ts',
  ldapts: (file) => file === 'directory/ldap.ts',
};

/** Globals that make a result depend on more than its arguments. */
const EFFECTS = [
  'Date.now',
  'Math.random',
  'performance',
  'process',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'fetch',
] as const;

/** Files that decide and wait for nobody: their answer depends on their arguments alone. */
const DECIDERS: readonly RegExp[] = [
  /^(bind|formats|lint)\//,
  /^core\/(name|srv|kms|finding|catalogue|desired-state|shape|read-shape|template|wire|rdata|key-file|reg-file|zone-(tokens|reader|lines)|named-reader|nsupdate-reader|decode-text|publish-list|tkey-(record|faults))\b/,
  /^publish\/(plan|update|outcome|refusal-text|warnings|documents|publish-list)\b/,
  /^diagnose\/(rules|client|diagnose|findings|simulate|report)\b/,
  /^directory\/(ace|access|ageing|audit-[a-z-]+|ber|channel-binding|ldap-bind-message|dns-(record|property)|file-time|guid|ldap-dn|mending|octet-cursor|sddl|security-descriptor|sid)\b/,
  /^kerberos\/(keytab|ccache|fault|krb-error|krb5-codes|octet-cursor|principal|native-memory)\b/,
];

const BANNED_NAMES = /^(utils?|helpers?|common|misc|types|base|manager|services?|index)$/;
const MAX_LINES = 450;

/** Every way in which the sources break the rules of the house, as `file: what`; sorted. */
export function violations(sources: Sources): readonly string[] {
  const imports = [...sources].flatMap(([file, text]) => importsOf(file, text));
  return [
    ...[...sources].flatMap(([file, text]) => [
      ...nameProblems(file),
      ...sizeProblems(file, text),
      ...effectProblems(file, text),
      ...(file === 'index.ts' ? frontDoorProblems(file, text) : []),
    ]),
    ...imports.flatMap((each) => importProblems(each, sources)),
    ...cycleProblems(imports),
  ].sort();
}

function roomOf(file: string): string {
  return file.includes('/') ? file.slice(0, file.indexOf('/')) : '';
}

function importsOf(file: string, text: string): Import[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  const statements = /^\s*(?:import|export)\b[^;'"`]*?\bfrom\s*['"]([^'"]+)['"]/gm;
  const bare = /^\s*import\s*['"]([^'"]+)['"]/gm;
  const calls = /\b(?:import|require)\(\s*['"]([^'"]+)['"]/g;
  return [statements, bare, calls]
    .flatMap((pattern) => [...code.matchAll(pattern)])
    .map(([statement, specifier = '']) => ({
      from: file,
      specifier,
      typesOnly: /^\s*(import|export)\s+type\b/.test(statement),
      file: specifier.startsWith('.') ? sourceOf(posix.join(posix.dirname(file), specifier)) : undefined,
    }));
}

/** The source of a file that only exists once it is built: the entry loads the bundle beside it. */
function sourceOf(path: string): string {
  return path.replace(/\.cjs$/, '.ts');
}

function importProblems(each: Import, sources: Sources): string[] {
  const { from, specifier, file } = each;
  if (file !== undefined) {
    if (!sources.has(file)) return [`${from}: imports ${specifier}, which is not a file of src`];
    const [room, other] = [roomOf(from), roomOf(file)];
    if (file === 'index.ts') return [`${from}: imports the front door ${file}`];
    if (room === other || ROOMS[room]?.includes(other)) return [];
    return [`${from}: the room ${room || 'src'} may not import ${file}`];
  }
  if (specifier.startsWith('node:')) {
    if (EDGES.has(from) || PURE_MODULES.has(specifier)) return [];
    return [`${from}: only the edge files may import ${specifier}`];
  }
  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
  const mayPass = DOORS[name];
  if (mayPass === undefined) return [`${from}: imports ${name}, which is no dependency of this package`];
  return mayPass(from) ? [] : [`${from}: ${name} has its own door, and this is not it`];
}

function nameProblems(file: string): string[] {
  const problems = ROOMS[roomOf(file)] === undefined ? [`${file}: ${roomOf(file)} is not a room`] : [];
  if (file === 'index.ts') return problems;
  const bad = file.split('/').find((part) => BANNED_NAMES.test(part.replace(/\.ts$/, '')));
  return bad === undefined ? problems : [...problems, `${file}: the name ${bad} says nothing`];
}

function sizeProblems(file: string, text: string): string[] {
  const lines = text.split('\n').length - 1;
  return lines > MAX_LINES ? [`${file}: ${lines} lines, more than ${MAX_LINES}`] : [];
}

/**
 * esbuild's `define` replaces a name only where it really is the global: not in a comment, a string, a property
 * or a local of the same name.
 */
function effectProblems(file: string, text: string): string[] {
  const watched = [...EFFECTS, 'console', 'process.exit', 'Promise'];
  const marks = new Map(watched.map((name) => [name, `__watched_${name.replace('.', '_')}__`]));
  const { code } = transformSync(text, {
    loader: 'ts',
    define: Object.fromEntries(marks),
    logLevel: 'silent',
  });
  const uses = (name: string): boolean => new RegExp(`\\b${marks.get(name)}\\b`).test(code);

  const effects = EFFECTS.filter(uses);
  if (/\bnew Date\(\)/.test(code)) effects.push('Date.now');
  const waits = uses('Promise') || /\b(async|await)\b/.test(code);
  const mayWait = EDGES.has(file) || !DECIDERS.some((pattern) => pattern.test(file));
  const mayHaveEffects = EDGES.has(file) || roomOf(file) === 'cli';
  return [
    ...(mayHaveEffects ? [] : [...new Set(effects)].map((name) => `${file}: uses ${name}`)),
    ...(waits && !mayWait ? [`${file}: waits, but it is there to decide`] : []),
    ...(uses('process.exit') ? [`${file}: calls process.exit, which cuts piped output`] : []),
    ...(uses('console') && file !== 'cli/io.ts' ? [`${file}: uses console`] : []),
  ];
}

/** The library's front door only names what others made. */
function frontDoorProblems(file: string, text: string): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/.*$/gm, '');
  const rest = code.replace(/export\s+(?:type\s+)?\{[^}]*\}\s+from\s+'[^']+';/g, '').trim();
  return rest === '' ? [] : [`${file}: is more than re-exports: ${rest.split('\n')[0]}`];
}

/**
 * Each cycle once, named from its first file in the alphabet. Types may refer to each other across files: they
 * are gone when the code runs, and each stays where its values are made.
 */
function cycleProblems(imports: readonly Import[]): string[] {
  const next = new Map<string, string[]>();
  for (const { from, file, typesOnly } of imports)
    if (file !== undefined && !typesOnly) next.set(from, [...(next.get(from) ?? []), file]);
  const found = new Set<string>();
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file);
    if (start !== -1) {
      const cycle = path.slice(start);
      const first = cycle.indexOf([...cycle].sort()[0]!);
      const turned = [...cycle.slice(first), ...cycle.slice(0, first)];
      found.add(`${turned[0]}: imports itself by way of ${[...turned.slice(1), turned[0]].join(' → ')}`);
    } else if (!done.has(file)) {
      for (const other of next.get(file) ?? []) visit(other, [...path, file]);
      done.add(file);
    }
  };
  for (const file of next.keys()) visit(file, []);
  return [...found];
}
