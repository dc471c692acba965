import type { Finding, Fix } from '../../core/finding.ts';
import { html, type Markup } from './markup.ts';

/** The anchor of a code's own paragraph in the page. */
export function codeAnchor(code: string): string {
  return `code-${code}`;
}

/** A code as a link to what it means, in this page. */
export function codeLink(code: string): Markup {
  return html`<a class="code" href="#${codeAnchor(code)}">${code}</a>`;
}

/** An observation or a fact as a link to it; `known` are those that the page has. */
export function evidenceLink(id: string, known: ReadonlySet<string>): Markup {
  return known.has(id) ? html`<a href="#${id}">${id}</a>` : html`<span>${id}</span>`;
}

/** One finding with its evidence and its fix. */
export function findingCard(finding: Finding, known: ReadonlySet<string>): Markup {
  const { code, slug, severity, side, subject, title, evidence, explains, fix } = finding;
  const sees =
    explains.length === 0
      ? html``
      : html`<p class="soft">Seen by users as ${explains.map(({ hresult, basis }, i) => html`${i === 0 ? '' : ', '}<code>${hresult}</code> (${basis})`)}.</p>`;
  const proof = evidence.map(
    ({ observation, says }) =>
      html`<li><span class="ref">${evidenceLink(observation, known)}</span><span class="mono">${says}</span></li>`,
  );
  const remedy =
    fix.length === 0 ? html`` : html`<h4>What to do</h4><ol class="fix">${fix.map(fixItem)}</ol>`;
  return html`<article class="card finding ${severity}">
<header><span class="badge ${severity}">${severity}</span>${codeLink(code)}<span class="soft mono">${slug}</span><span class="badge side">side: ${side}</span></header>
<h3 class="subject"><code>${subject}</code></h3><p>${sentence(title)}</p>${sees}
<h4>Evidence</h4><ul class="evidence">${proof}</ul>${remedy}
</article>
`;
}

function sentence(text: string): string {
  const first = text.slice(0, 1).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}

function fixItem({ text, platform, command, safe, undo }: Fix): Markup {
  const where = platform === undefined ? html`` : html` <span class="badge side">${platform}</span>`;
  const caution = safe ? html`` : html` <span class="badge warning">changes something</span>`;
  return html`<li>${text}${where}${caution}${command === undefined ? html`` : html`<pre class="command">${command}</pre>`}${
    undo === undefined ? html`` : html`<div class="undo">Undo: <code>${undo}</code></div>`
  }</li>`;
}
