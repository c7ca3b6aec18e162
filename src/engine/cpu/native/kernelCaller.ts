/** Makes functions of machine code that this thread can call. */
import type { Kernel } from '../threads/context.ts';
import type { Koffi } from './koffi.ts';

/** The most parameters of a kernel. */
export const mostParameters = 8;

/**
 * Returns what makes a function of a kernel's address. The kernels of one thread share a block of words for their
 * parameters and get its address: a call with one argument costs half of one with seven.
 */
export function createKernelCaller(koffi: Koffi): (address: bigint) => Kernel {
  const words = new Int32Array(new ArrayBuffer(mostParameters * Int32Array.BYTES_PER_ELEMENT));
  // Addresses of a process are well under 2^53.
  const block = Number(koffi.address(words.buffer));
  const type = koffi.proto('void', ['int64']);
  return (address) => {
    const call = koffi.decode(address, type) as (block: number) => void;
    return (a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0) => {
      words[0] = a;
      words[1] = b;
      words[2] = c;
      words[3] = d;
      words[4] = e;
      words[5] = f;
      words[6] = g;
      words[7] = h;
      call(block);
    };
  };
}
