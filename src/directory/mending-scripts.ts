import { displayName } from '../core/name.ts';
import { isOneLine } from '../core/template-encoders.ts';
import type { MendingPlan, MendingStep } from './mending.ts';
import { daclOnly, encodeSecurityDescriptor } from './security-descriptor.ts';

/** How a plan of mending can be written down. `dsacls`: a batch file with dsadd, dsmod, dnscmd and dsacls. */
export const MENDING_FORMATS = ['powershell', 'dsacls', 'ldif', 'samba-tool'] as const;
export type MendingFormat = (typeof MENDING_FORMATS)[number];

export type MendingScript =
  | { readonly ok: true; readonly text: string }
  /** Values that this format cannot carry; nothing is written then. */
  | { readonly ok: false; readonly problems: readonly string[] };

/** Quotes a value, or notes what keeps it from being one. */
type Quote = (value: string) => string;

/**
 * The plan as a script. Every value from the directory passes a quote of that language, which refuses and never
 * repairs: a group or host may be called anything. Steps a format has no words for stand as comments.
 */
export function renderMending(plan: MendingPlan, format: MendingFormat): MendingScript {
  const problems: string[] = [];
  const refuse = (value: string, why: string): string => {
    problems.push(`${JSON.stringify(value)} ${why}`);
    return '';
  };
  const text = RENDERERS[format](plan, refuse);
  return problems.length === 0 ? { ok: true, text } : { ok: false, problems };
}

type Refuse = (value: string, why: string) => string;

const RENDERERS: Readonly<Record<MendingFormat, (plan: MendingPlan, refuse: Refuse) => string>> = {
  powershell: (plan, refuse) => {
    const quote = oneLine(refuse, powerShellWord);
    const head = ['#Requires -Modules ActiveDirectory, DnsServer', "$ErrorActionPreference = 'Stop'"];
    return lines([
      ...head,
      ...leftOut(plan, '#', quote),
      ...plan.steps.flatMap((step) => powerShell(step, quote)),
    ]);
  },
  dsacls: (plan, refuse) => {
    const quote = oneLine(refuse, (value) =>
      // Within quotes only these mean something to cmd.exe or end the argument; none can be escaped in all places.
      // Quotes do not keep a program from taking a word for an option.
      /["%!]|^[-/]|\\$/.test(value)
        ? refuse(value, 'holds a character that cmd.exe or its programs cannot be given')
        : `"${value}"`,
    );
    const steps = plan.steps.flatMap((step) => [...batch(step, quote), 'if errorlevel 1 exit /b 1']);
    // cmd.exe ends lines with CR LF.
    return lines(['@echo off', ...leftOut(plan, 'rem', quote), ...steps]).replaceAll('\n', '\r\n');
  },
  ldif: (plan) => {
    const left = plan.left.map(({ subject, why }) => `# left out: ${JSON.stringify(`${subject}: ${why}`)}`);
    return lines([...left, ...plan.steps.flatMap((step) => [...ldif(step), ''])]);
  },
  'samba-tool': (plan, refuse) => {
    const quote = oneLine(refuse, (value) =>
      value.startsWith('-') ? refuse(value, 'would be taken for an option') : shellWord(value),
    );
    const head = [
      '#!/bin/sh',
      '# Run it on a domain controller as root, after kinit as an administrator.',
      'set -eu',
    ];
    return lines([
      ...head,
      ...leftOut(plan, '#', quote),
      ...plan.steps.flatMap((step) => samba(step, quote)),
    ]);
  },
};

function powerShell(step: MendingStep, quote: Quote): readonly string[] {
  switch (step.kind) {
    case 'create-group': {
      const { name, dn } = step.group;
      const scope = step.scope === 'global' ? 'Global' : 'Universal';
      return [
        `New-ADGroup -Name ${quote(name)} -SamAccountName ${quote(name)} -GroupCategory Security -GroupScope ${scope} -Path ${quote(parentDn(dn))}`,
      ];
    }
    case 'add-member':
      return [`Add-ADGroupMember -Identity ${quote(step.group.dn)} -Members ${quote(step.member.dn)}`];
    case 'create-node': {
      const age = step.ageing === 'dynamic' ? ' -AgeRecord' : '';
      return step.records.map(
        ({ priority, weight, port, target }) =>
          `Add-DnsServerResourceRecord -Srv -ZoneName ${quote(displayName(step.zone))} -Name ${quote(step.label)} -DomainName ${quote(target)} -Priority ${priority} -Weight ${weight} -Port ${port} -TimeToLive ([TimeSpan]::FromSeconds(${step.ttlSeconds}))${age}`,
      );
    }
    case 'grant':
      return [
        `$sid = (Get-ADGroup -Identity ${quote(step.group.dn)}).SID`,
        `$path = 'AD:\\' + ${quote(step.dn)}`,
        '$acl = Get-Acl -LiteralPath $path',
        "$acl.AddAccessRule([DirectoryServices.ActiveDirectoryAccessRule]::new($sid, 'GenericAll', 'Allow'))",
        'Set-Acl -LiteralPath $path -AclObject $acl',
      ];
  }
}

function batch(step: MendingStep, quote: Quote): readonly string[] {
  switch (step.kind) {
    case 'create-group': {
      const { name, dn } = step.group;
      return [
        `dsadd group ${quote(dn)} -secgrp yes -scope ${step.scope === 'global' ? 'g' : 'u'} -samid ${quote(name)}`,
      ];
    }
    case 'add-member':
      return [`dsmod group ${quote(step.group.dn)} -addmbr ${quote(step.member.dn)}`];
    case 'create-node': {
      const age = step.ageing === 'dynamic' ? ' /Aging' : '';
      return step.records.map(
        ({ priority, weight, port, target }) =>
          `dnscmd . /RecordAdd ${quote(displayName(step.zone))} ${quote(step.label)}${age} ${step.ttlSeconds} SRV ${priority} ${weight} ${port} ${quote(target)}`,
      );
    }
    case 'grant':
      return [`dsacls ${quote(step.dn)} /G ${quote(`${step.group.domain}\\${step.group.name}:GA`)}`];
  }
}

/** Security groups by scope ([MS-ADTS] §2.2.12). */
const GROUP_TYPE = { global: '-2147483646', universal: '-2147483640' } as const;

/** LDAP_SERVER_SD_FLAGS_OID with 4: the permissions alone ([MS-ADTS] §3.1.1.3.4.1.11), as BER in base64. */
const DACL_ALONE = 'control: 1.2.840.113556.1.4.801 true:: MAMCAQQ=';

function ldif(step: MendingStep): readonly string[] {
  switch (step.kind) {
    case 'create-group':
      return [
        ldifLine('dn', step.group.dn),
        'changetype: add',
        'objectClass: group',
        ldifLine('sAMAccountName', step.group.name),
        `groupType: ${GROUP_TYPE[step.scope]}`,
      ];
    case 'add-member':
      return [
        ldifLine('dn', step.group.dn),
        'changetype: modify',
        'add: member',
        ldifLine('member', step.member.dn),
        '-',
      ];
    case 'create-node':
      return [
        ldifLine('dn', step.dn),
        'changetype: add',
        'objectClass: dnsNode',
        ...step.values.map((value) => `dnsRecord:: ${Buffer.from(value).toString('base64')}`),
      ];
    case 'grant':
      if (step.after === undefined)
        return [
          `# ${JSON.stringify(step.dn)}: the permissions name the group by its SID, which is given when group and node exist.`,
          '# Load this file, then make the plan again.',
        ];
      return [
        ldifLine('dn', step.dn),
        DACL_ALONE,
        'changetype: modify',
        'replace: nTSecurityDescriptor',
        `nTSecurityDescriptor:: ${Buffer.from(encodeSecurityDescriptor(daclOnly(step.after))).toString('base64')}`,
        '-',
      ];
  }
}

function samba(step: MendingStep, quote: Quote): readonly string[] {
  switch (step.kind) {
    case 'create-group': {
      const scope = step.scope === 'global' ? 'Global' : 'Universal';
      return [`samba-tool group add ${quote(step.group.name)} --group-scope=${scope} --group-type=Security`];
    }
    case 'add-member':
      return [`samba-tool group addmembers ${quote(step.group.name)} ${quote(step.member.name)}`];
    case 'create-node': {
      const words = `${quote(displayName(step.zone))} ${quote(step.label)}`;
      return [
        ...(step.ageing === 'dynamic' ? ['# samba-tool writes static records: these never age.'] : []),
        ...step.records.map(
          ({ priority, weight, port, target }) =>
            `samba-tool dns add "$(hostname -f)" ${words} SRV ${quote(`${displayName(target)} ${port} ${priority} ${weight}`)}`,
        ),
      ];
    }
    case 'grant':
      return [
        `sid=$(samba-tool group show ${quote(step.group.name)} --attributes=objectSid | sed -n 's/^objectSid: //p')`,
        `samba-tool dsacl set --action=allow --objectdn=${quote(step.dn)} --sddl="(A;;GA;;;\${sid:?})"`,
      ];
  }
}

/** Refuses what is more than a line of visible text, for any language; the rest is the language's own business. */
function oneLine(refuse: Refuse, quote: Quote): Quote {
  return (value) =>
    isOneLine(value) ? quote(value) : refuse(value, 'holds a line break or an invisible character');
}

/** PowerShell takes typographic quotes for plain ones, so each of them is doubled (about_Quoting_Rules). */
function powerShellWord(value: string): string {
  return `'${value.replace(/['\u2018\u2019\u201a\u201b]/g, '$&$&')}'`;
}

/** POSIX sh, 2.2.2: nothing means anything within single quotes but a single quote. */
function shellWord(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`;
}

/** RFC 2849: text that is not plain goes as base64. */
function ldifLine(attribute: string, value: string): string {
  const plain = /^[!-9;=-~][ -~]*$/.test(value) && !value.endsWith(' ');
  return plain ? `${attribute}: ${value}` : `${attribute}:: ${Buffer.from(value).toString('base64')}`;
}

function leftOut({ left }: MendingPlan, comment: string, quote: Quote): readonly string[] {
  return left.map(({ subject, why }) => `${comment} left out: ${quote(`${subject}: ${why}`)}`);
}

/** The name of the object above: what stands behind the first comma that is not escaped. */
function parentDn(dn: string): string {
  return /^(?:\\.|[^\\,])*,(.*)$/s.exec(dn)?.[1] ?? '';
}

function lines(all: readonly string[]): string {
  return `${all.join('\n')}\n`;
}
