/** The times of operations, gathered for each layer and pass, beside the work that the layer is. */
import { inferShapes } from '../../../network/shapes.ts';
import type { LayerType, NetworkSpec } from '../../../network/spec.ts';
import type { OperationTime } from '../profile.ts';
import { leastWork, type Work } from './leastWork.ts';
import type { Operation } from './operations.ts';
import { passes, type Owner } from './owners.ts';

export interface PassTime extends Owner, Work {
  /** `input` and `loss` are no layers of the network. */
  readonly type: LayerType | 'input' | 'loss';
  /** `direct`, `winograd F(m,r)`; absent where nothing is multiplied. */
  readonly algorithm?: string;
  /** Of each step. */
  readonly milliseconds: readonly number[];
}

/** Layer by layer, in the network's order; `steps` has the times of each step. */
export function passTimes(
  network: NetworkSpec,
  batchSize: number,
  steps: readonly (readonly OperationTime[])[],
): PassTime[] {
  const shapes = inferShapes(network);
  const layers = ['input', ...shapes.map(({ spec }) => spec.name), 'loss'];
  return layers.flatMap((layer) =>
    passes.flatMap((pass) => {
      const own = steps.map((times) => times.filter((time) => time.layer === layer && time.pass === pass));
      if (own.every((times) => times.length === 0)) return [];
      const shape = shapes.find(({ spec }) => spec.name === layer);
      const algorithm = algorithmOf(own[0].map(({ operation }) => operation));
      return {
        layer,
        pass,
        type: shape?.spec.type ?? (layer === 'input' ? 'input' : 'loss'),
        ...(algorithm !== undefined && { algorithm }),
        ...(shape ? leastWork(shape, batchSize, pass) : { flops: 0, bytes: 0 }),
        milliseconds: own.map((times) => times.reduce((sum, time) => sum + time.milliseconds, 0)),
      };
    }),
  );
}

const multiplying: readonly Operation['kind'][] = ['gemm', 'convolutionGradient', 'linearUpdate'];

function algorithmOf(operations: readonly Operation[]): string | undefined {
  for (const operation of operations) {
    if ('tiling' in operation) return `winograd F(${operation.tiling.m},${operation.tiling.r})`;
  }
  return operations.some(({ kind }) => multiplying.includes(kind)) ? 'direct' : undefined;
}
