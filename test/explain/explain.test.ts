import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { CATALOGUE } from '../../src/core/catalogue.ts';
import { CONTRADICTIONS, contradictionsAbout } from '../../src/explain/contradictions.ts';
import { CORRELATIONS, EVENTS, LICENCE_STATES, STATUS_FLAGS } from '../../src/explain/events.ts';
import { explain, explainable, similarTo } from '../../src/explain/explain.ts';
import { EXPLAINED_KINDS } from '../../src/explain/explanation.ts';
import { REGISTRY_VALUES, WMI_NAMES } from '../../src/explain/registry-values.ts';
import { SLMGR_OPTIONS } from '../../src/explain/slmgr-options.ts';
import { TERMS } from '../../src/explain/terms.ts';

const ALL = Object.entries(explainable()).flatMap(([kind, names]) =>
  names.map((name) => [kind, name] as const),
);

describe('everything that is listed', () => {
  it.each(ALL)('%s %s explains itself', (kind, name) => {
    const said = explain(name);
    expect(said).toMatchObject({ kind, code: name, known: true });
    expect(said?.title).toMatch(/\S/);
    expect(said?.text).toMatch(/\.$/);
    for (const other of said?.seeAlso ?? []) expect(explain(other)?.known, other).toBe(true);
  });

  it('has all kinds', () => {
    expect(Object.keys(explainable())).toEqual(EXPLAINED_KINDS);
  });
});

test.each([
  ['srv-missing-name', 'finding', 'SRV-001'],
  ['SRV-MISSING-NAME', 'finding', 'SRV-001'],
  ['srv-001', 'finding', 'SRV-001'],
  ['event 12288', 'event', '12288'],
  ['Event ID 12288', 'event', '12288'],
  ['EventID: 12293', 'event', '12293'],
  ['12290', 'event', '12290'],
  ['/skms', 'slmgr-option', '/skms'],
  ['-SKMS', 'slmgr-option', '/skms'],
  ['skms-domain', 'slmgr-option', '/skms-domain'],
  ['slmgr /ato', 'slmgr-option', '/ato'],
  ['slmgr.vbs -dlv all', 'slmgr-option', '/dlv'],
  ['cscript //nologo C:\\Windows\\System32\\slmgr.vbs /skms kms1:1688', 'slmgr-option', '/skms'],
  ['/rearm', 'slmgr-option', '/rearm'],
  ['rearm', 'term', 'rearm'],
  ['dnsdomainpublishlist', 'registry-value', 'DnsDomainPublishList'],
  ['HKLM\\SOFTWARE\\x\\DisableDnsPublishing', 'registry-value', 'DisableDnsPublishing'],
  ['KeyManagementServiceHostCaching', 'registry-value', 'DisableKeyManagementServiceHostCaching'],
  ['VLActivationTypeEnabled', 'registry-value', 'VLActivationType'],
  ['REFUSED', 'term', 'REFUSED'],
  ['refused', 'term', 'refused'],
  ['kms  host', 'term', 'KMS host'],
  ['n-policy', 'term', 'threshold'],
  ['1688', 'term', 'port 1688'],
  ['135', 'term', 'port 135'],
  ['slmgr', 'term', 'slmgr'],
  ['"0x8007232B"', 'hresult', '0x8007232B'],
  ['(0xC004F074).', 'hresult', '0xC004F074'],
])('%j is the %s %s', (text, kind, code) => {
  expect(explain(text)).toMatchObject({ kind, code });
});

test.each([
  '',
  '   ',
  'bogus',
  '/nosuchoption',
  'event 1000',
  'SRV-999',
  'HKLM\\x\\Nothing',
  'constructor',
  '__proto__',
  '"',
])('%j is not known', (text) => {
  expect(explain(text)).toBeUndefined();
});

test('any text has an answer or none, and never an exception', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), (text) => {
      expect(['undefined', 'object']).toContain(typeof explain(text));
      expect(similarTo(text).length).toBeLessThanOrEqual(3);
    }),
  );
});

test.each([
  ['srv-mising-name', 'srv-missing-name'],
  ['srv-ownr-near-miss', 'srv-owner-near-miss'],
  ['/skm', '/skms'],
  ['/skms-domian', '/skms-domain'],
  ['DnsDomainPublshList', 'DnsDomainPublishList'],
  ['KeyManagementServiceNme', 'KeyManagementServiceName'],
  ['DNS_ERROR_RCODE_NAME_EROR', 'DNS_ERROR_RCODE_NAME_ERROR'],
  ['thresold', 'threshold'],
  ['devoluton', 'devolution'],
])('%j may be meant as %s', (text, near) => {
  expect(similarTo(text)).toContain(near);
});

test.each(['', 'x', 'zzzzzzzzzzzzzzz', '"'])('%j resembles nothing', (text) => {
  expect(similarTo(text)).toEqual([]);
});

describe('findings', () => {
  it('tell what lies behind them and what they lie behind', () => {
    const said = explain('SRV-003');
    expect(said).toMatchObject({ kind: 'finding', severity: 'critical', observable: 'wire' });
    const symptoms = said?.kind === 'finding' ? said.makesSymptoms.map(({ code }) => code) : [];
    expect(symptoms).toEqual(['SRV-001', 'SRV-002']);
    const missing = explain('SRV-001');
    expect(missing?.kind === 'finding' && missing.explainedBy.map(({ code }) => code)).toContain('SRV-003');
  });

  it('say what is missing when this version cannot find them', () => {
    expect(explain('PUB-021')).toMatchObject({
      observable: 'not-yet',
      whyNot: expect.stringContaining('two looks'),
    });
    expect(explain('SRV-001')).not.toHaveProperty('whyNot');
  });

  it('are all there', () => {
    for (const code of Object.keys(CATALOGUE)) expect(explain(code)?.kind).toBe('finding');
  });
});

/** Technical Reference Guide, table 11: event, who logs it, number of fields, one of them by its place. */
describe('events', () => {
  it.each([
    [12288, 'client', 'Application', 10, 2, 'host and port'],
    [12289, 'client', 'Application', 8, 4, 'count'],
    [12290, 'host', 'Key Management Service', 9, 3, 'client machine ID'],
    [12291, 'host', 'Application', 1, 0, 'HRESULT'],
    [12292, 'host', 'Application', 1, 0, 'HRESULT'],
    [12293, 'host', 'Application', 2, 1, 'domain'],
    [12294, 'host', 'Application', 1, 0, 'domain'],
    [8196, 'client', 'Application', 1, 0, 'HRESULT'],
    [8198, 'client', 'Application', 2, 0, 'hr'],
    [8229, 'client', 'Application', 1, 0, 'HRESULT'],
  ])(
    '%i is logged by the %s to %s with %i fields; field %i is %s',
    (id, loggedBy, log, count, place, field) => {
      const said = explain(String(id));
      expect(said).toMatchObject({ kind: 'event', loggedBy, log });
      if (said?.kind !== 'event') throw new Error('no event');
      expect(said.fields).toHaveLength(count);
      expect(said.fields[place]?.name).toBe(field);
      expect(said.command).toContain(`EventID=${id}`);
      expect(said.providers).toContain('Microsoft-Windows-Security-SPP');
    },
  );

  it('of one attempt come with what they mean together', () => {
    expect(explain('12288')).toMatchObject({ together: CORRELATIONS });
    expect(explain('12293')).toMatchObject({ together: [] });
    expect(CORRELATIONS).toHaveLength(6);
  });

  it('number the licence states, and name one bit for each flag', () => {
    expect(LICENCE_STATES).toHaveLength(7);
    for (const [flag] of STATUS_FLAGS) expect(flag & (flag - 1)).toBe(0);
    // The guide's own example of 12289, 0x4000008 with count 4: not enough count, no marker.
    const named = STATUS_FLAGS.filter(([flag]) => (0x0400_0008 & flag) !== 0).map(([, text]) => text);
    expect(named).toEqual([expect.stringContaining('ACPI SLIC'), expect.stringContaining('count')]);
  });

  it('are as many as the table has', () => {
    expect(Object.keys(EVENTS)).toHaveLength(10);
  });
});

describe('slmgr options', () => {
  it.each([...SLMGR_OPTIONS])('%s says who may type it where, and how to undo it', (name, option) => {
    expect(name).toMatch(/^\/[a-z]+(-[a-z]+)*$/);
    expect(option.syntax.startsWith(name)).toBe(true);
    expect(option.elevated).toMatch(/\S/);
    if (option.writes !== undefined) {
      expect(option.undo).toBeDefined();
      for (const value of option.writes) expect(REGISTRY_VALUES.has(value), value).toBe(true);
    }
    const undone = option.undo?.split(' ')[0] ?? '';
    if (undone.startsWith('/')) expect(SLMGR_OPTIONS.has(undone), undone).toBe(true);
  });

  it.each([
    ['/sai', '120'],
    ['/sri', '10080'],
    ['/sprt', '1688'],
  ])('%s has its default', (name, value) => {
    expect(SLMGR_OPTIONS.get(name)?.range).toContain(value);
    expect(SLMGR_OPTIONS.get(name)?.restart).toBe(true);
  });

  it('of a client want no restart', () => {
    expect(SLMGR_OPTIONS.get('/skms')?.restart).toBeUndefined();
  });
});

/** Technical Reference Guide, table 3. */
describe('registry values', () => {
  it.each([
    ['DisableDnsPublishing', 'REG_DWORD', 'sppsvc', '/cdns, /sdns'],
    ['DnsDomainPublishList', 'REG_MULTI_SZ', 'sppsvc', 'kmsdns generate'],
    ['KeyManagementServiceListeningPort', 'REG_SZ', 'sppsvc', '/sprt'],
    ['EnableKmsLowPriority', 'REG_DWORD', 'sppsvc', '/cpri, /spri'],
    ['VLActivationInterval', 'REG_DWORD', 'sppsvc', '/sai'],
    ['VLRenewalInterval', 'REG_DWORD', 'sppsvc', '/sri'],
    ['KeyManagementServiceName', 'REG_SZ', 'no', '/skms, /ckms'],
    ['KeyManagementServicePort', 'REG_SZ', 'no', '/skms'],
    ['KeyManagementServiceLookupDomain', 'REG_SZ', 'no', '/skms-domain'],
    ['VLActivationType', 'REG_DWORD', 'no', '/act-type'],
  ])('%s is %s, read after a restart of %s, set by %s', (name, type, restart, setBy) => {
    const value = REGISTRY_VALUES.get(name);
    expect(value).toMatchObject({ type, restart });
    expect(value?.setBy).toContain(setBy);
  });

  it.each([...REGISTRY_VALUES])('%s has range, default and reader', (_, value) => {
    expect(value.keys[0]).toMatch(/^HK(LM|U)\\/);
    for (const text of [value.range, value.fallback, value.readBy]) expect(text).toMatch(/\S/);
    for (const name of (value.setBy ?? '').match(/\/[a-z-]+/g) ?? [])
      expect(SLMGR_OPTIONS.has(name), name).toBe(true);
  });

  it('that options write name the option in return', () => {
    for (const [option, { writes = [] }] of SLMGR_OPTIONS)
      for (const name of writes)
        expect(REGISTRY_VALUES.get(name)?.setBy, `${name} by ${option}`).toMatch(/\//);
  });

  it('are found by the names of WMI', () => {
    for (const [wmi, name] of WMI_NAMES) {
      expect(REGISTRY_VALUES.has(name)).toBe(true);
      expect(explain(wmi)).toMatchObject({ code: name, text: expect.stringContaining(wmi) });
    }
  });
});

describe('terms', () => {
  it('have no alias twice, and none that hides another term', () => {
    const aliases = [...TERMS.values()].flatMap((term) => term.aliases ?? []);
    expect(new Set(aliases).size).toBe(aliases.length);
    const names = new Set([...TERMS.keys()].map((name) => name.toLowerCase()));
    for (const alias of aliases) {
      expect(alias).toBe(alias.toLowerCase());
      expect(names.has(alias), alias).toBe(false);
    }
  });

  it.each([
    'bound',
    'bind-rejected',
    'bind-nak',
    'not-rpc',
    'silent',
    'closed',
    'reset',
    'refused',
    'filtered',
    'prohibited',
    'unreachable',
    'no-address',
    'fault',
  ])('know the probe state %s', (state) => {
    expect(explain(state)).toMatchObject({
      kind: 'term',
      title: expect.stringContaining('State of a probe'),
    });
  });
});

describe('contradictions', () => {
  it.each(CONTRADICTIONS.map((one) => [one.reading, one] as const))(
    '%s: both sides, and what it is about',
    (_, one) => {
      expect(one.says).toHaveLength(2);
      expect(one.about.length).toBeGreaterThan(0);
      for (const name of one.about) expect(explain(name)?.known, name).toBe(true);
      for (const name of one.about) expect(explain(name)?.contradictions).toContain(one);
    },
  );

  it('are told where they matter', () => {
    expect(explain('0x80072338')?.contradictions[0]?.reading).toContain('both are told');
    expect(explain('0xC004F039')?.contradictions).toHaveLength(1);
    expect(explain('weight')?.contradictions.length).toBeGreaterThanOrEqual(2);
    expect(contradictionsAbout('/XPR')).toEqual([]);
  });
});

test('nothing that is said holds a product key', () => {
  const everything = JSON.stringify(ALL.map(([, name]) => explain(name)));
  expect(everything).not.toMatch(/\b[A-Z0-9]{5}(-[A-Z0-9]{5}){4}\b/);
});
