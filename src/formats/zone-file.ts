import { defineFormat, type Format, type FormatAbout } from './format.ts';
import { looksLikeMasterFile, readMasterFile, ZONE_OPTIONS, zoneTexts } from './zone-text.ts';

const ABOUT: FormatAbout = {
  id: 'zone-file',
  title: 'SRV records in master-file form',
  product: 'any server with zone files',
  cannot: [
    {
      of: 'unlisted',
      says: 'Records of other hosts: what is served is what stands in the file, whoever published before.',
    },
  ],
};

/** RFC 1035 §5.1, RFC 2782: for every server that reads master files and has no format of its own here. */
export const ZONE_FILE: Format = defineFormat({
  ...ABOUT,
  options: ZONE_OPTIONS,
  write: (state, options) =>
    zoneTexts(
      ABOUT,
      state,
      options,
      (zone) => `rndc reload ${zone}   (BIND; the word of any other server for it)`,
    ),
  read: readMasterFile,
  recognises: looksLikeMasterFile,
});
