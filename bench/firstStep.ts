/** How long a person waits from the command to the end of the first training step. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { launcher } from './processes.ts';

/**
 * Seconds from starting `alexnet train NETWORK --dataset shapes` to its first step event: Node starts, the images are
 * drawn, kernels compiled, weights initialised, the threads started, and one step of 32 images done.
 */
export async function secondsToFirstStep(network: string, threads: number): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'alexnet-bench-'));
  const args = ['--dataset', 'shapes', '--log-every', '1', '--threads', String(threads), '--json'];
  const start = performance.now();
  const child = spawn(process.execPath, [launcher, 'train', network, ...args, '--out', join(folder, 'run')], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  try {
    await firstStep(child);
    return (performance.now() - start) / 1000;
  } finally {
    child.kill('SIGKILL');
    await ended;
    await rm(folder, { recursive: true, force: true });
  }
}

async function firstStep(child: ChildProcess): Promise<void> {
  for await (const line of createInterface({ input: child.stdout! })) {
    const event = JSON.parse(line) as { readonly type: string };
    if (event.type === 'step') return;
  }
  throw new Error('the training run ended before its first step');
}
