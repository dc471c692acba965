import type { DesiredState } from '../core/desired-state.ts';
import { KMS_PORT, SPP_REGISTRY_KEY } from '../core/kms.ts';
import { displayName, type Fqdn } from '../core/name.ts';
import {
  formatPublishEntry,
  type HostPublishList,
  plainName,
  publishListsPerHost,
} from '../core/publish-list.ts';
import { encodeRegText, readReg } from '../core/reg-file.ts';
import { fileNameFor, type Rendered, type RenderedFile, sourceName } from '../core/rendered.ts';
import { readBackError, renderTemplate, type Templates } from '../core/template.ts';
import { powerShellTokens } from './powershell-literals.ts';

export interface PublishListOptions {
  /** Only these KMS hosts; left out: all that the desired state publishes. */
  readonly hosts?: readonly Fqdn[];
}

/**
 * One `.reg` file per KMS host that sets DnsDomainPublishList (REG_MULTI_SZ), as regedit writes it: UTF-16LE with byte
 * order mark, CRLF. Warnings: what the hosts would publish besides. Throws `value-refused`.
 */
export function renderPublishListReg(
  state: DesiredState,
  templates: Templates,
  options: PublishListOptions = {},
): Rendered {
  return renderLists(state, options, (list, entries) => {
    const path = fileFor(list, 'reg');
    const text = renderTemplate(templates, 'registry/publish-list.reg.tmpl', {
      ...fieldsOf(state, list, entries, path),
      list: entries,
    });
    const content = encodeRegText(text);
    const difference = regDifference(content, entries, path);
    if (difference !== undefined)
      throw readBackError(templates, 'registry/publish-list.reg.tmpl', difference);
    return { path, content };
  });
}

/**
 * One PowerShell script per KMS host: shows the list before and after, supports -WhatIf, restarts sppsvc, and removes
 * DisableDnsPublishing only with -EnablePublishing. UTF-8 with byte order mark, without which Windows PowerShell 5
 * reads ANSI; CRLF. Warnings and errors as for {@link renderPublishListReg}.
 */
export function renderPublishListPs1(
  state: DesiredState,
  templates: Templates,
  options: PublishListOptions = {},
): Rendered {
  return renderLists(state, options, (list, entries) => {
    const path = fileFor(list, 'ps1');
    const text = renderTemplate(
      templates,
      'registry/publish-list.ps1.tmpl',
      fieldsOf(state, list, entries, path),
    );
    const difference = scriptDifference(text, displayName(list.host), entries);
    if (difference !== undefined)
      throw readBackError(templates, 'registry/publish-list.ps1.tmpl', difference);
    return { path, content: `\uFEFF${text.replaceAll('\n', '\r\n')}` };
  });
}

/**
 * One text file per KMS host with the lines of its list and nothing else, for regedit's multi-string editor. CRLF,
 * because it is opened on Windows. Warnings and errors as for {@link renderPublishListReg}.
 */
export function renderPublishListTxt(state: DesiredState, options: PublishListOptions = {}): Rendered {
  return renderLists(state, options, (list, entries) => {
    const content = entries.map((entry) => `${entry}\r\n`).join('');
    if (content.split('\r\n').slice(0, -1).join('\n') !== entries.join('\n'))
      throw new Error(`bug: the publish list of ${list.host} does not read back`);
    return { path: fileFor(list, 'txt'), content };
  });
}

function renderLists(
  state: DesiredState,
  { hosts }: PublishListOptions,
  render: (list: HostPublishList, entries: readonly string[]) => RenderedFile,
): Rendered {
  const lists = publishListsPerHost(state).filter(({ host }) => hosts === undefined || hosts.includes(host));
  const listed = lists.filter(({ entries }) => entries.length > 0);
  return {
    files: listed.map((list) => render(list, list.entries.map(formatPublishEntry))),
    warnings: lists.flatMap((list) => list.publishesUnsaid),
    notes: [...notesOn(state, lists)],
  };
}

function* notesOn(state: DesiredState, lists: readonly HostPublishList[]): Generator<string> {
  for (const { host, port, entries } of lists) {
    if (entries.length === 0)
      yield `${displayName(host)} is published in no domain of the desired state: it gets no list. Switch its publishing off with slmgr /cdns.`;
    if (entries.length > 0 && port !== KMS_PORT)
      yield `${displayName(host)} publishes port ${port} only when it listens there: slmgr /sprt ${port} (KeyManagementServiceListeningPort, REG_SZ).`;
  }
  if (lists.some(({ homeDomain, entries }) => entries.some((entry) => entry.domain === homeDomain)))
    yield 'No document says whether a host whose home domain is in its list with a priority keeps a second record with 0 and 0 there: look with kmsdns verify after the first restart.';
  if (state.domains.some((domain) => domain.ttlSeconds !== undefined))
    yield 'A publish list cannot say a TTL: the hosts choose it, and what a host writes becomes the TTL of the whole set.';
}

function fileFor({ host }: HostPublishList, suffix: string): string {
  return fileNameFor('publish-list', plainName(host), suffix);
}

function fieldsOf(
  state: DesiredState,
  { host }: HostPublishList,
  entries: readonly string[],
  file: string,
): { host: string; source: string; file: string; entries: readonly { entry: string }[] } {
  return {
    host: plainName(host),
    source: sourceName(state.file),
    file,
    entries: entries.map((entry) => ({ entry })),
  };
}

function regDifference(content: Uint8Array, entries: readonly string[], file: string): string | undefined {
  const reg = readReg(content, file);
  const [problem] = reg.problems;
  if (problem !== undefined) return `line ${problem.line}: ${problem.message}`;
  const [key, ...others] = reg.keys;
  const [value, ...more] = key?.values ?? [];
  if (key?.path !== SPP_REGISTRY_KEY || key.deleted || others.length > 0) return 'it sets another key';
  if (value?.name !== 'DnsDomainPublishList' || more.length > 0) return 'it sets another value';
  if (value.data.kind !== 'multi-sz' || value.data.entries.join('\n') !== entries.join('\n'))
    return 'the list differs';
  return undefined;
}

/** The two places where values stand must hold exactly these literals, each once in the script. */
function scriptDifference(script: string, host: string, entries: readonly string[]): string | undefined {
  const tokens = powerShellTokens(script).filter((token) => token.kind !== 'comment');
  if (tokens.some((token) => !token.closed)) return 'a string or comment does not end';
  const literalsBehind = (assignment: RegExp, until: RegExp): readonly string[] | undefined => {
    const starts = tokens.flatMap((token, i) =>
      token.kind === 'code' && assignment.test(token.text) ? [i] : [],
    );
    if (starts.length !== 1) return undefined;
    const literals: string[] = [];
    for (const token of tokens.slice(starts[0]! + 1)) {
      if (token.kind === 'single-quoted') literals.push(token.text);
      else if (token.kind === 'double-quoted') return undefined;
      else if (until.test(token.text)) return literals;
      else if (token.text.trim() !== '') return undefined;
    }
    return undefined;
  };
  const foundHost = literalsBehind(/\$wantedHost\s*=\s*$/, /^\s*\n/);
  if (foundHost?.join('\n') !== host) return 'the host differs';
  const foundEntries = literalsBehind(/\$wanted\s*=\s*@\(\s*$/, /^\s*\)/);
  return foundEntries?.join('\n') === entries.join('\n') ? undefined : 'the list differs';
}
