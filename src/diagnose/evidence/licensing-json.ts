import type { FactDraft } from './fact-draft.ts';
import { labelledLine } from './labelled-line.ts';
import {
  isLicensingObject,
  type Properties,
  type Property,
  readLicensingObjects,
} from './licensing-properties.ts';

const MAX_DEPTH = 64;
const MAX_OBJECTS = 5000;

/** Does it start as JSON does, a prompt or a byte order mark aside, and name a licensing property? */
export function looksLikeLicensingJson(text: string): boolean {
  return /^\s*[[{]/.test(text.slice(0, 4096)) && looksLicensing(text);
}

/** `Get-CimInstance … | ConvertTo-Json` and `Get-KmsLicenseInfo | ConvertTo-Json`: one object or many. */
export function readLicensingJson(draft: FactDraft, text: string): void {
  readLicensingObjects(draft, objectsIn(draft, text));
}

/** The same objects as PowerShell shows them without ConvertTo-Json: `Name : value`. */
export function looksLikeLicensingList(lines: readonly string[]): boolean {
  return lines.some((line) => {
    const label = labelledLine(line)?.label ?? '';
    return (
      /^[A-Za-z]+$/.test(label) && isLicensingObject(new Map([[label.toLowerCase(), { line: 0, text: '' }]]))
    );
  });
}

export function readLicensingList(draft: FactDraft, lines: readonly string[]): void {
  let properties = new Map<string, Property>();
  const objects: Properties[] = [properties];
  lines.forEach((source, i) => {
    const parts = labelledLine(source);
    if (source.trim() === '' && properties.size > 0) {
      properties = new Map();
      if (objects.length < MAX_OBJECTS) objects.push(properties);
    } else if (parts !== undefined && /^[A-Za-z_]{2,80}$/.test(parts.label))
      properties.set(parts.label.toLowerCase(), { line: i + 1, text: parts.value });
  });
  readLicensingObjects(draft, objects);
}

function looksLicensing(text: string): boolean {
  return /"(?:(?:Is|Discovered)?KeyManagementService\w+|VLActivation\w+|LicenseStatus|ProductKeyChannel)"/i.test(
    text,
  );
}

/**
 * Every object of a JSON text, also of one that was cut off or edited by hand: what does not fit is named once and
 * stepped over. JSON.parse would give nothing of such a file, and no line for what it gives of a whole one.
 */
function objectsIn(draft: FactDraft, text: string): readonly Properties[] {
  const objects: Map<string, Property>[] = [];
  const open: (Map<string, Property> | 'array')[] = [];
  let at = 0;
  let line = 1;
  let key: string | undefined;
  let complained = false;
  const complain = (what: string): void => {
    if (!complained) draft.problem(line, `not JSON: ${what}; the rest was read as far as it goes`);
    complained = true;
  };
  const put = (property: string): void => {
    const inside = open.at(-1);
    if (inside instanceof Map && key !== undefined && inside.size < 1000)
      inside.set(key.toLowerCase(), { line, text: property });
    key = undefined;
  };

  while (at < text.length) {
    const char = text[at]!;
    if (char === '\n') line++;
    if (/[\s,\uFEFF]/.test(char)) at++;
    else if (char === '{' || char === '[') {
      if (open.length === MAX_DEPTH) {
        complain('it is nested too deeply');
        break;
      }
      const inside = char === '{' ? new Map<string, Property>() : 'array';
      if (inside instanceof Map && objects.length < MAX_OBJECTS) objects.push(inside);
      open.push(inside);
      key = undefined;
      at++;
    } else if (char === '}' || char === ']') {
      const inside = open.pop();
      if (inside === undefined || (inside === 'array') !== (char === ']'))
        complain(`a ${char} closes nothing`);
      key = undefined;
      at++;
    } else if (char === '"') {
      const string = stringAt(text, at);
      if (string === undefined) {
        complain('a text does not end');
        break;
      }
      at = string.end;
      const colon = /^\s{0,20}:/.exec(text.slice(at, at + 30));
      if (key === undefined && open.at(-1) instanceof Map && colon !== null) {
        key = string.value;
        at += colon[0].length;
      } else put(string.value);
    } else {
      const word = /^[-+.\w]{1,40}/.exec(text.slice(at, at + 40))?.[0];
      if (word === undefined) complain(`${JSON.stringify(char)} stands between the values`);
      else if (/^(?:true|false|-?\d+(?:\.\d+)?(?:e[-+]?\d+)?)$/i.test(word)) put(word);
      else if (word === 'null') put('');
      else complain(`${JSON.stringify(word)} is no value`);
      at += word?.length ?? 1;
    }
  }
  if (open.length > 0) complain('it ends before everything is closed');
  return objects;
}

/** The string whose quote stands at `at`; undefined when its line ends first. */
function stringAt(text: string, at: number): { readonly value: string; readonly end: number } | undefined {
  let end = at + 1;
  for (; text[end] !== '"'; end++) {
    if (end >= text.length || text[end] === '\n') return undefined;
    if (text[end] === '\\') end++;
  }
  try {
    return { value: String(JSON.parse(text.slice(at, end + 1))), end: end + 1 };
  } catch {
    return { value: text.slice(at + 1, end), end: end + 1 };
  }
}
