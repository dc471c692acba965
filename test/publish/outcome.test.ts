import { describe, expect, it, test } from 'vitest';
import { parseFqdn } from '../../src/core/name.ts';
import type { NetFault } from '../../src/core/net.ts';
import { KERBEROS_FAULTS, type KerberosFaultKind } from '../../src/core/security-context.ts';
import type { SrvSet } from '../../src/core/srv.ts';
import type { Identity, TsigVerdict } from '../../src/core/tsig.ts';
import { type Delivery, tsigWord } from '../../src/publish/deliver.ts';
import {
  APPLY_OUTCOMES,
  type ApplyOutcome,
  explainOutcome,
  judgeOutcome,
  type Trial,
} from '../../src/publish/outcome.ts';
import { type ReadBack, wantedAfter } from '../../src/publish/read-back.ts';
import { refusalText } from '../../src/publish/refusal-text.ts';
import type { ServerKind } from '../../src/publish/server-kind.ts';
import { CLOSED, SILENCE } from '../support/fake-net.ts';
import { endpoint, record, setOf } from '../support/srv-sets.ts';

const A = record('kms1', 10, 75);
const B = record('kms2', 90, 75);
const BEFORE = setOf(300, A);
const AFTER = setOf(300, A, B);

const GOOD: TsigVerdict = { kind: 'good' };
const UNSIGNED: TsigVerdict = { kind: 'unsigned' };

function answered(rcode: string, tsig: TsigVerdict | undefined = GOOD): Delivery {
  const authentic = tsig.kind === 'good' || (tsig.kind === 'rejected' && tsig.authenticated);
  return { kind: 'answered', rcode, tsig, authentic, echoed: false };
}

const ECHOED: TsigVerdict = { kind: 'echoed' };
const KEY: Identity = { kind: 'key', name: parseFqdn('kms-publisher') };
const PRINCIPAL: Identity = { kind: 'principal', name: 'kms02$@CONTOSO.COM' };

function notSigned(kind: KerberosFaultKind): Delivery {
  return { kind: 'not-signed', fault: { kind, detail: 'there is no ticket', hint: 'run kinit' } };
}

function unanswered(fault: NetFault): Delivery {
  return { kind: 'no-answer', fault };
}

/** What the primary serves afterwards; `silent` when it says nothing. */
function primary(
  now: SrvSet | null | 'silent',
  before = BEFORE as SrvSet | null,
  after = AFTER as SrvSet | null,
): ReadBack {
  const base = { server: endpoint('10.0.0.53'), host: null, serial: 2, noRoute: false };
  if (now === 'silent') return { ...base, state: 'silent', set: null, because: 'no answer within 1.0 s' };
  const state = wantedAfter(before, after)(now) ? 'current' : 'stale';
  return { ...base, state, set: now, because: '' };
}

interface Row {
  readonly name: string;
  readonly delivery: Delivery;
  readonly now: SrvSet | null | 'silent';
  readonly unheardBefore?: true;
  readonly is: ApplyOutcome;
}

const OTHER = setOf(300, A, record('kms9'));

const ROWS: readonly Row[] = [
  { name: 'NOERROR and there', delivery: answered('NOERROR'), now: AFTER, is: 'applied' },
  { name: 'no answer and there', delivery: unanswered(SILENCE), now: AFTER, is: 'applied' },
  {
    name: 'SERVFAIL by nobody in particular, and there',
    delivery: answered('SERVFAIL', UNSIGNED),
    now: AFTER,
    is: 'applied',
  },
  {
    name: 'there with a stranger beside it',
    delivery: answered('NOERROR'),
    now: setOf(300, A, B, record('kms9')),
    is: 'applied',
  },
  {
    name: 'refused and there: somebody else did it',
    delivery: answered('REFUSED'),
    now: AFTER,
    is: 'unchanged',
  },
  {
    name: 'NXRRSET and there: somebody else did it',
    delivery: answered('NXRRSET'),
    now: AFTER,
    is: 'unchanged',
  },
  {
    name: 'NXRRSET and there after a message nobody answered: we did it',
    delivery: answered('NXRRSET'),
    now: AFTER,
    unheardBefore: true,
    is: 'applied',
  },
  {
    name: 'never sent and there: somebody else did it',
    delivery: unanswered(CLOSED),
    now: AFTER,
    is: 'unchanged',
  },
  {
    name: 'never sent, but an earlier message was, and there',
    delivery: unanswered(CLOSED),
    now: AFTER,
    unheardBefore: true,
    is: 'applied',
  },
  {
    name: 'an echo, and there: it may have been done all the same',
    delivery: answered('REFUSED', ECHOED),
    now: AFTER,
    is: 'applied',
  },
  {
    name: 'an echo of a failure, and untouched',
    delivery: answered('SERVFAIL', ECHOED),
    now: BEFORE,
    is: 'refused',
  },
  {
    name: 'an echo of success, and untouched',
    delivery: answered('NOERROR', ECHOED),
    now: BEFORE,
    is: 'unknown',
  },
  {
    name: 'an echo, and nothing can be read',
    delivery: answered('SERVFAIL', ECHOED),
    now: 'silent',
    is: 'unknown',
  },
  {
    name: 'an echo of a prerequisite that failed',
    delivery: answered('YXRRSET', ECHOED),
    now: OTHER,
    is: 'conflict',
  },
  { name: 'no ticket', delivery: notSigned('no-ticket'), now: BEFORE, is: 'refused' },
  {
    name: 'no ticket, and nothing can be read',
    delivery: notSigned('no-ticket'),
    now: 'silent',
    is: 'refused',
  },
  {
    name: 'no ticket, and somebody else did it',
    delivery: notSigned('no-ticket'),
    now: AFTER,
    is: 'unchanged',
  },
  { name: 'a silent KDC', delivery: notSigned('kdc-silent'), now: BEFORE, is: 'unknown' },
  {
    name: 'a silent KDC, and nothing can be read',
    delivery: notSigned('kdc-silent'),
    now: 'silent',
    is: 'unknown',
  },
  {
    name: 'the ticket ended after a message nobody answered',
    delivery: notSigned('ticket-expired'),
    now: BEFORE,
    unheardBefore: true,
    is: 'unknown',
  },
  { name: 'NOERROR and untouched', delivery: answered('NOERROR'), now: BEFORE, is: 'silently-ignored' },
  {
    name: 'NOERROR and something else there',
    delivery: answered('NOERROR'),
    now: OTHER,
    is: 'silently-ignored',
  },
  {
    name: 'NOERROR that nobody signed, and untouched',
    delivery: answered('NOERROR', UNSIGNED),
    now: BEFORE,
    is: 'unknown',
  },
  { name: 'REFUSED and untouched', delivery: answered('REFUSED'), now: BEFORE, is: 'refused' },
  {
    name: 'REFUSED that nobody signed, and untouched',
    delivery: answered('REFUSED', UNSIGNED),
    now: BEFORE,
    is: 'refused',
  },
  { name: 'NOTIMP and moved by somebody', delivery: answered('NOTIMP', UNSIGNED), now: OTHER, is: 'refused' },
  { name: 'NXRRSET', delivery: answered('NXRRSET'), now: OTHER, is: 'conflict' },
  { name: 'YXRRSET', delivery: answered('YXRRSET'), now: OTHER, is: 'conflict' },
  { name: 'no answer and untouched', delivery: unanswered(SILENCE), now: BEFORE, is: 'unknown' },
  { name: 'no answer and something else there', delivery: unanswered(SILENCE), now: OTHER, is: 'conflict' },
  { name: 'no answer at all', delivery: unanswered(SILENCE), now: 'silent', is: 'unknown' },
  { name: 'NOERROR and no read-back', delivery: answered('NOERROR'), now: 'silent', is: 'unknown' },
  {
    name: 'an authentic REFUSED needs no read-back',
    delivery: answered('REFUSED'),
    now: 'silent',
    is: 'refused',
  },
  {
    name: 'an authentic NXRRSET needs no read-back',
    delivery: answered('NXRRSET'),
    now: 'silent',
    is: 'conflict',
  },
  {
    name: 'an authentic NXRRSET after a message nobody answered proves nothing without one',
    delivery: answered('NXRRSET'),
    now: 'silent',
    unheardBefore: true,
    is: 'unknown',
  },
  {
    name: 'a forged REFUSED proves nothing without a read-back',
    delivery: answered('REFUSED', UNSIGNED),
    now: 'silent',
    is: 'unknown',
  },
];

test.each(ROWS)('$name: $is', ({ delivery, now, unheardBefore = false, is }) => {
  const trial: Trial = { delivery, before: BEFORE, after: AFTER, primary: primary(now), unheardBefore };
  expect(judgeOutcome(trial)).toBe(is);
});

describe('a part of the change', () => {
  const before = setOf(300, A);
  const C = record('kms3', 10, 25);
  test.each<[string, SrvSet | null, SrvSet, ApplyOutcome]>([
    ['one of two additions', setOf(300, A, B), setOf(300, A, B, C), 'partly-applied'],
    ['the removal without the addition', null, setOf(300, B), 'partly-applied'],
    ['the new TTL without the new record', setOf(600, A), setOf(600, A, B), 'partly-applied'],
    ['nothing of it', setOf(300, A, record('kms9')), setOf(300, A, B), 'silently-ignored'],
  ])('%s', (_name, now, after, is) => {
    const trial: Trial = {
      delivery: answered('NOERROR'),
      before,
      after,
      primary: primary(now, before, after),
      unheardBefore: false,
    };
    expect(judgeOutcome(trial)).toBe(is);
  });
});

const KINDS: readonly ServerKind[] = ['bind', 'knot', 'powerdns', 'nsd', 'unbound', 'lab', 'unknown'];

describe('the explanation', () => {
  const trialWith = (delivery: Delivery, now: SrvSet | null | 'silent' = BEFORE): Trial => ({
    delivery,
    before: BEFORE,
    after: AFTER,
    primary: primary(now),
    unheardBefore: false,
  });

  it('has words for every outcome on every kind of server', () => {
    for (const outcome of APPLY_OUTCOMES)
      for (const kind of KINDS)
        expect(explainOutcome(outcome, trialWith(answered('REFUSED')), kind, KEY)).toMatch(/^[A-Z].+[.;]$/s);
  });

  test.each<[string, ApplyOutcome, Delivery, SrvSet | null | 'silent', ServerKind, RegExp]>([
    [
      'an answer that came',
      'applied',
      answered('NOERROR'),
      AFTER,
      'bind',
      /^The primary serves the new records\.$/,
    ],
    ['an answer that did not', 'applied', unanswered(SILENCE), AFTER, 'bind', /No answer came/],
    [
      'an answer that cannot be verified',
      'applied',
      answered('NOERROR', UNSIGNED),
      AFTER,
      'bind',
      /could not be verified/,
    ],
    ['BIND keeping quiet', 'silently-ignored', answered('NOERROR'), BEFORE, 'bind', /SRV\(n\).*CNAME/],
    ['PowerDNS keeping quiet', 'silently-ignored', answered('NOERROR'), BEFORE, 'powerdns', /Lua/],
    ['PowerDNS doing a part', 'partly-applied', answered('NOERROR'), BEFORE, 'powerdns', /allowed rows/],
    [
      'a doubtful refusal',
      'refused',
      answered('REFUSED', UNSIGNED),
      BEFORE,
      'unknown',
      /not signed.*nothing changed/,
    ],
    [
      'nothing sent',
      'unknown',
      unanswered(CLOSED),
      BEFORE,
      'unknown',
      /^Nothing was sent: connection refused/,
    ],
    [
      'sent into silence',
      'unknown',
      unanswered(SILENCE),
      'silent',
      'unknown',
      /cannot be read either.*kmsdns verify/,
    ],
    [
      'sent, and the old records are served',
      'unknown',
      unanswered(SILENCE),
      BEFORE,
      'unknown',
      /second try harmless/,
    ],
    [
      'answered, and the records cannot be read',
      'unknown',
      answered('NOERROR'),
      'silent',
      'unknown',
      /answered NOERROR, but/,
    ],
    [
      'an echo',
      'applied',
      answered('REFUSED', ECHOED),
      AFTER,
      'unknown',
      /sent back \(REFUSED\), which proves nothing, but/,
    ],
    [
      'a digest of its own kind',
      'applied',
      answered('NOERROR', { kind: 'good', note: 'it is signed oddly' }),
      AFTER,
      'unknown',
      /serves the new records\. The answer is authentic; it is signed oddly\.$/,
    ],
    [
      'an echoed refusal',
      'refused',
      answered('SERVFAIL', ECHOED),
      BEFORE,
      'unknown',
      /proves nothing by itself; nothing changed/,
    ],
    [
      'no ticket',
      'refused',
      notSigned('no-ticket'),
      BEFORE,
      'unknown',
      /^Nothing was sent: there is no ticket\. Run kinit\.$/,
    ],
    [
      'a silent KDC',
      'unknown',
      notSigned('kdc-silent'),
      BEFORE,
      'unknown',
      /^Nothing was sent: there is no ticket\. Run kinit\.$/,
    ],
    ['answered by an impostor', 'unknown', answered('NOERROR', UNSIGNED), BEFORE, 'unknown', /in its place/],
  ])('of %s', (_name, outcome, delivery, now, kind, says) => {
    expect(explainOutcome(outcome, trialWith(delivery, now), kind, KEY)).toMatch(says);
  });
});

describe('a refusal', () => {
  const rejected = (error: string, skewSeconds?: number): TsigVerdict => ({
    kind: 'rejected',
    error,
    authenticated: skewSeconds !== undefined,
    ...(skewSeconds === undefined ? {} : { skewSeconds }),
  });
  const text = (rcode: string, tsig: TsigVerdict | undefined, kind: ServerKind, by?: Identity): string =>
    refusalText(answered(rcode, tsig) as Extract<Delivery, { kind: 'answered' }>, kind, by);

  test.each<[string, string, RegExp]>([
    [
      'BADKEY on BIND',
      text('NOTAUTH', rejected('BADKEY'), 'bind', KEY),
      /does not know key "kms-publisher\."(?!.*ACL)/,
    ],
    [
      'BADKEY on Knot may be its ACL',
      text('NOTAUTH', rejected('BADKEY'), 'knot', KEY),
      /ACL.*update-owner-name/,
    ],
    ['BADKEY on a server that hides its name', text('NOTAUTH', rejected('BADKEY'), 'unknown', KEY), /ACL/],
    ['BADSIG', text('NOTAUTH', rejected('BADSIG'), 'bind', KEY), /another secret/],
    ['BADTIME behind', text('NOTAUTH', rejected('BADTIME', -400), 'bind', KEY), /400 s behind ours/],
    ['BADTIME ahead', text('NOTAUTH', rejected('BADTIME', 400), 'bind', KEY), /400 s ahead of ours/],
    ['BADTRUNC', text('NOTAUTH', rejected('BADTRUNC'), 'bind', KEY), /BADTRUNC/],
    [
      'REFUSED with a good key',
      text('REFUSED', GOOD, 'bind', KEY),
      /grant kms-publisher\. name _vlmcs\._tcp/,
    ],
    ['REFUSED by PowerDNS', text('REFUSED', UNSIGNED, 'powerdns', KEY), /TSIG-ALLOW-DNSUPDATE/],
    ['REFUSED without a key', text('REFUSED', undefined, 'bind'), /takes no unsigned updates/],
    ['NOTAUTH', text('NOTAUTH', GOOD, 'bind', KEY), /not authoritative for this zone/],
    ['NOTAUTH without a key on Knot', text('NOTAUTH', undefined, 'knot'), /or wants a key/],
    ['NOTIMP', text('NOTIMP', UNSIGNED, 'nsd', KEY), /kmsdns generate bind-zone/],
    ['NOTZONE', text('NOTZONE', GOOD, 'bind', KEY), /"zone:"/],
    ['SERVFAIL', text('SERVFAIL', GOOD, 'unknown', KEY), /Samba/],
    ['FORMERR', text('FORMERR', GOOD, 'unknown', KEY), /middlebox/],
    [
      'REFUSED of a principal',
      text('REFUSED', GOOD, 'bind', PRINCIPAL),
      /knows the principal "kms02\$@CONTOSO\.COM".*kmsdns audit.*krb5-subdomain-self-rhs/,
    ],
    [
      'REFUSED of a principal, echoed',
      text('REFUSED', ECHOED, 'unknown', PRINCIPAL),
      /"kms02\$@CONTOSO\.COM" may not write.*kmsdns audit/,
    ],
    [
      'SERVFAIL of a principal',
      text('SERVFAIL', ECHOED, 'unknown', PRINCIPAL),
      /first host that registers _vlmcs\._tcp owns it.*kmsdns audit/,
    ],
    [
      'BADKEY of a principal',
      text('NOTAUTH', rejected('BADKEY'), 'bind', PRINCIPAL),
      /negotiated by Kerberos/,
    ],
    ['BADSIG of a principal', text('NOTAUTH', rejected('BADSIG'), 'bind', PRINCIPAL), /Kerberos context/],
    [
      'a principal without a name',
      text('REFUSED', GOOD, 'bind', { kind: 'principal', name: undefined }),
      /knows this principal/,
    ],
    ['NOTAUTH of a principal', text('NOTAUTH', GOOD, 'bind', PRINCIPAL), /not authoritative/],
    ['a code from the future', text('RCODE11', GOOD, 'unknown', KEY), /^RCODE11/],
  ])('%s', (_name, said, expected) => {
    expect(said).toMatch(expected);
  });

  it('is one word in JSON', () => {
    expect(tsigWord(undefined)).toBe(null);
    expect(tsigWord(unanswered(SILENCE))).toBe(null);
    expect(tsigWord(answered('NOERROR'))).toBe('good');
    expect(tsigWord(answered('NOERROR', UNSIGNED))).toBe('unsigned');
    expect(tsigWord(answered('NOTAUTH', rejected('BADTIME', 400)))).toBe('BADTIME');
    expect(tsigWord(answered('SERVFAIL', ECHOED))).toBe('echoed');
    expect(tsigWord(notSigned('no-ticket'))).toBe(null);
    expect(
      tsigWord({ kind: 'answered', rcode: 'NOERROR', tsig: undefined, authentic: true, echoed: false }),
    ).toBe(null);
  });
});

test.each(KERBEROS_FAULTS)('%s is no answer only where somebody was silent', (kind) => {
  const { delivery, ...rest } = { delivery: notSigned(kind), before: BEFORE, after: AFTER };
  const outcome = judgeOutcome({ delivery, ...rest, primary: primary(BEFORE), unheardBefore: false });
  expect(outcome).toBe(kind === 'kdc-silent' || kind === 'timed-out' ? 'unknown' : 'refused');
});
