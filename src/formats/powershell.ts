import type { Problem } from '../core/errors.ts';
import { displayName, readName } from '../core/name.ts';
import { canonicalRecords } from '../core/srv.ts';
import { relativeTo, ttlOf, zoneGroups, zoneNotes } from '../core/zone-lines.ts';
import { readRelativeName } from '../core/zone-reader.ts';
import {
  defineFormat,
  type Format,
  type FormatAbout,
  type FormatReading,
  type ReadRecord,
} from './format.ts';
import { headComment } from './head.ts';
import { type PowerShellWord, powerShellWords } from './powershell-words.ts';
import { readSrvFields } from './srv-fields.ts';
import { readTimeSpan, timeSpanText } from './time-span.ts';
import { powerShellText } from './words.ts';

const ABOUT: FormatAbout = {
  id: 'powershell',
  title: 'script of Add-DnsServerResourceRecord',
  product: 'Windows DNS Server',
  cannot: [
    {
      of: 'stale',
      says: 'The end of old records: the script adds and corrects; remove others with Remove-DnsServerResourceRecord.',
    },
  ],
};

/**
 * A script that adds what is missing, corrects what has another TTL, and leaves the rest alone; it may run twice, and
 * shows what it would do with -WhatIf. UTF-8 with byte order mark, without which Windows PowerShell 5 reads ANSI; CRLF.
 */
export const POWERSHELL: Format = defineFormat({
  ...ABOUT,
  options: {},
  write(state) {
    const head = headComment('#', ABOUT, state, [
      'Needs the module DnsServer (RSAT) and somebody who may write the zones. Look first, then run it:',
      '    .\\kms.dns-server.ps1 -ComputerName dc1 -WhatIf',
      '    .\\kms.dns-server.ps1 -ComputerName dc1',
      'Names are relative to their zone; a target has its final dot. A record that a KMS host shall update itself must be writable for it: give a group of the hosts access to the name. -AllowUpdateAny would let every computer of the domain write it.',
    ]);
    const rows = zoneGroups(state.domains).flatMap(({ zone, domains }) =>
      domains.flatMap((domain) =>
        canonicalRecords(domain.publish).map(({ priority, weight, port, target }) => {
          const quoted = (text: string): string => powerShellText(text, 'name');
          return `    @{ ZoneName = ${quoted(displayName(zone))}; Name = ${quoted(relativeTo(domain.owner, zone))}; DomainName = ${quoted(target)}; Priority = ${priority}; Weight = ${weight}; Port = ${port}; TimeToLive = '${timeSpanText(ttlOf(domain))}' }\n`;
        }),
      ),
    );
    const text = `${head}\n${SCRIPT_START}${rows.join('')}${SCRIPT_END}`;
    return {
      files:
        rows.length === 0
          ? []
          : [{ path: 'kms.dns-server.ps1', content: `\uFEFF${text.replaceAll('\n', '\r\n')}` }],
      notes: state.domains.flatMap((domain) => [...zoneNotes(domain)]),
    };
  },
  read: readScript,
  recognises: (text) => /\bAdd-DnsServerResourceRecord\b/i.test(text) && /-Srv\b/i.test(text),
});

const SCRIPT_START = `[CmdletBinding(SupportsShouldProcess)]
param(
    [string] $ComputerName = 'localhost'
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$records = @(
`;

/**
 * A name that is not there is an error of the cmdlet (ObjectNotFound); any other error means that nobody knows what is
 * there, and ends the script.
 */
const SCRIPT_END = `)

foreach ($record in $records) {
    $ttl = [TimeSpan]::Parse($record.TimeToLive)
    $at = @{ ComputerName = $ComputerName; ZoneName = $record.ZoneName }
    try {
        $found = @(Get-DnsServerResourceRecord @at -Name $record.Name -RRType Srv -Node)
    } catch {
        if ($_.CategoryInfo.Category -ne 'ObjectNotFound') { throw }
        $found = @()
    }
    $same = @($found | Where-Object {
        $_.RecordData.DomainName.TrimEnd('.') -eq $record.DomainName.TrimEnd('.') -and
        $_.RecordData.Priority -eq $record.Priority -and
        $_.RecordData.Weight -eq $record.Weight -and
        $_.RecordData.Port -eq $record.Port
    })
    $what = "$($record.Name) SRV $($record.Priority) $($record.Weight) $($record.Port) $($record.DomainName)"
    if ($same.Count -eq 0) {
        if ($PSCmdlet.ShouldProcess("$($record.ZoneName) on $ComputerName", "Add $what")) {
            $srv = @{
                Name = $record.Name
                DomainName = $record.DomainName
                Priority = $record.Priority
                Weight = $record.Weight
                Port = $record.Port
                TimeToLive = $ttl
            }
            Add-DnsServerResourceRecord -Srv @at @srv -Confirm:$false
        }
    } elseif ($same[0].TimeToLive -ne $ttl) {
        if ($PSCmdlet.ShouldProcess("$($record.ZoneName) on $ComputerName", "Set the TTL of $what to $ttl")) {
            $new = $same[0].Clone()
            $new.TimeToLive = $ttl
            Set-DnsServerResourceRecord @at -OldInputObject $same[0] -NewInputObject $new -Confirm:$false
        }
    } else {
        Write-Verbose "$what is there already"
    }
}
`;

/** Reads hash tables with the parameters of the cmdlet, and calls of it with plain values; others are not ours. */
function readScript(text: string, file: string): FormatReading {
  const records: ReadRecord[] = [];
  const problems: Problem[] = [];
  const words = powerShellWords(text);
  for (const [i, word] of words.entries()) {
    const place = { file, line: word.line, column: word.column };
    let values: ReadonlyMap<string, string>;
    if (word.kind === 'mark' && word.text === '@{') values = tableAt(words, i + 1);
    else if (word.kind === 'word' && /^Add-DnsServerResourceRecord$/i.test(word.text)) {
      values = parametersAt(words, i + 1);
      if (!values.has('srv')) continue;
    } else continue;
    if (!['zonename', 'name', 'domainname'].every((name) => values.has(name))) continue;
    const read = readValues(values);
    if (typeof read === 'string') problems.push({ ...place, message: read });
    else if (read !== undefined) records.push({ ...read, place });
  }
  return { records, problems };
}

/** The record, what is wrong with it, or undefined for values that the script computes from others. */
function readValues(values: ReadonlyMap<string, string>): Omit<ReadRecord, 'place'> | string | undefined {
  const value = (name: string): string => values.get(name) ?? '';
  if ([...values.values()].some((text) => text.startsWith('$'))) return undefined;
  const zone = readName(value('zonename'));
  const owner = zone.ok ? readRelativeName(value('name'), zone.name) : zone;
  const ttl = values.get('timetolive');
  const ttlSeconds = ttl === undefined ? undefined : readTimeSpan(ttl);
  const read = readSrvFields({
    priority: value('priority'),
    weight: value('weight'),
    port: value('port'),
    target: value('domainname'),
  });
  if (!owner.ok)
    return `${JSON.stringify(value('name'))} in the zone ${JSON.stringify(value('zonename'))}: ${owner.problem}`;
  if (!read.ok) return read.problem;
  if (ttl !== undefined && ttlSeconds === undefined)
    return `TimeToLive ${JSON.stringify(ttl)} is no time span (hh:mm:ss)`;
  return { owner: owner.name, ...(ttlSeconds !== undefined && { ttlSeconds }), record: read.record };
}

/** `Key = value` up to the closing brace; keys in lower case. */
function tableAt(words: readonly PowerShellWord[], from: number): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (let at = from; at < words.length; at++) {
    const [key, equals, value] = [words[at]!, words[at + 1], words[at + 2]];
    if (key.kind === 'mark' && key.text === '}') break;
    if (key.kind !== 'word' || equals?.text !== '=' || value === undefined) continue;
    values.set(key.text.toLowerCase(), plainText(value));
    at += 2;
  }
  return values;
}

/** `-Name value` and switches up to the end of the command; names in lower case. */
function parametersAt(words: readonly PowerShellWord[], from: number): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (let at = from; at < words.length; at++) {
    const word = words[at]!;
    if (word.kind === 'mark' && /[\n;|})&]/.test(word.text)) break;
    const name = word.kind === 'word' && !word.quoted ? /^-([A-Za-z]+):?(.*)$/.exec(word.text) : null;
    if (name === null) continue;
    const next = words[at + 1];
    const isValue = next?.kind === 'word' && (next.quoted || !/^-[A-Za-z]/.test(next.text));
    values.set(name[1]!.toLowerCase(), name[2] !== '' ? name[2]! : isValue ? plainText(next) : '');
  }
  return values;
}

/** A value that is computed begins with `$`, whatever it is; a name never does. */
function plainText({ kind, text, quoted }: PowerShellWord): string {
  if (kind === 'mark' || (!quoted && /^[[$@]/.test(text))) return '$';
  return text;
}
