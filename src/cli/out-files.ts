import { join, resolve } from 'node:path';
import { KmsDnsError } from '../core/errors.ts';
import { kindOfPath, refuseExisting, writeFileSafely } from '../core/files.ts';
import type { RenderedFile } from '../core/rendered.ts';
import type { Context } from './command.ts';
import { counted } from './look.ts';

/** A rendered file and where it goes. */
export interface Placed {
  /** As the user would type it. */
  readonly path: string;
  readonly absolute: string;
  readonly file: RenderedFile;
}

/**
 * Where `--out` puts these files: into the folder, if it is one, ends like one, or has to be one because there are
 * several; otherwise it is the file. Throws `output-exists` without `force`, before anything is written.
 */
export async function placesFor(
  { io }: Context,
  out: string,
  files: readonly RenderedFile[],
  force: boolean,
): Promise<readonly Placed[]> {
  const kind = await kindOfPath(resolve(io.cwd, out));
  const isFolder = kind === 'folder' || files.length !== 1 || /[\\/]$/.test(out);
  if (isFolder && kind !== 'folder' && kind !== 'nothing')
    throw new KmsDnsError(
      'file-unwritable',
      `${JSON.stringify(out)} is a ${kind}, and ${counted(files.length, 'file')} would go there`,
      { hint: 'name a folder' },
    );
  const places = files.map((file): Placed => {
    const path = isFolder ? join(out, file.path) : out;
    return { path, absolute: resolve(io.cwd, path), file };
  });
  if (!force) for (const { absolute } of places) await refuseExisting(absolute);
  return places;
}

/** Waiting for the disk is most of it, so that many files are written at a time. */
const AT_ONCE = 32;

/** Writes them, each whole or not at all, and says so. When one fails, it is said which were written all the same. */
export async function writeFiles(context: Context, places: readonly Placed[], force: boolean): Promise<void> {
  const written: string[] = [];
  for (let at = 0; at < places.length; at += AT_ONCE) {
    const some = places.slice(at, at + AT_ONCE);
    const results = await Promise.allSettled(
      some.map(({ absolute, file: { content, mode } }) =>
        writeFileSafely(absolute, content, { force, ...(mode === undefined ? {} : { mode }) }),
      ),
    );
    written.push(...some.flatMap(({ path }, i) => (results[i]?.status === 'fulfilled' ? [path] : [])));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed === undefined) continue;
    if (written.length > 0) context.warn(`written all the same: ${written.join(', ')}`);
    throw failed.reason;
  }
  for (const path of written) context.note(`written: ${path}`);
}
