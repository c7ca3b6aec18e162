import type { TrainingMode } from '../engine.ts';
import type { LayerShape, Shape } from '../../network/shapes.ts';
import type { BatchNormSpec, ConvSpec, LinearSpec, LocallyConnectedSpec } from '../../network/spec.ts';
import { adaptiveWindows, poolingWindows, type Window } from '../../network/windows.ts';
import { averagePool, averagePoolBackward, type PoolWindows } from './averagePool.ts';
import { batchNorm, trainingBatchNorm } from './batchNorm.ts';
import { convolution, convolutionBackward, convolutionInputGradient } from './convolution.ts';
import { dropout, dropoutBackward, dropoutMask } from './dropout.ts';
import { linear, linearBackward, linearInputGradient } from './linear.ts';
import { localResponseNorm, localResponseNormBackward } from './localResponseNorm.ts';
import {
  locallyConnected,
  locallyConnectedBackward,
  locallyConnectedInputGradient,
} from './locallyConnected.ts';
import { maxPool, maxPoolBackward } from './maxPool.ts';
import { relu, reluBackward } from './relu.ts';
import { sigmoid, sigmoidBackward, tanh, tanhBackward } from './smoothActivations.ts';
import { imageShape, type Tensor, type Weights } from './tensor.ts';

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
  /** The gradient of the input alone, where those of the parameters are work of their own. */
  readonly inputGradient?: (gradient: Tensor) => Tensor;
}

export interface LayerContext {
  /** The tensor, itself and no copy, with this name, such as `features.1.running_mean`. */
  readonly parameter: (name: string) => Tensor;
  /** The same of one that is only read, such as `features.0.weight`. */
  readonly weights: (name: string) => Weights;
  /** Index of this layer among the network's dropout layers, when it is one. */
  readonly dropoutIndex: number;
  /** Absent outside of training mode. */
  readonly training: TrainingMode | undefined;
}

/** Runs one layer on a batch, [N, ...layer.input]. */
export function runLayer({ spec, output }: LayerShape, input: Tensor, context: LayerContext): LayerResult {
  switch (spec.type) {
    case 'conv':
      return runConvolution(spec, input, context);
    case 'locallyConnected':
      return runLocallyConnected(spec, output, input, context);
    case 'batchNorm':
      return runBatchNorm(spec, input, context);
    case 'linear':
      return runLinear(spec, input, context);
    case 'relu':
      return runActivation(input, relu, reluBackward);
    case 'tanh':
      return runActivation(input, tanh, tanhBackward);
    case 'sigmoid':
      return runActivation(input, sigmoid, sigmoidBackward);
    case 'lrn':
      return {
        output: localResponseNorm(input, spec),
        backward: (gradient) => ({ input: localResponseNormBackward(input, spec, gradient) }),
      };
    case 'maxPool':
      return runMaxPool(
        input,
        windowsOf(input, (size) => poolingWindows(size, spec)),
      );
    case 'avgPool':
      return runAveragePool(
        input,
        windowsOf(input, (size) => poolingWindows(size, spec)),
      );
    case 'adaptiveAvgPool':
      return runAveragePool(
        input,
        windowsOf(input, (size) => adaptiveWindows(size, spec.outputSize)),
      );
    case 'flatten':
      return reshape(input, [input.shape[0]!, ...output]);
    case 'dropout':
      return runDropout(spec.probability, input, context);
  }
}

function runActivation(
  input: Tensor,
  activate: (input: Tensor) => Tensor,
  back: (output: Tensor, gradient: Tensor) => Tensor,
): LayerResult {
  const output = activate(input);
  return { output, backward: (gradient) => ({ input: back(output, gradient) }) };
}

function windowsOf(input: Tensor, windows: (size: number) => readonly Window[]): PoolWindows {
  const [, , height, width] = imageShape(input);
  return { rows: windows(height), columns: windows(width) };
}

function runMaxPool(input: Tensor, windows: PoolWindows): LayerResult {
  const { output, chosen } = maxPool(input, windows);
  return { output, backward: (gradient) => ({ input: maxPoolBackward(input.shape, chosen, gradient) }) };
}

function runAveragePool(input: Tensor, windows: PoolWindows): LayerResult {
  return {
    output: averagePool(input, windows),
    backward: (gradient) => ({ input: averagePoolBackward(input.shape, windows, gradient) }),
  };
}

function runConvolution(spec: ConvSpec, input: Tensor, { weights }: LayerContext): LayerResult {
  const geometry = { stride: spec.stride ?? 1, padding: spec.padding ?? 0, groups: spec.groups ?? 1 };
  const weight = weights(`${spec.name}.weight`);
  const bias = weights(`${spec.name}.bias`);
  return {
    output: convolution(input, weight, bias, geometry),
    backward: (gradient) => convolutionBackward(input, weight, geometry, gradient),
    inputGradient: (gradient) => convolutionInputGradient(input.shape, weight, geometry, gradient),
  };
}

function runLocallyConnected(
  spec: LocallyConnectedSpec,
  output: Shape,
  input: Tensor,
  { weights }: LayerContext,
): LayerResult {
  const geometry = { stride: spec.stride ?? 1, padding: spec.padding ?? 0 };
  const [weight, bias] = [weights(`${spec.name}.weight`), weights(`${spec.name}.bias`)];
  return {
    output: locallyConnected(input, weight, bias, geometry, output),
    backward: (gradient) => locallyConnectedBackward(input, weight, geometry, gradient),
    inputGradient: (gradient) => locallyConnectedInputGradient(input.shape, weight, geometry, gradient),
  };
}

function runBatchNorm(
  spec: BatchNormSpec,
  input: Tensor,
  { parameter, training }: LayerContext,
): LayerResult {
  const [weight, bias, mean, variance] = ['weight', 'bias', 'running_mean', 'running_var'].map((own) =>
    parameter(`${spec.name}.${own}`),
  ) as [Tensor, Tensor, Tensor, Tensor];
  const options = { epsilon: spec.epsilon ?? 1e-5, momentum: spec.momentum ?? 0.1 };
  return training === undefined
    ? batchNorm(input, { weight, bias }, { mean: mean.data, variance: variance.data }, options.epsilon)
    : trainingBatchNorm(input, { weight, bias }, { mean: mean.data, variance: variance.data }, options);
}

function runLinear(spec: LinearSpec, input: Tensor, { weights }: LayerContext): LayerResult {
  const weight = weights(`${spec.name}.weight`);
  const bias = weights(`${spec.name}.bias`);
  return {
    output: linear(input, weight, bias),
    backward: (gradient) => linearBackward(input, weight, gradient),
    inputGradient: (gradient) => linearInputGradient(weight, gradient),
  };
}

function runDropout(probability: number, input: Tensor, context: LayerContext): LayerResult {
  if (context.training === undefined) return reshape(input, input.shape);
  const mask = dropoutMask(input.shape, { ...context.training, layer: context.dropoutIndex, probability });
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
