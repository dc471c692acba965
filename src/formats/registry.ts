import { decodeText } from '../core/decode-text.ts';
import { KmsDnsError } from '../core/errors.ts';
import { suggestion } from '../core/suggest.ts';
import { ANSIBLE } from './ansible.ts';
import { AZURE_BICEP } from './azure-bicep.ts';
import { AZURE_CLI } from './azure-cli.ts';
import { CLIENT_REG } from './client-reg.ts';
import { CLOUDFLARE } from './cloudflare.ts';
import { COREDNS } from './coredns.ts';
import { DNSCMD } from './dnscmd.ts';
import { DNSCONTROL } from './dnscontrol.ts';
import { DNSMASQ } from './dnsmasq.ts';
import { EXTERNAL_DNS } from './external-dns.ts';
import type { Format } from './format.ts';
import { GCLOUD } from './gcloud.ts';
import { GPO_CLIENT } from './gpo-client.ts';
import { GPO_PUBLISH_LIST } from './gpo-publish-list.ts';
import { INFOBLOX_CSV } from './infoblox-csv.ts';
import { KNOT } from './knot.ts';
import { KNSUPDATE } from './knsupdate.ts';
import { NSD } from './nsd.ts';
import { OCTODNS } from './octodns.ts';
import { PDNSUTIL } from './pdnsutil.ts';
import { POWERDNS_POLICY } from './powerdns-policy.ts';
import { POWERSHELL } from './powershell.ts';
import { ROUTE53 } from './route53.ts';
import { SAMBA_TOOL } from './samba-tool.ts';
import { SLMGR_CLIENT } from './slmgr-client.ts';
import { SLMGR_HOST } from './slmgr-host.ts';
import { TERRAFORM_AWS } from './terraform-aws.ts';
import { TERRAFORM_DNS } from './terraform-dns.ts';
import { UNBOUND } from './unbound.ts';
import { ZONE_FILE } from './zone-file.ts';

/** Every format of this room, in the order in which `generate --list` shows them. */
export const FORMATS: readonly Format[] = [
  ZONE_FILE,
  KNSUPDATE,
  KNOT,
  NSD,
  PDNSUTIL,
  POWERDNS_POLICY,
  COREDNS,
  UNBOUND,
  DNSMASQ,
  SAMBA_TOOL,
  POWERSHELL,
  DNSCMD,
  GPO_PUBLISH_LIST,
  SLMGR_HOST,
  SLMGR_CLIENT,
  CLIENT_REG,
  GPO_CLIENT,
  INFOBLOX_CSV,
  OCTODNS,
  DNSCONTROL,
  EXTERNAL_DNS,
  ROUTE53,
  AZURE_CLI,
  AZURE_BICEP,
  GCLOUD,
  CLOUDFLARE,
  TERRAFORM_DNS,
  TERRAFORM_AWS,
  ANSIBLE,
];

/** A format by its id. Throws `usage`. */
export function formatById(id: string): Format {
  const found = FORMATS.find((format) => format.id === id);
  if (found !== undefined) return found;
  const ids = FORMATS.map((format) => format.id);
  throw new KmsDnsError('usage', `there is no format ${JSON.stringify(id)}; ${suggestion(id, ids)}`);
}

/** The format of a file: the given one, else the only one that its content looks like. Throws `format-unclear`, `usage`. */
export function formatOf(octets: Uint8Array, file: string, id?: string): Format {
  if (id !== undefined) {
    const format = formatById(Object.hasOwn(SAME_TEXT, id) ? SAME_TEXT[id]! : id);
    if (format.read !== undefined) return format;
    throw new KmsDnsError('usage', `the format ${id} cannot be read back`, {
      hint: `these can: ${readableIds().join(', ')}`,
    });
  }
  const [format, ...others] = detectFormats(octets);
  if (format !== undefined && others.length === 0) return format;
  const unread = format === undefined ? unreadable(octets) : undefined;
  if (unread !== undefined)
    throw new KmsDnsError(
      'format-unclear',
      `${JSON.stringify(file)} holds no records: it is written for ${unread.product} (${unread.title})`,
      { hint: `these can be imported: ${readableIds().join(', ')}` },
    );
  const what =
    format === undefined
      ? 'looks like no format that is known here'
      : `could be ${[format, ...others].map((one) => one.id).join(' or ')}`;
  throw new KmsDnsError('format-unclear', `${JSON.stringify(file)} ${what}`, {
    hint: `say which it is: --format ${format?.id ?? readableIds().join(', ')}`,
  });
}

/** The format that is not read back whose head a file has. */
function unreadable(octets: Uint8Array): Format | undefined {
  const head = decodeText(octets.subarray(0, 2048)).text;
  return FORMATS.find(
    ({ read, product, title }) =>
      read === undefined && head.includes(`${product}: ${title}. Made by kmsdns from `),
  );
}

/** Formats that are written elsewhere in this package, in the same words as one that is read here. */
const SAME_TEXT: Readonly<Record<string, string>> = {
  'bind-zone': 'zone-file',
  nsupdate: 'knsupdate',
};

function readableIds(): readonly string[] {
  return FORMATS.filter(({ read }) => read !== undefined).map(({ id }) => id);
}

/** The readable formats that a file could be in, by its content; in the order of {@link FORMATS}. */
export function detectFormats(octets: Uint8Array): readonly Format[] {
  const { text } = decodeText(octets);
  return FORMATS.filter(({ read, recognises }) => read !== undefined && recognises?.(text) === true);
}
