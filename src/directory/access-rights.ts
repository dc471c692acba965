/**
 * Rights on a directory object ([MS-ADTS] §5.1.3.2), by their name and their two letters in SDDL
 * ([MS-DTYP] §2.5.1.1).
 */
export const RIGHT = {
  createChild: 0x1,
  deleteChild: 0x2,
  listChildren: 0x4,
  selfWrite: 0x8,
  readProperty: 0x10,
  writeProperty: 0x20,
  deleteTree: 0x40,
  listObject: 0x80,
  controlAccess: 0x100,
  delete: 0x1_0000,
  readControl: 0x2_0000,
  writeDac: 0x4_0000,
  writeOwner: 0x8_0000,
  genericAll: 0x1000_0000,
  genericExecute: 0x2000_0000,
  genericWrite: 0x4000_0000,
  genericRead: 0x8000_0000,
} as const;

/** All rights on a directory object: what "Full control" means ([MS-ADTS] §5.1.3.2). */
export const FULL_CONTROL = 0xf_01ff;

/** By SDDL letters, in the order in which Windows writes them ([MS-DTYP] §2.5.1.1). */
export const SDDL_RIGHTS: readonly (readonly [letters: string, mask: number])[] = [
  ['GA', RIGHT.genericAll],
  ['GR', RIGHT.genericRead],
  ['GW', RIGHT.genericWrite],
  ['GX', RIGHT.genericExecute],
  ['CC', RIGHT.createChild],
  ['DC', RIGHT.deleteChild],
  ['LC', RIGHT.listChildren],
  ['SW', RIGHT.selfWrite],
  ['RP', RIGHT.readProperty],
  ['WP', RIGHT.writeProperty],
  ['DT', RIGHT.deleteTree],
  ['LO', RIGHT.listObject],
  ['CR', RIGHT.controlAccess],
  ['SD', RIGHT.delete],
  ['RC', RIGHT.readControl],
  ['WD', RIGHT.writeDac],
  ['WO', RIGHT.writeOwner],
];

/** Generic rights and what they become on directory objects ([MS-ADTS] §5.1.3.2). */
const GENERIC: readonly (readonly [generic: number, specific: number])[] = [
  [RIGHT.genericAll, FULL_CONTROL],
  [RIGHT.genericRead, RIGHT.readControl | RIGHT.listChildren | RIGHT.readProperty | RIGHT.listObject],
  [RIGHT.genericWrite, RIGHT.readControl | RIGHT.selfWrite | RIGHT.writeProperty],
  [RIGHT.genericExecute, RIGHT.readControl | RIGHT.listChildren],
];

const GENERIC_BITS = 0xf000_0000;

/** The rights that a mask gives on a directory object, generic ones resolved. */
export function specificRights(mask: number): number {
  const resolved = GENERIC.reduce(
    (all, [generic, specific]) => (mask & generic ? all | specific : all),
    mask,
  );
  return (resolved & ~GENERIC_BITS) >>> 0;
}

const WORDS: readonly (readonly [mask: number, words: string])[] = [
  [RIGHT.writeProperty, 'write'],
  [RIGHT.createChild, 'create objects below it'],
  [RIGHT.deleteChild, 'delete objects below it'],
  [RIGHT.delete, 'delete it'],
  [RIGHT.deleteTree, 'delete it with all below'],
  [RIGHT.writeDac, 'change its permissions'],
  [RIGHT.writeOwner, 'take it over'],
  [RIGHT.selfWrite, 'validated writes'],
  [RIGHT.controlAccess, 'extended rights'],
];

const READING = RIGHT.readProperty | RIGHT.listChildren | RIGHT.listObject | RIGHT.readControl;

/** What a mask lets somebody do, for people: "full control", "read, write, delete it". */
export function rightsInWords(mask: number): string {
  const rights = specificRights(mask);
  if ((rights & FULL_CONTROL) === FULL_CONTROL) return 'full control';
  const words = WORDS.flatMap(([bit, word]) => (rights & bit ? [word] : []));
  if (rights & READING) words.unshift('read');
  return words.length === 0 ? 'nothing' : words.join(', ');
}
