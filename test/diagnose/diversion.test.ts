import { describe, expect, test } from 'vitest';
import { parseEndpoint } from '../../src/core/address.ts';
import { parseFqdn } from '../../src/core/name.ts';
import type { Diversion } from '../../src/diagnose/client.ts';
import { diversionOf, everyServer, serversFor } from '../../src/diagnose/diversion.ts';
import { known } from '../support/scenario.ts';

const OWN = parseEndpoint('10.0.0.53', 53);
const server = (i: number) => parseEndpoint(`10.9.0.${i}`, 53);

/** One rule for each namespace, with a server of its own; `-` in front: without a server. */
function rules(...spaces: readonly string[]): readonly Diversion[] {
  return spaces.map((space, i) => ({
    namespaces: [space.replace(/^-/, '')],
    servers: space.startsWith('-') ? [] : [server(i + 1)],
    because: [`f${i + 1}`],
  }));
}

describe('the rule for a name', () => {
  test.each([
    [['.contoso.test'], 'kms.contoso.test', 'f1'],
    [['.contoso.test'], '_vlmcs._tcp.contoso.test', 'f1'],
    [['.Contoso.Test.'], 'KMS.contoso.test', 'f1'],
    [['.contoso.test'], 'contoso.test', undefined],
    [['.contoso.test'], 'kms.notcontoso.test', undefined],
    [['contoso.test'], 'contoso.test', 'f1'],
    [['contoso.test'], 'kms.contoso.test', undefined],
    [['kms1'], 'kms1.contoso.test', 'f1'],
    [['kms1'], 'kms1', 'f1'],
    [['kms1'], 'kms10.contoso.test', undefined],
    [['.'], 'kms.contoso.test', 'f1'],
    [[''], 'kms.contoso.test', undefined],
    [['.', '.test', '.contoso.test'], 'kms.contoso.test', 'f3'],
    [['.contoso.test', '.', 'kms'], 'kms.contoso.test', 'f1'],
    [['.contoso.test', 'kms.contoso.test'], 'kms.contoso.test', 'f2'],
    [['kms', '.'], 'kms.contoso.test', 'f1'],
    [['.contoso.test', '.contoso.test'], 'kms.contoso.test', 'f1'],
    [['.', '-.contoso.test'], 'kms.contoso.test', undefined],
  ] as const)('%j for %s is %s', (spaces, name, rule) => {
    expect(diversionOf({ diversions: rules(...spaces) }, parseFqdn(name))?.because[0]).toBe(rule);
  });
});

test('the servers of the rule take the place of the client’s own', () => {
  const client = { resolvers: known([OWN]), diversions: rules('.contoso.test', '-.') };
  expect(serversFor(client, parseFqdn('kms.contoso.test'))).toEqual([server(1)]);
  expect(serversFor(client, parseFqdn('kms.fabrikam.test'))).toEqual([OWN]);
  expect(serversFor({ resolvers: known([OWN]) }, parseFqdn('kms.contoso.test'))).toEqual([OWN]);
});

test('every server is named once, the client’s own first', () => {
  const client = { resolvers: known([OWN]), diversions: [...rules('.a', '.b'), ...rules('.c')] };
  expect(everyServer(client)).toEqual([OWN, server(1), server(2)]);
});
