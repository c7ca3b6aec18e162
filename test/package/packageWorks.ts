/**
 * Packs the package, installs it in an empty folder without install scripts, and uses it from there: the command
 * line, the library with its types (README.md's example), and the files that were packed.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { fencedBlocks } from '../readme/fencedBlocks.ts';

const repository = resolve(import.meta.dirname, '../..');

interface Packed {
  readonly filename: string;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

/** The environment of somebody outside the repository: the machine's own Node, no settings of npm's for us. */
function outside(): NodeJS.ProcessEnv {
  const path = process.env['PATH']!.split(delimiter).filter((entry) => !entry.includes('node_modules'));
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('npm_'));
  return { ...Object.fromEntries(own), PATH: path.join(delimiter) };
}

function run(cwd: string, command: string, ...parameters: string[]): string {
  console.log(`${cwd}$ ${[command, ...parameters].join(' ')}`);
  return execFileSync(command, parameters, { cwd, env: outside(), encoding: 'utf8' });
}

/** Builds and packs; checks what is in the package. */
function pack(folder: string): string {
  const [packed] = JSON.parse(
    run(repository, 'npm', 'pack', '--json', '--silent', '--pack-destination', folder),
  ) as Packed[];
  const paths = packed.files.map(({ path }) => path);
  const built = [
    'dist/src/index.d.ts',
    'dist/labs/activations.js',
    'dist/web/index.js',
    'dist/web/shared.js',
    'dist/web/worker.js',
    'dist/studio/index.html',
  ];
  for (const wanted of ['README.md', 'README.ja.md', 'LICENSE', 'bin/alexnet.js', ...built]) {
    assert.ok(paths.includes(wanted), `${wanted} is missing from the package`);
  }
  const strangers = paths.filter(
    (path) => !/^(bin|dist)\/|^(package\.json|LICENSE|README(\.ja)?\.md)$/.test(path),
  );
  assert.deepEqual(strangers, [], 'files that a user has no use for');
  console.log(
    `${packed.filename}: ${paths.length} files, ${packed.unpackedSize.toLocaleString('en')} bytes unpacked`,
  );
  return join(folder, packed.filename);
}

function install(archive: string, folder: string): void {
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  run(folder, 'npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund', archive);
}

function checkCommandLine(folder: string): void {
  const sizes = ['--dataset', 'shapes', '--limit-train', '640', '--limit-test', '100', '--log-every', '10'];
  const lines = run(folder, 'npx', 'alexnet', 'train', 'alexnet-32', ...sizes, '--out', 'run')
    .trim()
    .split('\n');
  assert.match(lines[0], /^\[1, {4}10\] loss: \d\.\d{3}$/);
  assert.match(lines[1], /^\[1, {4}20\] loss: \d\.\d{3}$/);
  assert.equal(lines[2], 'Finished Training');
  assert.match(lines[3], /^Accuracy of the network on the 100 test images: \d{1,3} %$/);
  const tested = run(
    folder,
    'npx',
    'alexnet',
    'test',
    'run',
    '--dataset',
    'shapes',
    '--limit-test',
    '100',
    '--json',
  );
  const result = JSON.parse(tested) as { readonly total: number };
  assert.equal(result.total, 100);
  run(folder, 'npx', 'alexnet', 'lab', 'new', 'own');
  run(folder, 'npx', 'alexnet', 'lab', './own.mts', '--quick', '--out', 'lab');
  assert.match(readFileSync(join(folder, 'lab', 'report.html'), 'utf8'), /^<!doctype html>/);
}

/** The studio's page, the runs of the folder, and the doctor's thread. */
async function checkStudio(folder: string): Promise<void> {
  const options = ['studio', '--no-open', '--json', '--runs', '.'];
  console.log(`${folder}$ npx alexnet ${options.join(' ')}`);
  // Without npx between, so that the signal comes to it: the launcher hands SIGTERM on.
  const launcher = join(folder, 'node_modules/alexnet-ts/bin/alexnet.js');
  const child = spawn('node', [launcher, ...options], {
    cwd: folder,
    env: outside(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const [told] = (await Promise.race([once(child.stdout, 'data'), exited])) as [Buffer | number];
  const address = new URL((JSON.parse(String(told)) as { address: string }).address);
  assert.match(await (await fetch(address)).text(), /<title>AlexNet studio<\/title>/);
  const headers = { Authorization: `Bearer ${address.searchParams.get('token')}` };
  const runs = (await (await fetch(new URL('/api/runs', address), { headers })).json()) as { id: string }[];
  assert.ok(runs.some(({ id }) => id === 'run'));
  const doctor = await fetch(new URL('/api/runs/run/doctor', address), { headers });
  assert.match(await doctor.text(), /"type":"done"/);
  child.kill('SIGTERM');
  assert.deepEqual(await exited, [0, null]);
}

/** README.md's example of the library, type-checked and run. */
function checkLibrary(folder: string): void {
  const blocks = fencedBlocks(readFileSync(join(repository, 'README.md'), 'utf8'));
  const example = blocks.find(({ remark }) => remark === 'checked: as a user of the package');
  assert.ok(example, 'README.md has lost its example of the library');
  writeFileSync(join(folder, 'example.ts'), `${example.text}\n`);
  checkTypes(folder, 'example.ts');
  console.log(run(folder, 'npx', 'node', 'example.ts'));
}

/** Type-checks a user's file, without Node.js's types. */
function checkTypes(folder: string, file: string): void {
  const settings = { module: 'nodenext', target: 'esnext', strict: true, noEmit: true, types: [] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: settings, files: [file] }));
  run(folder, join(repository, 'node_modules/.bin/tsc'), '--project', folder);
}

/** The library for pages, type-checked and found by its name. */
function checkWebLibrary(folder: string): void {
  const lines = [
    "import { AlexnetError, loadModel, type Prediction } from 'alexnet-ts/web';",
    "const model = await loadModel(new URL('m.onnx', location.href), { threads: 2, onProgress: ({ loaded }) => loaded });",
    'const one: readonly Prediction[] = await model.predict(new ImageData(2, 2), { top: 1 });',
    "const many: readonly (readonly Prediction[])[] = await model.predict([document.createElement('canvas')]);",
    'export const shown = [one[0].class, many[0][0].probability, model.network.input.width, AlexnetError];',
  ];
  writeFileSync(join(folder, 'page.ts'), `${lines.join('\n')}\n`);
  checkTypes(folder, 'page.ts');
  const where = "console.log(import.meta.resolve('alexnet-ts/web'))";
  const found = run(folder, 'npx', 'node', '--input-type=module', '--eval', where);
  assert.match(found, /dist\/web\/index\.js$/m);
}

const folder = mkdtempSync(join(tmpdir(), 'alexnet-package-'));
try {
  install(pack(folder), folder);
  checkCommandLine(folder);
  await checkStudio(folder);
  checkLibrary(folder);
  checkWebLibrary(folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
