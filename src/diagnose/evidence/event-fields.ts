import type { Fact } from '../fact.ts';
import {
  countInWords,
  DEFAULT_ACTIVATION_MINUTES,
  DEFAULT_RENEWAL_MINUTES,
  hresultInWords,
  hresultOf,
  isLicenceStatus,
  LICENCE_STATUS,
  minutesInWords,
  statusFlagsInWords,
  VALIDITY_MINUTES,
} from './decoded-values.ts';
import type { FactDraft } from './fact-draft.ts';
import { minutesBetween, minutesLater, readTime } from './lenient-time.ts';

type EventId = Fact<'event'>['eventId'];

/** One event as an export gave it, before its text was understood. */
export interface RawEvent {
  readonly id: EventId;
  readonly line: number;
  /** ISO 8601, when the export had a readable time. */
  readonly at: string | undefined;
  /** Undefined where the export does not name it. */
  readonly provider: string | undefined;
  /** Whose log it is, where the export says so. */
  readonly computer?: string | undefined;
  /** Insertion strings, where the export has them apart; else the message. */
  readonly data: readonly string[];
}

/** The events that speak of KMS activation. */
const EVENT_IDS: readonly EventId[] = [12288, 12289, 12290, 12291, 12292, 12293, 12294, 8196, 8198, 8229];

/**
 * Fields of the text `%1`, in their order: Volume Activation Technical Reference Guide, "KMS events". A field
 * without a name is not used.
 */
const INFO_FIELDS: Readonly<Partial<Record<EventId, readonly (string | undefined)[]>>> = {
  12288: [
    'hresult',
    'statusFlags',
    'server',
    'cmid',
    'clientTime',
    'virtualMachine',
    'licenceStatus',
    'minutesToExpiry',
    'activationId',
    'requiredCount',
  ],
  12289: [
    'hresult',
    'statusFlags',
    'activated',
    undefined,
    'currentCount',
    'activationIntervalMinutes',
    'renewalIntervalMinutes',
    'clientTime',
  ],
  12290: [
    'hresult',
    'requiredCount',
    'clientName',
    'cmid',
    'clientTime',
    'virtualMachine',
    'licenceStatus',
    'minutesToExpiry',
    'activationId',
  ],
};

const ABOUT: Readonly<Record<EventId, string>> = {
  12288: 'the client sent a request, or could not',
  12289: 'the client judged the answer of a KMS host',
  12290: 'the KMS host answered a client',
  12291: 'the KMS host could not start its service',
  12292: 'the KMS host could not start its renewal timer',
  12293: 'the KMS host could not publish itself in DNS',
  12294: 'the KMS host published itself in DNS',
  8196: 'the activation scheduler could not activate',
  8198: 'an activation attempt failed',
  8229: 'the licensing rules reported a failed volume activation',
};

/** Vista called it Security-Licensing-SLC; Office on Windows 7 has its own service. */
const PROVIDER = /Security-SPP|Licensing-SLC|Software ?Protection|Software Licensing/i;

export function eventIdOf(text: string): EventId | undefined {
  return EVENT_IDS.find((id) => String(id) === text.trim());
}

export function isActivationProvider(text: string): boolean {
  return PROVIDER.test(text);
}

/** A full computer name among the values of an event's header: at least two labels, the last one not of digits. */
export function computerAmong(values: readonly string[]): string | undefined {
  return values.find((value) => /^(?:[a-z0-9_-]{1,63}\.){1,10}[a-z][a-z0-9-]{1,62}$/i.test(value));
}

/** Reads one event into a fact and its decoded fields. Events of other services with the same number are passed over. */
export function readEvent(draft: FactDraft, event: RawEvent): void {
  if (event.provider !== undefined && !isActivationProvider(event.provider)) return;
  const text = event.data.join(', ');
  const names = INFO_FIELDS[event.id];
  if (names !== undefined) readInfo(draft, event, text, names);
  else if (event.id === 12293 || event.id === 12294) readPublication(draft, event, text);
  else readFailure(draft, event, text);
}

function readInfo(
  draft: FactDraft,
  event: RawEvent,
  text: string,
  names: readonly (string | undefined)[],
): void {
  const info = /0x[0-9a-f]{1,8}\s*,[^\r\n]{0,2000}/i.exec(text)?.[0].trim();
  if (info === undefined) {
    draft.problem(event.line, `event ${event.id} holds no text that starts with a code and commas`);
    return;
  }
  const values = info.split(',').map((value) => value.trim());
  const fields: Record<string, string> = {};
  names.forEach((name, i) => {
    const value = values[i];
    if (name !== undefined && value !== undefined && value !== '') fields[name] = value;
  });
  if (values.length < names.length - 1)
    draft.problem(
      event.line,
      `event ${event.id} ends after ${values.length} of ${names.length} fields: it was cut off`,
    );
  const hresult = hresultOf(fields.hresult ?? '');
  if (hresult !== undefined) fields.hresult = hresult;
  const subject = event.id === 12288 ? fields.server : event.id === 12290 ? fields.clientName : undefined;
  addEvent(draft, event, info, { hresult, subject, fields });
  decodeInfo(draft, event, fields);
  if (event.id === 12290) clockOffset(draft, event, info, fields);
}

function addEvent(
  draft: FactDraft,
  event: RawEvent,
  raw: string,
  more: Pick<Fact<'event'>, 'hresult' | 'subject' | 'fields'>,
): void {
  const at = { line: event.line, place: `event ${event.id}`, raw };
  draft.fact('event', at, { eventId: event.id, at: event.at, ...more });
  draft.decoded(`event ${event.id}`, event.at ?? 'time unknown', ABOUT[event.id]);
  const hosts = event.id >= 12290 && event.id <= 12294;
  if (hosts && !draft.has('is-kms-host')) draft.fact('is-kms-host', at, { host: true });
}

/** Each field of 12288…12290 with what it means, and what follows from it. */
function decodeInfo(draft: FactDraft, event: RawEvent, fields: Readonly<Record<string, string>>): void {
  const number = (name: string): number | undefined =>
    /^-?\d{1,12}$/.test(fields[name] ?? '') ? Number(fields[name]) : undefined;
  const required = number('requiredCount');
  const client = readTime(fields.clientTime ?? '', 'mdy');
  const time = client === undefined ? event.at : `${client}Z`;
  for (const [name, value] of Object.entries(fields)) {
    draft.decoded(`${event.id} ${name}`, value, meaningOf(name, value, number(name), required));
  }

  const expiry = number('minutesToExpiry');
  const expires = time === undefined || expiry === undefined ? undefined : minutesLater(time, expiry);
  if (expires !== undefined && expiry !== 0)
    draft.decoded(`${event.id} expires`, expires, 'when the present activation or grace period ends');
  if (time === undefined || event.id === 12290) return;

  const activated = fields.activated === '1';
  const next = activated
    ? minutesLater(time, number('renewalIntervalMinutes') ?? DEFAULT_RENEWAL_MINUTES)
    : fields.hresult === '0x00000000' && event.id === 12288
      ? undefined
      : minutesLater(time, number('activationIntervalMinutes') ?? DEFAULT_ACTIVATION_MINUTES);
  if (next !== undefined)
    draft.decoded(
      `${event.id} next attempt`,
      next,
      activated
        ? 'one renewal interval later'
        : 'one activation interval later, unless somebody tries before',
    );
  const until = activated ? minutesLater(time, VALIDITY_MINUTES) : undefined;
  if (until !== undefined) draft.decoded(`${event.id} expires`, until, '180 days after this success');
}

function meaningOf(
  name: string,
  value: string,
  number: number | undefined,
  required: number | undefined,
): string {
  switch (name) {
    case 'hresult':
      return hresultInWords(value);
    case 'statusFlags':
      return statusFlagsInWords(value);
    case 'server':
      return 'the KMS host and port this attempt was sent to';
    case 'cmid':
      return 'id of the client; a KMS host counts each id once';
    case 'clientName':
      return 'the computer that asked';
    case 'clientTime':
      return 'the clock of the client, in UTC';
    case 'virtualMachine':
      return value === '1' ? 'the client is a virtual machine' : 'not known to be a virtual machine';
    case 'licenceStatus':
      return number !== undefined && isLicenceStatus(number) ? LICENCE_STATUS[number] : 'no known status';
    case 'activated':
      return value === '1' ? 'the client is now activated' : 'the client is not activated by this answer';
    case 'currentCount':
      return number === undefined ? 'not a number' : countInWords(number, required);
    case 'requiredCount':
      return 'how many computers must have asked before this product is activated';
    case 'activationId':
      return 'id of the edition that asks';
    default:
      return number === undefined ? 'not a number' : minutesInWords(number);
  }
}

/** The host's event has both clocks: its own as the time of the event, the client's as a field. */
function clockOffset(
  draft: FactDraft,
  event: RawEvent,
  raw: string,
  fields: Readonly<Record<string, string>>,
): void {
  const client = readTime(fields.clientTime ?? '', 'mdy');
  if (fields.hresult !== '0xC004F06C' || client === undefined || !event.at?.endsWith('Z')) return;
  const minutes = minutesBetween(event.at, client);
  if (minutes === undefined) return;
  const seconds = Math.round(minutes) * 60;
  draft.fact('clock-offset', { line: event.line, place: 'event 12290', raw }, { seconds });
  draft.decoded('12290 clock offset', `${seconds} s`, 'client against host; up to four hours are accepted');
}

function readPublication(draft: FactDraft, event: RawEvent, text: string): void {
  const hresult = hresultOf(/0x[0-9a-f]{1,8}/i.exec(text)?.[0] ?? '');
  const alone = event.data.find((value) => /^[A-Za-z0-9_.-]{1,255}$/.test(value) && !/^0x/i.test(value));
  const quoted = /['"‘’‚“”„«»「『]\s?([A-Za-z0-9_][A-Za-z0-9_.-]{0,254})\s?['"‘’“”«»」』]/.exec(text)?.[1];
  const dotted = /(?:^|[^A-Za-z0-9_.-])([A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63}){1,10})/.exec(text)?.[1];
  const subject = alone ?? quoted ?? dotted;
  if (subject === undefined) draft.problem(event.line, `event ${event.id} names no domain`);
  const fields = {
    ...(hresult === undefined ? {} : { hresult }),
    ...(subject === undefined ? {} : { domain: subject }),
    // The log of a KMS host: its name is as public as the record it tried to write.
    ...(event.computer === undefined ? {} : { computer: event.computer }),
  };
  addEvent(draft, event, text.trim(), { hresult, subject, fields });
  if (hresult !== undefined) draft.decoded(`${event.id} hresult`, hresult, hresultInWords(hresult));
  if (subject !== undefined)
    draft.decoded(`${event.id} domain`, subject, 'the domain in which the host publishes itself');
}

/** 12291, 12292 and the 8000s: a code, and for 8198 and 8229 `Name=value` pairs. */
function readFailure(draft: FactDraft, event: RawEvent, text: string): void {
  const hresult = hresultOf(/0x[0-9a-f]{8}\b/i.exec(text)?.[0] ?? /0x[0-9a-f]{1,8}/i.exec(text)?.[0] ?? '');
  const fields: Record<string, string> = hresult === undefined ? {} : { hresult };
  for (const [, name, value] of text.slice(0, 4000).matchAll(/\b([A-Za-z]{2,30}) ?= ?([^;,\s]{1,200})/g)) {
    if (name !== 'hr' && Object.keys(fields).length < 20)
      fields[name![0]!.toLowerCase() + name!.slice(1)] = value!;
  }
  if (hresult === undefined) draft.problem(event.line, `event ${event.id} holds no error code`);
  addEvent(draft, event, text.trim(), { hresult, subject: undefined, fields });
  if (hresult !== undefined) draft.decoded(`${event.id} hresult`, hresult, hresultInWords(hresult));
  if (fields.action !== undefined) draft.decoded(`${event.id} action`, fields.action, 'what was tried');
}
