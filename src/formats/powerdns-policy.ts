import { finding } from '../core/catalogue.ts';
import type { DesiredDomain, DesiredState } from '../core/desired-state.ts';
import { KmsDnsError } from '../core/errors.ts';
import { displayName, type Fqdn, parseFqdn } from '../core/name.ts';
import { fileNameFor } from '../core/rendered.ts';
import { zoneGroups } from '../core/zone-lines.ts';
import { type DraftFile, defineFormat, type Format, type FormatAbout } from './format.ts';
import { headComment } from './head.ts';
import { quotedText } from './words.ts';

const ABOUT: FormatAbout = {
  id: 'powerdns-policy',
  title: 'Lua update policy',
  product: 'PowerDNS Authoritative Server',
  cannot: [
    {
      of: 'records',
      says: 'The records: it says who may write them; kmsdns apply or the format pdnsutil writes them.',
    },
    {
      of: 'unlisted',
      says: 'A refusal: what the script denies is dropped with NOERROR, and the rest of the message is done all the same.',
    },
  ],
};

/**
 * The script of `lua-dnsupdate-policy-script` (PowerDNS Authoritative, "Dynamic DNS Update"), which is the only way
 * there to limit a key to owner names and a type. One file per server of the state that has a TSIG key.
 * Throws `generate-impossible` when none has.
 */
export const POWERDNS_POLICY: Format = defineFormat({
  ...ABOUT,
  options: {},
  write(state) {
    const servers = Object.values(state.servers)
      .filter(({ auth }) => auth.kind === 'tsig')
      .map(({ id, auth }) => ({
        id,
        key: auth.kind === 'tsig' ? auth.key : '',
        domains: state.domains.filter(({ server }) => server === id),
      }))
      .filter(({ domains }) => domains.length > 0)
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    if (servers.length === 0) {
      throw new KmsDnsError('generate-impossible', 'no domain is updated with a TSIG key', {
        hint: 'give a domain a "server:" whose "auth:" is { tsig: KEY }: the policy says what that key may write',
      });
    }
    const files = servers.map(({ id, key, domains }) => policy(id, key, domains, state));
    return { files, warnings: files.map(({ path }) => unsignedSlip(path)) };
  },
});

/** Measured with 4.7.3: the script is handed the key name of the signed message before. */
function unsignedSlip(path: string): ReturnType<typeof finding> {
  return finding('ACL-002', {
    subject: path,
    title: 'PowerDNS 4.7.3 carries out an unsigned update that follows a signed one by UDP',
    evidence: [
      {
        observation: path,
        says: 'the script gets the key name of the message before; with it in force no other access list counts',
      },
    ],
  });
}

function policy(id: string, key: string, domains: readonly DesiredDomain[], state: DesiredState): DraftFile {
  const signer = parseFqdn(key, 'key name');
  const path = fileNameFor('kms-updates', id, 'lua');
  const head = headComment('--', ABOUT, state, [
    'Put it on the server and name it in pdns.conf, then start PowerDNS anew:',
    '    dnsupdate=yes',
    `    lua-dnsupdate-policy-script=/etc/powerdns/${path}`,
    'Make the key on the server; its name is the one that the publisher signs with:',
    `    pdnsutil generate-tsig-key ${displayName(signer)} hmac-sha256`,
    'The backend must be one that takes updates: gsqlite3, gmysql, gpgsql, godbc, from 5.0 lmdb; not bind.',
    'This one script decides for the whole server: ALLOW-DNSUPDATE-FROM and TSIG-ALLOW-DNSUPDATE no longer count, and zones that are not listed here take no updates at all.',
    'WARNING: PowerDNS 4.7.3 gives an unsigned message that comes by UDP right after a signed one the key name of that one, and so carries it out. Let only the publisher send updates to this server (a firewall in front), or have updates by TCP only.',
  ]);
  const rules = zoneGroups(domains).map(({ zone, domains: inZone }) => ({
    zone,
    owners: inZone.map(({ owner }) => owner),
  }));
  const content = `${head}
local signer = ${quotedText(signer, 'key name')}

local owners = {
${rules.map(ruleText).join('')}}

function updatepolicy(input)
  local allowed = owners[input:getZoneName():toString():lower()]
  if allowed == nil then return false end
  -- Without a signature the name is unset, and toString() of that is an error: the sender would see SERVFAIL.
  local key = input:getTsigName()
  if key:countLabels() == 0 or key:toString():lower() ~= signer then return false end
  return allowed[input:getQName():toString():lower()] == true and input:getQType() == pdns.SRV
end
`;
  readBackPolicy(content, signer, rules);
  return { path, content };
}

interface Rule {
  readonly zone: Fqdn;
  readonly owners: readonly Fqdn[];
}

function ruleText({ zone, owners }: Rule): string {
  const names = owners.map((owner) => `    [${quotedText(owner, 'owner')}] = true,\n`).join('');
  return `  [${quotedText(zone, 'zone')}] = {\n${names}  },\n`;
}

/** Every quoted text of the script in order: signer, then each zone with its owners. Nothing else may be quoted. */
function readBackPolicy(text: string, signer: Fqdn, rules: readonly Rule[]): void {
  const code = text
    .split('\n')
    .filter((line) => !/^\s*--/.test(line))
    .join('\n');
  const found = [...code.matchAll(/"([^"\\\n]*)"/g)].map(([, name]) => name);
  const wanted = [signer, ...rules.flatMap(({ zone, owners }) => [zone, ...owners])];
  const odd = wanted.findIndex((name, i) => name !== found[i]);
  if (odd >= 0 || found.length !== wanted.length || /\\|\[\[/.test(code))
    throw new Error(`bug: powerdns-policy does not read back: ${JSON.stringify(found[odd])}`);
}
