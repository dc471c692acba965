import { createHash } from 'node:crypto';
import { formatEndpoint } from '../../core/address.ts';
import { displayName } from '../../core/name.ts';
import { counted } from '../../core/text-layout.ts';
import { allDomains } from '../case.ts';
import type { Diagnosis } from '../diagnosis.ts';
import { simulate, takeOutEach } from '../simulate.ts';
import { agreementOf } from './agreement.ts';
import { domainOf, type RecordsSeen, recordsSeen } from './client-records.ts';
import { clientTree, type TreeNode } from './client-tree.ts';
import { excludedBy } from './excluded.ts';
import { percent } from './figures.ts';
import { pathDrawing, shareBar, sharedPatterns, timelineDrawing, verdictGlyph } from './html-drawings.ts';
import {
  agreementTable,
  codeWords,
  decodedTable,
  factTable,
  knownEvidence,
  observationList,
} from './html-evidence.ts';
import { codeLink, evidenceLink, findingCard } from './html-findings.ts';
import { html, type Markup, markupText } from './markup.ts';
import { PAGE_STYLE } from './page-style.ts';
import { pathStrip } from './path-strip.ts';
import { costLines, hostText, takenOutLines } from './share-lines.ts';
import type { ReportStyle } from './style.ts';
import { timelineOf } from './timeline.ts';
import { allFindings, type ReportContext, VERDICT_WORDS, verdictSentence } from './verdict.ts';

/** Nothing but its own style and shapes may load or run. */
const POLICY: string = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(PAGE_STYLE).digest('base64')}'`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

interface Section {
  readonly id: string;
  readonly title: string;
  readonly note?: string;
  readonly body: Markup;
}

/**
 * A diagnosis as one HTML file that needs nothing else: no script, no font, no address of anybody. Light and dark
 * follow the reader's system; it prints, and says the same without colour.
 */
export function diagnosisHtml(diagnosis: Diagnosis, context: ReportContext): string {
  const sections = sectionsOf(diagnosis, context);
  const domains = allDomains(context.one).map(displayName).join(', ');
  const title = `${VERDICT_WORDS[diagnosis.verdict]}: KMS discovery${domains === '' ? '' : ` in ${domains}`}`;
  const head = html`<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark"><link rel="icon" href="data:,"><title>${title}</title>
`;
  const body = html`<body>${sharedPatterns()}<a class="skip" href="#verdict">To the verdict</a><main>
${verdictBlock(diagnosis, context, domains)}
<nav aria-label="Sections">${sections.map(({ id, title: name }) => html`<a href="#${id}">${name}</a>`)}</nav>
${sections.map(sectionBlock)}
<footer>Made by kmsdns diagnose. ${counted(diagnosis.observations.length, 'observation')}, ${counted(diagnosis.facts.length, 'fact')}; binds only, no activation was asked for.</footer>
</main></body>
`;
  // The style is a constant whose hash is in the policy; it must stand as it is.
  return `<!doctype html>\n<html lang="en"><head>${markupText(head)}<style>${PAGE_STYLE}</style></head>\n${markupText(body)}</html>\n`;
}

function sectionBlock({ id, title, note, body }: Section): Markup {
  const beside = note === undefined ? html`` : html`<small>${note}</small>`;
  return html`<section id="${id}"><h2>${title}${beside}</h2>
${body}
</section>
`;
}

function verdictBlock(diagnosis: Diagnosis, { at, one }: ReportContext, domains: string): Markup {
  const { verdict, predicted } = diagnosis;
  const items: readonly (readonly [string, Markup])[] = [
    ['Domains', html`${domains === '' ? 'none' : domains}`],
    ['Client', html`${one.client.generation}`],
    ['Resolvers', html`${one.client.resolvers.value.map(formatEndpoint).join(', ') || 'none'}`],
    ...(one.reported === undefined ? [] : [['Reported', html`<code>${one.reported}</code>`] as const]),
    [
      'User sees',
      predicted.length === 0
        ? html`no error`
        : html`${predicted.map(({ hresult, basis }, i) => html`${i === 0 ? '' : ' or '}<code>${hresult}</code> <span class="soft">(${basis})</span>`)}`,
    ],
    ['Observed', html`<time>${at}</time>`],
  ];
  return html`<div class="card verdict ${verdict}" id="verdict">${verdictGlyph(verdict)}
<h1>${VERDICT_WORDS[verdict]}</h1><p class="says">${capital(verdictSentence(diagnosis))}.</p></div>
<dl class="facts">${items.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** A sentence's first letter; the name of a host at its beginning stays as it is. */
function capital(text: string): string {
  if (/^\S*[._]/.test(text)) return text;
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function sectionsOf(diagnosis: Diagnosis, context: ReportContext): readonly Section[] {
  const known = knownEvidence(diagnosis);
  const { causes, symptoms, notes, unknowns, facts, observations } = diagnosis;
  const cards = (findings: Diagnosis['causes']): Markup =>
    html`${findings.map((one) => findingCard(one, known))}`;
  const excluded = excludedBy(diagnosis);
  const agreement = agreementOf(diagnosis);
  const codes = distinct([...allFindings(diagnosis), ...unknowns].map(({ code }) => code));
  const ruledOut = distinct(excluded.flatMap((one) => one.codes)).filter((code) => !codes.includes(code));
  const sets = recordsSeen(diagnosis, context);
  const all: readonly (Section & { readonly shown: boolean })[] = [
    {
      id: 'causes',
      title: causes.length === 1 ? 'Root cause' : 'Root causes',
      body: cards(causes),
      shown: causes.length > 0,
    },
    {
      id: 'path',
      title: 'Path',
      note: 'client → resolver → zone → SRV → address → TCP → RPC',
      body: html`<div class="card">${pathDrawing(pathStrip(diagnosis))}</div>`,
      shown: true,
    },
    {
      id: 'tree',
      title: 'Where the client looked',
      body: treeBlock(clientTree(diagnosis, context)),
      shown: diagnosis.steps.length > 0,
    },
    {
      id: 'shares',
      title: 'Who gets what',
      body: html`${sets.map((one) => shareBlock(one))}`,
      shown: sets.length > 0,
    },
    {
      id: 'agreement',
      title: 'Who says what',
      body: html`<div class="card">${agreementTable(agreement, known)}</div>`,
      shown: agreement.rows.length > 0,
    },
    {
      id: 'symptoms',
      title: 'What follows from it',
      body: foldedCards(symptoms, known),
      shown: symptoms.length > 0,
    },
    { id: 'notes', title: 'Worth knowing', body: foldedCards(notes, known), shown: notes.length > 0 },
    {
      id: 'excluded',
      title: 'Ruled out',
      body: html`<div class="card"><table><tbody>${excluded.map(
        ({ text, codes: ruled, proof }) =>
          html`<tr><td><span class="mark ok">✔</span> ${capital(text)}</td><td>${ruled.map((code) => html`${codeLink(code)} `)}</td><td class="mono">${proof.map((id) => html`${evidenceLink(id, known)} `)}</td></tr>
`,
      )}</tbody></table></div>`,
      shown: excluded.length > 0,
    },
    {
      id: 'unknowns',
      title: 'Not known',
      body: html`<div class="card"><table><tbody>${unknowns.map(
        ({ code, slug, because }) =>
          html`<tr><td><span class="mark unknown">?</span> ${codeLink(code)} <span class="mono">${slug}</span></td><td>${because}</td></tr>
`,
      )}</tbody></table></div>`,
      shown: unknowns.length > 0,
    },
    {
      id: 'facts',
      title: 'What the files say',
      body: html`<div class="card long wide">${context.decoded.length > 0 ? decodedTable(context) : html``}${facts.length > 0 ? html`<details><summary>${counted(facts.length, 'statement')} that the rules used</summary><div class="body">${factTable(facts)}</div></details>` : html``}</div>`,
      shown: context.decoded.length + facts.length > 0,
    },
    {
      id: 'time',
      title: 'Where the time went',
      body: html`<div class="card">${timelineDrawing(timelineOf(diagnosis))}<p class="soft">✔ answered, – denied, ✖ failed, … waited in vain (ruled). A line leads to its packet.</p></div>`,
      shown: observations.length > 0,
    },
    {
      id: 'observations',
      title: 'Observations',
      note: 'every packet that was judged',
      body: html`<div class="card long">${observationList(observations)}</div>`,
      shown: observations.length > 0,
    },
    {
      id: 'codes',
      title: 'Codes in this report',
      body: html`<div class="card long">${codeWords(codes)}${ruledOut.length === 0 ? html`` : html`<details><summary>${counted(ruledOut.length, 'code')} that were ruled out</summary><div class="body">${codeWords(ruledOut)}</div></details>`}</div>`,
      shown: codes.length + ruledOut.length > 0,
    },
  ];
  return all.filter(({ shown }) => shown);
}

function distinct(codes: readonly string[]): readonly string[] {
  return [...new Set(codes)].sort();
}

/** Findings as lines to unfold. */
function foldedCards(findings: Diagnosis['causes'], known: ReadonlySet<string>): Markup {
  const items = findings.map(
    (
      one,
    ) => html`<details class="paper"><summary><span class="badge ${one.severity}">${one.severity}</span> <b class="mono">${one.code}</b> <code>${one.subject}</code>: ${one.title}</summary>
<div class="body">${findingCard(one, known)}</div></details>
`,
  );
  return html`<div class="card long">${items}</div>`;
}

const MARKS: Readonly<Record<TreeNode['result'], string>> = {
  ok: '✔',
  failed: '✖',
  unknown: '?',
  skipped: '–',
  'not-set': '–',
};

function treeBlock(root: TreeNode): Markup {
  return html`<div class="card"><p><b>Client</b> ${root.label}</p><ul class="tree">${root.children.map(treeItem)}</ul></div>`;
}

function treeItem({ kind, label, says, result, codes, isRootCause, children }: TreeNode): Markup {
  const isOff = result === 'skipped' || result === 'not-set';
  const mark = kind === 'DNS' ? html`` : html`<span class="mark ${result}">${MARKS[result]}</span>`;
  const cause = isRootCause ? html` <span class="root">root cause</span>` : html``;
  const under = children.length === 0 ? html`` : html`<ul>${children.map(treeItem)}</ul>`;
  return html`<li class="${isOff ? 'off' : 'on'}"><span class="kind">${kind}</span>${mark} <code>${label}</code> ${says} ${codes.map((code) => html`${codeLink(code)} `)}${cause}${under}</li>`;
}

/** Lines of the page are as long as the reader's window makes them. */
const UNWRAPPED: ReportStyle = {
  columns: 100_000,
  symbols: {
    good: '✔',
    bad: '✖',
    warn: '!',
    unknown: '?',
    branch: '',
    lastBranch: '',
    trunk: '',
    arrow: '→',
    dash: '–',
    ellipsis: '…',
    bar: '█',
  },
  paint: (_, text) => text,
};

function shareBlock({ owner, isClients, options, stateOf, unknown }: RecordsSeen): Markup {
  const simulation = simulate(options);
  let former: number | undefined;
  const rows = simulation.hosts.map((host) => {
    const { record, alive, firstTryShare, eventualShare } = host;
    const isFirst = record.priority !== former && simulation.model === 'rfc2782';
    const isNext = isFirst && former !== undefined;
    former = record.priority;
    const name = hostText(record);
    const state = stateOf(record) ?? (alive ? '' : 'dead');
    return html`<tr class="${isNext ? 'tier' : 'row'}"><td class="number">${isFirst ? record.priority : ''}</td><th scope="row"><code>${name}</code></th><td class="number">${record.weight}</td>
<td class="meter">${shareBar(firstTryShare, alive, `${name}: tried first by ${percent(firstTryShare)} of clients`)}</td><td class="number">${percent(firstTryShare)}</td>
<td class="meter">${shareBar(eventualShare, alive, `${name}: ${percent(eventualShare)} of clients end up here`)}</td><td class="number">${percent(eventualShare)}</td><td>${alive ? '' : '✖ '}${state}</td></tr>
`;
  });
  const said =
    unknown.length > 0
      ? [
          `Of ${counted(unknown.length, 'host')} it is not known whether they live; they are taken for alive here.`,
        ]
      : [
          ...costLines(simulation, UNWRAPPED),
          ...takenOutLines(simulation, takeOutEach(options, 8), UNWRAPPED),
        ].map((line) => `${capital(line)}.`);
  const chooser =
    simulation.model === 'random'
      ? 'Vista and Server 2008 draw among all records, whatever priority and weight say.'
      : 'By priority, then by weight (RFC 2782).';
  return html`<div class="card"><h3>${domainOf(owner)}${isClients ? '' : ' (examined)'}</h3><p class="soft">${chooser}</p><div class="wide"><table class="shares"><thead><tr><th scope="col" class="number">priority</th><th scope="col">host</th><th scope="col" class="number">weight</th><th scope="col" colspan="2">first try</th><th scope="col" colspan="2">ends up</th><th scope="col">seen</th></tr></thead><tbody>
${rows}</tbody></table></div>${said.map((line) => html`<p>${line}</p>`)}</div>`;
}
