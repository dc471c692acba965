import { join, resolve } from 'node:path';
import { KmsDnsError } from '../core/errors.ts';
import { kindOfPath, packagedTemplate, readTextFile } from '../core/files.ts';
import { TEMPLATE_NAMES, type TemplateName, type Templates, type TemplateText } from '../core/template.ts';
import type { Context } from './command.ts';

/**
 * The packaged templates, with those that a user's folder holds in their place; which ones is said on stderr, because
 * a file with a slip in its name would go unread. Throws `file-unreadable`, `template-invalid`.
 */
export async function loadTemplates(context: Context, folder: string | undefined): Promise<Templates> {
  const own =
    folder === undefined ? new Map<TemplateName, TemplateText>() : await ownTemplates(context, folder);
  const texts = await Promise.all(
    TEMPLATE_NAMES.map(
      async (name) => [name, own.get(name) ?? { text: await packagedTemplate(name) }] as const,
    ),
  );
  return Object.fromEntries(texts) as unknown as Templates;
}

async function ownTemplates(
  { io, note }: Context,
  folder: string,
): Promise<ReadonlyMap<TemplateName, TemplateText>> {
  const path = resolve(io.cwd, folder);
  if ((await kindOfPath(path)) !== 'folder')
    throw new KmsDnsError('file-unreadable', `there is no folder ${JSON.stringify(folder)} with templates`, {
      hint: 'check --templates',
    });
  const own = new Map<TemplateName, TemplateText>();
  for (const name of TEMPLATE_NAMES) {
    const userFile = join(path, name);
    if ((await kindOfPath(userFile)) !== 'nothing')
      own.set(name, { text: await readTextFile(userFile), userFile: join(folder, name) });
  }
  if (own.size === 0)
    throw new KmsDnsError('template-invalid', `${JSON.stringify(folder)} holds no template of a known name`, {
      hint: `known: ${TEMPLATE_NAMES.join(', ')}`,
    });
  note(`templates from ${folder}: ${[...own.keys()].join(', ')}`);
  return own;
}
