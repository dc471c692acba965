import { HOSTILE } from './generated.ts';

/** {@link HOSTILE}, and what ends a tag, an attribute, a span of code, a table, a section or a terminal's line. */
export const HOSTILE_TEXT: readonly (readonly [string, string])[] = [
  ...HOSTILE,
  ['a script', '<script>alert(1)</script>'],
  ['an image with a handler', '<img src=x onerror=alert(1)>'],
  ['the end of an attribute', '" onmouseover="alert(1)" x="'],
  ['the end of an attribute in single quotes', "' onmouseover='alert(1)"],
  ['a backtick attribute of old browsers', '`onmouseover=alert(1)'],
  ['the end of a comment and of CDATA', '--> ]]> <b>'],
  ['the end of the style and the title', '</style></title><script>alert(1)</script>'],
  ['an entity', '&lt;b&gt; &amp;#60; &'],
  ['a javascript link', 'javascript:alert(1)'],
  ['a fragment', '#x" href="https://evil.example/'],
  ['an SVG', '</text></svg><svg onload=alert(1)>'],
  ['a Markdown link', '[x](https://evil.example/) ![y](https://evil.example/a.png)'],
  ['a bare link', 'https://evil.example/ www.evil.example'],
  ['a Markdown heading and a list', '# evil\n- evil'],
  ['a fence', '```\nevil\n```'],
  ['ticks', '` `` ``` ````'],
  ['a table', '| a | b |\n| - | - |'],
  ['emphasis', '**a** _b_ ~~c~~ <b>d</b>'],
  ['an escape sequence of a terminal', '\u001b[2J\u001b[1;1Hevil\u001b]8;;https://evil.example\u0007'],
  ['a C1 control sequence', '\u009b2Jevil'],
  ['backspaces', 'good\b\b\b\bevil'],
  ['a tag character', 'a\u{e0041}b'],
  ['a noncharacter', 'a\ufffeb'],
];
