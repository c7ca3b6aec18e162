/**
 * Examines a target: whether this process can run its code, whether its kernels give right answers, and how fast it
 * is. WebAssembly has two: pairs of v128 that V8 widens to AVX2 registers, and single ones.
 */
import v8 from 'node:v8';
import type { KernelSource } from '../assembler/vector.ts';
import { compileKernels } from '../compileKernels.ts';
import {
  answerPages,
  answerSteps,
  answerTiles,
  failedCheck,
  firstWrong,
  gemmAnswer,
  isRight,
  knownAnswers,
} from './knownAnswers.ts';
import { panelColumns } from '../kernels/tile.ts';
import { isaLimit } from '../native/isaLimit.ts';
import { instantiate } from '../native/instantiate.ts';
import { machineCode, ruledOut } from '../native/machineCode.ts';
import { isWasm, targetShapes, type CpuTarget } from './targets.ts';
import type { Instance } from '../threads/instance.ts';

export interface TargetReport {
  readonly target: CpuTarget;
  /** Whether it runs here and gives right answers. */
  readonly available: boolean;
  readonly reason: string;
  /** Where it is not available: whether that is as it should be on such a machine. */
  readonly ordinary?: boolean;
}

// Must happen before V8 compiles the first kernel. Kernels are then optimised from their first call on, not when they
// have run long enough: the first steps are as fast as the rest.
v8.setFlagsFromString('--experimental-wasm-revectorize');
v8.setFlagsFromString('--no-wasm-dynamic-tiering');

const timedCalls = 6;
const timedMilliseconds = 4;
const timedRounds = 10;

const descriptions: Readonly<Record<CpuTarget, string>> = {
  'x64-avx512': 'x86-64 machine code, vectors of 512 bits',
  'x64-avx2': 'x86-64 machine code, vectors of 256 bits',
  'wasm-256': 'WebAssembly, vectors in pairs for V8 to widen to 256 bits',
  'wasm-128': 'WebAssembly, vectors of 128 bits',
};

/** Code that was found right. */
export interface Examined {
  readonly report: TargetReport;
  /** Absent where the target cannot be used. */
  readonly usable?: { readonly instance: Instance; release(): void };
}

/** The known-answer check of a target, with the engine's kernels or others in their places. */
export function examineTarget(
  target: CpuTarget,
  replace: (kernel: KernelSource) => KernelSource = (kernel) => kernel,
): Examined {
  const lacking = lacks(target);
  if (lacking) return { report: { target, available: false, ...lacking } };
  try {
    return checkAnswers(target, replace);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { report: { target, available: false, reason, ordinary: false } };
  }
}

/** Why code for the target cannot run here at all; undefined where it can. Throws ALEX_OPTION_VALUE. */
export function lacks(target: CpuTarget): Pick<TargetReport, 'reason' | 'ordinary'> | undefined {
  if (isWasm(target)) return undefined;
  const limit = isaLimit();
  const machine = machineCode();
  if ('refused' in machine) return { reason: machine.refused, ordinary: machine.ordinary };
  const reason = ruledOut(target, machine.processor, limit);
  return reason === undefined ? undefined : { reason, ordinary: true };
}

function checkAnswers(target: CpuTarget, replace: (kernel: KernelSource) => KernelSource): Examined {
  const answers = knownAnswers(targetShapes[target]);
  const memory = new WebAssembly.Memory({ initial: answerPages, maximum: answerPages, shared: true });
  const owned = compileKernels(
    answers.map(({ source }) => replace(source)),
    target,
    memory,
  );
  const instance = instantiate(owned.compiled, memory);
  const wrong = firstWrong(answers, instance, targetShapes[target]);
  if (!wrong) {
    const report = { target, available: true, reason: descriptions[target] };
    return { report, usable: { instance, release: owned.release } };
  }
  owned.release();
  return { report: { target, available: false, reason: failedCheck(wrong), ordinary: false } };
}

/** 1e9 floating-point operations a second of one thread, on a tile whose operands are in the first-level cache. */
export type Gigaflops = Partial<Readonly<Record<CpuTarget, number>>>;

/**
 * Times the usable ones in turn, so that whatever else the machine does falls on all of them. By the end the kernels
 * are optimised code; who then gives another answer has no time.
 */
export function timeTargets(examined: readonly Examined[]): Gigaflops {
  const usable = examined.flatMap(({ report, usable: found }) =>
    found ? [{ target: report.target, instance: found.instance }] : [],
  );
  const best: Partial<Record<CpuTarget, number>> = {};
  for (let round = 0; round < timedRounds; round++) {
    for (const { target, instance } of usable)
      best[target] = Math.max(best[target] ?? 0, measure(target, instance));
  }
  for (const { target, instance } of usable)
    if (!isRight(gemmAnswer(targetShapes[target].tileRows), instance)) delete best[target];
  return best;
}

/** The best of several short runs. */
function measure(target: CpuTarget, instance: Instance): number {
  const { tileRows } = targetShapes[target];
  const { run } = gemmAnswer(tileRows);
  const operations = timedCalls * answerTiles * tileRows * panelColumns * answerSteps * 2;
  let best = 0;
  const end = performance.now() + timedMilliseconds;
  while (performance.now() < end) {
    const start = performance.now();
    for (let call = 0; call < timedCalls; call++) run(instance);
    best = Math.max(best, operations / (performance.now() - start) / 1e6);
  }
  return best;
}
