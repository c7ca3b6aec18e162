/** Which target the engine takes. */
import { readTimings, timingFile, timingKey, writeTimings } from './targetCache.ts';
import {
  examineTarget,
  lacks,
  timeTargets,
  type Examined,
  type Gigaflops,
  type TargetReport,
} from './target.ts';
import { cpuTargets, isWasm, type CpuTarget } from './targets.ts';

/** Any, those of one kind, or a certain one. */
export type TargetWish = 'auto' | 'wasm' | 'x64' | CpuTarget;

/** So much faster must a target be to be taken before one that is better by its place in the list. */
const clearlyFaster = 1.1;

export interface TargetChoice {
  /** Undefined where none of those that were asked for can run. */
  readonly chosen: CpuTarget | undefined;
  /** Present where there was a choice. */
  readonly timings?: Timings;
}

export interface Timings {
  readonly gigaflops: Gigaflops;
  /** Whether they were in the file, and not measured by this process. */
  readonly kept: boolean;
  readonly file: string;
}

const choices = new Map<TargetWish, TargetChoice>();
const examined = new Map<CpuTarget, Examined>();
let timings: Timings | undefined;

/** Examines and chooses, once in a process for a wish. Throws ALEX_OPTION_VALUE for a wrong ALEXNET_ISA. */
export function chooseTarget(wish: TargetWish): TargetChoice {
  let found = choices.get(wish);
  if (!found) choices.set(wish, (found = choose(wanted(wish))));
  return found;
}

/** What was found out about those that were asked for. */
export function targetReports(wish: TargetWish): TargetReport[] {
  return wanted(wish).map((target) => examine(target).report);
}

/** What was found out about a target, if it has been examined. */
export function examinedReport(target: CpuTarget): TargetReport | undefined {
  return examined.get(target)?.report;
}

function wanted(wish: TargetWish): readonly CpuTarget[] {
  if (wish === 'auto') return cpuTargets;
  if (wish === 'wasm') return cpuTargets.filter((target) => isWasm(target));
  if (wish === 'x64') return cpuTargets.filter((target) => !isWasm(target));
  return cpuTargets.filter((target) => target === wish);
}

/** Examines a target once in a process. */
function examine(target: CpuTarget): Examined {
  let found = examined.get(target);
  if (!found) examined.set(target, (found = examineTarget(target)));
  return found;
}

function choose(targets: readonly CpuTarget[]): TargetChoice {
  let left = targets.filter((target) => lacks(target) === undefined);
  if (left.length > 1) timings = timings ?? findTimings();
  const found = left.length > 1 ? { timings } : {};
  // Whatever a file says of its speed, a target is taken only if it is right.
  while (left.length > 0) {
    const best = preferred(left, timings?.gigaflops ?? {})!;
    if (examine(best).report.available) return { chosen: best, ...found };
    left = left.filter((target) => target !== best);
  }
  return { chosen: undefined, ...found };
}

/** The first one that no other is clearly faster than. */
export function preferred(targets: readonly CpuTarget[], gigaflops: Gigaflops): CpuTarget | undefined {
  const speed = (target: CpuTarget): number => gigaflops[target] ?? 0;
  const best = Math.max(...targets.map(speed));
  return targets.find((target) => speed(target) * clearlyFaster >= best);
}

/** The speeds of all that can run here: those in the file, if it has them all. */
function findTimings(): Timings {
  const candidates = cpuTargets.filter((target) => lacks(target) === undefined);
  const key = timingKey(candidates);
  const file = timingFile();
  const kept = readTimings(key, file);
  if (kept && candidates.every((target) => target in kept)) return { gigaflops: kept, kept: true, file };
  const gigaflops = timeTargets(candidates.map((target) => examine(target)));
  for (const target of candidates) {
    if (target in gigaflops || !examine(target).report.available) continue;
    const reason = 'failed the known-answer check once it was optimised';
    examined.set(target, { report: { target, available: false, reason, ordinary: false } });
  }
  writeTimings(key, gigaflops, file);
  return { gigaflops, kept: false, file };
}
