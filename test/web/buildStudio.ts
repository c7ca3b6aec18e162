/** Builds the studio's page, and others, for tests and measurements. */
import { join, resolve } from 'node:path';
import { build, type InlineConfig } from 'vite';

const web = resolve(import.meta.dirname, '../../web');

/** Builds the studio into a folder, which it returns. */
export function buildStudio(outDir: string): Promise<string> {
  return buildQuietly(outDir, { root: web, configFile: join(web, 'vite.config.ts') });
}

/** Builds another page, such as one that has a single part of the studio. */
export function buildPage(outDir: string, root: string): Promise<string> {
  return buildQuietly(outDir, { root, configFile: false, base: './', worker: { format: 'es' } });
}

async function buildQuietly(outDir: string, config: InlineConfig): Promise<string> {
  // The test runner sets it to test, which would build another page than people get.
  process.env['NODE_ENV'] = 'production';
  await build({ ...config, logLevel: 'error', build: { outDir, emptyOutDir: true, target: 'esnext' } });
  return outDir;
}
