import type { FindingCode } from '../../core/catalogue.ts';
import type { Expectation, FaultScenario, HostBehaviour } from '../scenario.ts';
import { PUBLISHED } from './working-parts.ts';

/** The record is right, and the host on its port behaves so. */
function onThePort(
  name: string,
  describe: string,
  behaviour: HostBehaviour,
  expect: Expectation,
): FaultScenario {
  return {
    name,
    group: 'endpoint',
    describe,
    hosts: { kms1: behaviour },
    zones: { 'contoso.example': PUBLISHED },
    expect,
  };
}

/** The only host fails so: its own code, and then that of a client to which all hosts failed. */
function broken(cause: FindingCode, hresult: string): Expectation {
  return { verdict: 'broken', hresults: [hresult, '0xC004F074'], causes: [cause] };
}

/** What can answer on the port of a KMS host. */
export const ENDPOINT_SCENARIOS: readonly FaultScenario[] = [
  onThePort(
    'port-closed',
    'nobody listens on the port',
    { kind: 'nobody-listens' },
    broken('TCP-001', '0x800706BA'),
  ),
  onThePort(
    'resets',
    'the connection is accepted and torn down on the bind',
    { kind: 'resets' },
    broken('TCP-005', '0x800706BE'),
  ),
  onThePort(
    'closes',
    'the connection is accepted and closed on the bind',
    { kind: 'closes' },
    broken('RPC-003', '0x800706BE'),
  ),
  onThePort(
    'silent',
    'the connection is accepted, and nothing is ever said',
    { kind: 'silent' },
    broken('RPC-002', '0x800706BE'),
  ),
  onThePort('http', 'a web server has the port', { kind: 'http' }, broken('RPC-001', '0x800706BE')),
  onThePort('tls', 'a TLS server has the port', { kind: 'tls-alert' }, broken('RPC-001', '0x800706BE')),
  onThePort('ssh', 'an SSH server has the port', { kind: 'ssh-banner' }, broken('RPC-001', '0x800706BE')),
  onThePort(
    'interface-unknown',
    'an RPC server without the KMS interface: the role was never installed',
    { kind: 'rejects-interface', management: true },
    broken('RPC-005', '0x800706B5'),
  ),
  onThePort(
    'bind-nak',
    'the bind is turned down as a whole',
    { kind: 'bind-nak' },
    broken('RPC-004', '0x800706BB'),
  ),
  onThePort(
    'too-busy',
    'the host is overloaded and says so',
    { kind: 'bind-nak', reason: 1 },
    broken('RPC-008', '0x800706BB'),
  ),
  onThePort(
    'access-denied',
    'the host refuses anonymous callers',
    { kind: 'fault', status: 5 },
    broken('RPC-007', '0x80070005'),
  ),
  onThePort(
    'fault',
    'the bind is answered with a protocol error',
    { kind: 'fault' },
    broken('RPC-004', '0x80070005'),
  ),
  onThePort(
    'ndr64-only',
    'the KMS interface is there in NDR64 only, as no Windows host has it',
    { kind: 'accepts-kms', transfer: 'ndr64' },
    { verdict: 'healthy', hresults: [], causes: [], notes: ['RPC-006'] },
  ),
  onThePort(
    'accepts-any-interface',
    'an interface that nobody has is accepted too: a gateway, or no honest server',
    { kind: 'accepts-anything' },
    { verdict: 'healthy', hresults: [], causes: [], notes: ['RPC-011'] },
  ),
  onThePort(
    'port-forwarded',
    'the host believes that it listens on another port: something forwards in between',
    { kind: 'accepts-kms', management: true, saysPort: 1690 },
    { verdict: 'healthy', hresults: [], causes: [], notes: ['RPC-012'] },
  ),
];
