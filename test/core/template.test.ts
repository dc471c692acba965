import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { KmsDnsError } from '../../src/core/errors.ts';
import {
  readBackError,
  renderTemplate,
  type TemplateFields,
  type TemplateName,
} from '../../src/core/template.ts';
import { packaged, withTemplate } from '../support/generated.ts';

const NAME: TemplateName = 'bind/zone.inc.tmpl';
const render = (text: string, fields: TemplateFields): string =>
  renderTemplate(withTemplate(NAME, text), NAME, fields);

function thrown(action: () => unknown): KmsDnsError {
  try {
    action();
  } catch (error) {
    if (error instanceof KmsDnsError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('what a template does', () => {
  test.each<[string, string, TemplateFields, string]>([
    ['text alone', 'as it is { } %\n', {}, 'as it is { } %\n'],
    ['a hole', 'a {{x|comment}} b', { x: 'value' }, 'a value b'],
    ['two holes on a line', '{{x|uint}}/{{y|uint}}', { x: 1, y: 2 }, '1/2'],
    ['a list', '{{#all}}\n  {{x|uint}}\n{{/all}}\nend\n', { all: [{ x: 1 }, { x: 2 }] }, '  1\n  2\nend\n'],
    ['an empty list', 'a\n{{#all}}\n  {{x|uint}}\n{{/all}}\nb\n', { all: [] }, 'a\nb\n'],
    ['a list within its line', '[{{#all}}{{x|uint}};{{/all}}]', { all: [{ x: 1 }, { x: 2 }] }, '[1;2;]'],
    [
      'a list in a list',
      '{{#a}}\n{{x|comment}}:\n{{#b}}\n- {{y|uint}}\n{{/b}}\n{{/a}}\n',
      {
        a: [
          { x: 'p', b: [{ y: 1 }] },
          { x: 'q', b: [{ y: 2 }, { y: 3 }] },
        ],
      },
      'p:\n- 1\nq:\n- 2\n- 3\n',
    ],
    ['a list twice', '{{#a}}{{x|uint}}{{/a}} {{#a}}{{x|uint}}{{/a}}', { a: [{ x: 7 }] }, '7 7'],
    [
      'an indented block tag',
      'a {\n  {{#l}}\n    {{x|uint}};\n  {{/l}}\n}\n',
      { l: [{ x: 1 }] },
      'a {\n    1;\n}\n',
    ],
    [
      'line ends of Windows and a byte order mark',
      '\uFEFFa\r\n{{#l}}\r\nb\r\n{{/l}}\r\nc',
      { l: [{}] },
      'a\nb\nc',
    ],
    ['a value that looks like a hole', '{{x|comment}}', { x: '{{y|comment}}' }, '{{y|comment}}'],
    ['fields named after properties', '{{constructor|comment}}', { constructor: 'own' }, 'own'],
  ])('%s', (_, text, fields, expected) => {
    expect(render(text, fields)).toBe(expected);
  });

  test('the encoder is told the column', () => {
    const entries = ['a'.repeat(11)];
    const [near] = render('{{x|regMultiSz}}', { x: entries }).split('\n');
    const [far] = render(`${'-'.repeat(30)}{{x|regMultiSz}}`, { x: entries }).split('\n');
    expect(near).toMatch(/^hex\(7\):([0-9a-f]{2},){24}\\$/);
    expect(far).toMatch(/^-{30}hex\(7\):([0-9a-f]{2},){14}\\$/);
  });
});

describe('mistakes of a template', () => {
  test.each([
    ['a hole without an encoder', 'x\n{{name}}', 2, 1, 'the encoder is not optional'],
    ['an unknown encoder', '{{name|raw}}', 1, 1, 'unknown encoder "raw"'],
    ['an encoder from Object.prototype', 'a\n\n {{name|constructor}}', 3, 2, 'unknown encoder "constructor"'],
    ['an encoder called __proto__', '{{name|__proto__}}', 1, 1, 'is no hole'],
    ['blanks in a hole', '{{ name | fqdn }}', 1, 1, 'is no hole'],
    ['an empty hole', '{{}}', 1, 1, 'is no hole'],
    ['two encoders', '{{name|fqdn|comment}}', 1, 1, 'is no hole'],
    ['a path', '{{a.b|fqdn}}', 1, 1, 'is no hole'],
    ['a stray opening', 'text {{ text', 1, 6, 'stray "{{"'],
    ['an opening at the very end', 'text\n{{', 2, 1, 'stray "{{"'],
    ['a hole over two lines', '{{name|\nfqdn}}', 1, 1, 'stray "{{"'],
    ['a stray closing', 'text }} text', 1, 6, 'stray "}}"'],
    ['three braces', '{{{name|fqdn}}}', 1, 1, 'stray "{{"'],
    ['an unclosed block', 'a\n{{#list}}\nb', 2, 1, '{{#list}} is never closed'],
    ['a closed block that is not open', '{{/list}}', 1, 1, 'closes no open block'],
    ['blocks that cross', '{{#a}}{{#b}}{{/a}}{{/b}}', 1, 13, 'closes no open block'],
  ])('%s', (_, text, line, column, message) => {
    const error = thrown(() => render(text, { name: 'contoso.com.', list: [], a: [{ b: [] }] }));
    expect(error.code).toBe('template-invalid');
    expect(error.message).toContain(`/home/ann/templates/${NAME}:${error.problems[0]!.line}: `);
    expect(error.problems[0]).toMatchObject({ line, column, message: expect.stringContaining(message) });
  });

  it('reports all of them at once', () => {
    const error = thrown(() => render('{{a}}\n{{b|raw}}\n{{#c}}\n', {}));
    expect(error.problems.map(({ line }) => line)).toEqual([1, 2, 3]);
  });

  test.each<[string, string, TemplateFields]>([
    ['a field that is not there', '\n{{nam|comment}}', { name: 'x' }],
    ['a field of Object.prototype', '\n{{toString|comment}}', {}],
    ['a list that is not there', '\n{{#lists}}{{/lists}}', { list: [] }],
    ['a field of the outer list', '\n{{#a}}{{x|uint}}{{/a}}', { x: 1, a: [{}] }],
    ['a list in a hole', '\n{{a|comment}}', { a: [{ x: 1 }] }],
    ['a value as a block', '\n{{#a}}{{/a}}', { a: 'text' }],
    ['a list of texts as a block', '\n{{#a}}{{/a}}', { a: ['text'] }],
  ])('%s is an error, never an empty text', (_, text, fields) => {
    const error = thrown(() => render(text, fields));
    expect(error.code).toBe('template-invalid');
    expect(error.message).toContain(`/home/ann/templates/${NAME}:2: `);
  });

  it('names the fields there are', () => {
    expect(thrown(() => render('{{nam|comment}}', { name: 'x', zone: 'y' })).hint).toBe(
      'fields here: name, zone',
    );
  });
});

describe('values that do not fit', () => {
  it('are refused with the place of the hole', () => {
    const error = thrown(() => render('a\nzone {{zone|namedString}}', { zone: 'x"; y' }));
    expect(error.code).toBe('value-refused');
    expect(error.message).toBe(
      `/home/ann/templates/${NAME}:2: zone "x\\"; y" cannot be written as namedString: it holds a quote or a backslash`,
    );
  });

  it('are not quoted when they are secrets', () => {
    const error = thrown(() => render('{{secret|base64}}', { secret: 'not base64 but secret' }));
    expect(error.code).toBe('value-refused');
    expect(JSON.stringify({ ...error, message: error.message })).not.toContain('but secret');
  });
});

describe('text of any kind as a template', () => {
  const soup = fc
    .array(
      fc.constantFrom(
        '{{',
        '}}',
        '{',
        '}',
        '#',
        '/',
        '|',
        'a',
        'fqdn',
        'uint',
        '\n',
        '\r\n',
        ' ',
        '{{#a}}',
        '{{/a}}',
      ),
      {
        maxLength: 20,
      },
    )
    .map((parts) => parts.join(''));
  it('is rendered or refused, and a rendered one holds no tag', () => {
    fc.assert(
      fc.property(fc.oneof(soup, fc.string()), (text) => {
        try {
          expect(render(text, { a: [{ a: [] }] })).not.toMatch(/\{\{|\}\}/);
        } catch (error) {
          expect((error as KmsDnsError).code).toBe('template-invalid');
        }
      }),
    );
  });
});

describe('output that does not read back', () => {
  it('is our bug with a packaged template', () => {
    const error = readBackError(packaged, NAME, 'a record is missing');
    expect(error).not.toBeInstanceOf(KmsDnsError);
    expect(error.message).toBe(`bug: ${NAME} does not read back: a record is missing`);
  });

  it("is the user's mistake with a template of theirs", () => {
    const error = readBackError(withTemplate(NAME, ''), NAME, 'a record is missing');
    expect(error).toMatchObject({
      code: 'template-invalid',
      message: expect.stringContaining('/home/ann/templates'),
    });
  });
});
