/** Reports that were made for a page: kept while the server runs, under paths that nobody can guess. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Reports {
  /** Where to write the next one. */
  next(): { readonly path: string; readonly file: string };
  /** The file behind a name of such a path; undefined where there is none any more. */
  fileOf(name: string): string | undefined;
  close(): void;
}

const mostKept = 8;

export function createReports(): Reports {
  let folder: string | undefined;
  const files = new Map<string, string>();
  return {
    next() {
      folder ??= mkdtempSync(join(tmpdir(), 'alexnet-studio-'));
      const name = randomBytes(24).toString('base64url');
      const file = join(folder, `${name}.html`);
      files.set(name, file);
      for (const [oldest, old] of [...files].slice(0, -mostKept)) {
        files.delete(oldest);
        void rm(old, { force: true });
      }
      return { path: `/reports/${name}`, file };
    },
    fileOf: (name) => files.get(name),
    close() {
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}
