import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openCheckpoint } from '../../src/training/folderStore.ts';
import { temporaryFolder } from '../formats/temporaryFolder.ts';
import { abortAfter, trainTiny } from './tinyTraining.ts';

test('kill -9 leaves a whole checkpoint, and the run goes on from it', async (context) => {
  const out = join(temporaryFolder(context), 'run');
  const script = join(import.meta.dirname, 'killedTraining.ts');
  const child = spawn(process.execPath, [script, out], { stdio: ['ignore', 'pipe', 'inherit'] });
  let checkpoints = 0;
  child.stdout.on('data', (dots: Buffer) => {
    checkpoints += dots.length;
    // After the first few, at whatever the process is doing then.
    if (checkpoints >= 5) child.kill('SIGKILL');
  });
  const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
  assert.equal(signal, 'SIGKILL');

  const { position, close } = await openCheckpoint(join(out, 'checkpoint.safetensors'));
  await close();
  assert.ok(position.globalStep >= 5);
  const resumed = await trainTiny({ resume: out, epochs: 1_000_000 }, abortAfter(1));
  assert.ok(resumed.events[0]?.type === 'start' && resumed.events[0].resumedFrom === position.globalStep);
  assert.equal(
    readdirSync(out).some((file) => file.endsWith('.tmp')),
    false,
  );
  for (const line of readFileSync(join(out, 'events.jsonl'), 'utf8').trimEnd().split('\n')) JSON.parse(line);
});
