/** An element as it stood in a document. Attribute values and texts are decoded. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly (XmlElement | string)[];
}

/** Elements of HTML that have no end tag. */
const VOID = new Set(['meta', 'link', 'br', 'hr', 'img', 'input']);

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/**
 * Reads XML, or HTML that is written like it, far more strictly than any browser: every tag closed in order, every
 * attribute once and in double quotes, no bare `&` or `<`, no entity but the five of XML and numbers, no character
 * that XML 1.0 forbids. Throws on the first thing that is not so.
 */
export function checkXml(source: string): XmlElement {
  const forbidden = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u.exec(source);
  if (forbidden !== null) throw new Error(`a character XML forbids at ${forbidden.index}`);
  const text = source.replace(/^<\?xml [^?]*\?>\n/, '').replace(/^<!doctype html>\n/, '');
  const root: { name: string; attributes: Record<string, string>; children: (XmlElement | string)[] } = {
    name: '',
    attributes: {},
    children: [],
  };
  const open = [root];
  let at = 0;
  while (at < text.length) {
    const here = open[open.length - 1]!;
    if (text[at] !== '<') {
      const end = text.indexOf('<', at);
      const part = text.slice(at, end === -1 ? text.length : end);
      here.children.push(here.name === 'style' ? part : decoded(part));
      at += part.length;
      continue;
    }
    const tag = /^<(\/?)([a-zA-Z][\w:-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/.exec(text.slice(at));
    if (tag === null) throw new Error(`no tag: ${JSON.stringify(text.slice(at, at + 80))}`);
    const [whole, isEnd, name = '', attributeText = '', isEmpty] = tag;
    at += whole.length;
    if (isEnd === '/') {
      if (here.name !== name) throw new Error(`</${name}> where </${here.name}> belongs`);
      open.pop();
      continue;
    }
    const attributes: Record<string, string> = {};
    for (const [, key = '', value = ''] of attributeText.matchAll(/([\w:-]+)="([^"]*)"/g)) {
      if (Object.hasOwn(attributes, key)) throw new Error(`<${name}> has ${key} twice`);
      attributes[key] = decoded(value);
    }
    const element = { name, attributes, children: [] };
    here.children.push(element);
    if (isEmpty !== '/' && !VOID.has(name)) open.push(element);
  }
  if (open.length > 1) throw new Error(`<${open[open.length - 1]!.name}> is never closed`);
  const elements = root.children.filter((child) => typeof child !== 'string');
  if (elements.length !== 1) throw new Error(`${elements.length} root elements`);
  return elements[0]!;
}

function decoded(text: string): string {
  return text.replace(/&(#\d+|#x[0-9a-f]+|\w+)?(;?)/gi, (whole, name: string | undefined, end: string) => {
    if (name === undefined || end === '') throw new Error(`a bare &: ${JSON.stringify(text.slice(0, 80))}`);
    if (name.startsWith('#')) return String.fromCodePoint(Number(name.replace('#x', '0x').replace('#', '')));
    const known = NAMED[name];
    if (known === undefined) throw new Error(`an unknown entity ${whole}`);
    return known;
  });
}

/** Every element below and including one, in document order. */
export function elementsOf(element: XmlElement): readonly XmlElement[] {
  return [
    element,
    ...element.children.flatMap((child) => (typeof child === 'string' ? [] : elementsOf(child))),
  ];
}

/** All text of an element. */
export function textContent(element: XmlElement): string {
  return element.children.map((child) => (typeof child === 'string' ? child : textContent(child))).join('');
}
