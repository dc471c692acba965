import opcodes from 'dns-packet/opcodes.js';
import rcodes from 'dns-packet/rcodes.js';
import types from 'dns-packet/types.js';
import { describe, expect, it, test } from 'vitest';
import {
  CLASS,
  className,
  OPCODE,
  opcodeName,
  RCODE,
  rcodeName,
  TSIG_ERROR,
  TYPE,
  tsigErrorName,
  typeName,
} from '../../src/core/dns-codes.ts';

const numberOf = types.toType as (name: string) => number;

describe('the tables agree with dns-packet', () => {
  // It knows neither SVCB nor HTTPS, calls ANY "*", and stops at RCODE 15.
  const typesItKnows = Object.entries(TYPE).filter(([name]) => !['SVCB', 'HTTPS', 'ANY'].includes(name));
  test.each(typesItKnows)('TYPE.%s', (name, code) => expect(numberOf(name)).toBe(code));

  const rcodesItKnows = Object.entries(RCODE).filter(([, code]) => code < 16);
  test.each(rcodesItKnows)('RCODE.%s', (name, code) => expect(rcodes.toString(code)).toBe(name));

  test.each(Object.entries(OPCODE))('OPCODE.%s', (name, code) => expect(opcodes.toString(code)).toBe(name));
});

describe('names of codes', () => {
  test.each([
    [typeName(33), 'SRV'],
    [typeName(255), 'ANY'],
    [typeName(65280), 'TYPE65280'],
    [className(254), 'NONE'],
    [className(32), 'CLASS32'],
    [opcodeName(5), 'UPDATE'],
    [opcodeName(6), 'OPCODE6'],
    [rcodeName(0), 'NOERROR'],
    [rcodeName(10), 'NOTZONE'],
    [rcodeName(16), 'BADVERS'],
    [rcodeName(11), 'RCODE11'],
    [rcodeName(4095), 'RCODE4095'],
    [tsigErrorName(16), 'BADSIG'],
    [tsigErrorName(22), 'BADTRUNC'],
    [tsigErrorName(5), 'REFUSED'],
    [tsigErrorName(999), 'RCODE999'],
  ])('%s', (name, expected) => expect(name).toBe(expected));

  it('every code of the tables has its own name', () => {
    for (const [name, code] of Object.entries(TYPE)) expect(typeName(code)).toBe(name);
    for (const [name, code] of Object.entries(CLASS)) expect(className(code)).toBe(name);
    for (const [name, code] of Object.entries(RCODE)) expect(rcodeName(code)).toBe(name);
    for (const [name, code] of Object.entries(TSIG_ERROR)) expect(tsigErrorName(code)).toBe(name);
  });
});
