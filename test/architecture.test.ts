/** Imports point down only: docs/architecture.md draws these layers. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { test } from 'node:test';

const source = resolve(import.meta.dirname, '../src');

const ground = ['errors.ts', 'errors', 'nearestName.ts'];
const network = ['network', 'random', ...ground];
const parts = ['engine', 'data', 'formats', ...network];

/** What the files of each folder of src/, or each file beside them, may import besides their own folder. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  'nearestName.ts': [],
  errors: ['nearestName.ts'],
  'errors.ts': ['errors', 'nearestName.ts'],
  random: ground,
  network,
  formats: ground,
  engine: ['packageVersion.ts', ...network],
  // Of the engine, only the contract: see below.
  data: ['engine', 'formats', 'random', ...ground],
  'packageVersion.ts': [],
  training: ['packageVersion.ts', ...parts],
  model: ['training', ...parts],
  'language.ts': [],
  'brokenLines.ts': [],
  'numberText.ts': [],
  charts: ['brokenLines.ts', ...ground],
  explain: ['training', ...parts],
  diagnosis: ['language.ts', 'numberText.ts', 'training', ...parts],
  report: [
    'diagnosis',
    'explain',
    'charts',
    'language.ts',
    'numberText.ts',
    'packageVersion.ts',
    'training',
    ...parts,
  ],
  lab: ['report', 'explain', 'charts', 'language.ts', 'training', 'packageVersion.ts', ...parts],
  web: ['training', ...parts],
  'index.ts': [
    'model',
    'lab',
    'diagnosis',
    'report',
    'explain',
    'charts',
    'language.ts',
    'training',
    ...parts,
  ],
  serve: ['diagnosis', 'report', 'explain', 'language.ts', 'packageVersion.ts', 'training', ...parts],
  cli: [
    'serve',
    'model',
    'lab',
    'diagnosis',
    'report',
    'explain',
    'charts',
    'language.ts',
    'numberText.ts',
    'brokenLines.ts',
    'training',
    'packageVersion.ts',
    ...parts,
  ],
};

interface Import {
  /** Paths from src/. */
  readonly from: string;
  readonly to: string;
}

/** Static and dynamic imports, re-exports, and the files that workers start from. */
const specifiers = /(?:\bfrom\s+|\bimport\s*\(?\s*|\bnew URL\([^)]*?)'(\.[^']+)'/g;

async function allImports(): Promise<Import[]> {
  const found: Import[] = [];
  for await (const from of glob('**/*.ts', { cwd: source })) {
    const text = readFileSync(join(source, from), 'utf8');
    for (const [, specifier] of text.matchAll(specifiers)) {
      const to = relative(source, resolve(source, dirname(from), specifier));
      found.push({ from, to });
    }
  }
  return found;
}

/** The folder of src/ that a file is in, or the file itself. */
function layerOf(path: string): string {
  return path.split('/')[0];
}

const imports = await allImports();

test('imports point down only', () => {
  assert.ok(imports.length > 300, `only ${imports.length} imports were found`);
  const wrong = imports.filter(({ from, to }) => {
    const [above, below] = [layerOf(from), layerOf(to)];
    assert.ok(above in mayImport, `src/${above} has no place among the layers`);
    return above !== below && !mayImport[above].includes(below);
  });
  assert.deepEqual(wrong, []);
});

test('data knows of the engine only its contract, the buffers that images are written into', () => {
  const crossing = imports.filter(({ from, to }) => layerOf(from) === 'data' && layerOf(to) === 'engine');
  assert.deepEqual([...new Set(crossing.map(({ to }) => to))], ['engine/engine.ts']);
});

test('the two engines do not know each other', () => {
  const between = imports.filter(
    ({ from, to }) =>
      (from.startsWith('engine/cpu/') && to.startsWith('engine/reference/')) ||
      (from.startsWith('engine/reference/') && to.startsWith('engine/cpu/')),
  );
  assert.deepEqual(between, []);
});

/** Imports of a value, and re-exports of one; `import type` and `import { type A }` leave nothing in the program. */
const statements =
  /^(?:import|export)\s+(?!type\b)(?:([^'";]*?)\bfrom\s+)?'([^']+)'|\bimport\(\s*'([^']+)'|\bnew URL\(\s*'([^']+)'/gm;

function valueImports(text: string): string[] {
  const found = [...text.matchAll(statements)].filter(([, names]) => {
    const listed = /^\{([^}]*)\}\s*$/.exec(names ?? '')?.[1];
    return listed === undefined || !listed.split(',').every((name) => /^\s*(type\s|$)/.test(name));
  });
  return found.map(([, , from, dynamic, url]) => (from ?? dynamic ?? url)!);
}

/** What must run in a browser: these files, these folders but for Vite's configuration, and all that they import. */
const browserEntries = ['engine/cpu/web', 'web', 'training/modelBlob.ts', '../web'];

test('nothing that a browser runs imports a module of Node.js or uses its globals', async () => {
  const waiting: string[] = [];
  for (const entry of browserEntries) {
    const pattern = entry.endsWith('.ts') ? entry : `${entry}/**/*.{ts,tsx}`;
    for await (const file of glob(pattern, { cwd: source })) {
      if (!file.endsWith('/vite.config.ts')) waiting.push(resolve(source, file));
    }
  }
  assert.ok(waiting.length > 4, 'there is nothing for browsers');
  const reached = new Map(waiting.map((file) => [file, 'an entry']));
  const wrong: string[] = [];
  for (const file of waiting) {
    const text = readFileSync(file, 'utf8');
    const code = text.replaceAll(/\/\*[^]*?\*\/|\/\/.*$/gm, '');
    const path = relative(source, file);
    const used = /(?<![.\w])(?:Buffer|process|NodeJS)\./.exec(code.replaceAll(/'[^'\n]*'/g, "''"));
    if (used) wrong.push(`${path} uses ${used[0]} (${reached.get(file)})`);
    for (const specifier of valueImports(code)) {
      if (specifier.startsWith('node:')) wrong.push(`${path} imports ${specifier} (${reached.get(file)})`);
      const to = resolve(dirname(file), specifier);
      if (!specifier.startsWith('.') || !/\.tsx?$/.test(specifier) || reached.has(to)) continue;
      reached.set(to, `from ${path}`);
      waiting.push(to);
    }
  }
  assert.deepEqual(wrong, []);
});
