import { parseFqdn } from '../core/name.ts';
import { type Command, defineCommand } from './command.ts';
import { READABLE_FORMAT_NAMES, READABLE_LIST_NAMES } from './format-names.ts';
import { LDAP, ldapOrBare, requireLdap, urlsAmong } from './ldap-options.ts';
import { CONFIG, FORCE, many, one, outOption, REACH, text, usage } from './options.ts';

/** `kmsdns import DOMAIN…`, `kmsdns import --ldap` and `kmsdns import --from FILE`. */
export const importCommand: Command = defineCommand({
  command: 'import',
  describe: 'write a desired state from what is published now, or from files of other products',
  operands: {
    name: 'DOMAIN',
    describe:
      'DNS suffix of clients; the record is _vlmcs._tcp in it. With --from: only this domain of the files',
    least: 0,
    most: Number.POSITIVE_INFINITY,
  },
  options: {
    ...REACH,
    from: many(
      {
        value: 'FILE',
        completes: 'file',
        describe:
          'FILE in a format that generate writes, or a folder of them, in place of DNS; may be repeated; - is stdin',
      },
      text,
    ),
    format: one(
      {
        value: 'FORMAT',
        completes: [...READABLE_FORMAT_NAMES, ...READABLE_LIST_NAMES],
        describe: 'FORMAT of the files; default what their content looks like',
      },
      text,
    ),
    host: one(
      {
        value: 'HOST',
        describe: 'publish lists: HOST whose list FILE is; default what the file says',
      },
      (given, option) => parseFqdn(given, option),
    ),
    ...LDAP,
    ldap: ldapOrBare(
      'read Active Directory in place of DNS: every KMS record of the forest. URL of a domain controller, ldaps://HOST[:PORT] or ldap://HOST[:PORT]',
    ),
    config: {
      ...CONFIG,
      describe: 'with --ldap: FILE with the desired state whose hosts are wanted; others are pointed out',
    },
    out: outOption('the desired state as YAML, which is else on stdout'),
    force: FORCE,
  },
  examples: [
    ['$0 import east.contoso.com west.contoso.com --out kmsdns.yaml', 'start from what there is'],
    ['$0 import contoso.com -s 10.0.0.53', 'ask this server, and send updates to it later'],
    ['$0 import --from /etc/dnsmasq.d/kms.conf', 'start from what another product serves'],
    ['$0 import --ldap ldaps://dc1.contoso.com --user … --password-file pw', 'all that the forest publishes'],
    ['$0 import --from a.reg --host kms1.contoso.com', 'start from the publish list of a KMS host'],
  ],
  exitCodes: [
    '0 every domain was read',
    '3 some domain could not be found out, or a record of a file or a part of the directory not taken over',
  ],
  handler: async (values, context) => {
    const { ldap, from } = values;
    if (ldap.length > 0 && from.length > 0) throw usage('--ldap and --from contradict each other');
    if (ldap.length > 0)
      return (await import('./import-directory.ts')).runImportDirectory(
        { ...values, ldap: urlsAmong(ldap) },
        context,
      );
    requireLdap(values);
    if (values.config !== undefined)
      throw usage('--config means something only together with --ldap', 'it names the hosts that are wanted');
    return from.length > 0
      ? (await import('./import-files.ts')).runImportFiles(values, context)
      : (await import('./import-action.ts')).runImport(values, context);
  },
});
