/**
 * Builds `alexnet-ts/web` into dist/web, or the folder that is given: index.js for the page, worker.js for its worker and
 * the engine's threads, modelBlob.js, which the worker loads only where a file asks for it, and shared.js, which both of
 * these need. They work from a static server as they are, and through bundlers, which know the way in which index.js
 * names its worker.
 */
import { join, resolve } from 'node:path';
import { build, type InlineConfig, type Plugin } from 'vite';

const repository = resolve(import.meta.dirname, '..');

const settings: InlineConfig = {
  configFile: false,
  root: repository,
  base: './',
  publicDir: false,
  logLevel: 'warn',
};

/** Errors that a page never throws are left out of it: making an entry of the catalogue does nothing else. */
const treeshake = { manualPureFunctions: ['entry'] };

/** Parts of the catalogue of errors, files of src/errors, that nothing in the library throws. */
const otherErrors = /\/src\/errors\/(?:explain|images|labs|reports|studio)\.ts$/;

const withoutOtherErrors: Plugin = {
  name: 'without-other-errors',
  enforce: 'pre',
  transform: (code, id) =>
    otherErrors.test(id) ? code.replace(/(export const \w+ =) \{[^]*/, '$1 {};') : undefined,
  generateBundle(_options, bundle) {
    const code = Object.values(bundle).map((file) => (file.type === 'chunk' ? file.code : ''));
    const found = (pattern: RegExp): string[] =>
      [...code.join('').matchAll(pattern)].map(([, error]) => error);
    const known = new Set(found(/\b(ALEX_\w+):/g));
    const unknown = found(/[\x60'"](ALEX_\w+)[\x60'"](?!:)/g).filter((error) => !known.has(error));
    if (unknown.length > 0) this.error(`the library throws ${unknown.join(', ')}, which it leaves out`);
  },
};

function built(entry: string, name: string, outDir: string, plugins: Plugin[] = []): InlineConfig {
  return {
    ...settings,
    plugins,
    build: {
      outDir,
      emptyOutDir: false,
      target: 'es2024',
      minify: true,
      // As for a library: a worker has no use for what Vite puts around imports for pages.
      lib: { entry: { [name]: join(repository, 'src/web', entry) }, formats: ['es'] },
      rolldownOptions: {
        // What two files need is in a third. Were it in worker.js, the other would import that: under another address,
        // as servers of bundlers give workers, it would run and answer a second time.
        preserveEntrySignatures: 'strict',
        treeshake,
        output: {
          entryFileNames: '[name].js',
          chunkFileNames: ({ isDynamicEntry }) => (isDynamicEntry ? '[name].js' : 'shared.js'),
          minify: true,
        },
      },
    },
  };
}

const placeholder = '__ALEXNET_WORKER_URL__';

/** Vite would put another expression in the place of the worker's address, which no bundler after it understands. */
const plainWorkerAddress: Plugin = {
  name: 'plain-worker-address',
  enforce: 'pre',
  transform: (code) => code.replace("new URL('./worker.ts', import.meta.url)", placeholder),
  generateBundle(_options, bundle) {
    for (const file of Object.values(bundle)) {
      if (file.type !== 'chunk' || !file.code.includes(placeholder)) continue;
      file.code = file.code.replace(placeholder, "new URL('./worker.js', import.meta.url)");
    }
  },
};

/** Builds the library into a folder. */
export async function buildWebLibrary(outDir: string): Promise<void> {
  await build(built('worker.ts', 'worker', outDir, [withoutOtherErrors]));
  await build(built('loadModel.ts', 'index', outDir, [plainWorkerAddress]));
}

if (import.meta.main) await buildWebLibrary(process.argv[2] ?? join(repository, 'dist/web'));
