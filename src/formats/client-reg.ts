import { SPP_REGISTRY_KEY } from '../core/kms.ts';
import { displayName } from '../core/name.ts';
import { encodeRegText, readReg } from '../core/reg-file.ts';
import { fileNameFor } from '../core/rendered.ts';
import { type ClientOverride, clientOverrides, OVERRIDE_LIMITS } from './client-override.ts';
import { defineFormat, type Format, type FormatAbout } from './format.ts';
import { headComment } from './head.ts';
import { choiceOption } from './option.ts';

const ABOUT: FormatAbout = {
  id: 'client-reg',
  title: '.reg file with the KMS host of a client, or without one',
  product: 'Windows KMS client',
  cannot: OVERRIDE_LIMITS,
};

/** KeyManagementServiceName and KeyManagementServicePort, both REG_SZ, for the whole computer; one file per domain. */
export const CLIENT_REG: Format = defineFormat({
  ...ABOUT,
  options: { find: choiceOption('how clients find their host: pin it, or take a pin away', ['host', 'dns']) },
  write(state, { find }) {
    const files = clientOverrides(state).map((override) => {
      const name = displayName(override.domain);
      const head = headComment(';', ABOUT, state, [
        `For clients in ${name}. Import it as an administrator; the next activation uses it, without a restart:`,
        `    reg import ${fileNameFor('kms-client', name, 'reg')}`,
      ]);
      const values =
        find === 'host'
          ? `"KeyManagementServiceName"="${displayName(override.host.target)}"\n"KeyManagementServicePort"="${override.host.port}"\n`
          : '"KeyManagementServiceName"=-\n"KeyManagementServicePort"=-\n';
      const content = encodeRegText(
        `Windows Registry Editor Version 5.00\n\n${head}\n[${SPP_REGISTRY_KEY}]\n${values}`,
      );
      expectValues(content, override, find);
      return { path: fileNameFor('kms-client', name, 'reg'), content };
    });
    return { files, notes: find === 'host' ? ABOUT.cannot.map(({ says }) => says) : [] };
  },
});

/** Throws, as a bug, when the file sets anything but the two values. */
function expectValues(content: Uint8Array, { domain, host }: ClientOverride, find: 'host' | 'dns'): void {
  const { keys, problems } = readReg(content, 'kms-client.reg');
  const found = keys.flatMap(({ path, values }) =>
    values.map(({ name, data }) => `${path} ${name} ${data.kind === 'sz' ? data.text : data.kind}`),
  );
  const [name, port] =
    find === 'host' ? [displayName(host.target), String(host.port)] : ['deleted', 'deleted'];
  const wanted = [
    `${SPP_REGISTRY_KEY} KeyManagementServiceName ${name}`,
    `${SPP_REGISTRY_KEY} KeyManagementServicePort ${port}`,
  ];
  if (problems.length > 0 || found.join('\n') !== wanted.join('\n'))
    throw new Error(`bug: the override of ${domain} does not read back`);
}
