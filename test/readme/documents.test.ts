/** What the documents say of this project is so: commands, options, files, dependencies, the article's script. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { runAlexnet } from '../cli/runAlexnet.ts';
import { fencedBlocks } from './fencedBlocks.ts';

const repository = resolve(import.meta.dirname, '../..');
const documents = globSync(['*.md', 'docs/**/*.md'], { cwd: repository });

function read(path: string): string {
  return readFileSync(join(repository, path), 'utf8');
}

/** The help of a command. */
async function help(...command: string[]): Promise<string> {
  const { stdout } = await runAlexnet([...command, '--help']);
  return stdout;
}

/** The names under `Commands:`, but `help`. */
function commandsIn(text: string): string[] {
  const list = /^Commands:\n((?: {2}.*\n)*)/m.exec(text)?.[1] ?? '';
  return [...list.matchAll(/^ {2}([a-z-]+)/gm)].map(([, name]) => name).filter((name) => name !== 'help');
}

const overview = await help();
const commands = commandsIn(overview);
const helps = await Promise.all([
  ...commands.map((command) => help(command)),
  ...commandsIn(await help('data')).map((command) => help('data', command)),
  ...commandsIn(await help('bench')).map((command) => help('bench', command)),
]);

/** The help of `npm run bench`. */
async function benchHelp(): Promise<string> {
  const table = join(repository, 'bench/table.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [table, '--help']);
  return stdout;
}

test('both READMEs list every command', () => {
  assert.ok(commands.length >= 8);
  for (const path of ['README.md', 'README.ja.md']) {
    const listed = [...read(path).matchAll(/^\| `alexnet ([\w-]+)/gm)].map(([, name]) => name);
    assert.deepEqual(listed.toSorted(), commands.toSorted(), path);
  }
});

test('every option that the documents name exists', async () => {
  const texts = [overview, ...helps, await benchHelp()];
  const known = new Set(texts.flatMap((text) => text.match(/--[a-z][a-z-]*/g)));
  const ofOthers = new Set(['--ignore-scripts', '--prefix', '--test', '--experimental-wasm-revectorize']);
  for (const path of documents) {
    const named = read(path).match(/(?<![\w-])--[a-z][a-z-]*/g) ?? [];
    const unknown = named.filter((option) => !known.has(option) && !ofOthers.has(option));
    assert.deepEqual(unknown, [], path);
  }
});

test('the Japanese README has the same code', () => {
  const code = (path: string) => fencedBlocks(read(path)).map(({ line: _, ...block }) => block);
  assert.ok(code('README.md').length >= 6);
  assert.deepEqual(code('README.ja.md'), code('README.md'));
});

test("the README's script is the example's", () => {
  // Line breaks are the README's own, and the example has limits besides.
  const bare = (text: string): string => text.replaceAll(/\s+|,(?=\s*[)\]}])|, limit: \w+/g, '');
  const example = bare(read('examples/article.ts'));
  const block = fencedBlocks(read('README.md')).find(({ remark }) => remark === 'from: examples/article.ts');
  const parts = block?.text.split('\n\n') ?? [];
  assert.ok(parts.length >= 5);
  for (const part of parts) assert.ok(example.includes(bare(part)), part);
});

test('every file that the documents link to or name is there', () => {
  for (const path of documents) {
    const links = [...read(path).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, to]) =>
      join(dirname(path), to),
    );
    const names = [...read(path).matchAll(/`((?:src|test|bench|examples|docs|bin)\/[\w./-]*)`/g)];
    const files = [...links, ...names.map(([, name]) => name)];
    for (const file of files.filter((name) => !name.includes('NAME'))) {
      assert.ok(existsSync(join(repository, file)), `${path} names ${file}, which is not there`);
    }
  }
});

test('every dependency has its reason', () => {
  const wanted = ['package.json', 'bench/peers/package.json'].flatMap((path) => {
    const manifest = JSON.parse(read(path)) as Record<string, Record<string, string>>;
    const { dependencies, devDependencies, optionalDependencies } = manifest;
    return Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies });
  });
  const rows = [...read('docs/dependencies.md').matchAll(/^\| ([^|]+) \|/gm)].flatMap(([, names]) =>
    names.split(', '),
  );
  const listed = rows.map((name) => name.trim()).filter((name) => name !== 'package' && !/^-+$/.test(name));
  assert.deepEqual(listed.toSorted(), wanted.toSorted());
});
