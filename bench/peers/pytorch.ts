/** PyTorch as a peer: alexnet_torch.py in the system's Python. */
import { fileURLToPath } from 'node:url';
import type { Contender } from '../contender.ts';
import { runJson, whyNot, type Job, type Measurement } from '../processes.ts';

const python = '/usr/bin/python3';
const script = fileURLToPath(new URL('./alexnet_torch.py', import.meta.url));

export const pytorchPeer: Contender = { missing, measure };

/** Holds its own kernels, oneDNN's, OpenBLAS's and MKL's. */
const avx2Only = {
  ATEN_CPU_CAPABILITY: 'avx2',
  ONEDNN_MAX_CPU_ISA: 'AVX2',
  OPENBLAS_CORETYPE: 'Haswell',
  MKL_ENABLE_INSTRUCTIONS: 'AVX2',
};

async function missing(): Promise<string | undefined> {
  const reason = await whyNot(python, ['-c', 'import torch, torchvision']);
  if (reason === undefined) return undefined;
  return (
    `PyTorch is left out: ${python} cannot import torch and torchvision. On Debian and Ubuntu: ` +
    'apt-get install python3-torch python3-torchvision libopenblas0-pthread'
  );
}

/** Times torchvision's AlexNet on the same batch, threads and number of steps. */
function measure({ mode, batch, threads, rounds, isa }: Job): Promise<Measurement> {
  const count = String(threads);
  const environment = { OMP_NUM_THREADS: count, OPENBLAS_NUM_THREADS: count, MKL_NUM_THREADS: count };
  return runJson(python, [script, mode, batch, rounds], { ...environment, ...(isa && avx2Only) });
}
