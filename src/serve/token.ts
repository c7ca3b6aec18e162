/** The token of this person's studio. */
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheDir } from '../data/locations.ts';

const days = 30;

/**
 * A random token, 256 bits. It is kept for a month in a file that only this user may read, so that a page that lost its
 * server goes on when it is started again; where no such file can be had, it is for this once.
 */
export function studioToken(path: string = join(cacheDir, 'studio-token')): string {
  const kept = keptToken(path);
  if (kept !== undefined) return kept;
  const token = randomBytes(32).toString('base64url');
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, token, { mode: 0o600 });
    // A file that was there keeps its mode when it is written.
    chmodSync(path, 0o600);
  } catch {
    // The token serves all the same.
  }
  return token;
}

/** Undefined for a file that is old, or that others could read or write. */
function keptToken(path: string): string | undefined {
  try {
    const { mode, mtimeMs, uid } = statSync(path);
    const mine = process.getuid === undefined || (uid === process.getuid() && (mode & 0o077) === 0);
    const fresh = Date.now() - mtimeMs < days * 86_400_000;
    const token = readFileSync(path, 'utf8');
    return mine && fresh && /^[\w-]{43}$/.test(token) ? token : undefined;
  } catch {
    return undefined;
  }
}
