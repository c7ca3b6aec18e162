/** What `alexnet doctor` tells of the CPU engine. */
import { hugePageSetting, type HugePageSetting } from '../native/hugePages.ts';
import type { TargetReport } from './target.ts';
import { chooseTarget, targetReports, type TargetChoice } from './targetChoice.ts';

export interface CpuDiagnosis {
  /** The target that the engine takes; `none` where not even WebAssembly SIMD can be had. */
  readonly chosen: string;
  readonly candidates: readonly (TargetReport & { readonly gigaflops?: number })[];
  /** What the system is set to give; absent where it has no such setting. */
  readonly hugePages?: HugePageSetting;
  /** Where the speeds come from; absent where there was nothing to choose from. */
  readonly timings?: Pick<NonNullable<TargetChoice['timings']>, 'file' | 'kept'>;
}

/** Runs each target's known-answer check, and says which one is chosen and how fast each was. */
export async function describeCpuTargets(): Promise<CpuDiagnosis> {
  const { chosen = 'none', timings } = chooseTarget('auto');
  const candidates = targetReports('auto').map((report) => {
    const gigaflops = timings?.gigaflops[report.target];
    return gigaflops === undefined ? report : { ...report, gigaflops };
  });
  const hugePages = hugePageSetting();
  return {
    chosen,
    candidates,
    ...(hugePages && { hugePages }),
    ...(timings && { timings: { file: timings.file, kept: timings.kept } }),
  };
}
