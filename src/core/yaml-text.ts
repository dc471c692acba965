import {
  type Alias,
  isAlias,
  isNode,
  isScalar,
  LineCounter,
  type Node,
  type ParsedNode,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import type { Problem } from './errors.ts';

// The only door to the `yaml` package.
export { isMap, isScalar, isSeq, type Pair, type ParsedNode, type YAMLMap } from 'yaml';

/** Larger texts are refused unread: 10,000 domains written at length take 3 MiB. */
const MAX_LENGTH = 8 * 1024 * 1024;
/** One broken line makes the YAML reader complain about many that follow it. */
const MAX_SYNTAX_PROBLEMS = 10;
const MAX_PROBLEMS = 1000;

export type Place = Omit<Problem, 'message'>;

/** Collects what is wrong, by offset in the text. */
export interface ProblemList {
  add(offset: number, message: string): void;
  place(offset: number): Place;
  /** In file order, each once; after 1000 only their number is given. */
  all(): readonly Problem[];
}

export interface YamlText {
  /** Undefined when the text cannot be read as one YAML document; `problems` then says why. */
  readonly root: ParsedNode | undefined;
  readonly problems: ProblemList;
  /** The node an alias stands for, else the node itself; undefined (and a problem) for an alias of nothing. */
  follow(node: ParsedNode): ParsedNode | undefined;
}

/**
 * Reads one YAML 1.2 document (core schema; JSON is YAML) into nodes that know their place. Never throws: what
 * is no such document is a problem, and then the only kind, since places after a syntax error are guesses.
 */
export function readYamlText(source: string, file: string): YamlText {
  const text = source.startsWith('\ufeff') ? source.slice(1) : source;
  const lines = new LineCounter();
  const problems = problemList(file, lines);
  const unreadable = { root: undefined, problems, follow: () => undefined };

  const unusable = problemOfText(text);
  if (unusable !== undefined) {
    lines.addNewLine(0);
    for (let i = text.indexOf('\n'); i >= 0 && i < unusable.at; i = text.indexOf('\n', i + 1))
      lines.addNewLine(i + 1);
    problems.add(unusable.at, unusable.message);
    return unreadable;
  }
  // Keys are compared in read-shape.ts: the reader's own check is quadratic, and blind to two spellings of one name.
  const document = parseDocument(text, {
    lineCounter: lines,
    schema: 'core',
    merge: false,
    uniqueKeys: false,
    prettyErrors: false,
    // 'silent' would also hide that there is a second document.
    logLevel: 'error',
  });
  const complaints = [...document.errors, ...document.warnings].sort((a, b) => a.pos[0] - b.pos[0]);
  if (complaints.length > 0) {
    const perLine = new Map<number, YAMLError>();
    for (const complaint of complaints) {
      const { line } = problems.place(complaint.pos[0]);
      if (!perLine.has(line)) perLine.set(line, complaint);
    }
    for (const complaint of [...perLine.values()].slice(0, MAX_SYNTAX_PROBLEMS))
      problems.add(complaint.pos[0], syntaxMessage(complaint));
    return unreadable;
  }
  const root = document.contents;
  if (root === null || (isScalar(root) && root.value === null)) {
    problems.add(0, 'the file is empty; a desired state starts with "version: 1"');
    return unreadable;
  }
  return { root, problems, follow: followAliases(root, problems) };
}

function problemList(file: string, lines: LineCounter): ProblemList {
  const found = new Map<string, { readonly offset: number; readonly message: string }>();
  let more = 0;
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  return {
    add: (offset, message) => {
      // What an alias repeats is wrong in one place only.
      if (found.size < MAX_PROBLEMS) found.set(`${offset} ${message}`, { offset, message });
      else more++;
    },
    place,
    all: () => {
      const sorted = [...found.values()].sort((a, b) => a.offset - b.offset);
      const problems = sorted.map(({ offset, message }) => ({ ...place(offset), message }));
      const last = problems.at(-1);
      if (more > 0 && last !== undefined)
        problems.push({ ...last, message: `and ${more} more problems in this file` });
      return problems;
    },
  };
}

/** What makes a text unfit before YAML is even tried; only the first of it is told. */
function problemOfText(text: string): { readonly at: number; readonly message: string } | undefined {
  if (text.length > MAX_LENGTH)
    return { at: 0, message: `the file has ${text.length} characters; at most ${MAX_LENGTH} are read` };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffe\uffff]|\r(?!\n)/.exec(text);
  if (control === null) return undefined;
  const at = control.index;
  if (control[0] === '\r')
    return { at, message: 'a carriage return without a line feed; end lines with LF or CRLF' };
  const code = control[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
  return { at, message: `the character U+${code} cannot stand in a text file; save the file as UTF-8 text` };
}

function syntaxMessage(complaint: YAMLError): string {
  switch (complaint.code) {
    case 'TAB_AS_INDENT':
      return 'a tab indents this line; YAML allows blanks only';
    case 'MULTIPLE_DOCS':
      return 'a second document starts here ("---"); a desired state is one document';
    case 'RESOURCE_EXHAUSTION':
      return 'lists and maps are nested too deeply here';
    default:
      return `not YAML: ${complaint.message}`;
  }
}

/** The YAML reader walks the whole document for every alias; this walks it once, at the first. */
function followAliases(root: Node, problems: ProblemList): YamlText['follow'] {
  let anchors: Map<string, ParsedNode[]> | undefined;
  const target = (alias: Alias.Parsed): ParsedNode | undefined => {
    anchors ??= anchorsOf(root);
    // An anchor may be set again: the last one before the alias counts (YAML 1.2.2 §7.1).
    return anchors.get(alias.source)?.findLast((node) => node.range[0] < alias.range[0]);
  };
  return (node) => {
    if (!isAlias(node)) return node;
    const found = target(node as Alias.Parsed);
    if (found === undefined)
      problems.add(node.range[0], `no anchor "&${node.source}" stands before this alias`);
    return found;
  };
}

function anchorsOf(root: Node): Map<string, ParsedNode[]> {
  const anchors = new Map<string, ParsedNode[]>();
  visit(root, (_, node) => {
    if (!isNode(node) || isAlias(node) || node.anchor === undefined) return;
    const same = anchors.get(node.anchor);
    if (same === undefined) anchors.set(node.anchor, [node as ParsedNode]);
    else same.push(node as ParsedNode);
  });
  return anchors;
}
