import type { Fact, FactKind, FactPlace } from '../../src/diagnose/fact.ts';

type Said<K extends FactKind> = Omit<Fact<K>, keyof FactPlace | 'kind'>;

/** One statement of the evidence: `fact('f1', 'elevated', { elevated: false })`, in a file named after its side. */
export function fact<K extends FactKind>(
  id: string,
  kind: K,
  said: Said<K>,
  place: Partial<FactPlace> = {},
): Fact {
  const raw = JSON.stringify(Object.values(said)[0] ?? '');
  return { id, file: 'client.txt', place: kind, raw, ...place, kind, ...said } as unknown as Fact;
}

/** A setting of all products together under the key that today's Windows reads. */
export const WINDOWS_WIDE = { legacyKey: false, scope: 'windows', product: undefined } as const;

/** The same fact in the export of a KMS host. */
export const ON_HOST: Partial<FactPlace> = { file: 'kms1.reg' };

/** What makes an export that of the KMS host `kms1.contoso.test`. */
export function kmsHostFacts(suffix = 'contoso.test', name = 'kms1'): readonly Fact[] {
  const place = { file: `${name}.reg` };
  return [
    fact(`${name}-role`, 'is-kms-host', { host: true }, place),
    fact(`${name}-name`, 'host-name', { name }, place),
    fact(`${name}-suffix`, 'primary-suffix', { suffix, byPolicy: false }, place),
  ];
}
