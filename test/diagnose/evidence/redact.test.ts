import { describe, expect, it, test } from 'vitest';
import {
  neededNames,
  type Pseudonyms,
  pseudonym,
  redactDecoded,
  redactFact,
  redactFacts,
  redactRead,
  redactText,
} from '../../../src/diagnose/evidence/redact.ts';
import { readSample, readText, SAMPLES } from '../../support/evidence.ts';

const CMID = '3f1c0b7e-5a11-4f7e-9d2a-0000000000aa';

describe('redaction', () => {
  it('hides client ids and computer names, and keeps hosts, domains, addresses and codes', () => {
    const facts = [...readSample('ipconfig-en.txt').facts, ...readSample('events.xml').facts];
    const text = JSON.stringify(redactFacts(facts, new Map()));
    expect(text).not.toMatch(/PC0\d|3f1c0b7e/i);
    for (const kept of [
      'kms-old.contoso.com',
      'east.contoso.com',
      '10.1.0.53',
      '0x80072338',
      'machine-2.contoso.com',
    ])
      expect(text).toContain(kept);
  });

  it('gives the same text the same pseudonym in one recording, in any letter case', () => {
    const names: Pseudonyms = new Map();
    const [first, , third] = redactFacts(readSample('events.xml').facts, names);
    expect(first).toMatchObject({ kind: 'event', fields: { cmid: '00000000-0000-4000-8000-000000000001' } });
    expect(third).toMatchObject({
      kind: 'event',
      subject: 'machine-1.contoso.com',
      fields: { cmid: '00000000-0000-4000-8000-000000000001', clientName: 'machine-1.contoso.com' },
    });
    expect(third!.raw).toContain('machine-1.contoso.com,00000000-0000-4000-8000-000000000001,');
    expect(pseudonym('machine', 'pc02', names)).toBe('machine-1');
    expect(pseudonym('machine', 'PC99', names)).toBe('machine-2');
    expect(pseudonym('cmid', CMID.toUpperCase(), names)).toBe('00000000-0000-4000-8000-000000000001');
  });

  it('hides a name in facts before the one that gives it away', () => {
    const facts = readText('10.0.0.9 pc02.contoso.com\n10.0.0.8 other\n').facts;
    const events = readSample('events.xml').facts;
    // A hosts entry is a name the diagnosis may need; only the raw text of an event is not.
    expect(redactFacts([...facts, ...events], new Map())[0]).toMatchObject({ host: 'pc02.contoso.com' });
    const [host] = redactFacts(
      [{ ...facts[0]!, kind: 'host-name', name: 'PC02' } as never, ...events],
      new Map(),
    );
    expect(host).toMatchObject({ name: 'machine-1', raw: '10.0.0.9 machine-1.contoso.com' });
  });

  it('keeps the name of a KMS host', () => {
    const facts = readSample('kms-host.reg').facts;
    expect([...neededNames(facts)]).toEqual(['kms-e1']);
    expect(redactFacts(facts, new Map())).toEqual(facts);
  });

  it('keeps words of ours when a computer is called like one of them', () => {
    const [fact] = redactFacts(
      [{ id: 'f1', file: 'event', place: 'Host', raw: 'event', kind: 'host-name', name: 'event' }],
      new Map(),
    );
    expect(fact).toEqual({
      id: 'f1',
      file: 'event',
      place: 'Host',
      raw: 'machine-1',
      kind: 'host-name',
      name: 'machine-1',
    });
  });

  test.each([
    ['CMID with its label', `Client Machine ID (CMID): ${CMID}`, /^Client Machine ID \(CMID\): 0{8}-/],
    ['full product key', 'key ABCDE-FGHIJ-KLMNO-PQRST-UVWXY.', /^key X{5}(-X{5}){4}\.$/],
    ['extended product id', '06401-00206-271-012345-03-1033-14393.0000-0012025', /^00000-00000-000-000001$/],
    ['a group of numbers that is no key', '12345-12345-12345-12345-12345', /^12345(-12345){4}$/],
    ['an application id', '55c92734-d682-4d71-983e-d6ec3f16059f', /^55c92734/],
  ])('knows by its form: %s', (_, text, expected) => {
    expect(redactText(text, new Map())).toMatch(expected);
  });

  it('leaves parts of longer words alone', () => {
    const names: Pseudonyms = new Map();
    pseudonym('machine', 'pc1', names);
    expect(redactText('pc1 PC1.contoso.com xpc1 pc12 pc1-old', names)).toBe(
      'machine-1 machine-1.contoso.com xpc1 pc12 pc1-old',
    );
  });

  it('hides in decoded fields what the facts gave away', () => {
    const read = readSample('events-ja.csv');
    const redacted = redactRead(read, new Map(), neededNames(read.facts));
    expect(JSON.stringify(redacted)).not.toMatch(/PC03|3f1c0b7e/i);
    expect(redacted.decoded).toContainEqual({
      label: '12290 clientName',
      value: 'machine-1.contoso.com',
      meaning: 'the computer that asked',
    });
    const names: Pseudonyms = new Map();
    redactFact(read.facts[0]!, names);
    expect(redactDecoded(read.decoded, names)).toEqual(redacted.decoded);
  });

  it('changes nothing any more the second time', () => {
    for (const name of SAMPLES) {
      const once = redactFacts(readSample(name).facts, new Map());
      expect(redactFacts(once, new Map())).toEqual(once);
    }
  });
});
