import { afterEach, describe, expect, test, vi } from 'vitest';
import { gssEngine } from '../../src/kerberos/engine.ts';
import type { Native } from '../../src/kerberos/native.ts';

afterEach(() => {
  vi.doUnmock('koffi');
  vi.resetModules();
});

test('without koffi it says what to install', async () => {
  vi.resetModules();
  vi.doMock('koffi', () => {
    throw new Error("Cannot find package 'koffi'");
  });
  const { systemEngine } = await import('../../src/kerberos/engine.ts');
  const loaded = await systemEngine();
  expect(loaded).toMatchObject({
    ok: false,
    fault: {
      kind: 'no-library',
      detail: expect.stringContaining('npm package koffi'),
      hint: expect.stringContaining('npm install koffi'),
    },
  });
});

describe('without a library', () => {
  const bare: Native = {
    platform: 'linux',
    architecture: 'x64',
    pointerOctets: 8,
    load: () => undefined,
    address: () => 0n,
    variable: () => undefined,
    nowSeconds: () => 0,
  };

  test('it says what to install', () => {
    expect(gssEngine(bare, [{ file: 'libgssapi_krb5.so.2', name: 'MIT Kerberos' }])).toMatchObject({
      ok: false,
      fault: {
        kind: 'no-library',
        detail: 'there is no Kerberos library here: libgssapi_krb5.so.2 is not installed',
        hint: expect.stringMatching(/libgssapi-krb5-2.*krb5-libs/),
      },
    });
  });

  test('nor is one that lacks what the GSS-API has', () => {
    const hollow: Native = {
      ...bare,
      load: (file) => ({
        file: file ?? '',
        find: () => undefined,
        need: (name) => {
          throw new Error(`${file} has no function ${name}`);
        },
        findText: () => undefined,
      }),
    };
    expect(gssEngine(hollow, [{ file: 'libother.so', name: 'Another' }])).toMatchObject({
      ok: false,
      fault: { kind: 'no-library', detail: expect.stringContaining('libother.so has no function gss_') },
    });
  });
});
