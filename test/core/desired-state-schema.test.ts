import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { parse } from 'yaml';
import { desiredStateSchema, parseDesiredState } from '../../src/core/desired-state.ts';
import { formatDesiredState } from '../../src/core/desired-state-text.ts';
import { KmsDnsError } from '../../src/core/errors.ts';
import { desiredStates } from '../support/desired-states.ts';
import { validates } from '../support/json-schema.ts';

const root = new URL('../../', import.meta.url);
const schema = desiredStateSchema();

function reads(data: unknown): boolean {
  try {
    parseDesiredState(JSON.stringify(data), 'k.json');
    return true;
  } catch (error) {
    if (error instanceof KmsDnsError) return false;
    throw error;
  }
}

describe('kmsdns.schema.json', () => {
  it('is what the definition gives; write it anew with `node scripts/schema.mjs`', () => {
    expect(readFileSync(new URL('kmsdns.schema.json', root), 'utf8')).toBe(
      `${JSON.stringify(schema, null, 2)}\n`,
    );
  });

  it('describes every place for an editor', () => {
    const undescribed: string[] = [];
    const walk = (node: unknown, path: string): void => {
      if (typeof node !== 'object' || node === null) return;
      if (Object.hasOwn(node, 'type') && !Object.hasOwn(node, 'description')) undescribed.push(path);
      for (const [name, child] of Object.entries(node)) walk(child, `${path}/${name}`);
    };
    walk(schema, '');
    expect(undescribed).toEqual([]);
  });
});

describe('read by the standard, not by our shapes', () => {
  test.each(['small.yaml', 'east-west.yaml'])('examples/%s is right, and points to the schema', (name) => {
    const text = readFileSync(new URL(`examples/${name}`, root), 'utf8');
    expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=../kmsdns.schema.json');
    expect(validates(schema, parse(text))).toBe(true);
    expect(reads(parse(text))).toBe(true);
  });

  const domain = (fields: object): object => ({
    version: 1,
    domains: { 'a.example': { publish: [], ...fields } },
  });
  const entry = (fields: object): object => domain({ publish: [{ host: 'k.example', ...fields }] });
  const server = (fields: object): object => ({ ...domain({}), servers: { s: fields } });

  test.each<[string, unknown, boolean]>([
    ['least', domain({}), true],
    ['schema for editors', { $schema: 'kmsdns.schema.json', ...domain({}) }, true],
    ['no version', { domains: {} }, false],
    ['no domains', { version: 1 }, false],
    ['version 2', { ...domain({}), version: 2 }, false],
    ['version as text', { ...domain({}), version: '1' }, false],
    ['a list', [], false],
    ['null', null, false],
    ['unknown section', { ...domain({}), extra: {} }, false],
    ['null section', { ...domain({}), keys: null }, false],
    ['key by file', { ...domain({}), keys: { k: { file: 'k.key' } } }, true],
    ['key by variable', { ...domain({}), keys: { k: { env: 'K' } } }, true],
    ['key by both', { ...domain({}), keys: { k: { env: 'K', file: 'k.key' } } }, false],
    ['key by none', { ...domain({}), keys: { k: {} } }, false],
    ['odd name of a key', { ...domain({}), keys: { 'k k': { env: 'K' } } }, false],
    ['odd variable', { ...domain({}), keys: { k: { env: 'K=1' } } }, false],
    ['server by address', server({ address: '::1', port: 53 }), true],
    ['server by name', server({ name: 'ns.example.' }), true],
    ['server by both', server({ name: 'ns.example', address: '::1' }), false],
    ['server by none', server({ port: 53 }), false],
    ['server port 0', server({ address: '::1', port: 0 }), false],
    ['server port as text', server({ address: '::1', port: '53' }), false],
    ['auth by Kerberos', server({ address: '::1', auth: { gss: { keytab: 'k', principal: 'p' } } }), true],
    ['auth by nothing', server({ address: '::1', auth: {} }), false],
    ['auth unknown', server({ address: '::1', auth: { sig0: 'k' } }), false],
    ['host', { ...domain({}), hosts: { 'k.example': { port: 1, addresses: ['::1'] } } }, true],
    ['host with underscore', { ...domain({}), hosts: { 'k_1.example': {} } }, false],
    [
      'host with one address, no list',
      { ...domain({}), hosts: { 'k.example': { addresses: '::1' } } },
      false,
    ],
    ['domain without publish', { version: 1, domains: { 'a.example': {} } }, false],
    ['domain with blank', { version: 1, domains: { 'a example': { publish: [] } } }, false],
    ['TTL 0', domain({ ttl: 0 }), true],
    ['TTL of 32 bits', domain({ ttl: 2 ** 31 }), false],
    ['TTL below 0', domain({ ttl: -1 }), false],
    ['TTL in parts', domain({ ttl: 1.5 }), false],
    ['policy exact', domain({ policy: 'exact' }), true],
    ['policy unknown', domain({ policy: 'Exact' }), false],
    ['all of an entry', entry({ priority: 65535, weight: 65535, port: 65535 }), true],
    ['priority too large', entry({ priority: 65536 }), false],
    ['weight too large', entry({ weight: 65536 }), false],
    ['port 0', entry({ port: 0 }), false],
    ['host with hyphen in front', entry({ host: '-k.example' }), false],
    ['host left out', domain({ publish: [{ weight: 1 }] }), false],
    ['entry unknown field', entry({ ttl: 5 }), false],
  ])('%s', (_, data, right) => {
    expect(validates(schema, data)).toBe(right);
    expect(reads(data)).toBe(right);
  });

  it('takes every state that kmsdns writes', () => {
    fc.assert(
      fc.property(desiredStates, (state) => {
        expect(validates(schema, parse(formatDesiredState(state)))).toBe(true);
      }),
    );
  });

  it('is never stricter than kmsdns: what an editor underlines, kmsdns refuses', () => {
    const oddValue = fc.oneof(
      fc.constantFrom<unknown>(
        null,
        true,
        0,
        -1,
        1.5,
        65536,
        1e10,
        '',
        ' ',
        '.',
        'a',
        'a.',
        'a_b',
        '-',
        '1',
        '1.2.3.4',
        '::1',
        {},
        [],
        [{}],
      ),
      fc.string({ maxLength: 6 }),
      fc.string({ unit: fc.constantFrom(...'aA1-_.\\"'), maxLength: 8 }),
    );
    const changed = fc
      .tuple(desiredStates, fc.nat(), oddValue, fc.boolean())
      .map(([state, at, value, asKey]) => {
        const data: unknown = parse(formatDesiredState(state));
        const slots: (() => void)[] = [];
        const walk = (node: unknown): void => {
          if (typeof node !== 'object' || node === null) return;
          const box = node as Record<string, unknown>;
          for (const key of Object.keys(box)) {
            slots.push(() => {
              if (asKey && !Array.isArray(box)) box[String(value)] = box[key];
              else box[key] = value;
            });
            walk(box[key]);
          }
        };
        walk(data);
        slots[at % slots.length]!();
        return data;
      });
    fc.assert(
      fc.property(changed, (data) => {
        if (!validates(schema, data)) expect(reads(data)).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });
});
