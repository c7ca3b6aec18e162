/**
 * Local response normalisation, y[i] = x[i] / s[i]^beta with s[i] = k + a * sum over the window of i of x[j]^2
 * (Krizhevsky, Sutskever and Hinton 2012, section 3.3, and its kin in PyTorch and Caffe).
 */
import { lrnScale, lrnWindow } from '../../network/lrn.ts';
import type { LrnSpec } from '../../network/spec.ts';
import { imageShape, zeros, type Tensor } from './tensor.ts';

/** [N, C, H, W] to the same. */
export function localResponseNorm(input: Tensor, spec: LrnSpec): Tensor {
  const scales = scalesOf(input, spec);
  return { shape: input.shape, data: input.data.map((value, at) => value / scales[at]! ** spec.beta) };
}

/** The gradient of `localResponseNorm`'s input, given the gradient of its output. */
export function localResponseNormBackward(input: Tensor, spec: LrnSpec, gradient: Tensor): Tensor {
  const { beta } = spec;
  const scales = scalesOf(input, spec);
  const terms = gradient.data.map((value, at) => (value * input.data[at]!) / scales[at]! ** (beta + 1));
  const result = zeros(input.shape);
  const factor = 2 * lrnScale(spec) * beta;
  for (const [at, value] of gradient.data.entries()) result.data[at] = value / scales[at]! ** beta;
  forEachNeighbour(input.shape, spec, (at, neighbour) => {
    result.data[neighbour]! -= factor * input.data[neighbour]! * terms[at]!;
  });
  return result;
}

function scalesOf(input: Tensor, spec: LrnSpec): Float64Array {
  const scales = new Float64Array(input.data.length).fill(spec.k);
  const scale = lrnScale(spec);
  forEachNeighbour(input.shape, spec, (at, neighbour) => {
    scales[at]! += scale * input.data[neighbour]! ** 2;
  });
  return scales;
}

/** Visits each element with each one of its window. */
function forEachNeighbour(
  shape: readonly number[],
  spec: LrnSpec,
  visit: (at: number, neighbour: number) => void,
): void {
  const [images, channels, height, width] = imageShape({ shape, data: new Float64Array() });
  const { before, after } = lrnWindow(spec);
  const across = spec.region !== 'withinChannel';
  const inside = (index: number, size: number): boolean => index >= 0 && index < size;
  const index = (n: number, c: number, y: number, x: number): number =>
    ((n * channels + c) * height + y) * width + x;
  const offsets = Array.from({ length: before + after + 1 }, (_, offset) => offset - before);
  const steps = across
    ? offsets.map((channel) => [channel, 0, 0] as const)
    : offsets.flatMap((line) => offsets.map((column) => [0, line, column] as const));
  for (let n = 0; n < images; n++) {
    for (let c = 0; c < channels; c++) {
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          for (const [dc, dy, dx] of steps) {
            const there = inside(c + dc, channels) && inside(y + dy, height) && inside(x + dx, width);
            if (there) visit(index(n, c, y, x), index(n, c + dc, y + dy, x + dx));
          }
        }
      }
    }
  }
}
