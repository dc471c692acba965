/** Where in a file something is wrong; lines and columns count from 1. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** Every mistake of a user or of a user's file, by code. The text says when it is thrown. */
export const ERROR_CODES = {
  usage: 'the command line does not make sense',
  'name-invalid': 'a text is not a DNS name, or not a host name where one is needed',
  'address-invalid': 'a text is not ADDRESS[:PORT]',
  'port-unavailable': 'the practice network cannot listen where it was told to',
  'file-unreadable': 'a file cannot be opened or read',
  'file-unwritable': 'a file or folder cannot be written',
  'output-exists': 'the output file is there already and --force was not given',
  'desired-state-invalid': 'the desired state has errors; all of them are listed',
  'domain-unknown': 'a domain, key or server that the desired state does not have',
  'key-invalid': 'a key file or key variable is missing, unreadable, empty, double or malformed',
  'kerberos-unavailable':
    'updates are to be signed or a directory read by Kerberos, and the system has no library for it',
  'plan-invalid': 'a plan file is damaged, edited, or of another version',
  'journal-invalid': 'a journal file is damaged, edited, or of another version',
  'recording-invalid': 'a recording of a diagnosis is damaged, or of another version',
  'template-invalid': 'a template has an unknown hole, encoder or block',
  'value-refused': 'a value does not fit the place where it would be written',
  'generate-impossible': 'the desired state does not hold what this format needs',
  'format-unclear': 'a file is in no format that is known here, or in several',
  'update-too-large': 'a change does not fit into one DNS message',
  'confirmation-needed': 'a change needs --yes or --plan where nobody can be asked',
  interrupted: 'the user stopped the run before anything was sent',
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

export interface ErrorDetails {
  /** What to do next, as a command where there is one. */
  readonly hint?: string;
  readonly problems?: readonly Problem[];
  readonly cause?: unknown;
}

/**
 * A user's mistake. The only class this package throws on purpose: trouble in the network is a value
 * (`NetFault`), and any other exception is a bug of ours.
 */
export class KmsDnsError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;
  readonly problems: readonly Problem[];

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'KmsDnsError';
    this.code = code;
    this.hint = details.hint ?? '';
    this.problems = details.problems ?? [];
  }
}

/** The end of a switch over a union: does not compile while a case is missing. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value ${JSON.stringify(value)}`);
}
