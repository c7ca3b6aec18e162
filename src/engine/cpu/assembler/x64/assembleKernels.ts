/** Emits kernels as machine code, one after the other. */
import type { KernelSource } from '../vector.ts';
import { padding } from './general.ts';
import { record } from './record.ts';
import { writeKernel, type KernelTarget } from './writeKernel.ts';

/** Kernels begin at such offsets. */
const kernelAlignment = 64;

export interface KernelCode {
  readonly bytes: Uint8Array;
  /** Where each kernel begins, by name. */
  readonly entries: ReadonlyMap<string, number>;
}

/** Throws when a kernel needs more vectors than there are registers. */
export function assembleKernels(sources: readonly KernelSource[], target: KernelTarget): KernelCode {
  const bytes: number[] = [];
  const entries = new Map<string, number>();
  for (const source of sources) {
    for (const byte of padding(-bytes.length & (kernelAlignment - 1))) bytes.push(byte);
    entries.set(source.name, bytes.length);
    for (const byte of writeKernel(record(source, target.set.lanes), target)) bytes.push(byte);
  }
  return { bytes: Uint8Array.from(bytes), entries };
}
