import { parseIpAddress } from './address.ts';
import { KMS_SERVICE } from './kms.ts';
import { type Fqdn, hostNameProblem, labelsOf, readName } from './name.ts';
import type { IpAddress } from './net.ts';
import { type TextReading, type TextShape, text } from './shape.ts';

// What a single value in the desired state may be: names, addresses, paths.

const NAME_PATTERN = '^[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*\\.?$';
const HOST_PATTERN =
  '^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*\\.?$';
const ID_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._-]*$';
const VARIABLE_PATTERN = '^[A-Za-z_][A-Za-z0-9_]*$';

/** Letters, digits and hyphens; no underscore, no address. */
export function hostName(doc: string): TextShape<Fqdn> {
  return text({
    doc,
    pattern: HOST_PATTERN,
    example: 'kms-e1.east.contoso.com',
    read: (written) => {
      const read = readFqdn(written);
      const problem = 'value' in read ? hostNameProblem(written) : read.problem;
      return problem === undefined ? read : { problem };
    },
  });
}

/** The host name of a DNS server; says where an address goes instead. */
export function serverName(doc: string): TextShape<Fqdn> {
  const shape = hostName(doc);
  const read = (written: string): TextReading<Fqdn> =>
    parseIpAddress(written) === undefined
      ? shape.read(written)
      : { problem: 'it is an address; write `address:` in place of `name:`' };
  return { ...shape, example: 'dc1.contoso.com', read };
}

/** A DNS suffix of clients, short enough for `_vlmcs._tcp` in front of it. */
export function domainName(doc: string): TextShape<Fqdn> {
  return text({ doc, pattern: NAME_PATTERN, example: 'east.contoso.com', read: readDomain });
}

export function zoneName(doc: string): TextShape<Fqdn> {
  return text({ doc, pattern: NAME_PATTERN, example: 'contoso.com', read: readZone });
}

/** An address without port; `instead` says where the rest of what people write here belongs. */
export function address(doc: string, example: string, instead: string): TextShape<IpAddress> {
  return text({
    doc,
    example,
    read: (written) => {
      const value = parseIpAddress(written);
      return value === undefined ? { problem: `it is not an IPv4 or IPv6 address; ${instead}` } : { value };
    },
  });
}

/** An address as an A or AAAA record can carry it. */
export function publishedAddress(doc: string, example: string): TextShape<IpAddress> {
  const shape = address(doc, example, 'a port goes to `port:`');
  const read = (written: string): TextReading<IpAddress> =>
    written.includes('%')
      ? { problem: 'an address with a zone ("%") cannot stand in DNS' }
      : shape.read(written);
  return { ...shape, read };
}

/** A name by which one part of the file refers to another. */
export function id(doc: string, example: string): TextShape<string> {
  const problem = 'it may hold only letters, digits, ".", "_" and "-", and starts with a letter or a digit';
  return matching(ID_PATTERN, problem, doc, example);
}

export function environmentVariable(doc: string, example: string): TextShape<string> {
  const problem =
    'the name of an environment variable has letters, digits and "_" only; the key itself never stands here';
  return matching(VARIABLE_PATTERN, problem, doc, example);
}

/** A path or a principal: any text of one line. */
export function oneLine(doc: string, example: string): TextShape<string> {
  return text({
    doc,
    example,
    hidden: true,
    read: (value) => {
      if (value.trim() === '') return { problem: 'it is empty' };
      return /[\p{Cc}\p{Cs}]/u.test(value) ? { problem: 'it holds a control character' } : { value };
    },
  });
}

function matching(pattern: string, problem: string, doc: string, example: string): TextShape<string> {
  const expression = new RegExp(pattern);
  const read = (value: string): TextReading<string> => (expression.test(value) ? { value } : { problem });
  return text({ doc, pattern, example, hidden: true, read });
}

function readFqdn(written: string): TextReading<Fqdn> {
  // No name that may stand here needs an escape, and escapes would be a second spelling.
  if (written.includes('\\')) return { problem: 'it holds a backslash' };
  const read = readName(written);
  return read.ok ? { value: read.name } : { problem: read.problem };
}

/** DNS allows any octet; the suffix of a Windows computer has these, and anything else would be a slip. */
function readZone(written: string): TextReading<Fqdn> {
  const read = readFqdn(written);
  if (!('value' in read)) return read;
  const labels = labelsOf(read.value);
  const odd = labels.find((label) => !/^[a-z0-9_-]+$/.test(label));
  if (odd !== undefined)
    return { problem: `label ${JSON.stringify(odd)} may hold only letters, digits, "-" and "_"` };
  const last = labels.at(-1);
  if (last === undefined) return { problem: 'it is the root; name a domain' };
  // RFC 1123 §2.1: what ends in a number is read as an address.
  return /^\d+$/.test(last) ? { problem: 'it ends in a number, as an address does; name a domain' } : read;
}

function readDomain(written: string): TextReading<Fqdn> {
  const read = readZone(written);
  if (!('value' in read)) return read;
  const [first, second] = labelsOf(read.value);
  if (first === '_tcp' || (first === '_vlmcs' && second === '_tcp'))
    return { problem: `name the domain alone; ${KMS_SERVICE} is put in front of it` };
  const owner = readName(`${KMS_SERVICE}.${read.value}`);
  return owner.ok ? read : { problem: `with ${KMS_SERVICE} in front, ${owner.problem}` };
}
