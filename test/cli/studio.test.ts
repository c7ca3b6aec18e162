import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../formats/temporaryFolder.ts';
import { startOf, writeRun } from '../report/runFiles.ts';
import { jsonLines, runAlexnet } from './runAlexnet.ts';

const launcher = join(import.meta.dirname, '../../bin/alexnet.ts');

test('alexnet studio serves the studio and the runs, and Ctrl-C ends it', async (context) => {
  const home = temporaryFolder(context);
  writeRun(join(home, 'mine/a'), {}, [startOf(0)]);
  const child = spawn(process.execPath, [launcher, 'studio', '--no-open', '--json', '--runs', 'mine'], {
    cwd: home,
    env: { ...process.env, HOME: home },
  });
  context.after(() => child.kill('SIGKILL'));
  let stdout = '';
  let stderr = '';
  child.stderr.on('data', (piece: Buffer) => (stderr += piece.toString()));
  while (!stdout.includes('\n')) {
    const [piece] = (await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])) as [
      Buffer | number,
    ];
    assert.ok(typeof piece === 'object', stderr);
    stdout += piece.toString();
  }
  const [told] = jsonLines(stdout);
  const address = new URL(told!['address'] as string);
  assert.equal(address.hostname, '127.0.0.1');
  assert.equal(told!['runs'], join(home, 'mine'));
  const page = await fetch(address);
  assert.match(await page.text(), /<title>AlexNet studio<\/title>/);
  const runs = await fetch(new URL('/api/runs', address), {
    headers: { Authorization: `Bearer ${address.searchParams.get('token')}` },
  });
  assert.deepEqual(
    ((await runs.json()) as { id: string }[]).map(({ id }) => id),
    ['a'],
  );
  const exited = once(child, 'exit');
  child.kill('SIGINT');
  assert.deepEqual(await exited, [0, null], stderr);
});

test('a port that was asked for and is taken is an error that names it', async (context) => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  context.after(() => other.close());
  const { port } = other.address() as AddressInfo;
  const { code, stdout, stderr } = await runAlexnet(['studio', '--no-open', '--port', String(port)]);
  assert.deepEqual([code, stdout], [1, '']);
  assert.match(
    stderr,
    new RegExp(
      `ALEX_SERVE_PORT: port ${port} of 127\\.0\\.0\\.1 cannot be had: another program has it\\.\\nChoose`,
    ),
  );
});
