/** How a kernel is called, and which registers it has to leave as they were. */
import { general, type Register } from './operands.ts';

const { rax, rcx, rdx, rbx, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15 } = general;

export interface Abi {
  /** Holds the only argument: the address of the kernel's parameters, 32-bit words. */
  readonly argument: Register;
  /** General registers that a kernel may use for its own, and has to save those among them that are kept. */
  readonly pointers: readonly Register[];
  readonly kept: ReadonlySet<Register>;
  /** Vector registers whose lower 128 bits are kept. */
  readonly keptVectors: ReadonlySet<Register>;
}

/** Neither ABI keeps these two, nor has its argument there. */
export const memoryBase = rax;
export const scratch = r11;

/** Linux and macOS (System V Application Binary Interface, AMD64, section 3.2). */
export const systemV: Abi = {
  argument: rdi,
  pointers: [rcx, rdx, rsi, rdi, r8, r9, r10, rbx, rbp, r12, r13, r14, r15],
  kept: new Set([rbx, rbp, r12, r13, r14, r15]),
  keptVectors: new Set(),
};

/** Windows (Microsoft's x64 calling convention). */
export const windows: Abi = {
  argument: rcx,
  pointers: [rcx, rdx, r8, r9, r10, rsi, rdi, rbx, rbp, r12, r13, r14, r15],
  kept: new Set([rbx, rbp, rsi, rdi, r12, r13, r14, r15]),
  keptVectors: new Set([6, 7, 8, 9, 10, 11, 12, 13, 14, 15]),
};
