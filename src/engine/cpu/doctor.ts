/** What `alexnet doctor` tells of the CPU engine. */
import { examineTargets, fastestTarget, type TargetReport } from './target.ts';

export interface CpuDiagnosis {
  /** The target that the engine takes; `none` where WebAssembly SIMD is missing. */
  readonly chosen: string;
  readonly candidates: readonly TargetReport[];
}

/** Runs each target's known-answer check and short timing, and says which one is chosen. */
export async function describeCpuTargets(): Promise<CpuDiagnosis> {
  return { chosen: fastestTarget()?.target ?? 'none', candidates: examineTargets() };
}
