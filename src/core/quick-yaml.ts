/**
 * The YAML that desired states are written in, read in a fifth of the time that the whole language takes: block maps
 * and lists, flow maps and lists that stay on their line, words, whole numbers, quoted text without escapes, comments.
 * Undefined as soon as anything else turns up, right or wrong: then a reader of the whole language has to be asked.
 * What is accepted means the same there, places included; a test holds the two against each other.
 */
export function readQuickYaml<Node>(text: string, make: NodeMaker<Node>): Node | undefined {
  const lines = linesOf(text);
  const first = lines?.[0];
  if (lines === undefined || first === undefined) return undefined;
  const reader = new QuickReader(text, lines, make);
  const root = reader.block(first.indent, 0);
  return reader.atEnd ? root : undefined;
}

/** Makes nodes; `at` is the offset in the text at which one begins. */
export interface NodeMaker<Node> {
  scalar(value: string | number, at: number): Node;
  map(entries: readonly (readonly [key: Node, value: Node])[], at: number): Node;
  list(items: readonly Node[], at: number): Node;
}

/** A line that holds more than a comment. */
interface Line {
  readonly indent: number;
  /** Offsets in the text: of the first character, and behind the last one that is no blank. */
  readonly start: number;
  readonly end: number;
}

const MAX_DEPTH = 16;
/** A key must end within 1024 characters (YAML 1.2.2 §7.4); longer lines are not looked at. */
const MAX_LINE = 1000;

/** Undefined when some line holds what a quick look cannot judge: tabs, more than ASCII, a document's marks. */
function linesOf(text: string): readonly Line[] | undefined {
  const lines: Line[] = [];
  for (let at = 0; at < text.length; ) {
    const newline = text.indexOf('\n', at);
    const next = newline < 0 ? text.length : newline;
    let start = at;
    while (start < next && text[start] === ' ') start++;
    let end = next;
    if (newline > start && text[end - 1] === '\r') end--;
    while (end > start && text[end - 1] === ' ') end--;
    if (end > start && text[start] !== '#') {
      if (end - at > MAX_LINE || !PRINTABLE.test(text.slice(start, end))) return undefined;
      if (start === at && /^(---|\.\.\.|%)/.test(text.slice(start, start + 3))) return undefined;
      lines.push({ indent: start - at, start, end });
    }
    at = next + 1;
  }
  return lines;
}

const PRINTABLE = /^[\x20-\x7e]*$/;

/** Sticky, so that they look where they are told to. A word holds nothing that means something to YAML anywhere. */
const WORD = /[A-Za-z0-9_./][A-Za-z0-9_./@+-]*/y;
const DOUBLE_QUOTED = /"([^"\\\n]*)"/y;
const SINGLE_QUOTED = /'([^'\n]*)'(?!')/y;
const BLANKS = / */y;

class QuickReader<Node> {
  readonly #text: string;
  readonly #lines: readonly Line[];
  readonly #make: NodeMaker<Node>;
  #line = 0;
  /** Behind what was read last on the line under way. */
  #at = 0;

  constructor(text: string, lines: readonly Line[], make: NodeMaker<Node>) {
    this.#text = text;
    this.#lines = lines;
    this.#make = make;
  }

  get atEnd(): boolean {
    return this.#line === this.#lines.length;
  }

  /** The map or list that begins on this line, at this indent. */
  block(indent: number, depth: number): Node | undefined {
    const line = this.#lines[this.#line];
    if (line === undefined || line.indent !== indent || depth > MAX_DEPTH) return undefined;
    this.#at = line.start;
    return this.#isItem(line.start) ? this.#list(indent, depth) : this.#map(indent, depth);
  }

  #list(indent: number, depth: number): Node | undefined {
    const at = this.#lines[this.#line]!.start;
    const items: Node[] = [];
    for (;;) {
      const line = this.#lines[this.#line];
      if (line === undefined || line.indent !== indent || !this.#isItem(line.start)) break;
      this.#at = line.start + 1;
      this.#skip(BLANKS);
      const column = indent + this.#at - line.start;
      // What stands below a hyphen, or a list in a list, is left to the other reader.
      if (this.#at === line.end || this.#isItem(this.#at)) return undefined;
      const isMap = this.#startsEntry();
      const item = isMap ? this.#map(column, depth + 1) : this.#inline(line, indent);
      if (item === undefined) return undefined;
      items.push(item);
    }
    return this.#make.list(items, at);
  }

  /** A block map whose first key stands at the place under way; `indent` is the column of its keys. */
  #map(indent: number, depth: number): Node | undefined {
    if (depth > MAX_DEPTH) return undefined;
    const at = this.#at;
    const entries: (readonly [Node, Node])[] = [];
    for (let line = this.#lines[this.#line]; line !== undefined; line = this.#lines[this.#line]) {
      if (entries.length > 0) {
        if (line.indent !== indent || this.#isItem(line.start)) break;
        this.#at = line.start;
      }
      const key = this.#scalar();
      if (key === undefined || typeof key.value !== 'string' || this.#text[this.#at] !== ':')
        return undefined;
      this.#at++;
      const value = this.#valueOf(line, indent, depth);
      if (value === undefined) return undefined;
      entries.push([this.#make.scalar(key.value, key.at), value]);
    }
    return this.#make.map(entries, at);
  }

  /** What follows the colon behind a key: on its line, or as a block below it. */
  #valueOf(line: Line, indent: number, depth: number): Node | undefined {
    const behindColon = this.#at;
    this.#skip(BLANKS);
    if (this.#at < line.end && this.#at === behindColon) return undefined;
    if (!this.#endsAt(line)) return this.#inline(line, indent);
    this.#line++;
    const below = this.#lines[this.#line];
    if (below === undefined || below.indent < indent) return undefined;
    // A list may stand at the indent of the key it belongs to (YAML 1.2.2 §8.2.1).
    if (below.indent === indent && !this.#isItem(below.start)) return undefined;
    return this.block(below.indent, depth + 1);
  }

  /** A scalar or a flow collection that ends with its line; `indent` is that of the collection it stands in. */
  #inline(line: Line, indent: number): Node | undefined {
    const node = this.#flow(line, 0);
    if (node === undefined) return undefined;
    this.#skip(BLANKS);
    if (!this.#endsAt(line)) return undefined;
    this.#line++;
    // A line that is indented further would go on with it.
    return (this.#lines[this.#line]?.indent ?? 0) > indent ? undefined : node;
  }

  /** Nothing but a comment left? The blank in front of its # has been passed. */
  #endsAt(line: Line): boolean {
    if (this.#at >= line.end) return true;
    return this.#text[this.#at] === '#' && this.#text[this.#at - 1] === ' ';
  }

  #flow(line: Line, depth: number): Node | undefined {
    if (depth > MAX_DEPTH) return undefined;
    const at = this.#at;
    const open = this.#text[at];
    if (open !== '{' && open !== '[') {
      const scalar = this.#scalar();
      return scalar === undefined ? undefined : this.#make.scalar(scalar.value, scalar.at);
    }
    const close = open === '{' ? '}' : ']';
    const entries: (readonly [Node, Node])[] = [];
    const items: Node[] = [];
    this.#at++;
    this.#skip(BLANKS);
    let isFirst = true;
    while (this.#text[this.#at] !== close) {
      if (!isFirst) {
        if (this.#text[this.#at] !== ',' || this.#text[this.#at + 1] !== ' ') return undefined;
        this.#at++;
        this.#skip(BLANKS);
      }
      isFirst = false;
      let key: Node | undefined;
      if (open === '{') {
        const name = this.#scalar();
        if (name === undefined || typeof name.value !== 'string') return undefined;
        if (this.#text[this.#at] !== ':' || this.#text[this.#at + 1] !== ' ') return undefined;
        this.#at++;
        this.#skip(BLANKS);
        key = this.#make.scalar(name.value, name.at);
      }
      const value = this.#flow(line, depth + 1);
      if (value === undefined || this.#at >= line.end) return undefined;
      this.#skip(BLANKS);
      if (key === undefined) items.push(value);
      else entries.push([key, value]);
    }
    this.#at++;
    return open === '{' ? this.#make.map(entries, at) : this.#make.list(items, at);
  }

  #scalar(): { readonly value: string | number; readonly at: number } | undefined {
    const at = this.#at;
    const quoted = this.#take(DOUBLE_QUOTED) ?? this.#take(SINGLE_QUOTED);
    if (quoted !== undefined) return { value: quoted[1]!, at };
    const word = this.#take(WORD)?.[0];
    const value = word === undefined ? undefined : valueOfWord(word);
    return value === undefined ? undefined : { value, at };
  }

  /** Does a key and its colon stand here? Leaves the place as it is. */
  #startsEntry(): boolean {
    const at = this.#at;
    const isEntry = this.#scalar() !== undefined && this.#text[this.#at] === ':';
    this.#at = at;
    return isEntry;
  }

  #isItem(at: number): boolean {
    const next = this.#text[at + 1];
    return this.#text[at] === '-' && (next === ' ' || next === '\n' || next === '\r' || next === undefined);
  }

  #skip(pattern: RegExp): void {
    this.#take(pattern);
  }

  #take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) return undefined;
    this.#at = pattern.lastIndex;
    return found;
  }
}

/** Text, or a whole number (YAML 1.2.2 §10.3.2); undefined for what may be something else. */
function valueOfWord(word: string): string | number | undefined {
  if (/^(0|[1-9]\d{0,14})$/.test(word)) return Number(word);
  if (/^(null|true|false)$/i.test(word) || /^\.(inf|nan)$/i.test(word)) return undefined;
  // Numbers of other forms are numbers to JavaScript, too; Infinity is text to YAML.
  return Number.isNaN(Number(word)) ? word : undefined;
}
