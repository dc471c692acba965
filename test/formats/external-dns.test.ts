/** DNSEndpoint resources before a judge: Ajv, with what the resource definition of ExternalDNS (v1alpha1) demands. */
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { DesiredState } from '../../src/core/desired-state.ts';
import { EXTERNAL_DNS } from '../../src/formats/external-dns.ts';
import { anyState, recordsIn, SAMPLE } from '../support/formats.ts';
import { domain, srv, state, unchecked } from '../support/generated.ts';

const LABEL = '[A-Za-z0-9_]([-A-Za-z0-9_]{0,61}[A-Za-z0-9_])?';
const validate = new Ajv({ allErrors: true }).compile({
  type: 'object',
  additionalProperties: false,
  required: ['apiVersion', 'kind', 'metadata', 'spec'],
  properties: {
    apiVersion: { const: 'externaldns.k8s.io/v1alpha1' },
    kind: { const: 'DNSEndpoint' },
    metadata: {
      type: 'object',
      additionalProperties: false,
      required: ['name'],
      properties: {
        // Kubernetes, "Object Names": an RFC 1123 subdomain.
        name: {
          type: 'string',
          maxLength: 253,
          pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
        },
        namespace: { type: 'string', maxLength: 63, pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$' },
      },
    },
    spec: {
      type: 'object',
      additionalProperties: false,
      required: ['endpoints'],
      properties: {
        endpoints: {
          type: 'array',
          maxItems: 1000,
          items: {
            type: 'object',
            additionalProperties: false,
            required: ['dnsName', 'recordType', 'targets'],
            properties: {
              dnsName: { type: 'string', maxLength: 253, pattern: `^(${LABEL}\\.)*${LABEL}$` },
              recordTTL: { type: 'integer', minimum: 0, maximum: 0x7fffffff },
              recordType: { const: 'SRV' },
              targets: {
                type: 'array',
                minItems: 1,
                maxItems: 1000,
                items: { type: 'string', maxLength: 4096, pattern: '^\\d+ \\d+ \\d+ \\S+\\.$' },
              },
            },
          },
        },
      },
    },
  },
});

function judged(wanted: DesiredState, given: Readonly<Record<string, string>> = {}): readonly string[] {
  const { files } = EXTERNAL_DNS.write(wanted, given);
  for (const { path, content } of files) {
    validate(parse(String(content)));
    expect([path, validate.errors]).toEqual([path, null]);
  }
  return files.map(({ path }) => path);
}

describe('a DNSEndpoint', () => {
  it('is what its definition takes, for any state', () => {
    judged(SAMPLE, { namespace: 'kms' });
    fc.assert(
      fc.property(anyState, (wanted) => {
        judged(wanted);
      }),
      { numRuns: 60 },
    );
  });

  it('is refused by this judge when it is none', () => {
    expect(validate({ apiVersion: 'externaldns.k8s.io/v1alpha1', kind: 'DNSEndpoint' })).toBe(false);
  });

  it('holds 1000 names at most; more of a zone make another, under a name of its own', () => {
    const many = state(
      Array.from({ length: 1001 }, (_, i) =>
        domain(`s${i}.contoso.com.`, [srv('k.contoso.com.')], { zone: unchecked('contoso.com.') }),
      ),
    );
    expect(judged(many)).toEqual([
      'kms.contoso.com.1.dnsendpoint.yaml',
      'kms.contoso.com.2.dnsendpoint.yaml',
    ]);
    const { files } = EXTERNAL_DNS.write(many);
    const names = files.map(({ content }) => /^ {2}name: (.*)$/m.exec(String(content))?.[1]);
    expect(names).toEqual(['"kms1-contoso.com"', '"kms2-contoso.com"']);
    const read = files.flatMap(({ content, path }) =>
      recordsIn(EXTERNAL_DNS.read!(Buffer.from(String(content)), path)),
    );
    expect(new Set(read).size).toBe(1001);
  });

  it('takes 1000 hosts of a name', () => {
    const hosts = (count: number): DesiredState =>
      state([
        domain(
          'contoso.com.',
          Array.from({ length: count }, (_, i) => srv(`k${i}.contoso.com.`)),
        ),
      ]);
    expect(judged(hosts(1000))).toHaveLength(1);
    expect(() => EXTERNAL_DNS.write(hosts(1001))).toThrow(
      expect.objectContaining({ code: 'generate-impossible' }),
    );
  });

  it('cannot say TTL 0, and that is said', () => {
    const zero = state([domain('contoso.com.', [srv('k.contoso.com.')], { ttlSeconds: 0 })]);
    expect(EXTERNAL_DNS.write(zero).notes).toEqual([expect.stringContaining('contoso.com has TTL 0')]);
    expect(EXTERNAL_DNS.write(SAMPLE).notes).toEqual([]);
  });
});
