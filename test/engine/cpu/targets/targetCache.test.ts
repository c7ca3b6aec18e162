import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import {
  readTimings,
  timingFile,
  timingKey,
  writeTimings,
} from '../../../../src/engine/cpu/targets/targetCache.ts';

const folder = mkdtempSync(join(tmpdir(), 'alexnet-timings-'));
after(() => rmSync(folder, { recursive: true }));
let path = '';
let tests = 0;
beforeEach(() => {
  path = join(folder, String(tests++), 'deep', 'targets.json');
});

const key = timingKey(['x64-avx2', 'wasm-256']);
const gigaflops = { 'x64-avx2': 98.5, 'wasm-256': 97 };

it('keeps speeds, in folders that it makes', () => {
  assert.equal(readTimings(key, path), undefined);
  writeTimings(key, gigaflops, path);
  assert.deepEqual(readTimings(key, path), gigaflops);
});

it('ignores those of another processor, Node, version, or list of targets', () => {
  writeTimings(key, gigaflops, path);
  const others = [
    { ...key, processor: 'another' },
    { ...key, node: '1.0.0' },
    { ...key, alexnet: '0.0.0' },
    { ...key, targets: ['x64-avx512', ...key.targets] as const },
  ];
  for (const other of others) assert.equal(readTimings(other, path), undefined);
});

it('ignores whatever else is in the file, and writes over it', () => {
  writeTimings(key, gigaflops, path);
  const good = readFileSync(path, 'utf8');
  const content = JSON.parse(good) as object;
  const bad = [
    '',
    good.slice(0, -10),
    'null',
    '[]',
    '1',
    JSON.stringify({ ...content, gigaflops: undefined }),
    JSON.stringify({ ...content, gigaflops: null }),
    JSON.stringify({ ...content, gigaflops: { 'x64-avx2': '98' } }),
    JSON.stringify({ ...content, gigaflops: { 'x64-avx2': -1 } }),
    JSON.stringify({ ...content, gigaflops: { abacus: 1 } }),
    JSON.stringify({ ...content, more: true }),
  ];
  for (const text of bad) {
    writeFileSync(path, text);
    assert.equal(readTimings(key, path), undefined, text);
  }
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      writeFileSync(path, text);
      assert.equal(readTimings(key, path), undefined);
    }),
  );
  writeTimings(key, gigaflops, path);
  assert.deepEqual(readTimings(key, path), gigaflops);
});

it('does without a file that cannot be written', () => {
  mkdirSync(path, { recursive: true });
  writeTimings(key, gigaflops, path);
  assert.equal(readTimings(key, path), undefined);
  writeTimings(key, gigaflops, join(import.meta.filename, 'targets.json'));
});

function withEnvironment(t: TestContext, changes: Record<string, string | undefined>): void {
  const before = { ...process.env };
  t.after(() => {
    process.env = before;
  });
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}

it('has its file where ALEXNET_CACHE says, or else where the system has such files', (t) => {
  withEnvironment(t, { ALEXNET_CACHE: '/a', XDG_CACHE_HOME: '/b', LOCALAPPDATA: '/c' });
  assert.equal(timingFile(), join('/a', 'targets.json'));
  process.env['ALEXNET_CACHE'] = '';
  const own = process.platform === 'win32' ? '/c' : '/b';
  assert.equal(timingFile(), join(own, 'alexnet', 'targets.json'));
  delete process.env['XDG_CACHE_HOME'];
  delete process.env['LOCALAPPDATA'];
  assert.equal(timingFile(), join(homedir(), '.cache', 'alexnet', 'targets.json'));
});
