import { describe, expect, it, test } from 'vitest';
import { diagnosisJunit } from '../../../src/diagnose/report/junit.ts';
import {
  DIAGNOSED,
  type Diagnosed,
  degraded,
  filtered,
  healthy,
  hostile,
  undecided,
} from '../../support/diagnoses.ts';
import { HOSTILE_TEXT } from '../../support/hostile-text.ts';
import { checkXml, elementsOf, textContent, type XmlElement } from '../../support/xml-check.ts';

function read({ diagnosis, recording }: Diagnosed): XmlElement {
  return checkXml(diagnosisJunit(diagnosis, recording));
}

const named = (root: XmlElement, name: string): readonly XmlElement[] =>
  elementsOf(root).filter((element) => element.name === name);

test.each(Object.entries(DIAGNOSED))('%s', (_, make) => {
  const { diagnosis, recording } = make();
  expect(diagnosisJunit(diagnosis, recording)).toMatchSnapshot();
});

describe.each(Object.entries(DIAGNOSED))('%s', (_name, make) => {
  const root = read(make());

  it('counts what it has, as a whole and suite by suite', () => {
    for (const suite of [root, ...named(root, 'testsuite')]) {
      const counts = ['testcase', 'failure', 'skipped'].map((name) => String(named(suite, name).length));
      const { tests, failures, skipped, errors } = suite.attributes;
      expect([tests, failures, skipped, errors]).toEqual([...counts, '0']);
    }
  });

  it('names the layer of every case, and no case twice', () => {
    const names = named(root, 'testcase').map(
      ({ attributes }) => `${attributes.classname}: ${attributes.name}`,
    );
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^kmsdns\.[a-z]+: ./);
  });

  it('fails for what is grave, and passes what only deserves a word', () => {
    const { causes, symptoms, notes } = make().diagnosis;
    const failing = named(root, 'testcase').filter((one) => named(one, 'failure').length > 0);
    const isFailing = (code: string): boolean =>
      failing.some(({ attributes }) => attributes.name!.startsWith(`${code} `));
    for (const { code } of [...causes, ...symptoms]) expect(isFailing(code)).toBe(true);
    for (const { code } of notes) expect(isFailing(code)).toBe(false);
  });
});

it('fails nothing when all is well, skips what is not known, and says what fixes a failure', () => {
  expect(read(healthy()).attributes).toMatchObject({ failures: '0', skipped: '0' });
  const skipped = named(read(undecided()), 'skipped').map(({ attributes }) => attributes.message);
  expect(skipped).toContain('_vlmcs._tcp.contoso.com. was not asked for before the run ended');
  expect(textContent(read(filtered()))).toContain('Enable-NetFirewallRule -Name SPPSVC-In-TCP');
});

it('has a case for each check and target', () => {
  const tcp = named(read(degraded()), 'testcase').filter(
    ({ attributes }) => attributes.classname === 'kmsdns.tcp',
  );
  expect(
    tcp.map(({ attributes, children }) => [
      attributes.name,
      children.some((child) => typeof child !== 'string' && child.name === 'failure'),
    ]),
  ).toEqual([
    ['kms1.contoso.com:1688 10.1.0.11 takes the connection', false],
    ['kms2.contoso.com:1688 10.1.0.12 takes the connection', true],
    ['kms3.contoso.com:1688 10.1.0.13 takes the connection', false],
    ['kms-old.contoso.com:1688 10.9.0.1 takes the connection', true],
    ['TCP-001 tcp-refused: kms2.contoso.com:1688', true],
    ['nothing in the path answers for a port that nobody has', false],
    ['kms1.contoso.com:1688 takes the connection and accepts the KMS bind', false],
    ['kms3.contoso.com:1688 takes the connection and accepts the KMS bind', false],
  ]);
});

test.each(HOSTILE_TEXT)('hostile text is text: %s', (_, value) => {
  const elements = elementsOf(read(hostile(value))).map(({ name }) => name);
  expect([...new Set(elements)].sort()).toEqual([
    'failure',
    'skipped',
    'system-out',
    'testcase',
    'testsuite',
    'testsuites',
  ]);
});
