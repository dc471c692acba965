import { type RegData, type RegKey, type RegValue, readReg, regTypeName } from '../../core/reg-file.ts';
import type { At, FactDraft } from './fact-draft.ts';

/** A value of an export with the path it has, as written and as Windows compares it. */
export interface ExportedValue {
  readonly key: RegKey;
  /** Lower case, hives by their long names, the control set that is in use; without a `\` at the end. */
  readonly path: string;
  readonly value: RegValue;
}

/** Everything an export holds, ready to be asked for by path and name. */
export class RegistryExport {
  readonly #values = new Map<string, ExportedValue>();
  readonly #keys = new Set<string>();
  readonly #toldWrong = new Set<RegValue>();
  readonly #draft: FactDraft;

  constructor(draft: FactDraft, octets: Uint8Array) {
    this.#draft = draft;
    const { keys, problems } = readReg(withinLines(draft, octets), draft.file);
    for (const { line, message } of problems) draft.problem(line, message);
    let deletions = 0;
    for (const key of keys) {
      const path = comparable(key.path);
      if (key.deleted) {
        // An export has none; each costs a look at all that stood before it.
        if (++deletions <= MAX_DELETED_KEYS) this.#forget(path);
        continue;
      }
      this.#keys.add(path);
      for (const value of key.values) {
        const id = `${path}\\${value.name.toLowerCase()}`;
        if (value.data.kind === 'deleted') this.#values.delete(id);
        else this.#values.set(id, { key, path, value });
      }
    }
  }

  /** Keys below `path`, each once, in file order; `depth` 1 is directly below it. */
  below(path: string, depth: number): readonly string[] {
    const prefix = `${path}\\`;
    return [...this.#keys].filter(
      (key) => key.startsWith(prefix) && key.slice(prefix.length).split('\\').length === depth,
    );
  }

  get(path: string, name: string): ExportedValue | undefined {
    return this.#values.get(`${path}\\${name.toLowerCase()}`);
  }

  /** Where a value stands, whatever it holds. */
  at(path: string, name: string): At | undefined {
    const found = this.get(path, name);
    return found && placeOf(found);
  }

  /** A text; undefined when there is none. Of another type: a `wrong-type` fact, and undefined. */
  text(path: string, name: string): (At & { readonly text: string }) | undefined {
    const found = this.get(path, name);
    if (found === undefined) return undefined;
    const { data } = found.value;
    if (data.kind !== 'sz') return this.#wrong(found, 'REG_SZ');
    return { ...placeOf(found), text: data.text.trim() };
  }

  number(path: string, name: string): (At & { readonly number: number }) | undefined {
    const found = this.get(path, name);
    if (found === undefined) return undefined;
    const { data } = found.value;
    if (data.kind !== 'dword') return this.#wrong(found, 'REG_DWORD');
    return { ...placeOf(found), number: Number(data.value) };
  }

  list(path: string, name: string): (At & { readonly entries: readonly string[] }) | undefined {
    const found = this.get(path, name);
    if (found === undefined) return undefined;
    const { data } = found.value;
    if (data.kind !== 'multi-sz') return this.#wrong(found, 'REG_MULTI_SZ');
    return { ...placeOf(found), entries: data.entries };
  }

  #wrong(found: ExportedValue, expected: string): undefined {
    const { value } = found;
    if (this.#toldWrong.has(value)) return undefined;
    this.#toldWrong.add(value);
    const type = typeName(value.data);
    this.#draft.fact('wrong-type', placeOf(found), { value: value.name, expected, found: type });
    this.#draft.decoded(value.name, shown(value.data), `${type} where Windows reads ${expected}: ignored`);
    return undefined;
  }

  #forget(path: string): void {
    for (const key of this.#keys) if (key === path || key.startsWith(`${path}\\`)) this.#keys.delete(key);
    for (const [id, value] of this.#values)
      if (value.path === path || value.path.startsWith(`${path}\\`)) this.#values.delete(id);
  }
}

const MAX_LINES = 200_000;
const MAX_DELETED_KEYS = 100;

/** Cut after so many lines: each could be a problem of its own. */
function withinLines(draft: FactDraft, octets: Uint8Array): Uint8Array {
  let at = -1;
  for (let line = 0; line < MAX_LINES; line++) {
    at = octets.indexOf(0x0a, at + 1);
    if (at < 0) return octets;
  }
  draft.problem(MAX_LINES, 'only what stands before this line was read: export the keys that matter');
  return octets.subarray(0, at);
}

/** `HKLM\System\ControlSet001\…` and `HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\…` are the same key. */
function comparable(path: string): string {
  return path
    .toLowerCase()
    .replace(/^hklm(?=\\|$)/, 'hkey_local_machine')
    .replace(/^hku(?=\\|$)/, 'hkey_users')
    .replace(/^(hkey_local_machine\\system)\\controlset\d{3}(?=\\|$)/, '$1\\currentcontrolset')
    .replace(/\\$/, '');
}

function placeOf({ key, value }: ExportedValue): At {
  return { line: value.line, place: `${key.path}\\${value.name}`, raw: shown(value.data) };
}

function shown(data: RegData): string {
  switch (data.kind) {
    case 'sz':
    case 'expand-sz':
      return data.text;
    case 'multi-sz':
      return data.entries.join(' | ');
    case 'dword':
    case 'qword':
      return String(data.value);
    case 'binary':
      return `${data.octets.length} octets`;
    case 'deleted':
      return '-';
  }
}

function typeName(data: RegData): string {
  const named = regTypeName(data);
  if (named !== undefined) return named;
  if (data.kind !== 'binary') return 'nothing';
  return data.type === 0 ? 'REG_NONE' : `registry type ${data.type}`;
}
