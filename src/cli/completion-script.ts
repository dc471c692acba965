import type { Command } from './command.ts';
import type { Option } from './options.ts';

/*
 * Completion that needs no start of this program at every press of the Tab key: all words stand in the script.
 * An option takes the same kind of value in every command, so what its value may be depends on the option alone.
 */

export type Shell = 'bash' | 'zsh' | 'powershell';

/** The script that makes a shell complete these commands, their options, and files where a value is one. */
export function completionScript(shell: Shell, commands: readonly Command[]): string {
  switch (shell) {
    case 'bash':
      return bashScript(commands);
    case 'zsh':
      return zshScript(commands);
    case 'powershell':
      return powershellScript(commands);
  }
}

/** Words that can stand where no command stands yet. */
const ROOT_OPTIONS = ['--help', '--version'] as const;

type Entry = readonly [string, Option<unknown>];

function optionsOf(commands: readonly Command[]): readonly Entry[] {
  return Object.entries(Object.assign({}, ...commands.map(({ options }) => options)) as Command['options']);
}

function formsOf([name, { alias }]: Entry): readonly string[] {
  return alias === undefined ? [`--${name}`] : [`-${alias}`, `--${name}`];
}

function wordsOf({ options, operands }: Command): readonly string[] {
  const words = Array.isArray(operands?.completes) ? (operands.completes as readonly string[]) : [];
  return [...words, ...Object.keys(options).map((name) => `--${name}`), '--help'];
}

/** The forms of all options whose values are completed in one way. */
function formsWith(
  commands: readonly Command[],
  wanted: (option: Option<unknown>) => boolean,
): readonly string[] {
  return optionsOf(commands)
    .filter(([, option]) => option.value !== undefined && wanted(option))
    .flatMap(formsOf);
}

function bashScript(commands: readonly Command[]): string {
  const names = commands.map(({ command }) => command);
  const files = formsWith(commands, ({ completes }) => completes === 'file');
  const folders = formsWith(commands, ({ completes }) => completes === 'folder');
  const others = formsWith(commands, ({ completes }) => completes === undefined);
  const takeFiles = commands.filter(({ operands }) => operands?.completes === 'file');
  const paths = (kind: '-f' | '-d'): string =>
    `compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen ${kind} -- "$cur"))`;
  const arm = (patterns: readonly string[], action: string): string =>
    patterns.length === 0 ? '' : `\n    ${patterns.join('|')}) ${action} ;;`;
  const words = (list: readonly string[]): string => `words=$'${list.join('\\n')}'`;
  return `# kmsdns completion for bash: source <(kmsdns completion bash)
_kmsdns() {
  local cur prev command='' words='' i IFS=$'\n'
  cur="\${COMP_WORDS[COMP_CWORD]}"
  prev="\${COMP_WORDS[COMP_CWORD-1]}"
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "\${COMP_WORDS[i]}" in
      ${names.join('|')}) command="\${COMP_WORDS[i]}"; break ;;
    esac
  done
  case "$prev" in${arm(files, `${paths('-f')}; return`)}${arm(folders, `${paths('-d')}; return`)}${arm(others, 'return')}
  esac
  case "$command" in
    '') ${words([...names, ...ROOT_OPTIONS])} ;;${commands.map((one) => arm([one.command], words(wordsOf(one)))).join('')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
  case "$command:$cur" in
    *:-*) ;;${arm(
      takeFiles.map(({ command }) => `${command}:*`),
      paths('-f'),
    )}
  esac
}
complete -F _kmsdns kmsdns
`;
}

function zshScript(commands: readonly Command[]): string {
  const described = commands.map(({ command, describe }) => zshText(`${command}:${zshPlain(describe)}`));
  const cases = commands.map(
    (one) =>
      `${one.command})\n          _arguments ${zshArguments(one).join(' \\\n            ')}\n          ;;`,
  );
  return `#compdef kmsdns
# kmsdns completion for zsh: kmsdns completion zsh > a file _kmsdns in a folder of fpath
_kmsdns() {
  local curcontext="$curcontext" state line
  typeset -A opt_args
  _arguments -C '1:command:->command' '*::argument:->argument'
  case "$state" in
    command)
      local -a commands
      commands=(
        ${described.join('\n        ')}
      )
      _describe -t commands 'kmsdns command' commands
      ;;
    argument)
      case "\${line[1]}" in
        ${cases.join('\n        ')}
      esac
      ;;
  esac
}
if [ "\${funcstack[1]}" = _kmsdns ]; then _kmsdns "$@"; else compdef _kmsdns kmsdns; fi
`;
}

function zshArguments({ options, operands }: Command): readonly string[] {
  const specs = Object.entries(options).flatMap((entry) => {
    const [, { describe, value, completes }] = entry;
    const says = `[${zshPlain(describe)}]`;
    const action = value === undefined ? '' : `:${zshPlain(value)}:${zshAction(completes)}`;
    return formsOf(entry).map((form) => zshText(`*${form}${says}${action}`));
  });
  if (operands === undefined) return specs;
  return [...specs, zshText(`*:${operands.name}:${zshAction(operands.completes)}`)];
}

function zshAction(completes: Option<unknown>['completes']): string {
  if (completes === undefined) return '';
  if (completes === 'file') return '_files';
  return completes === 'folder' ? '_files -/' : `(${completes.join(' ')})`;
}

/** Without what _arguments and _describe give a meaning to. */
function zshPlain(text: string): string {
  return text.replace(/[[\]:\\]/g, ' ');
}

function zshText(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function powershellScript(commands: readonly Command[]): string {
  const list = (words: readonly string[]): string =>
    `@(${words.map((word) => `'${word.replaceAll("'", "''")}'`).join(', ')})`;
  const paths = formsWith(commands, ({ completes }) => completes === 'file' || completes === 'folder');
  const names = commands.map(({ command }) => command);
  return `# kmsdns completion for PowerShell: kmsdns completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName 'kmsdns' -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $words = @{
    ${commands.map((one) => `'${one.command}' = ${list(wordsOf(one))}`).join('\n    ')}
  }
  $paths = ${list(paths)}
  $before = @($commandAst.CommandElements |
    Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.ToString() })
  # Without a result of ours PowerShell completes files.
  if ($before.Count -gt 1 -and $paths -ccontains $before[-1]) { return }
  $command = $before | Select-Object -Skip 1 | Where-Object { $words.ContainsKey($_) } | Select-Object -First 1
  $known = if ($command) { $words[$command] } else { ${list([...names, ...ROOT_OPTIONS])} }
  $known | Where-Object { $_ -like "$wordToComplete*" } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
  }
}
`;
}
