import { createHash } from 'node:crypto';
import type { DesiredState } from '../core/desired-state.ts';
import { SPP_REGISTRY_KEY } from '../core/kms.ts';
import { displayName, type Fqdn } from '../core/name.ts';
import type { FormatAbout } from './format.ts';
import { headComment } from './head.ts';
import { xmlComment, xmlText } from './words.ts';

// Registry.xml of Group Policy Preferences ([MS-GPPREF] 2.2.1.18): one item per registry value.

/** One value below {@link SPP_REGISTRY_KEY}. `delete` takes it away; a list is REG_MULTI_SZ, a text REG_SZ. */
export interface RegistryItem {
  readonly name: string;
  readonly value:
    | { readonly action: 'delete' }
    | { readonly action: 'set'; readonly data: string | readonly string[] };
  /** Item-level targeting: only the computer with this DNS name. */
  readonly computer?: Fqdn;
}

const SETTINGS_CLASS = '{A3CCFC41-DFDB-43a5-8D26-0FE8B954DA51}';
const ITEM_CLASS = '{9CD4B2F4-923D-47f5-A062-E897DD1DAD50}';

/** Windows shows these pictures beside an item. */
const IMAGE = { set: 7, delete: 8 } as const;

/** The whole file, with what it is and cannot in a comment. Throws `value-refused`. */
export function registryXml(
  about: FormatAbout,
  state: DesiredState,
  next: readonly string[],
  items: readonly RegistryItem[],
): string {
  const head = xmlComment(headComment(' ', about, state, next), 'file name');
  const lines = items.flatMap(itemLines);
  return `<?xml version="1.0" encoding="utf-8"?>\n<!--\n${head}-->\n<RegistrySettings clsid="${SETTINGS_CLASS}">\n${lines.map((line) => `  ${line}\n`).join('')}</RegistrySettings>\n`;
}

function itemLines({ name, value, computer }: RegistryItem): readonly string[] {
  const [hive = '', ...path] = SPP_REGISTRY_KEY.split('\\');
  const data = value.action === 'set' ? value.data : '';
  const isList = typeof data !== 'string';
  const attributes = {
    action: value.action === 'set' ? 'U' : 'D',
    displayDecimal: '0',
    default: '0',
    hive,
    key: path.join('\\'),
    name,
    type: isList ? 'REG_MULTI_SZ' : 'REG_SZ',
    value: isList ? data.join(' ') : data,
  };
  const item = {
    clsid: ITEM_CLASS,
    name,
    status: name,
    image: String(IMAGE[value.action]),
    uid: itemId(`${name} ${computer ?? ''} ${attributes.action} ${attributes.value}`),
  };
  const targeting =
    computer === undefined
      ? []
      : [
          '  <Filters>',
          `    <FilterComputer${attributeText({ bool: 'AND', not: '0', type: 'DNS', name: displayName(computer) })}/>`,
          '  </Filters>',
        ];
  const properties = isList
    ? [
        `  <Properties${attributeText(attributes)}>`,
        '    <Values>',
        ...data.map((entry) => `      <Value>${xmlText(entry, 'value')}</Value>`),
        '    </Values>',
        '  </Properties>',
      ]
    : [`  <Properties${attributeText(attributes)}/>`];
  return [`<Registry${attributeText(item)}>`, ...properties, ...targeting, '</Registry>'];
}

function attributeText(attributes: Readonly<Record<string, string>>): string {
  return Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${xmlText(value, name)}"`)
    .join('');
}

/** A GUID that is the same for the same item, so that the same state gives the same file. */
function itemId(item: string): string {
  const hex = createHash('sha256').update(item).digest('hex').toUpperCase();
  return `{${[hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-')}}`;
}
