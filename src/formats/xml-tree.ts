import type { Problem } from '../core/errors.ts';
import type { Place } from '../core/yaml-text.ts';

/** An element of an XML document. Attribute values and text are decoded. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** What stands between its tags, without that of its children. */
  readonly text: string;
  readonly place: Place;
}

/** Deeper than any settings file. */
const MAX_DEPTH = 64;

/** A declaration, a comment, CDATA, a tag, or text. Sticky, and each part ends at a fixed mark: linear. */
const PIECE =
  /<\?[^>]*>|<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<![^>[]*>|<(\/?)([A-Za-z_][\w:.-]*)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|[^<]+/y;

/**
 * Reads the elements of an XML document (XML 1.0): enough for settings files. No document type is read and no entity
 * is known but the five of XML and numbers. Never throws; reading ends at the first place that makes no sense, which
 * is the problem, and what was open there counts as closed.
 */
export function readXml(
  text: string,
  file: string,
): { readonly root: XmlElement; readonly problem: Problem | undefined } {
  const placeOf = placeFinder(text, file);
  const root = element('', new Map(), placeOf(0));
  const open = [root];
  let problem: Problem | undefined;
  const stop = (at: number, message: string): void => {
    problem = { ...placeOf(at), message };
  };
  for (let at = 0; at < text.length && problem === undefined; ) {
    const here = open[open.length - 1]!;
    PIECE.lastIndex = at;
    const piece = PIECE.exec(text);
    if (piece === null) stop(at, 'this is no XML');
    else {
      const [whole, cdata, isEnd, name = '', attributes = '', isEmpty] = piece;
      if (cdata !== undefined) here.text += cdata;
      else if (!whole.startsWith('<')) here.text += decoded(whole);
      else if (name !== '' && isEnd === '/') {
        if (here.name === name) open.pop();
        else stop(at, `</${name}> closes nothing here`);
      } else if (name !== '') {
        const child = element(name, attributesOf(attributes), placeOf(at));
        here.children.push(child);
        if (isEmpty !== '/') open.push(child);
        if (open.length > MAX_DEPTH) stop(at, `more than ${MAX_DEPTH} elements in one another`);
      }
      at += whole.length;
    }
  }
  if (problem === undefined && open.length > 1)
    stop(text.length, `<${open[open.length - 1]!.name}> is never closed`);
  return { root, problem };
}

/** The elements of a name, anywhere below this one, in the order of the document. */
export function elementsBelow(root: XmlElement, name: string): readonly XmlElement[] {
  return root.children.flatMap((child) => [
    ...(child.name === name ? [child] : []),
    ...elementsBelow(child, name),
  ]);
}

interface OpenElement extends XmlElement {
  readonly children: OpenElement[];
  text: string;
}

function element(name: string, attributes: ReadonlyMap<string, string>, place: Place): OpenElement {
  return { name, attributes, children: [], text: '', place };
}

function attributesOf(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [, name = '', double, single] of text.matchAll(/([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g))
    found.set(name, decoded(double ?? single ?? ''));
  return found;
}

const NAMED: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

function decoded(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w+));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return NAMED.get(name) ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

/** Places of offsets that only ever grow. */
function placeFinder(text: string, file: string): (at: number) => Place {
  let line = 1;
  let lineStart = 0;
  let seen = 0;
  return (at) => {
    for (; seen < at; seen++)
      if (text.charCodeAt(seen) === 0x0a) {
        line++;
        lineStart = seen + 1;
      }
    return { file, line, column: at - lineStart + 1 };
  };
}
