import type { DesiredState } from '../core/desired-state.ts';
import { KmsDnsError } from '../core/errors.ts';
import { displayName, type Fqdn } from '../core/name.ts';
import { publishListsPerHost } from '../core/publish-list.ts';
import { suggestion } from '../core/suggest.ts';
import {
  renderPublishListPs1,
  renderPublishListReg,
  renderPublishListTxt,
} from '../publish/publish-list-files.ts';
import type { FormatRequest, Generated } from './format.ts';
import { usage } from './options.ts';

/** DnsDomainPublishList of every KMS host, or of those that were asked for. Throws `generate-impossible`, `usage`. */
export async function publishLists(
  { values, templates, state: load }: FormatRequest,
  form: 'reg' | 'ps1' | 'txt',
): Promise<Generated> {
  if (values.domain.length > 0)
    throw usage(
      'a publish list holds every domain of its host, so --domain would make the host lose the others',
      'choose hosts instead: --host HOST',
    );
  const { state } = await load();
  requireHosts(state, values.host);
  const options = values.host.length === 0 ? {} : { hosts: values.host };
  switch (form) {
    case 'reg':
      return renderPublishListReg(state, templates, options);
    case 'ps1':
      return renderPublishListPs1(state, templates, options);
    case 'txt':
      return renderPublishListTxt(state, options);
  }
}

function requireHosts(state: DesiredState, wanted: readonly Fqdn[]): void {
  const listed = publishListsPerHost(state)
    .filter(({ entries }) => entries.length > 0)
    .map(({ host }) => host);
  const missing = wanted.find((host) => !listed.includes(host));
  if (missing === undefined) return;
  throw new KmsDnsError(
    'generate-impossible',
    `the desired state publishes no KMS host ${JSON.stringify(displayName(missing))}; ${suggestion(displayName(missing), listed.map(displayName))}`,
    { hint: 'name a host that stands under "publish:" of some domain' },
  );
}
