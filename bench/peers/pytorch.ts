/** PyTorch as a peer: alexnet_torch.py in the system's Python. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { runJson, type Job, type Measurement } from '../processes.ts';

const python = '/usr/bin/python3';
const script = fileURLToPath(new URL('./alexnet_torch.py', import.meta.url));

/** Why PyTorch cannot be measured here and what would change that; undefined where it can. */
export async function pytorchMissing(): Promise<string | undefined> {
  try {
    await promisify(execFile)(python, ['-c', 'import torch, torchvision']);
    return undefined;
  } catch {
    return (
      `PyTorch is left out: ${python} cannot import torch and torchvision. On Debian and Ubuntu: ` +
      'apt-get install python3-torch python3-torchvision libopenblas0-pthread'
    );
  }
}

/** Times torchvision's AlexNet on the same batch, threads and number of steps. */
export function measurePytorch({ mode, batch, threads, rounds }: Job): Promise<Measurement> {
  const count = String(threads);
  const environment = { OMP_NUM_THREADS: count, OPENBLAS_NUM_THREADS: count, MKL_NUM_THREADS: count };
  return runJson(python, [script, mode, String(batch), String(rounds)], environment);
}
