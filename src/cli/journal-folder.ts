import { join, relative, resolve } from 'node:path';
import { removeFile, writeFileSafely } from '../core/files.ts';
import { formatJournal, journalFileName, type Recorder } from '../publish/journal.ts';
import type { Context } from './command.ts';

/** Beside the desired state, so that whoever has that has the history too. */
const DEFAULT_FOLDER = ['.kmsdns', 'journal'] as const;

/** The folder of `--journal`, or the default one. */
export function journalFolderOf({ io }: Context, stateFolder: string, journal: string | undefined): string {
  return journal === undefined ? join(stateFolder, ...DEFAULT_FOLDER) : resolve(io.cwd, journal);
}

/** Keeps the journal of one run in one file of the folder, replaced whole each time. */
export function fileRecorder(folder: string): Recorder {
  let path: string | undefined;
  return {
    store: async (journal) => {
      const isNew = path === undefined;
      path ??= join(folder, journalFileName(journal));
      await writeFileSafely(path, formatJournal(journal), { force: !isNew });
      return path;
    },
    discard: async () => {
      if (path !== undefined) await removeFile(path);
    },
  };
}

/** A path as a person at this folder would type it. */
export function shownPath({ io }: Context, path: string): string {
  const near = relative(io.cwd, path);
  return near.startsWith('..') || near.length > path.length ? path : near;
}
