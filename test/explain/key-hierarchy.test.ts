import { describe, expect, it, test } from 'vitest';
import { answerForPair, HOST_KEY_GROUPS, type KeyAnswer, PRODUCTS } from '../../src/explain/key-hierarchy.ts';

function answer(hostKey: string, product: string): KeyAnswer {
  const said = answerForPair(hostKey, product);
  if ('unknown' in said) throw new Error(`unknown ${said.unknown}`);
  return said;
}

/** Technical Reference Guide, table 7, and "KMS activation planning". */
test.each([
  ['Windows Vista', 'Windows Vista', 'yes'],
  ['Windows Vista', 'Windows 7', 'no'],
  ['Windows 7', 'Windows Vista', 'yes'],
  ['Windows 7', 'Windows 7', 'yes'],
  ['Windows 7', 'Server 2008 R2 Standard', 'no'],
  ['Windows 7', 'Windows 10', 'no'],
  ['Server group A', 'Windows 7', 'yes'],
  ['Server group B', 'Windows 7', 'yes'],
  ['Server group B', 'Windows Server 2008 R2 Enterprise', 'yes'],
  ['Server group B', 'Windows Server 2008 Standard', 'yes'],
  ['Server group B', 'Windows Server 2008 R2 Datacenter', 'no'],
  ['Server group A', 'Windows Server 2008 R2 Standard', 'no'],
  ['Server group A', 'Windows Web Server 2008 R2', 'yes'],
  ['Server group C', 'Windows Server 2008 R2 Itanium', 'yes'],
  ['Server group C', 'Windows Server 2012', 'no'],
  ['Server 2008 group C', 'Windows 7', 'no'],
  ['Server 2008 group C', 'Windows Server 2008 R2 Standard', 'no'],
  ['Server 2008 Datacenter', 'Windows Server 2008 Enterprise', 'yes'],
  ['Windows 10', 'Windows 10', 'yes'],
  ['Windows 10', 'Windows Server 2016', 'no'],
  ['Windows Server 2012 R2', 'Windows 8.1', 'yes'],
  ['Windows Server 2012 R2', 'Windows 10', 'no'],
  ['Windows Server 2016', 'Windows 10', 'yes'],
  ['Windows Server 2016', 'Windows Server 2019', 'no'],
  ['Windows Server 2016', 'Windows 7', 'yes'],
  ['Windows Server 2019', 'Windows 11', 'no'],
  ['Windows Server 2022', 'Windows 11', 'yes'],
  ['Windows Server 2022', 'Windows 11 LTSC 2024', 'no'],
  ['Windows Server 2025', 'Windows 11 LTSC 2024', 'yes'],
  ['Windows Server 2025', 'Windows Server 2008', 'yes'],
  ['Windows Server 2025', 'Office 2021', 'no'],
  ['Office', 'Office LTSC', 'yes'],
  ['Office', 'Windows 10', 'no'],
])('a host with the key %s and %s: %s', (hostKey, product, activates) => {
  expect(answer(hostKey, product).activates).toBe(activates);
});

test.each([
  ['KMS_B', 'Server group B'],
  ['group b', 'Server group B'],
  ['B', 'Server group B'],
  ['server group B', 'Server group B'],
  ['2008 R2 Standard', 'Server group B'],
  ['Windows Server 2008R2 Datacenter', 'Server group C'],
  ['Server 2008 group A', 'Server 2008 group A'],
  ['Volume License for Windows Server 2022', 'Windows Server 2022'],
  ['2019', 'Windows Server 2019'],
  ['win 7', 'Windows 7'],
  ['Win10', 'Windows 10'],
  ['vista', 'Windows Vista'],
])('the host key %j is %s', (text, hostKey) => {
  expect(answer(text, 'Windows 7').hostKey).toBe(hostKey);
});

test.each([
  ['windows 7 enterprise', 'Windows 7'],
  ['Win 8.1 Pro', 'Windows 8.1'],
  ['WS2016', 'Windows Server 2016'],
  ['server 2012r2', 'Windows Server 2012 R2'],
  ['Windows Server 2008 R2', 'Windows Server 2008 R2 Standard or Enterprise'],
  ['HPC Server 2008', 'Windows Server 2008 Web or HPC'],
  ['Windows 11 Enterprise LTSC 2024', 'Windows 11 LTSC 2024'],
])('the product %j is %s', (text, product) => {
  expect(answer('Windows Server 2025', text).product).toBe(product);
});

test.each([
  ['Amiga', 'Windows 7', 'host-key'],
  ['Server group D', 'Windows 7', 'host-key'],
  ['', 'Windows 7', 'host-key'],
  ['Server group B', 'Windows 95', 'product'],
  ['Server group B', '', 'product'],
  ['Server 2008', 'Windows 7', 'host-key'],
])('the pair %j and %j has an unknown %s', (hostKey, product, unknown) => {
  const said = answerForPair(hostKey, product);
  expect(said).toMatchObject({ unknown });
  expect('known' in said && said.known.length).toBeGreaterThan(10);
});

describe('every pair', () => {
  const pairs = HOST_KEY_GROUPS.flatMap((key) => PRODUCTS.map((product) => answer(key, product)));

  it('is named back as it was meant', () => {
    expect(pairs.map(({ hostKey, product }) => [hostKey, product])).toEqual(
      HOST_KEY_GROUPS.flatMap((key) => PRODUCTS.map((product) => [key, product])),
    );
  });

  it('says what would do when the answer is no, and nothing when it is yes', () => {
    for (const { activates, wouldDo, product, because } of pairs) {
      expect(because).toMatch(/\S/);
      if (activates === 'yes') expect(wouldDo).toEqual([]);
      else {
        expect(wouldDo.length, product).toBeGreaterThan(0);
        for (const key of wouldDo) expect(answer(key, product).activates).toBe('yes');
      }
    }
  });

  it('never lets a key activate what is newer, and never a client key a server', () => {
    const year = (name: string): number => Number(/20\d\d/.exec(name)?.[0] ?? Number.NaN);
    for (const { hostKey, product, activates } of pairs) {
      if (/^Windows (Vista|7|8|8\.1|10)$/.test(hostKey) && product.includes('Server'))
        expect(activates).toBe('no');
      if (year(product) > year(hostKey)) expect(activates, `${hostKey} and ${product}`).toBe('no');
    }
  });

  it('of one generation widens with the group', () => {
    const covered = (key: string): readonly string[] =>
      pairs
        .filter(({ hostKey, activates }) => hostKey === key && activates === 'yes')
        .map(({ product }) => product);
    for (const generation of ['Server group', 'Server 2008 group']) {
      expect(covered(`${generation} B`)).toEqual(expect.arrayContaining([...covered(`${generation} A`)]));
      expect(covered(`${generation} C`)).toEqual(expect.arrayContaining([...covered(`${generation} B`)]));
    }
  });
});
