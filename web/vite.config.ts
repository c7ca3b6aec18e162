/** Builds the studio: a folder of static files that works from any web server, at any path. */
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { defineConfig, type Plugin } from 'vite';

const workerFile = 'serviceWorker.js';

/** Writes the list of all files into the service worker, with a digest of their contents. */
function listFiles(): Plugin {
  return {
    name: 'alexnet-list-files',
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        const worker = bundle[workerFile];
        if (worker?.type !== 'chunk') return this.error(`the build made no ${workerFile}`);
        const files = Object.values(bundle).filter((file) => file !== worker);
        const digest = createHash('sha256').update(worker.code);
        for (const file of files) digest.update(file.type === 'chunk' ? file.code : file.source);
        const paths = files.map(({ fileName }) => fileName).filter((path) => path !== 'index.html');
        const version = digest.digest('hex').slice(0, 16);
        const list = JSON.stringify({ version, paths: [...paths, 'icon.svg'].toSorted() });
        worker.code = `const studioFiles=${list};\n${worker.code}`;
      },
    },
  };
}

export default defineConfig({
  root: import.meta.dirname,
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  worker: { format: 'es' },
  build: {
    outDir: resolve(import.meta.dirname, '../dist/studio'),
    emptyOutDir: true,
    target: 'esnext',
    // Rooms are fetched when they are entered, and all at once by the service worker.
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: {
        index: resolve(import.meta.dirname, 'index.html'),
        serviceWorker: resolve(import.meta.dirname, 'serviceWorker.ts'),
      },
      output: {
        entryFileNames: ({ name }) => (name === 'serviceWorker' ? workerFile : 'assets/[name]-[hash].js'),
      },
    },
  },
  plugins: [listFiles()],
  // The engine's threads share memory.
  server: {
    headers: {
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
    },
  },
});
