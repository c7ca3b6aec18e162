import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { promisify } from 'node:util';

// A kernel that runs once is V8's baseline code. Without that compiler the same tests run what training runs: kernels
// as the optimising compiler makes them, pairs of vectors widened.
const flags = ['--no-liftoff', '--no-wasm-inlining', '--experimental-wasm-revectorize'];

const kernels = new URL('./kernels/', import.meta.url);

for (const file of readdirSync(kernels).filter((name) => name.endsWith('.test.ts'))) {
  test(`${file} passes on optimised code`, async () => {
    // The outer runner's variable would turn the inner one's report into its own format.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const args = [...flags, new URL(file, kernels).pathname];
    const { stdout } = await promisify(execFile)(process.execPath, args, { env });
    assert.match(stdout, /pass [1-9]/);
    assert.match(stdout, /fail 0/);
  });
}
