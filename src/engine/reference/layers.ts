import type { DropoutState } from '../engine.ts';
import type { LayerShape } from '../../network/shapes.ts';
import type { ConvSpec, LinearSpec } from '../../network/spec.ts';
import { adaptiveAveragePool, adaptiveAveragePoolBackward } from './adaptiveAveragePool.ts';
import { convolution, convolutionBackward } from './convolution.ts';
import { dropout, dropoutBackward, dropoutMask } from './dropout.ts';
import { linear, linearBackward } from './linear.ts';
import { maxPool, maxPoolBackward } from './maxPool.ts';
import { relu, reluBackward } from './relu.ts';
import type { Tensor } from './tensor.ts';

/** The gradients of a layer's input and, where it has them, of its parameters. */
export interface LayerGradients {
  readonly input: Tensor;
  readonly weight?: Tensor;
  readonly bias?: Tensor;
}

/** A layer's output, and the way back through it. */
export interface LayerResult {
  readonly output: Tensor;
  /** Takes the gradient of the output. */
  readonly backward: (gradient: Tensor) => LayerGradients;
}

export interface LayerContext {
  /** The tensor with this name, such as `features.0.weight`. */
  readonly parameter: (name: string) => Tensor;
  /** Index of this layer among the network's dropout layers, when it is one. */
  readonly dropoutIndex: number;
  /** Absent when dropout is off. */
  readonly dropout: DropoutState | undefined;
}

/** Runs one layer on a batch, [N, ...layer.input]. */
export function runLayer({ spec, output }: LayerShape, input: Tensor, context: LayerContext): LayerResult {
  switch (spec.type) {
    case 'conv':
      return runConvolution(spec, input, context);
    case 'linear':
      return runLinear(spec, input, context);
    case 'relu': {
      const rectified = relu(input);
      return { output: rectified, backward: (gradient) => ({ input: reluBackward(rectified, gradient) }) };
    }
    case 'maxPool': {
      const pooled = maxPool(input, spec);
      const backward = (gradient: Tensor): LayerGradients => ({
        input: maxPoolBackward(input.shape, pooled.chosen, gradient),
      });
      return { output: pooled.output, backward };
    }
    case 'adaptiveAvgPool': {
      const backward = (gradient: Tensor): LayerGradients => ({
        input: adaptiveAveragePoolBackward(input.shape, gradient),
      });
      return { output: adaptiveAveragePool(input, spec.outputSize), backward };
    }
    case 'flatten':
      return reshape(input, [input.shape[0]!, ...output]);
    case 'dropout':
      return runDropout(spec.probability, input, context);
  }
}

function runConvolution(spec: ConvSpec, input: Tensor, { parameter }: LayerContext): LayerResult {
  const geometry = { stride: spec.stride ?? 1, padding: spec.padding ?? 0 };
  const weight = parameter(`${spec.name}.weight`);
  const bias = parameter(`${spec.name}.bias`);
  return {
    output: convolution(input, weight, bias, geometry),
    backward: (gradient) => convolutionBackward(input, weight, geometry, gradient),
  };
}

function runLinear(spec: LinearSpec, input: Tensor, { parameter }: LayerContext): LayerResult {
  const weight = parameter(`${spec.name}.weight`);
  const bias = parameter(`${spec.name}.bias`);
  return {
    output: linear(input, weight, bias),
    backward: (gradient) => linearBackward(input, weight, gradient),
  };
}

function runDropout(probability: number, input: Tensor, context: LayerContext): LayerResult {
  if (context.dropout === undefined) return reshape(input, input.shape);
  const mask = dropoutMask(input.shape, { ...context.dropout, layer: context.dropoutIndex, probability });
  return {
    output: dropout(input, mask),
    backward: (gradient) => ({ input: dropoutBackward(mask, gradient) }),
  };
}

function reshape(input: Tensor, shape: readonly number[]): LayerResult {
  return {
    output: { shape, data: input.data },
    backward: (gradient) => ({ input: { shape: input.shape, data: gradient.data } }),
  };
}
