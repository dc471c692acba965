import { describe, expect, it, test } from 'vitest';
import { readSample, readText, saidOf } from '../../support/evidence.ts';

describe('an audit of the directory', () => {
  const read = readSample('audit.json');

  it('tells who may write the record, and what was found', () => {
    expect(read.format).toBe('audit of the directory');
    expect(read.problems).toEqual([]);
    expect(saidOf(read, 'directory-permission')).toEqual([
      {
        owner: '_vlmcs._tcp.contoso.com.',
        host: 'kms01.contoso.com.',
        mayWrite: 'yes',
        because: expect.stringContaining('KMS01$'),
        recordOwner: 'CONTOSO\\KMS01$',
      },
      {
        owner: '_vlmcs._tcp.contoso.com.',
        host: 'kms02.contoso.com.',
        mayWrite: 'no',
        because: expect.any(String),
        recordOwner: 'CONTOSO\\KMS01$',
      },
    ]);
    expect(saidOf(read, 'directory-finding')).toContainEqual(
      expect.objectContaining({
        code: 'ACL-001',
        severity: 'error',
        subject: '_vlmcs._tcp.contoso.com. kms02.contoso.com.',
      }),
    );
  });

  it('tells who else may write it, offices aside', () => {
    expect(saidOf(read, 'directory-writers')).toEqual([
      {
        owner: '_vlmcs._tcp.contoso.com.',
        writers: ['CONTOSO\\KMS01$'],
        recordOwner: 'CONTOSO\\KMS01$',
      },
    ]);
  });

  test.each([
    ['none', []],
    ['one without a name', [{ access: 'allows', administrative: false }]],
  ])('writers that are not all known are left out: %s', (_, writers) => {
    const zones = [{ nodes: [{ name: '_vlmcs._tcp.contoso.com.', writers }] }];
    expect(readText(JSON.stringify({ schema: 'kmsdns/audit@1', zones })).facts).toEqual([]);
  });

  test.each([{ openToAll: true }, { unreadPermissions: 'no right to read it' }])(
    'nor are they told with %j',
    (more) => {
      const writers = [{ name: 'CONTOSO\\KMS01$', access: 'allows', administrative: false }];
      const zones = [{ nodes: [{ name: '_vlmcs._tcp.contoso.com.', writers, ...more }] }];
      expect(readText(JSON.stringify({ schema: 'kmsdns/audit@1', zones })).facts).toEqual([]);
    },
  );

  test.each([
    ['cut off', '{"schema": "kmsdns/audit@1", "findings": [{"code": "ACL-0', /^not whole/],
    ['of another version', '{"schema": "kmsdns/audit@2"}', /another version/],
    [
      'with a finding that nobody knows',
      '{"schema": "kmsdns/audit@1", "findings": [{"code": "ACL-999", "severity": "error", "subject": "x"}]}',
      /^finding 1: not a finding/,
    ],
    [
      'with members of other types',
      '{"schema": "kmsdns/audit@1", "zones": [{"nodes": [{"name": "a.b.", "hosts": [{"name": 7, "mayWrite": "yes"}]}]}]}',
      /a host without a name/,
    ],
    [
      'with a permission that is neither yes nor no',
      '{"schema": "kmsdns/audit@1", "zones": [{"nodes": [{"name": "a.b.", "hosts": [{"name": "h", "mayWrite": "maybe"}]}]}]}',
      /without an answer/,
    ],
  ])('%s: the rest is used, and the problem is told', (_, text, says) => {
    const damaged = readText(text);
    expect(damaged.facts).toEqual([]);
    expect(damaged.problems.map(({ message }) => message)).toEqual([expect.stringMatching(says)]);
  });

  it('lists that are none are no lists', () => {
    expect(readText('{"schema": "kmsdns/audit@1", "zones": 7, "findings": {"length": 3}}').facts).toEqual([]);
  });
});
