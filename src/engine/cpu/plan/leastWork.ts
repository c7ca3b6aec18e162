/**
 * What a pass of a layer takes at least: the arithmetic of the direct algorithm, and every tensor moved once, what is
 * read and what is written. Any algorithm is measured against this, whatever it does instead.
 */
import { elementCount, type LayerShape } from '../../../network/shapes.ts';
import type { Pass } from './owners.ts';

export interface Work {
  /** Floating-point operations: a multiply-add is two. Comparisons count for nothing. */
  readonly flops: number;
  readonly bytes: number;
}

const floatBytes = 4;
/** SGD with weight decay and momentum is three multiply-adds a parameter... */
const updateFlops = 6;
/** ...and reads gradient, momentum and weight, and writes the latter two. */
const updateMoves = 5;

interface Sizes {
  readonly flops: number;
  /** Elements. */
  readonly input: number;
  readonly output: number;
  readonly parameters: number;
  readonly weights: number;
}

const nothing: Work = { flops: 0, bytes: 0 };

/** Of a batch. A linear layer's weight gradient is part of its update, which is one pass over the weights. */
export function leastWork(layer: LayerShape, batchSize: number, pass: Pass): Work {
  const sizes: Sizes = {
    flops: 2 * batchSize * layer.multiplyAdds,
    input: batchSize * elementCount(layer.input),
    output: batchSize * elementCount(layer.output),
    parameters: layer.parameters.reduce((sum, { shape }) => sum + elementCount(shape), 0),
    weights: elementCount(layer.parameters[0]?.shape ?? [0]),
  };
  if (pass === 'prepare') return nothing;
  switch (layer.spec.type) {
    case 'conv':
    case 'locallyConnected':
      return convolutionWork(sizes, pass);
    case 'linear':
      return linearWork(sizes, pass);
    case 'maxPool':
    case 'relu':
    case 'tanh':
    case 'sigmoid':
    case 'lrn':
      // Backward looks at the input or the output again: where the maximum was, what was positive.
      return moved(pass, sizes.input + sizes.output, 2 * sizes.input + sizes.output);
    default:
      return moved(pass, sizes.input + sizes.output, sizes.input + sizes.output);
  }
}

function work(flops: number, elements: number): Work {
  return { flops, bytes: elements * floatBytes };
}

function moved(pass: Pass, forward: number, backward: number): Work {
  if (pass === 'forward') return work(0, forward);
  return pass === 'inputGradient' ? work(0, backward) : nothing;
}

function convolutionWork(sizes: Sizes, pass: Pass): Work {
  const { flops, input, output, parameters } = sizes;
  if (pass === 'update') return work(updateFlops * parameters, updateMoves * parameters);
  return pass === 'inputGradient' ? inputGradientWork(sizes) : work(flops, input + output + parameters);
}

/** Biases have no part in it. */
function inputGradientWork({ flops, input, output, weights }: Sizes): Work {
  return work(flops, input + output + weights);
}

function linearWork(sizes: Sizes, pass: Pass): Work {
  const { flops, input, output, parameters } = sizes;
  switch (pass) {
    case 'update':
      return work(flops + updateFlops * parameters, input + output + (updateMoves - 1) * parameters);
    case 'weightGradient':
      // Of the biases alone: sums of the output's gradient.
      return work(output, output);
    case 'inputGradient':
      return inputGradientWork(sizes);
    default:
      return work(flops, input + output + parameters);
  }
}
