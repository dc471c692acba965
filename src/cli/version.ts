/** Put in by scripts/build.mjs; run from source there is none. */
declare const __KMSDNS_VERSION__: string | undefined;

/** The version of this package, as package.json has it. */
export function versionText(): string {
  return typeof __KMSDNS_VERSION__ === 'string' ? __KMSDNS_VERSION__ : '0.0.0-source';
}
