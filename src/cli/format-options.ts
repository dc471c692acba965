import type { NamedVariant } from '../bind/named-policy.ts';
import { type Fqdn, parseFqdn } from '../core/name.ts';
import type { TsigAlgorithm } from '../core/tsig.ts';
import { choice, flag, many, type Option, one, REACH, text } from './options.ts';

/** By name and not as a list, so that a variant or an algorithm that is missing here does not compile. */
const VARIANTS: Readonly<Record<NamedVariant, true>> = {
  publisher: true,
  self: true,
  'self-host': true,
  listed: true,
  'unsigned-hosts': true,
};

const ALGORITHMS: Readonly<Record<TsigAlgorithm, true>> = {
  'hmac-sha256': true,
  'hmac-sha384': true,
  'hmac-sha512': true,
  'hmac-sha224': true,
  'hmac-sha1': true,
  'hmac-md5': true,
};

const variants = Object.keys(VARIANTS) as readonly NamedVariant[];
const algorithms = Object.keys(ALGORITHMS) as readonly TsigAlgorithm[];

const name = (given: string, option: string): Fqdn => parseFqdn(given, option);

/** Options of `generate` that belong to some formats only; each format says which. */
export const FORMAT_OPTIONS: {
  readonly variant: Option<NamedVariant | undefined>;
  readonly realm: Option<readonly string[]>;
  readonly 'name-server': Option<Fqdn | undefined>;
  readonly 'key-directory': Option<string | undefined>;
  readonly 'zone-directory': Option<string | undefined>;
  readonly key: Option<Fqdn | undefined>;
  readonly algorithm: Option<TsigAlgorithm | undefined>;
  readonly host: Option<readonly Fqdn[]>;
  readonly merge: Option<boolean>;
  readonly live: Option<boolean>;
  readonly set: Option<readonly string[]>;
} & typeof REACH = {
  variant: one(
    {
      value: 'VARIANT',
      completes: variants,
      describe: `bind-named: VARIANT of who may write, one of ${variants.join(', ')}; default publisher`,
    },
    choice(variants),
  ),
  realm: many(
    {
      value: 'REALM',
      describe:
        'bind-named, bind-kerberos: Kerberos REALM of the KMS hosts, in upper case; for self, self-host and listed; may be repeated',
    },
    text,
  ),
  'name-server': one(
    {
      value: 'HOST',
      describe:
        'bind-named: HOST that will hold the child zones of unsigned-hosts; bind-kerberos: the primary',
    },
    name,
  ),
  'key-directory': one(
    { value: 'DIR', describe: 'bind-named: DIR of key files on the name server; default /etc/bind' },
    text,
  ),
  'zone-directory': one({ value: 'DIR', describe: 'bind-named: DIR of zone files on the name server' }, text),
  key: one(
    { value: 'NAME', describe: "bind-key: NAME of the key; default the desired state's only key" },
    name,
  ),
  algorithm: one(
    {
      value: 'ALGORITHM',
      completes: algorithms,
      describe: `bind-key: ALGORITHM of the key, one of ${algorithms.join(', ')}; default hmac-sha256`,
    },
    choice(algorithms),
  ),
  host: many(
    { value: 'HOST', describe: 'publish-list-*: only the list of this KMS host; may be repeated' },
    name,
  ),
  merge: flag({ describe: 'nsupdate: no guard, add to whatever is published' }),
  live: flag({ describe: 'nsupdate: read what is published now, change exactly that, and guard it' }),
  set: many(
    {
      value: 'NAME=VALUE',
      describe: 'NAME=VALUE that the format wants to know, as --list says; may be repeated',
    },
    text,
  ),
  ...REACH,
};
