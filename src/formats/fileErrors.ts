import { AlexnetError, alexnetError } from '../errors.ts';

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file would be too large for its file system',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is no folder',
  EMFILE: 'too many files are open',
  EIO: 'the disk reports an error',
};

/** What the system says of a failed file operation, in words. */
export function fileErrorReason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return (code === undefined ? undefined : reasons[code]) ?? message ?? String(error);
}

/** Does something with a file to be read; what the system refuses becomes ALEX_FILE_READ. */
export async function readingFile<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw readError(path, error);
  }
}

/** As readingFile, for what needs no waiting. */
export function readingFileNow<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw readError(path, error);
  }
}

function readError(path: string, error: unknown): unknown {
  if (error instanceof AlexnetError || !isSystemError(error)) return error;
  return alexnetError('ALEX_FILE_READ', { path, reason: fileErrorReason(error) }, error);
}

/** Does something with a file to be written; what the system refuses becomes ALEX_FILE_WRITE. */
export async function writingFile<T>(path: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (error instanceof AlexnetError || !isSystemError(error)) throw error;
    throw alexnetError('ALEX_FILE_WRITE', { path, reason: fileErrorReason(error) }, error);
  }
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === 'string';
}
