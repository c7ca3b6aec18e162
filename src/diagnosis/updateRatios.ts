/** How large the updates of a run are beside its weights. */
import type { RunRecord } from '../training/runRecord.ts';
import { median } from './lossCurve.ts';

export interface UpdateRatios {
  /** Median over the layers of update by weight, at the watch where that is largest. */
  readonly largest: number;
  readonly globalStep: number;
  readonly watches: number;
}

/** The largest over a run: schedules begin or end with small rates by intent. Undefined where nothing was watched. */
export function updateRatios({ watches }: RunRecord): UpdateRatios | undefined {
  const medians = watches
    .filter(({ layers }) => layers.length > 0)
    .map(({ layers, globalStep }) => ({ globalStep, ratio: median(layers.map(({ ratio }) => ratio)) }));
  const [most] = medians.toSorted((a, b) => b.ratio - a.ratio);
  return most && { largest: most.ratio, globalStep: most.globalStep, watches: medians.length };
}
