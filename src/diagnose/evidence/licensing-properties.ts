import type { LicenceStatus } from '../fact.ts';
import {
  ACTIVATION_TYPE,
  countInWords,
  generationOf,
  hresultInWords,
  hresultOf,
  isLicenceStatus,
  LICENCE_STATUS,
  minutesInWords,
  VALIDITY_MINUTES,
} from './decoded-values.ts';
import type { At, FactDraft } from './fact-draft.ts';
import { minutesLater, readTime } from './lenient-time.ts';

export interface Property {
  readonly line: number;
  /** As it stands in the file, without quotes. */
  readonly text: string;
}

/** The properties of one object by their names in lower case; null is an empty text, nested ones are left out. */
export type Properties = ReadonlyMap<string, Property>;

/** Is there a property that only the licensing classes have? */
export function isLicensingObject(properties: Properties): boolean {
  for (const name of properties.keys())
    if (/^(is|discovered)?keymanagementservice|^vlactivation|^licensestatus$|^productkeychannel$/.test(name))
      return true;
  return false;
}

/** Is it an object of SoftwareLicensingProduct, whatever properties were selected? */
function isProduct(properties: Properties): boolean {
  return ['licensestatus', 'productkeychannel', 'applicationid', 'graceperiodremaining'].some((name) =>
    properties.has(name),
  );
}

/**
 * SoftwareLicensingService, SoftwareLicensingProduct and the one object of Get-KmsLicenseInfo: their names are the
 * same in every language. Of several products only those with a key count, unless none tells.
 */
export function readLicensingObjects(draft: FactDraft, objects: readonly Properties[]): void {
  const known = objects.filter(isLicensingObject);
  const products = known.filter(isProduct);
  const told = products.filter((object) => object.has('partialproductkey'));
  const keyed = told.filter((object) => object.get('partialproductkey')!.text !== '');
  if (told.length > 0 && keyed.length === 0)
    draft.problem(undefined, `none of its ${told.length} products has a product key`);
  for (const object of known) {
    if (!isProduct(object)) new ObjectReader(draft, object, false).readService();
    else if (told.length === 0 || keyed.includes(object)) new ObjectReader(draft, object, true).readProduct();
  }
}

class ObjectReader {
  readonly #draft: FactDraft;
  readonly #object: Properties;
  readonly #setting: {
    readonly legacyKey: boolean;
    readonly scope: 'windows' | 'office';
    readonly product: string | undefined;
  };
  readonly #isProduct: boolean;

  constructor(draft: FactDraft, object: Properties, product: boolean) {
    this.#draft = draft;
    this.#object = object;
    this.#isProduct = product;
    const about = `${this.#text('Name') ?? ''} ${this.#text('Description') ?? ''}`;
    const ids = [this.#text('ApplicationID'), this.#text('ID') ?? this.#text('ActivationID')];
    const known = ids.filter((id) => id !== undefined && id !== '').map((id) => id!.toLowerCase());
    this.#setting = {
      legacyKey: false,
      scope: /\boffice/i.test(about) ? 'office' : 'windows',
      product: product && known.length > 0 ? known.join('\\') : undefined,
    };
  }

  readService(): void {
    this.#version();
    this.#host();
    this.#client();
    this.#hostSide();
  }

  readProduct(): void {
    this.#channel();
    this.#status();
    this.#host();
    this.#client();
    this.#hostSide();
  }

  #version(): void {
    const version = this.#text('Version');
    const generation = generationOf(version ?? '');
    if (version === undefined || generation === undefined) return;
    this.#draft.fact('client-build', this.#at('Version'), { name: version, generation });
    this.#decoded('Version', 'version of the licensing service');
  }

  /** The pinned host of the service holds for all products; that of a product may come from any level. */
  #host(): void {
    const effective = this.#isProduct;
    const level = effective ? 'sku' : 'global';
    const name = this.#text('KeyManagementServiceMachine');
    if (name !== undefined && name !== '') {
      this.#draft.fact('override-name', this.#at('KeyManagementServiceMachine'), {
        level,
        name,
        effective,
        ...this.#setting,
      });
      this.#decoded('KeyManagementServiceMachine', 'the only host asked');
      const port = this.#number('KeyManagementServicePort');
      if (port !== undefined && port > 0) {
        this.#draft.fact('override-port', this.#at('KeyManagementServicePort'), {
          level,
          port: port < 65_536 ? port : undefined,
          effective,
          ...this.#setting,
        });
        this.#decoded('KeyManagementServicePort', 'port of the pinned host');
      }
    }
    const domain = this.#text('KeyManagementServiceLookupDomain');
    if (domain !== undefined && domain !== '') {
      this.#draft.fact('lookup-domain', this.#at('KeyManagementServiceLookupDomain'), {
        level,
        domain,
        ...this.#setting,
      });
      this.#decoded('KeyManagementServiceLookupDomain', 'the only domain asked');
    }
    const found = this.#text('DiscoveredKeyManagementServiceMachineName');
    if (found !== undefined && found !== '') {
      const port = this.#number('DiscoveredKeyManagementServiceMachinePort') ?? 0;
      const address = this.#text('DiscoveredKeyManagementServiceMachineIpAddress');
      this.#draft.fact('cached-host', this.#at('DiscoveredKeyManagementServiceMachineName'), {
        host: found,
        port: port > 0 && port < 65_536 ? port : undefined,
        address: address === '' ? undefined : address,
        ...this.#setting,
      });
      this.#decoded(
        'DiscoveredKeyManagementServiceMachineName',
        'the last host found in DNS that answered; asked first while caching is on',
      );
    }
  }

  #client(): void {
    const caching = this.#switch('KeyManagementServiceHostCaching');
    if (caching !== undefined) {
      this.#draft.fact('host-caching', this.#at('KeyManagementServiceHostCaching'), { on: caching });
      this.#decoded(
        'KeyManagementServiceHostCaching',
        caching ? 'the last good host is asked first' : 'DNS is asked at every attempt',
      );
    }
    const type = this.#number('VLActivationTypeEnabled');
    if (type === 0 || type === 1 || type === 2 || type === 3) {
      if (this.#setting.scope === 'windows')
        this.#draft.fact('activation-type', this.#at('VLActivationTypeEnabled'), { type });
      this.#decoded('VLActivationTypeEnabled', ACTIVATION_TYPE[type]);
    }
    const [activation, renewal] = [this.#number('VLActivationInterval'), this.#number('VLRenewalInterval')];
    // A service that is no KMS host says 0xFFFFFFFF.
    const real = (minutes: number | undefined): number | undefined =>
      minutes !== undefined && minutes > 0 && minutes < 0xffffffff ? minutes : undefined;
    if (real(activation) !== undefined || real(renewal) !== undefined) {
      const at = this.#at(real(activation) === undefined ? 'VLRenewalInterval' : 'VLActivationInterval');
      this.#draft.fact('intervals', at, {
        activationMinutes: real(activation),
        renewalMinutes: real(renewal),
      });
      if (real(activation) !== undefined)
        this.#decoded(
          'VLActivationInterval',
          `${minutesInWords(activation!)} between attempts while not activated`,
        );
      if (real(renewal) !== undefined)
        this.#decoded('VLRenewalInterval', `${minutesInWords(renewal!)} between renewals`);
    }
  }

  #channel(): void {
    const given = this.#text('ProductKeyChannel') ?? '';
    const channel = given === '' ? channelIn(this.#text('Description') ?? '') : given;
    if (channel === undefined) return;
    const at = this.#at(given === '' ? 'Description' : 'ProductKeyChannel');
    addChannel(this.#draft, at, channel, this.#setting.scope);
  }

  #status(): void {
    const status = this.#number('LicenseStatus');
    if (status === undefined || !isLicenceStatus(status)) return;
    const reason = hresultOf(this.#text('LicenseStatusReason') ?? '');
    addStatus(this.#draft, this.#at('LicenseStatus'), {
      status,
      graceMinutes: this.#number('GracePeriodRemaining'),
      reason,
      scope: this.#setting.scope,
      seenAt: timeOf(this.#text('TrustedTime')),
    });
    if (status !== 1) return;
    addRenewal(
      this.#draft,
      timeOf(this.#text('TrustedTime')),
      this.#number('GracePeriodRemaining'),
      this.#number('VLRenewalInterval'),
    );
  }

  #hostSide(): void {
    const host = this.#switch('IsKeyManagementServiceMachine');
    if (host !== undefined) {
      this.#draft.fact('is-kms-host', this.#at('IsKeyManagementServiceMachine'), { host });
      this.#decoded('IsKeyManagementServiceMachine', host ? 'this is a KMS host' : 'this is no KMS host');
    }
    const current = this.#number('KeyManagementServiceCurrentCount');
    const required = this.#number('RequiredClientCount');
    // -1 without a sign: nobody has asked, or this is no host.
    if (current !== undefined && current >= 0 && current < 0xffffffff) {
      this.#draft.fact('host-count', this.#at('KeyManagementServiceCurrentCount'), { current, required });
      this.#decoded('KeyManagementServiceCurrentCount', countInWords(current, required));
    }
    if (host !== true) return;
    const port = this.#number('KeyManagementServiceListeningPort');
    if (port !== undefined && port < 65_536) {
      // 0 stands for the default.
      const listening = port === 0 ? 1688 : port;
      this.#draft.fact('listening-port', this.#at('KeyManagementServiceListeningPort'), { port: listening });
      this.#decoded('KeyManagementServiceListeningPort', `the host listens on ${listening}`);
    }
    const publishing = this.#switch('KeyManagementServiceDnsPublishing');
    if (publishing !== undefined) {
      const at = this.#at('KeyManagementServiceDnsPublishing');
      this.#draft.fact('publishing-disabled', at, { disabled: !publishing, legacyKey: false });
      this.#decoded(
        'KeyManagementServiceDnsPublishing',
        publishing ? 'the host publishes itself' : 'the host publishes nothing',
      );
    }
    const low = this.#switch('KeyManagementServiceLowPriority');
    if (low !== undefined) {
      this.#draft.fact('low-priority', this.#at('KeyManagementServiceLowPriority'), { on: low });
      this.#decoded(
        'KeyManagementServiceLowPriority',
        low ? 'a busy host may lose its count' : 'normal priority',
      );
    }
    const [total, failed] = [
      this.#number('KeyManagementServiceTotalRequests'),
      this.#number('KeyManagementServiceFailedRequests'),
    ];
    if (total !== undefined && failed !== undefined && total < 0xffffffff) {
      this.#draft.fact('request-counters', this.#at('KeyManagementServiceTotalRequests'), { total, failed });
      this.#decoded('KeyManagementServiceTotalRequests', `since its installation; ${failed} of them failed`);
    }
  }

  #property(name: string): Property | undefined {
    return this.#object.get(name.toLowerCase());
  }

  #text(name: string): string | undefined {
    return this.#property(name)?.text.trim();
  }

  /** Undefined for `N/A` and anything else that is no whole number. */
  #number(name: string): number | undefined {
    const text = this.#text(name) ?? '';
    return /^-?\d{1,10}$/.test(text) ? Number(text) : undefined;
  }

  #switch(name: string): boolean | undefined {
    const text = this.#text(name)?.toLowerCase();
    if (text === 'true') return true;
    if (text === 'false') return false;
    const number = this.#number(name);
    return number === undefined ? undefined : number !== 0;
  }

  #at(name: string): At {
    const property = this.#property(name);
    return { line: property?.line, place: name, raw: property?.text ?? '' };
  }

  #decoded(name: string, meaning: string): void {
    this.#draft.decoded(name, this.#text(name) ?? '', meaning);
  }
}

/** `VOLUME_KMSCLIENT` of a product's description, which no language translates. */
export function channelIn(description: string): string | undefined {
  return /,\s?([A-Z][A-Z0-9_.:-]{2,60}) channel\b/i.exec(description)?.[1];
}

/** A key for KMS clients, for a KMS host, or for neither. */
export function addChannel(draft: FactDraft, at: At, channel: string, scope: 'windows' | 'office'): void {
  const kms = /GVLK|KMS[_-]?CLIENT/i.test(channel);
  const host = !kms && /CSVLK|VOLUME[_-]KMS/i.test(channel);
  draft.fact('key-channel', at, { channel, kms, scope });
  if (host && scope === 'windows' && !draft.has('is-kms-host')) draft.fact('is-kms-host', at, { host: true });
  draft.decoded(
    at.place,
    channel,
    kms
      ? 'key of a KMS client'
      : host
        ? 'key of a KMS host'
        : 'not a KMS key: Windows activates over the Internet, and asks no KMS host',
  );
}

export function addStatus(
  draft: FactDraft,
  at: At,
  {
    seenAt,
    ...value
  }: {
    status: LicenceStatus;
    graceMinutes: number | undefined;
    reason: string | undefined;
    scope: 'windows' | 'office';
    /** When the output was made, if it says so. */
    seenAt: string | undefined;
  },
): void {
  draft.fact('licence-status', at, value);
  draft.decoded(at.place, String(value.status), LICENCE_STATUS[value.status]);
  const { graceMinutes, reason } = value;
  if (reason !== undefined && reason !== '0x00000000')
    draft.decoded('LicenseStatusReason', reason, hresultInWords(reason));
  if (graceMinutes === undefined || graceMinutes <= 0) return;
  const what = value.status === 1 ? 'until the activation runs out' : 'of grace left';
  draft.decoded('GracePeriodRemaining', String(graceMinutes), `${minutesInWords(graceMinutes)} ${what}`);
  const end = seenAt === undefined ? undefined : minutesLater(seenAt, graceMinutes);
  if (end !== undefined) draft.decoded('expires', end, 'by the time the output gives for itself');
}

/** When the last success was and when the client tries again: each success starts the 180 days anew. */
export function addRenewal(
  draft: FactDraft,
  seenAt: string | undefined,
  graceMinutes: number | undefined,
  renewalMinutes: number | undefined,
): void {
  if (seenAt === undefined || graceMinutes === undefined || renewalMinutes === undefined) return;
  if (graceMinutes <= 0 || graceMinutes > VALIDITY_MINUTES) return;
  const success = minutesLater(seenAt, graceMinutes - VALIDITY_MINUTES);
  const next = success === undefined ? undefined : minutesLater(success, renewalMinutes);
  if (success === undefined || next === undefined) return;
  draft.decoded('last success', success, '180 days before the activation runs out');
  const late = next < seenAt ? '; it was due and did not succeed' : '';
  draft.decoded('next attempt', next, `one renewal interval later${late}`);
}

/** Windows PowerShell writes `/Date(1700000000000)/`, PowerShell 7 ISO 8601. */
function timeOf(text: string | undefined): string | undefined {
  const milliseconds = /^\/Date\((-?\d{1,15})\)\/$/.exec(text ?? '')?.[1];
  if (milliseconds === undefined) return readTime(text ?? '');
  const date = new Date(Number(milliseconds));
  // 1601 is what the service says when it does not know.
  return date.getTime() > 0 ? `${date.toISOString().slice(0, 19)}Z` : undefined;
}
