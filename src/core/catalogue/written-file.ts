import { RESTART_SPPSVC, slmgr } from './commands.ts';
import { assumed, derived, documented, type Layer } from './entry.ts';

/** What stands in a zone file, a configuration or an export, and shows on the wire as something else or not at all. */
export type WrittenFileCode =
  | 'CLI-039'
  | 'SRV-031'
  | 'SRV-032'
  | 'SRV-033'
  | 'HST-017'
  | 'ACL-010'
  | 'ACL-011'
  | 'ACL-012'
  | 'RUN-008';

export const WRITTEN_FILE: Layer<WrittenFileCode> = {
  'CLI-039': {
    slug: 'client-value-out-of-range',
    severity: 'error',
    side: 'client',
    title: 'a KMS value of the client is outside its range',
    explanation:
      'The port of a pinned host is 1 to 65535, written as a text. With anything else there is no port to connect to, and a client that is told a host asks no other.',
    explains: assumed('0xC004F074'),
    fix: [
      {
        text: 'Set host and port anew.',
        platform: 'windows',
        command: slmgr('/skms KMSHOST:1688'),
        safe: true,
        undo: slmgr('/ckms'),
      },
    ],
    observable: 'facts',
    source: 'Volume Activation Technical Reference Guide, table 3',
  },
  'SRV-031': {
    slug: 'srv-target-final-dot-forgotten',
    severity: 'error',
    side: 'dns',
    title: 'the target lacks its final dot, so the zone is appended to it',
    explanation:
      'In a zone file a name without its final dot is relative. The target looks like a full name, and with the zone behind it no host of the file has that name, so a client that draws this record finds nobody.',
    explains: assumed('0xC004F074', '0x8007232B'),
    fix: [{ text: 'Write the final dot.', safe: true }],
    observable: 'facts',
    source: 'RFC 1035 section 5.1; RC-11',
  },
  'SRV-032': {
    slug: 'srv-port-one',
    severity: 'error',
    side: 'dns',
    title: 'the record names port 1, which dnsmasq writes where none is given',
    explanation:
      'A line srv-host takes name, target, port, priority and weight; a port that is left out is 1. No KMS host listens there, so a client that draws this record fails on it.',
    explains: documented('0x800706BA'),
    fix: [
      {
        text: 'Write the port, third in the line.',
        platform: 'dnsmasq',
        command: 'srv-host=_vlmcs._tcp.DOMAIN,KMSHOST,1688,0,0',
        safe: true,
      },
    ],
    observable: 'facts',
    source: 'dnsmasq manual, srv-host; RC-23',
  },
  'SRV-033': {
    slug: 'srv-malformed',
    severity: 'error',
    side: 'dns',
    title: 'the KMS record is not a well-formed SRV record',
    explanation:
      'An SRV record has a priority, a weight and a port from 0 to 65535, and a target. A name server refuses the whole file for one value that does not fit, or leaves the record out; either way clients do not get it.',
    explains: derived('0x8007232B'),
    fix: [
      { text: 'Write four values: priority, weight, port, target.', safe: true },
      {
        text: 'Or let it be written.',
        command: 'kmsdns generate bind-zone',
        safe: true,
      },
    ],
    observable: 'facts',
    source: 'RFC 2782, "The format of the SRV RR"',
  },
  'HST-017': {
    slug: 'host-value-out-of-range',
    severity: 'error',
    side: 'host',
    title: 'a value of the KMS host is outside its range',
    explanation:
      'The listening port is 1 to 65535, written as a text; the intervals that a host hands to its clients are 15 to 43200 minutes. No document says what the service does with anything else; a host that listens nowhere is lost to every client.',
    explains: assumed('0x800706BA'),
    fix: [
      {
        text: 'Set the port by slmgr, which checks it, and restart the service.',
        platform: 'windows',
        command: `${slmgr('/sprt 1688')} && ${RESTART_SPPSVC}`,
        safe: false,
        undo: slmgr('/cprt'),
      },
    ],
    observable: 'facts',
    source:
      'Volume Activation Technical Reference Guide, table 3; Windows Server documentation, "Slmgr.vbs options"',
  },
  'ACL-010': {
    slug: 'acl-grant-covers-zone',
    severity: 'warning',
    side: 'publisher',
    title: 'the rule lets its key change every name of the zone',
    explanation:
      'To publish KMS hosts a key needs one name and one type. With zonesub whoever has the key can replace mail servers and domain controllers as well, and a slip in a script hits the whole zone.',
    explains: [],
    fix: [
      {
        text: 'Grant the one name and type.',
        platform: 'bind',
        command: 'grant KEY name _vlmcs._tcp.ZONE. SRV;',
        safe: false,
        undo: 'put the former rule back',
      },
    ],
    observable: 'facts',
    source: 'BIND 9 reference manual, update-policy',
  },
  'ACL-011': {
    slug: 'acl-any-target',
    severity: 'warning',
    side: 'publisher',
    title: 'every computer of the realm may publish any host as KMS host',
    explanation:
      'The rules ms-subdomain and krb5-subdomain check who signs and which name is written, and not where the record points. A computer may then replace the KMS hosts by itself or by a stranger; with -self-rhs it can write and delete its own record only.',
    explains: [],
    fix: [
      {
        text: 'Take the form that compares the target with the signer.',
        platform: 'bind',
        command: 'grant REALM ms-subdomain-self-rhs _vlmcs._tcp.ZONE. SRV;',
        safe: false,
        undo: 'put the former rule back',
      },
    ],
    observable: 'facts',
    source: 'BIND 9 reference manual, update-policy; measured on BIND 9.18 with a Kerberos realm',
  },
  'ACL-012': {
    slug: 'acl-realm-case',
    severity: 'error',
    side: 'publisher',
    title: 'the realm is not in capitals, so the rule matches no computer',
    explanation:
      'The ms and krb5 rules of BIND compare the realm letter by letter, and an Active Directory realm is in capitals. Every host is refused, with event 12293, although its name and its target are right.',
    explains: derived('0x8007232D'),
    fix: [
      {
        text: 'Write the realm in capitals.',
        platform: 'bind',
        command: 'grant REALM ms-subdomain-self-rhs _vlmcs._tcp.ZONE. SRV;',
        safe: true,
      },
    ],
    observable: 'facts',
    source: 'BIND 9 reference manual, update-policy; measured on BIND 9.18 with a Kerberos realm',
  },
  'RUN-008': {
    slug: 'file-place-not-read',
    severity: 'warning',
    side: 'publisher',
    title: 'a place in the file could not be read',
    explanation:
      'What stands there is not as this kind of file wants it, or it points to another file that was not followed. Nothing was judged there: a KMS record in it may be right, wrong or missing.',
    explains: [],
    fix: [{ text: 'Correct the place, or give the other file to kmsdns lint as well.', safe: true }],
    observable: 'facts',
    source: 'this program',
  },
};
