/** Says that a faster target than the one taken should have run here and cannot. */
import { lacks, type TargetReport } from './target.ts';
import { examinedReport } from './targetChoice.ts';
import { cpuTargets, type CpuTarget } from './targets.ts';

let said = false;

/** Once in a process, as a warning of it. What a machine simply does not have is no reason to say anything. */
export function sayStepDown(chosen: CpuTarget): void {
  if (said) return;
  const better = cpuTargets.slice(0, cpuTargets.indexOf(chosen));
  const refused = better.flatMap((target) => refusal(target) ?? []);
  if (refused.length === 0) return;
  said = true;
  const reasons = [...new Set(refused.map(({ reason }) => reason))].join('; ');
  const names = refused.map(({ target }) => target).join(' and ');
  process.emitWarning(`the engine cannot use ${names} here and takes ${chosen}: ${reasons}`, {
    type: 'AlexnetWarning',
    detail: 'Results are the same, training is slower. "alexnet doctor" shows what this machine can run.',
  });
}

function refusal(target: CpuTarget): Pick<TargetReport, 'target' | 'reason'> | undefined {
  const report = lacks(target) ?? examinedReport(target);
  return report?.ordinary === false ? { target, reason: report.reason } : undefined;
}
