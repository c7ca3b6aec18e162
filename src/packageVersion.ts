import { createRequire } from 'node:module';

/** The version in package.json: the package's own, whether sources run or built files. */
export function packageVersion(): string {
  const manifest: unknown = createRequire(import.meta.url)('alexnet-ts/package.json');
  return (manifest as { version: string }).version;
}
