/** What can be wrong with reports and comparisons of runs. */
import { entry } from './entry.ts';

export const reportErrors = {
  ALEX_RUN_UNREADABLE: entry(
    1,
    (p: { folder: string; problem: string }) => `${p.folder} is no training run: ${p.problem}`,
    () => 'Give the folder that "alexnet train" has made, such as runs/alexnet-cifar10.',
  ),
  ALEX_COMPARE_RUNS: entry(
    2,
    (p: { count: number }) => `a comparison needs two runs or more; ${p.count} came`,
    () => 'Give the folders of the runs, one after another.',
  ),
};
