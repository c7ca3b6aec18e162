import { alexnetError } from '../errors.ts';

/** The error for a file that the system does not let us read. */
export function unreadable(path: string, error: unknown): Error {
  const { code, message } = error as NodeJS.ErrnoException;
  const reasons: Record<string, string> = {
    EACCES: 'permission denied',
    EPERM: 'permission denied',
    ENOENT: 'it does not exist',
    EISDIR: 'it is a folder',
  };
  const reason = reasons[code ?? ''] ?? message;
  return alexnetError('ALEX_DATA_UNREADABLE', { path, reason }, error);
}
