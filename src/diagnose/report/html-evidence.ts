import { findEntry } from '../../core/catalogue.ts';
import type { Diagnosis } from '../diagnosis.ts';
import type { Fact } from '../fact.ts';
import type { Observation } from '../observation.ts';
import type { Agreement } from './agreement.ts';
import { duration } from './figures.ts';
import { codeAnchor, evidenceLink } from './html-findings.ts';
import { html, type Markup } from './markup.ts';
import { packetView } from './packet.ts';
import { observationTitle, observationWord } from './timeline.ts';
import type { ReportContext } from './verdict.ts';

/** Resolvers and authoritative servers against questions; who says something else is hatched and has another letter. */
export function agreementTable({ servers, rows }: Agreement, known: ReadonlySet<string>): Markup {
  const head = servers.map(({ name, role }) => html`<th scope="col">${role}<br><code>${name}</code></th>`);
  const body = rows.map(({ question, cells }) => {
    const columns = cells.map(({ state, letter, text, observation }) => {
      const ref =
        observation === undefined ? html`` : html` <small>${evidenceLink(observation, known)}</small>`;
      const mark =
        letter === ''
          ? html`${state === 'silent' ? '? ' : '·'}`
          : html`<span class="letter">${state === 'differs' ? `${letter} ≠` : letter}</span>`;
      return html`<td class="${state}">${mark}<span class="mono">${text}</span>${ref}</td>`;
    });
    return html`<tr><th scope="row"><code>${question}</code></th>${columns}</tr>
`;
  });
  return html`<div class="wide"><table class="matrix"><thead><tr><th scope="col">question</th>${head}</tr></thead><tbody>
${body}</tbody></table></div>
<p class="soft">Servers with the same letter say the same; A is what most say, ≠ marks who says something else, ? who says nothing of use.</p>`;
}

/** What the files of the user say, field by field. */
export function decodedTable({ decoded }: ReportContext): Markup {
  const rows = decoded.map(
    ({ label, value, meaning }) =>
      html`<tr><th scope="row">${label}</th><td class="mono">${value}</td><td>${meaning}</td></tr>
`,
  );
  return html`<table><thead><tr><th scope="col">field</th><th scope="col">value</th><th scope="col">meaning</th></tr></thead><tbody>
${rows}</tbody></table>`;
}

/** The statements that rules used, each with its place. */
export function factTable(facts: readonly Fact[]): Markup {
  const rows = facts.map(
    ({ id, file, line, place, raw, kind }) =>
      html`<tr id="${id}"><th scope="row" class="mono">${id}</th><td class="mono">${file}${line === undefined ? '' : `:${line}`}</td><td class="mono">${place}</td><td class="mono">${raw}</td><td>${kind}</td></tr>
`,
  );
  return html`<table><thead><tr><th scope="col">id</th><th scope="col">file</th><th scope="col">place</th><th scope="col">value</th><th scope="col">is</th></tr></thead><tbody>
${rows}</tbody></table>`;
}

/** Every observation, to be unfolded down to its octets. */
export function observationList(observations: readonly Observation[]): Markup {
  return html`${observations.map(observationItem)}`;
}

function observationItem(one: Observation): Markup {
  const { id, startedMs, tookMs } = one;
  const view = packetView(one);
  // The anchor is inside: a link to it unfolds what it stands in.
  const packet =
    view === undefined
      ? html`<p class="soft">Nothing was received.</p>`
      : html`<pre>${view.decoded.join('\n')}</pre><details><summary>octets</summary><div class="body"><pre>${view.hex.join('\n')}</pre></div></details>`;
  return html`<details><summary><span class="mono">${id}</span> ${observationTitle(one)}: <b>${observationWord(one)}</b> <span class="soft">${duration(tookMs)}</span></summary>
<div class="body" id="${id}"><p class="soft">Begun ${duration(startedMs)} after the start, asked as <code>${one.probe.purpose}</code>.</p>${packet}</div></details>
`;
}

/** What each code of the page means, from the catalogue. */
export function codeWords(codes: readonly string[]): Markup {
  const words = codes.map((code) => {
    const entry = findEntry(code);
    const text =
      entry === undefined
        ? html`<dd class="soft">This version has no description of it.</dd>`
        : html`<dd>${entry.explanation}</dd><dd class="soft">Source: ${entry.source}</dd>`;
    return html`<dt id="${codeAnchor(code)}"><b class="mono">${code}</b> ${entry === undefined ? '' : entry.slug}</dt>${text}
`;
  });
  return html`<dl class="words">${words}</dl>`;
}

/** The ids that links can lead to. */
export function knownEvidence({ observations, facts }: Diagnosis): ReadonlySet<string> {
  return new Set([...observations, ...facts].map(({ id }) => id));
}
