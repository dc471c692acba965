import { describe, expect, it } from 'vitest';
import { meaningOf, readSample, readText, said } from '../../support/evidence.ts';

describe('hosts file', () => {
  it('gives an entry for every name, and the line that is none', () => {
    const read = readSample('hosts');
    expect(read.format).toBe('hosts file');
    expect(said(read.facts)).toEqual([
      ['hosts-file-entry', { host: 'kms-e1.east.contoso.com', address: '10.1.0.99' }],
      ['hosts-file-entry', { host: 'kms-e1', address: '10.1.0.99' }],
      ['hosts-file-entry', { host: 'ip6-loopback', address: '::1' }],
    ]);
    expect(read.facts[0]).toMatchObject({ line: 4, place: 'kms-e1.east.contoso.com' });
    expect(read.problems).toEqual([{ line: 6, message: expect.stringContaining('not an address') }]);
    expect(meaningOf(read, 'kms-e1')).toBe('10.1.0.99: found here before any DNS server is asked');
  });

  it('is known when nobody entered anything', () => {
    const read = readText('# Copyright (c) 1993-2009 Microsoft Corp.\n#\t127.0.0.1       localhost\n');
    expect(read).toMatchObject({ format: 'hosts file', facts: [], problems: [] });
  });

  it('does not take other lists for one', () => {
    expect(readText('10.0.0.1\n10.0.0.2\n').format).toBeUndefined();
    expect(readText('# a comment only\n').format).toBeUndefined();
  });
});
