import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type DesiredState, parseDesiredState } from '../../src/core/desired-state.ts';
import { desiredStateDocument, formatDesiredState } from '../../src/core/desired-state-text.ts';
import { desiredStates } from '../support/desired-states.ts';

/** What the file says, without where it says it. */
function said({ keys, servers, hosts, domains }: DesiredState): unknown {
  return { keys, servers, hosts, domains: domains.map(({ place: _, ...domain }) => domain) };
}

describe('formatDesiredState', () => {
  it('writes what parseDesiredState reads as the same state', () => {
    fc.assert(
      fc.property(desiredStates, (state) => {
        expect(said(parseDesiredState(formatDesiredState(state), 'out.yaml'))).toEqual(said(state));
      }),
      { numRuns: 500 },
    );
  });

  it('writes the same text again from what it wrote', () => {
    fc.assert(
      fc.property(desiredStates, (state) => {
        const text = formatDesiredState(state);
        expect(formatDesiredState(parseDesiredState(text, 'out.yaml'))).toBe(text);
      }),
    );
  });

  it('gives the file the order and the lines a person would', () => {
    const text = [
      '{"version":1,"domains":{"b.example":{"publish":[{"host":"kms1.example","weight":75},{"host":"kms2.example","port":1689}]},',
      '"a.example.":{"policy":"exact","ttl":60,"zone":"example","server":"corp","publish":[]}},',
      '"hosts":{"kms2.example":{"port":1689,"addresses":["2001:DB8::1","10.0.0.2"]}},',
      '"servers":{"corp":{"name":"ns1.example","auth":{"gss":{"principal":"kms@EXAMPLE"}}}},"keys":{"k":{"file":"a b.key"}}}',
    ].join('\n');
    expect(formatDesiredState(parseDesiredState(text, 'in.json'))).toMatchInlineSnapshot(`
      "# Which KMS hosts the clients of each DNS domain shall find. Check it: kmsdns plan
      version: 1

      keys:
        k: { file: "a b.key" }

      servers:
        corp: { name: ns1.example, auth: { gss: { principal: "kms@EXAMPLE" } } }

      hosts:
        kms2.example: { port: 1689, addresses: ["2001:db8::1", 10.0.0.2] }

      domains:
        b.example:
          policy: additive
          publish:
            - { host: kms1.example, priority: 0, weight: 75 }
            - { host: kms2.example, priority: 0, weight: 0 }
        a.example:
          server: corp
          zone: example
          ttl: 60
          policy: exact
          publish: []
      "
    `);
  });

  it('quotes the words that some YAML reader takes for something else', () => {
    const ids = ['n', 'Yes', 'ON', 'null', 'True', 'e0', '1e3', '0x1f', '7'];
    const keys = Object.fromEntries(ids.map((id) => [id, { env: 'K' }]));
    const state = parseDesiredState(JSON.stringify({ version: 1, keys, domains: {} }), 'in.json');
    for (const id of ids)
      expect(formatDesiredState(state)).toContain(`\n  ${JSON.stringify(id)}: { env: K }\n`);
  });

  it('says nothing that only a YAML 1.1 reader would take for another value', () => {
    fc.assert(
      fc.property(desiredStates, (state) => {
        const text = formatDesiredState(state);
        expect(parse(text, { version: '1.1' })).toEqual(parse(text));
      }),
    );
  });
});

describe('desiredStateDocument', () => {
  it('is JSON that reads as the same state, with names that end in a dot', () => {
    fc.assert(
      fc.property(desiredStates, (state) => {
        const document = desiredStateDocument(state);
        expect(Object.keys(document.domains as object)).toEqual(state.domains.map(({ domain }) => domain));
        expect(said(parseDesiredState(JSON.stringify(document, null, '\t'), 'out.json'))).toEqual(
          said(state),
        );
      }),
    );
  });
});
