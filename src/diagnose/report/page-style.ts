/**
 * The look of the page, light and dark and on paper. States differ in shape, letter and hatching before they differ
 * in colour. It goes into the page as it stands and its hash into the page's policy, so it holds nothing variable.
 */
export const PAGE_STYLE: string = `
:root {
  color-scheme: light dark;
  --page: #f4f5f7; --card: #ffffff; --ink: #1c2128; --soft: #57606a; --line: #d4d9e0; --code: #eef1f4;
  --bad: #b42318; --bad-wash: #fdeceb; --warn: #8a5200; --warn-wash: #fff3dc; --good: #176639; --good-wash: #e6f4ea;
  --none: #56606b; --none-wash: #eceff2; --link: #0b57a4; --shade: 0 1px 2px rgb(20 30 40 / 8%);
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12161b; --card: #1a2027; --ink: #e4e8ec; --soft: #9aa5b1; --line: #333c47; --code: #232b34;
    --bad: #ff9a8f; --bad-wash: #3d1f1d; --warn: #f0bd6b; --warn-wash: #38290f; --good: #7fd49b; --good-wash: #16321f;
    --none: #8d98a5; --none-wash: #252d36; --link: #84bdf7; --shade: none;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
}
main { max-width: 74rem; margin: 0 auto; padding: 1.5rem 1.25rem 4rem; }
h1, h2, h3 { line-height: 1.25; margin: 0; }
h2 { font-size: 1.15rem; margin: 2.25rem 0 .75rem; }
h2 small { font-size: .85rem; font-weight: 400; color: var(--soft); margin-left: .5rem; }
h3 { font-size: 1rem; }
p { margin: .4rem 0; }
a { color: var(--link); text-decoration-thickness: 1px; text-underline-offset: 2px; }
code, pre, .mono { font-family: ui-monospace, "Cascadia Mono", Consolas, "SFMono-Regular", Menlo, "DejaVu Sans Mono", monospace; font-size: .875em; }
code { overflow-wrap: anywhere; }
pre { margin: .35rem 0; padding: .6rem .75rem; background: var(--code); border-radius: 6px; overflow-x: auto; line-height: 1.45; tab-size: 4; }
pre.command { white-space: pre-wrap; overflow-wrap: anywhere; border-left: 3px solid var(--link); }
.soft { color: var(--soft); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1rem 1.15rem; box-shadow: var(--shade); }
.card + .card { margin-top: .9rem; }
.wide { overflow-x: auto; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--card); padding: .5rem 1rem; }
.defs { position: absolute; width: 0; height: 0; }

.verdict { border-left: 10px solid var(--none); display: grid; grid-template-columns: auto 1fr; gap: .25rem 1.1rem; align-items: center; padding: 1.1rem 1.25rem; }
.verdict svg { grid-row: span 2; }
.verdict h1 { font-size: 1.75rem; letter-spacing: .02em; }
.verdict .says { font-size: 1.05rem; margin: 0; overflow-wrap: anywhere; }
.verdict.healthy { border-color: var(--good); } .verdict.healthy h1 { color: var(--good); }
.verdict.degraded { border-color: var(--warn); } .verdict.degraded h1 { color: var(--warn); }
.verdict.broken { border-color: var(--bad); } .verdict.broken h1 { color: var(--bad); }
.verdict.unknown { border-color: var(--none); } .verdict.unknown h1 { color: var(--none); }
.facts { display: flex; flex-wrap: wrap; gap: .25rem 1.75rem; margin: .9rem 0 0; padding: 0; }
.facts div { min-width: 0; }
.facts dt { font-size: .78rem; color: var(--soft); text-transform: uppercase; letter-spacing: .05em; }
.facts dd { margin: 0; overflow-wrap: anywhere; }
nav { margin-top: 1rem; font-size: .9rem; display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; }

.finding { border-left: 5px solid var(--none); }
.finding.critical, .finding.error { border-left-color: var(--bad); }
.finding.warning { border-left-color: var(--warn); }
.finding header { display: flex; flex-wrap: wrap; gap: .3rem .6rem; align-items: baseline; }
.finding .subject { overflow-wrap: anywhere; }
.finding h4 { font-size: .8rem; text-transform: uppercase; letter-spacing: .05em; color: var(--soft); margin: .9rem 0 .3rem; }
.badge { display: inline-block; border: 1.5px solid currentcolor; border-radius: 5px; padding: 0 .4rem; font-size: .78rem; font-weight: 600; line-height: 1.45; white-space: nowrap; }
.badge.critical, .badge.error { color: var(--bad); background: var(--bad-wash); }
.badge.warning { color: var(--warn); background: var(--warn-wash); }
.badge.notice, .badge.info, .badge.side { color: var(--none); background: var(--none-wash); }
a.code { font-weight: 700; font-family: ui-monospace, Consolas, Menlo, "DejaVu Sans Mono", monospace; font-size: .9em; white-space: nowrap; }
.evidence { list-style: none; margin: .3rem 0; padding: 0; }
.evidence li { padding: .2rem 0 .2rem 3.4rem; text-indent: -3.4rem; border-top: 1px dotted var(--line); overflow-wrap: anywhere; }
.evidence li:first-child { border-top: 0; }
.evidence .ref { display: inline-block; width: 3.2rem; text-indent: 0; font-family: ui-monospace, Consolas, Menlo, "DejaVu Sans Mono", monospace; font-size: .85em; }
ol.fix { margin: .3rem 0 0; padding-left: 1.5rem; }
ol.fix li { margin: .5rem 0; }
.undo { font-size: .88rem; color: var(--soft); overflow-wrap: anywhere; }

details { border-top: 1px solid var(--line); }
details:first-of-type { border-top: 0; }
summary { cursor: pointer; padding: .45rem .2rem; overflow-wrap: anywhere; }
summary:hover { background: var(--code); }
summary:focus-visible, a:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
details > .body { padding: .2rem .2rem .9rem 1.2rem; }
details .card { box-shadow: none; }

ul.tree, ul.tree ul { list-style: none; margin: 0; padding: 0; }
ul.tree ul { margin-left: 1.05rem; }
ul.tree li { position: relative; padding: .22rem 0 .22rem 1.3rem; }
ul.tree li::before { content: ""; position: absolute; left: 0; top: 0; bottom: 0; border-left: 1.5px solid var(--line); }
ul.tree li::after { content: ""; position: absolute; left: 0; top: 1.05rem; width: .95rem; border-top: 1.5px solid var(--line); }
ul.tree li:last-child::before { bottom: auto; height: 1.05rem; }
.kind { display: inline-block; min-width: 4.2rem; color: var(--soft); font-size: .85rem; }
.mark { display: inline-block; min-width: 1.2rem; font-weight: 700; text-align: center; }
.mark.ok { color: var(--good); } .mark.failed { color: var(--bad); } .mark.unknown, .mark.skipped, .mark.not-set { color: var(--none); }
li.off { color: var(--soft); }
.root { display: inline-block; background: var(--bad); color: var(--card); border-radius: 5px; padding: 0 .45rem; font-size: .78rem; font-weight: 700; white-space: nowrap; }

table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .6rem; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
thead th { border-top: 0; font-size: .78rem; color: var(--soft); text-transform: uppercase; letter-spacing: .04em; font-weight: 600; overflow-wrap: normal; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.meter { width: 22%; min-width: 8rem; }
.shares td, .shares th { vertical-align: middle; }
.shares th[scope=row] { white-space: nowrap; }
.shares tr.tier td, .shares tr.tier th { border-top: 2px solid var(--none); }
.shares td:last-child { min-width: 7rem; }
.meter svg { display: block; width: 100%; height: 1rem; border-radius: 3px; background: var(--none-wash); }
.matrix { width: auto; min-width: 60%; }
.matrix td { min-width: 9rem; max-width: 20rem; }
.matrix .letter { display: inline-block; min-width: 1.5rem; text-align: center; font-weight: 700; border: 1.5px solid currentcolor; border-radius: 4px; margin-right: .45rem; line-height: 1.3; font-size: .85rem; }
.matrix .agrees .letter { color: var(--good); }
.matrix .differs { background: repeating-linear-gradient(135deg, var(--bad-wash) 0 6px, transparent 6px 12px); }
.matrix .differs .letter { color: var(--bad); background: var(--card); }
.matrix .silent { color: var(--none); background: var(--none-wash); outline: 1.5px dashed var(--none); outline-offset: -4px; }
.matrix .none { color: var(--none); }

svg text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; fill: var(--ink); font-size: 13px; }
svg text.soft { fill: var(--soft); font-size: 11.5px; }
svg text.strong { font-weight: 700; }
svg text.tiny { font-size: 11px; }
svg .box { stroke: var(--line); fill: var(--card); stroke-width: 1.5; }
svg .ok.box { stroke: var(--good); fill: var(--good-wash); }
svg .warn.box { stroke: var(--warn); fill: var(--warn-wash); stroke-dasharray: 7 3; }
svg .failed.box { stroke: var(--bad); fill: var(--bad-wash); stroke-width: 2.5; }
svg .unknown.box { stroke: var(--none); fill: var(--none-wash); stroke-dasharray: 3 3; }
svg .none.box { stroke: var(--line); fill: none; stroke-dasharray: 2 4; }
svg text.ok { fill: var(--good); } svg text.warn { fill: var(--warn); } svg text.failed { fill: var(--bad); } svg text.unknown, svg text.none { fill: var(--none); }
svg .wire { stroke: var(--none); stroke-width: 1.5; fill: none; }
svg .grid { stroke: var(--line); stroke-width: 1; }
svg .stripe-bad { stroke: var(--bad); stroke-width: 1.6; opacity: .38; }
svg .stripe-none { stroke: var(--none); stroke-width: 2.4; opacity: .6; }
svg .bar-good { fill: var(--good); } svg .bar-denied { fill: var(--warn); } svg .bar-failed { fill: var(--bad); } svg .bar-waited { fill: var(--none-wash); stroke: var(--none); }
svg .share-live { fill: var(--good); } svg .share-dead { fill: var(--bad-wash); stroke: var(--bad); }
svg .glyph { fill: none; stroke-width: 3.2; stroke-linecap: round; stroke-linejoin: round; }
.healthy .glyph { stroke: var(--good); } .degraded .glyph { stroke: var(--warn); } .broken .glyph { stroke: var(--bad); } .unknown .glyph { stroke: var(--none); }

.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; font-size: .85rem; color: var(--soft); margin-top: .4rem; }
.legend svg { vertical-align: -.2rem; margin-right: .35rem; }
footer { margin-top: 2.5rem; font-size: .85rem; color: var(--soft); }
dl.words dt { margin-top: .9rem; }
dl.words dd { margin: .15rem 0 0 0; max-width: 60rem; }
:target { scroll-margin-top: 1rem; outline: 2px solid var(--link); outline-offset: 4px; border-radius: 4px; }

@media (max-width: 40rem) {
  main { padding: .75rem .6rem 3rem; }
  .verdict { grid-template-columns: 1fr; }
  .verdict svg { grid-row: auto; }
}
@media print {
  :root {
    color-scheme: light;
    --page: #fff; --card: #fff; --ink: #000; --soft: #444; --line: #bbb; --code: #f2f2f2;
    --bad: #a01a10; --bad-wash: #fff; --warn: #744500; --warn-wash: #fff; --good: #0d5a2c; --good-wash: #fff;
    --none: #555; --none-wash: #f0f0f0; --link: #000; --shade: none;
  }
  body { font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  nav, .skip { display: none; }
  .wide { overflow: visible; }
  td.meter { width: 14%; min-width: 3rem; }
  .wide > svg { width: 100%; height: auto; }
  .card { break-inside: avoid; border-color: #999; }
  .card.long { break-inside: auto; }
  h2 { break-after: avoid; }
  pre { white-space: pre-wrap; }
  a { text-decoration: none; color: inherit; }
  .root { color: #000; background: none; border: 1.5px solid #000; }
  details.paper::details-content { content-visibility: visible; block-size: auto; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
