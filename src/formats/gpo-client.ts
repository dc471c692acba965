import { displayName } from '../core/name.ts';
import { fileNameFor } from '../core/rendered.ts';
import { clientOverrides, OVERRIDE_LIMITS } from './client-override.ts';
import { defineFormat, type Format, type FormatAbout } from './format.ts';
import { registryXml } from './gpp-registry.ts';
import { choiceOption } from './option.ts';

const ABOUT: FormatAbout = {
  id: 'gpo-client',
  title: 'Group Policy Preferences with the KMS host of clients, or without one',
  product: 'Windows KMS client',
  cannot: OVERRIDE_LIMITS,
};

/** KeyManagementServiceName and KeyManagementServicePort, both REG_SZ, for the whole computer; one file per domain. */
export const GPO_CLIENT: Format = defineFormat({
  ...ABOUT,
  options: { find: choiceOption('how clients find their host: pin it, or take a pin away', ['host', 'dns']) },
  write(state, { find }) {
    const files = clientOverrides(state).map(({ domain, host }) => {
      const texts = {
        KeyManagementServiceName: displayName(host.target),
        KeyManagementServicePort: String(host.port),
      };
      const items = Object.entries(texts).map(([name, data]) => ({
        name,
        value: find === 'host' ? ({ action: 'set', data } as const) : ({ action: 'delete' } as const),
      }));
      const next = [
        `For clients in ${displayName(domain)}: link the policy to where their computers are; this file does not choose them.`,
        'In the Group Policy Management Editor: Computer Configuration, Preferences, Windows Settings, Registry; paste the file there.',
      ];
      return {
        path: fileNameFor('gpo-client', displayName(domain), 'xml'),
        content: registryXml(ABOUT, state, next, items),
      };
    });
    return { files };
  },
});
