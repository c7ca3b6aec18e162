/**
 * `npm test`: Node.js's test runner over all tests, a file on each core at once. Files, patterns and options of the runner
 * may be given: `npm test -- test/data/resize.test.ts`.
 */
import { spawnSync } from 'node:child_process';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';

const given = process.argv.slice(2);
const files = given.some((argument) => argument.endsWith('.ts')) ? [] : ['test/**/*.test.ts'];
const { status } = spawnSync(
  process.execPath,
  ['--test', `--test-concurrency=${availableParallelism()}`, ...given, ...files],
  {
    stdio: 'inherit',
    // Every test file is a process: each takes what others have compiled before it, where bin/alexnet.js keeps it too.
    env: { NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache'), ...process.env },
  },
);
process.exitCode = status ?? 1;
