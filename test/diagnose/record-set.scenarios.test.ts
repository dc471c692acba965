import { describe } from 'vitest';
import {
  addresses,
  endpoint,
  name,
  nodata,
  noSuchHost,
  nxdomain,
  OWNER,
  scenario,
  silent,
  srv,
  srvAnswer,
  working,
  zoneServed,
} from '../support/scenario.ts';

const KMS1 = srv('kms1');
const KMS2 = srv('kms2');

describe('the record set', () => {
  scenario('healthy: one host that works', {
    see: [srvAnswer([KMS1]), zoneServed([KMS1]), working('kms1', '10.1.0.10')],
    verdict: 'healthy',
    predicted: [],
  });
  scenario('healthy: two hosts, two tiers', {
    see: [
      srvAnswer([KMS1, srv('kms2', { priority: 10 })]),
      zoneServed([KMS1, srv('kms2', { priority: 10 })]),
      working('kms1', '10.1.0.10'),
      working('kms2', '10.1.0.11'),
    ],
    verdict: 'healthy',
  });
  scenario('no such name', {
    see: [nxdomain(), zoneServed('nxdomain')],
    verdict: 'broken',
    causes: ['SRV-001'],
    predicted: ['0x8007232B'],
  });
  scenario('the name is there, the record is not', {
    see: [nodata(), zoneServed('nodata')],
    verdict: 'broken',
    causes: ['SRV-002'],
    predicted: ['0x8007251D'],
  });
  scenario('published under a transposed name', {
    see: [
      nxdomain(),
      zoneServed('nxdomain'),
      srvAnswer([KMS1], { purpose: 'near-miss', name: name('_vmlcs._tcp.contoso.test') }),
    ],
    verdict: 'broken',
    causes: ['SRV-003'],
    symptoms: ['SRV-001'],
  });
  scenario('published for UDP', {
    see: [
      nxdomain(),
      zoneServed('nxdomain'),
      srvAnswer([KMS1], { purpose: 'near-miss', name: name('_vlmcs._udp.contoso.test') }),
    ],
    verdict: 'broken',
    causes: ['SRV-004'],
    symptoms: ['SRV-001'],
  });
  scenario('published with the suffix twice', {
    see: [
      nxdomain(),
      zoneServed('nxdomain'),
      srvAnswer([KMS1], { purpose: 'near-miss', name: name(`${OWNER}contoso.test`) }),
    ],
    verdict: 'broken',
    causes: ['SRV-025'],
    symptoms: ['SRV-001'],
  });
  scenario('target without a name', {
    see: [srvAnswer([KMS1]), zoneServed([KMS1]), noSuchHost('kms1')],
    verdict: 'broken',
    causes: ['ADR-001'],
    symptoms: ['SRV-016'],
  });
  scenario('target without an address', {
    see: [srvAnswer([KMS1]), zoneServed([KMS1]), addresses('kms1', [])],
    verdict: 'broken',
    causes: ['ADR-002'],
    symptoms: ['SRV-016'],
  });
  scenario('one of two is refused: every other first try fails', {
    see: [
      srvAnswer([KMS1, KMS2]),
      zoneServed([KMS1, KMS2]),
      working('kms1', '10.1.0.10'),
      addresses('kms2', ['10.1.0.11']),
      endpoint('kms2', '10.1.0.11', 'refused'),
    ],
    verdict: 'degraded',
    causes: ['TCP-001'],
    symptoms: ['SRV-017'],
    predicted: ['0x800706BA'],
  });
  scenario('nobody answers whether it exists: that is not absence', {
    see: [silent()],
    verdict: 'broken',
    causes: ['RES-001'],
    unknown: ['SRV-001'],
    predicted: ['0x800705B4', '0x8007232A'],
  });
});
