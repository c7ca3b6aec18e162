/** Batch normalisation (Ioffe and Szegedy 2015) of [N, C, H, W] by channel or of [N, F] by feature, as PyTorch has it. */
import { zeros, type Tensor } from './tensor.ts';

export interface Affine {
  /** [C] */
  readonly weight: Tensor;
  readonly bias: Tensor;
}

/** Of each channel. */
export interface Statistics {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
}

export interface BatchNormResult {
  readonly output: Tensor;
  readonly backward: (gradient: Tensor) => {
    readonly input: Tensor;
    readonly weight: Tensor;
    readonly bias: Tensor;
  };
}

/** With statistics that are given: torch.nn.functional.batch_norm outside of training mode. */
export function batchNorm(
  input: Tensor,
  affine: Affine,
  given: Statistics,
  epsilon: number,
): BatchNormResult {
  const { mean, variance } = given;
  const channelOf = channels(input);
  const inverse = variance.map((value) => 1 / Math.sqrt(value + epsilon));
  const normalised = input.data.map((value, at) => (value - mean[channelOf(at)]!) * inverse[channelOf(at)]!);
  const { weight, bias } = affine;
  const output = normalised.map(
    (value, at) => value * weight.data[channelOf(at)]! + bias.data[channelOf(at)]!,
  );
  return {
    output: { shape: input.shape, data: output },
    backward: (gradient) => ({
      input: {
        shape: input.shape,
        data: gradient.data.map((value, at) => value * weight.data[channelOf(at)]! * inverse[channelOf(at)]!),
      },
      weight: sumOf(
        gradient.data.map((value, at) => value * normalised[at]!),
        input,
      ),
      bias: sumOf(gradient.data, input),
    }),
  };
}

/**
 * With the batch's own mean and biased variance; `running` moves towards them, towards the unbiased variance, by the share
 * `momentum`: torch.nn.functional.batch_norm in training mode.
 */
export function trainingBatchNorm(
  input: Tensor,
  affine: Affine,
  running: Statistics,
  { epsilon, momentum }: { readonly epsilon: number; readonly momentum: number },
): BatchNormResult {
  const channelOf = channels(input);
  const count = input.data.length / input.shape[1]!;
  const mean = sumOf(input.data, input).data.map((sum) => sum / count);
  const squares = input.data.map((value, at) => (value - mean[channelOf(at)]!) ** 2);
  const variance = sumOf(squares, input).data.map((sum) => sum / count);
  for (const [channel, value] of mean.entries()) {
    running.mean[channel]! += momentum * (value - running.mean[channel]!);
    const unbiased = (variance[channel]! * count) / Math.max(1, count - 1);
    running.variance[channel]! += momentum * (unbiased - running.variance[channel]!);
  }
  const { output, backward } = batchNorm(input, affine, { mean, variance }, epsilon);
  const inverse = variance.map((value) => 1 / Math.sqrt(value + epsilon));
  return {
    output,
    backward(gradient) {
      const direct = backward(gradient);
      // The batch's mean and variance depend on the input too.
      const data = direct.input.data.map((value, at) => {
        const channel = channelOf(at);
        const scale = (affine.weight.data[channel]! * inverse[channel]!) / count;
        const normalised = (input.data[at]! - mean[channel]!) * inverse[channel]!;
        return value - scale * (direct.bias.data[channel]! + normalised * direct.weight.data[channel]!);
      });
      return { ...direct, input: { shape: input.shape, data } };
    },
  };
}

/** The channel of each element. */
function channels({ shape, data }: Tensor): (at: number) => number {
  const [images, count] = shape as [number, number];
  const area = data.length / (images * count);
  return (at) => Math.floor(at / area) % count;
}

/** Sums over all but the channels. */
function sumOf(values: Float64Array, like: Tensor): Tensor {
  const channelOf = channels(like);
  const sums = zeros([like.shape[1]!]);
  for (const [at, value] of values.entries()) sums.data[channelOf(at)]! += value;
  return sums;
}
