import { readFileSync } from 'node:fs';

/** The version in package.json, which is beside the folder of sources and built files alike. */
export function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return (manifest as { version: string }).version;
}
