/** Turns kernels into code for a target in Node.js, on the main thread; each thread then makes its functions of it. */
import type { KernelSource } from './assembler/vector.ts';
import { systemV, windows } from './assembler/x64/abi.ts';
import { assembleKernels } from './assembler/x64/assembleKernels.ts';
import { avx2, avx512 } from './assembler/x64/instructionSets.ts';
import { assembleModule } from './assembler/wasm.ts';
import { makeExecutable } from './native/executable.ts';
import { machineCode } from './native/machineCode.ts';
import { isWasm, targetShapes, type CpuTarget, type X64Target } from './targets/targets.ts';
import type { OwnedKernels } from './host.ts';

/** Throws where the target cannot be had here. */
export function compileKernels(
  sources: readonly KernelSource[],
  target: CpuTarget,
  memory: WebAssembly.Memory,
): OwnedKernels {
  if (!isWasm(target)) return compileX64(sources, target, memory);
  const { lanes } = targetShapes[target];
  const module = new WebAssembly.Module(assembleModule(sources, { lanes: lanes === 8 ? 8 : 4 }));
  return { compiled: { kind: 'wasm', module }, release() {} };
}

function compileX64(
  sources: readonly KernelSource[],
  target: X64Target,
  memory: WebAssembly.Memory,
): OwnedKernels {
  const machine = machineCode();
  if ('refused' in machine) throw new Error(machine.refused);
  const { koffi, system } = machine;
  // The memory can neither grow nor move: its address may be part of the code.
  const code = assembleKernels(sources, {
    set: target === 'x64-avx512' ? avx512 : avx2,
    abi: process.platform === 'win32' ? windows : systemV,
    memory: koffi.address(memory.buffer),
  });
  if (code.bytes.length === 0) return { compiled: { kind: 'x64', entries: new Map() }, release() {} };
  const { address, release } = makeExecutable(koffi, system, code.bytes);
  const entries = new Map([...code.entries].map(([name, offset]) => [name, address + BigInt(offset)]));
  return { compiled: { kind: 'x64', entries }, release };
}
