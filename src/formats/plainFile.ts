/** Files that others may have put something else in the place of. */
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

/** Opens a file to read. Undefined where there is none that can be read, or something else: links are not followed, and pipes not waited for. */
export async function openPlainFile(path: string): Promise<FileHandle | undefined> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
    if ((await handle.stat()).isFile()) return handle;
  } catch {
    // Not there, or not to be read.
  }
  await handle?.close();
  return undefined;
}
