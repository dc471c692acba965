/** The reports in the hands of those who will read them: a browser, a Markdown renderer, an XML parser. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it, test } from 'vitest';
import { diagnosisHtml } from '../../src/diagnose/report/html.ts';
import { diagnosisJunit } from '../../src/diagnose/report/junit.ts';
import { diagnosisMarkdown } from '../../src/diagnose/report/markdown.ts';
import { DIAGNOSED, type Diagnosed, hostile } from '../support/diagnoses.ts';
import { HOSTILE_TEXT } from '../support/hostile-text.ts';
import { needsProgram } from '../support/needs-program.ts';
import { type Browser, CHROMIUM, startBrowser, type Tab } from './support/browser.ts';
import { runProgram } from './support/run.ts';

/** Set KMSDNS_SCREENSHOTS to a folder to look at the pages. */
const SCREENSHOTS = process.env.KMSDNS_SCREENSHOTS;

needsProgram(CHROMIUM, 'chromium')('the page in Chromium', () => {
  let browser: Browser;
  let server: Server;
  let origin = '';
  const pages = new Map<string, string>();
  /** What the browser came for. */
  const served: string[] = [];

  beforeAll(async () => {
    for (const [name, make] of Object.entries(DIAGNOSED)) pages.set(`/${name}`, htmlOf(make()));
    for (const [i, [, value]] of HOSTILE_TEXT.entries()) pages.set(`/hostile-${i}`, htmlOf(hostile(value)));
    server = createServer(({ url = '' }, response) => {
      served.push(url);
      const page = pages.get(url);
      response.writeHead(page === undefined ? 404 : 200, { 'content-type': 'text/html' });
      response.end(page ?? '');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = startBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await new Promise((resolve) => server.close(resolve));
  });

  const tabs: Tab[] = [];
  afterEach(async () => {
    await Promise.all(tabs.splice(0).map((tab) => tab.close()));
  });

  async function show(name: string, device: Parameters<Tab['emulate']>[0] = {}): Promise<Tab> {
    const tab = await browser.newTab();
    tabs.push(tab);
    await tab.emulate(device);
    await tab.open(`${origin}/${name}`);
    return tab;
  }

  async function keep(tab: Tab, file: string): Promise<void> {
    if (SCREENSHOTS === undefined) return;
    mkdirSync(SCREENSHOTS, { recursive: true });
    writeFileSync(join(SCREENSHOTS, file), await tab.screenshot());
  }

  test.each(Object.keys(DIAGNOSED))(
    '%s: no complaint, no request but for itself, light and dark',
    async (name) => {
      for (const scheme of ['light', 'dark'] as const) {
        const tab = await show(name, { scheme });
        expect(tab.complaints).toEqual([]);
        expect(tab.requests.filter((url) => !url.startsWith('data:'))).toEqual([`${origin}/${name}`]);
        expect(await tab.evaluate<string[]>(UNREADABLE)).toEqual([]);
        await keep(tab, `${name}-${scheme}.png`);
      }
    },
  );

  test.each([1280, 800, 390])(
    'fits a window of %i points: only drawings and tables scroll',
    async (width) => {
      for (const name of Object.keys(DIAGNOSED)) {
        const tab = await show(name, { width });
        expect(await tab.evaluate('document.documentElement.scrollWidth'), name).toBeLessThanOrEqual(width);
        await keep(tab, `${name}-${width}.png`);
      }
    },
  );

  it('keeps every text of the path inside its box', async () => {
    for (const name of Object.keys(DIAGNOSED)) {
      const tab = await show(name);
      expect(await tab.evaluate<string[]>(OVERFLOWING), name).toEqual([]);
    }
  });

  it('unfolds the packet that a link leads to', async () => {
    const tab = await show('degraded');
    const isOpen = "document.getElementById('o8').closest('details').open";
    expect(await tab.evaluate(isOpen)).toBe(false);
    await tab.evaluate('document.querySelector(\'#causes a[href="#o8"]\').click()');
    expect(await tab.evaluate(`new Promise((done) => setTimeout(() => done(${isOpen}), 100))`)).toBe(true);
  });

  it('has a name for assistive technology at every drawing, and one heading of the first rank', async () => {
    const tab = await show('filtered');
    expect(await tab.evaluate("document.querySelectorAll('h1').length")).toBe(1);
    const nameless =
      "[...document.querySelectorAll('svg[role=img]')].filter((one) => !one.querySelector('title')?.textContent).length";
    expect(await tab.evaluate(nameless)).toBe(0);
  });

  it('prints, with what is folded on the screen and matters on paper', async () => {
    const tab = await show('degraded', { media: 'print' });
    expect(
      await tab.evaluate(
        "[...document.querySelectorAll('details.paper')].every((one) => one.getBoundingClientRect().height > 100)",
      ),
    ).toBe(true);
    const pdf = await tab.pdf();
    expect(pdf.subarray(0, 5).toString('latin1')).toBe('%PDF-');
    expect(pdf.length).toBeGreaterThan(20_000);
    if (SCREENSHOTS !== undefined) writeFileSync(join(SCREENSHOTS, 'degraded.pdf'), pdf);
  });

  it('runs nothing of what a hostile name says, and looks for nothing', async () => {
    for (const [i, [name]] of HOSTILE_TEXT.entries()) {
      const tab = await show(`hostile-${i}`);
      expect(tab.complaints, name).toEqual([]);
      expect(
        tab.requests.filter((url) => !url.startsWith('data:')),
        name,
      ).toEqual([`${origin}/hostile-${i}`]);
      expect(
        await tab.evaluate("document.querySelectorAll('script,img,iframe,form,[onload],[onerror]').length"),
      ).toBe(0);
    }
  }, 120_000);

  it('is all that the browser ever came for', () => {
    expect(served.filter((url) => !pages.has(url))).toEqual([]);
  });

  it('would not run a script even if one got in', async () => {
    const page = pages.get('/healthy')!;
    pages.set(
      '/broken-into',
      page.replace('<main>', '<main><script>document.title="run"</script><img src="/stolen">'),
    );
    const tab = await show('broken-into');
    expect(await tab.evaluate('document.title')).not.toBe('run');
    expect(tab.complaints.join('\n')).toMatch(/Content Security Policy/);
    expect(served).not.toContain('/stolen');
  });
});

function htmlOf({ diagnosis, recording }: Diagnosed): string {
  return diagnosisHtml(diagnosis, recording);
}

/** Texts of less contrast than WCAG 2.2 §1.4.3 asks for, 4.5 to 1, against the background behind them. */
const UNREADABLE = `(() => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 1, height: 1 });
  const brush = canvas.getContext('2d', { willReadFrequently: true });
  const paint = (below, colour) => {
    brush.fillStyle = below; brush.fillRect(0, 0, 1, 1);
    brush.fillStyle = colour; brush.fillRect(0, 0, 1, 1);
    return [...brush.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const css = (rgb) => 'rgb(' + rgb.join(',') + ')';
  const light = (rgb) => {
    const [r, g, b] = rgb.map((one) => one / 255).map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    const chain = [];
    for (let one = element; one; one = one.parentElement) chain.unshift(one);
    return chain.reduce((below, one) => paint(css(below), getComputedStyle(one).backgroundColor), [255, 255, 255]);
  };
  const found = [];
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== '');
    const box = element.getBoundingClientRect();
    if (!own || box.width === 0 || element.closest('.skip') || ['title', 'desc'].includes(element.localName)) continue;
    let below = behind(element);
    if (element.localName === 'text') {
      const rect = element.parentElement.querySelector('rect.box');
      if (rect) below = paint(css(below), getComputedStyle(rect).fill === 'none' ? 'transparent' : getComputedStyle(rect).fill);
    }
    const style = getComputedStyle(element);
    const ink = paint(css(below), element.localName === 'text' ? style.fill : style.color);
    const [high, low] = [light(ink), light(below)].sort((a, b) => b - a);
    const ratio = (high + 0.05) / (low + 0.05);
    if (ratio < 4.5) found.push(ratio.toFixed(2) + ' ' + element.localName + '.' + element.getAttribute('class') + ' ' + element.textContent.trim().slice(0, 30));
  }
  return [...new Set(found)];
})()`;

/** Texts of the path that reach out of their boxes, or over each other. */
const OVERFLOWING = `(() => {
  const found = [];
  for (const group of document.querySelectorAll('#path g')) {
    const box = group.querySelector('rect.box').getBoundingClientRect();
    const texts = [...group.querySelectorAll('text')].map((text) => [text, text.getBoundingClientRect()]);
    for (const [text, own] of texts) {
      if (own.left < box.left || own.right > box.right || own.top < box.top || own.bottom > box.bottom)
        found.push('out: ' + text.textContent);
      for (const [other, its] of texts)
        if (other !== text && own.left < its.right && its.left < own.right && own.top + 3 < its.bottom && its.top + 3 < own.bottom)
          found.push('over: ' + text.textContent + ' / ' + other.textContent);
    }
  }
  return found;
})()`;

needsProgram('cmark-gfm', 'cmark-gfm')('the Markdown in GitHub’s renderer', () => {
  const rendered = async ({ diagnosis, recording }: Diagnosed): Promise<string> => {
    const extensions = ['table', 'autolink', 'strikethrough', 'tasklist'].flatMap((name) => ['-e', name]);
    const { stdout, exitCode } = await runProgram('cmark-gfm', ['--unsafe', ...extensions], {
      input: diagnosisMarkdown(diagnosis, recording),
    });
    expect(exitCode).toBe(0);
    return stdout;
  };
  /** How often each element begins. */
  const tags = (page: string): Record<string, number> => {
    const count: Record<string, number> = {};
    for (const [, name = ''] of page.matchAll(/<([a-z][a-z0-9]*)/g)) count[name] = (count[name] ?? 0) + 1;
    return count;
  };

  test.each(Object.keys(DIAGNOSED))('%s has its sections, tables and commands', async (name) => {
    const page = await rendered(DIAGNOSED[name]!());
    const { diagnosis } = DIAGNOSED[name]!();
    expect(page).toContain('<h1>');
    expect(tags(page).table ?? 0).toBeGreaterThan(0);
    for (const { fix } of diagnosis.causes)
      for (const { command } of fix)
        if (command !== undefined)
          expect(page).toContain(`<code>${command.replaceAll('&', '&amp;')}\n</code>`);
    expect(page).not.toMatch(/<(a|img|script) /);
  });

  test.each(HOSTILE_TEXT.filter(([, value]) => !value.includes('\n') && value !== ''))(
    'hostile text makes nothing: %s',
    async (_, value) => {
      expect(tags(await rendered(hostile(value)))).toEqual(tags(await rendered(hostile('harmless'))));
    },
  );

  test.each(HOSTILE_TEXT.filter(([, value]) => value.includes('\n') || value === ''))(
    'hostile text of several lines, or none, makes no link, picture or heading: %s',
    async (_, value) => {
      const [made, wanted] = [
        tags(await rendered(hostile(value))),
        tags(await rendered(hostile('harmless'))),
      ];
      for (const name of ['a', 'img', 'script', 'h1', 'h2', 'h4', 'table', 'tr', 'td', 'ol', 'ul'])
        expect([name, made[name] ?? 0]).toEqual([name, wanted[name] ?? 0]);
    },
  );
});

needsProgram('xmllint', 'libxml2-utils')('the JUnit report in libxml2', () => {
  test.each([
    ...Object.entries(DIAGNOSED),
    ...HOSTILE_TEXT.map(([name, value]) => [name, () => hostile(value)] as const),
  ])('%s is well-formed', async (_, make) => {
    const { diagnosis, recording } = make();
    const input = diagnosisJunit(diagnosis, recording);
    const { exitCode, stderr } = await runProgram('xmllint', ['--noout', '--nonet', '-'], { input });
    expect(`${exitCode} ${stderr}`).toBe('0 ');
  });
});
