import { visible } from './visible.ts';

/*
 * HTML and XML that cannot be broken by a value: the only way to make any is the tag below, which escapes what is put
 * into a hole, whatever it is, and refuses a hole where escaping would not be enough.
 */

const MARKUP: unique symbol = Symbol('markup');

/** A piece of HTML or XML made by {@link html}: nothing that was read from anywhere is one. */
export interface Markup {
  readonly [MARKUP]: string;
}

/** What may stand in a hole: a list is its members one after the other. */
export type Hole = string | number | Markup | readonly Hole[];

/**
 * Markup with every hole escaped. A hole may stand in text and in an attribute value in double quotes; a link
 * attribute takes one only behind `#`. Anything else throws a plain error, a bug of ours: in the name of a tag or an
 * attribute, in a handler or a style, in `<script>`, `<style>` or a comment no escaping helps.
 */
export function html(strings: TemplateStringsArray, ...holes: readonly Hole[]): Markup {
  const places = placesOf(strings);
  let text = strings[0]!;
  for (const [i, hole] of holes.entries()) {
    text += places[i] === 'text' ? textOf(hole) : attributeOf(hole);
    text += strings[i + 1]!;
  }
  return { [MARKUP]: text };
}

/** The text of a piece of markup. */
export function markupText(markup: Markup): string {
  return markup[MARKUP];
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

/** Text as HTML and XML both take it; characters that obey or hide come out as `\u{202e}`. A line end stays one. */
export function escapedMarkup(text: string): string {
  return text
    .split('\n')
    .map((line) => visible(line).replace(/[&<>"'`]/g, (one) => ENTITIES[one]!))
    .join('\n');
}

function textOf(hole: Hole): string {
  if (typeof hole === 'string') return escapedMarkup(hole);
  if (typeof hole === 'number') return String(hole);
  if (isList(hole)) return hole.map(textOf).join('');
  return hole[MARKUP];
}

function attributeOf(hole: Hole): string {
  if (typeof hole === 'string') return escapedMarkup(hole);
  if (typeof hole === 'number') return String(hole);
  throw new Error('bug: only a text or a number can be an attribute value');
}

function isList(hole: Hole): hole is readonly Hole[] {
  return Array.isArray(hole);
}

type Place = 'text' | 'attribute';

const known = new WeakMap<TemplateStringsArray, readonly Place[]>();

/** Where each hole of a template stands; throws for a place that no hole may have. */
function placesOf(strings: TemplateStringsArray): readonly Place[] {
  let places = known.get(strings);
  if (places === undefined) {
    places = findPlaces(strings);
    known.set(strings, places);
  }
  return places;
}

/** Attributes that lead somewhere. */
const LINKS = /^(href|src|srcset|action|formaction|data|poster|cite|background|ping|xlink:href)$/i;

/** Attributes that are code. */
const CODE = /^(on.*|style|srcdoc)$/i;

/** Elements whose content is no markup. */
const RAW = /<(script|style|xmp|iframe|noembed|noframes|noscript|plaintext)\b|<!--/i;

function findPlaces(strings: readonly string[]): readonly Place[] {
  const refuse = (why: string): never => {
    throw new Error(`bug: ${why}: ${JSON.stringify(strings.join('…').slice(0, 200))}`);
  };
  let inside: 'text' | 'tag' | 'attribute' = 'text';
  let name = '';
  let value = '';
  let tag = '';
  const places: Place[] = [];
  for (const [i, part] of strings.entries()) {
    if (RAW.test(part)) refuse('a template with raw text or a comment');
    for (const character of part) {
      if (inside === 'attribute') {
        if (character === '"') {
          inside = 'tag';
          tag = '';
        } else value += character;
      } else if (inside === 'tag') {
        if (character === '>') inside = 'text';
        else if (character === "'") refuse('an attribute in single quotes');
        else if (character === '"') {
          name = /([^\s"'<>/=]+)\s*=\s*$/.exec(tag)?.[1] ?? refuse('quotes that belong to no attribute');
          value = '';
          inside = 'attribute';
        } else tag += character;
      } else if (character === '<') {
        inside = 'tag';
        tag = '';
      }
    }
    if (i === strings.length - 1) continue;
    if (inside === 'tag') refuse('a hole inside a tag, outside of a value in double quotes');
    if (inside === 'attribute') {
      if (CODE.test(name)) refuse(`a hole in ${name}, which is code`);
      if (LINKS.test(name) && !value.startsWith('#'))
        refuse(`a hole in ${name} that could lead out of the page`);
    }
    places.push(inside === 'text' ? 'text' : 'attribute');
  }
  if (inside !== 'text') refuse('a template that ends inside a tag');
  return places;
}
