import { lrnScale, lrnWindow } from '../../../../network/lrn.ts';
import type { LrnSpec } from '../../../../network/spec.ts';
import type { Place } from './exportLayer.ts';

/**
 * Local response normalisation, in any convention: ONNX's operator where as many channels are summed on either side, else
 * the arithmetic itself.
 */
export function exportLrn(spec: LrnSpec, place: Place): string {
  const { layer, input, builder } = place;
  const { name, beta, k, region } = spec;
  const { before, after } = lrnWindow(spec);
  if (region !== 'withinChannel' && before === after) {
    const size = before + after + 1;
    return builder.add('LRN', {
      name,
      inputs: [input],
      shape: layer.output,
      ints: { size },
      // ONNX divides it by the size.
      floats: { alpha: lrnScale(spec) * size, beta, bias: k },
    });
  }
  const squares = builder.add('Mul', { name: `${name}/squares`, inputs: [input, input] });
  const base =
    region === 'withinChannel' ? sumOverPixels(spec, place, squares) : sumOverChannels(spec, place, squares);
  const exponent = builder.constant(`${name}/beta`, [1], Float32Array.of(beta));
  const divisor = builder.add('Pow', { name: `${name}/power`, inputs: [base, exponent] });
  return builder.add('Div', { name, inputs: [input, divisor], shape: layer.output });
}

/** k + a * the sum over neighbouring channels: a 1 × 1 convolution with a band of weights. */
function sumOverChannels(spec: LrnSpec, { layer, builder }: Place, squares: string): string {
  const { name, k } = spec;
  const { before, after } = lrnWindow(spec);
  const channels = layer.input[0]!;
  const band = new Float32Array(channels * channels);
  for (let channel = 0; channel < channels; channel++) {
    const from = Math.max(0, channel - before);
    const to = Math.min(channels, channel + after + 1);
    band.fill(lrnScale(spec), channel * channels + from, channel * channels + to);
  }
  const weights = builder.constant(`${name}/band`, [channels, channels, 1, 1], band);
  const bias = builder.constant(`${name}/k`, [channels], new Float32Array(channels).fill(k));
  return builder.add('Conv', { name: `${name}/sum`, inputs: [squares, weights, bias] });
}

/** k + a * the sum over neighbouring pixels: their mean times their number, those outside being 0. */
function sumOverPixels(spec: LrnSpec, { builder }: Place, squares: string): string {
  const { name, k } = spec;
  const { before, after } = lrnWindow(spec);
  const size = before + after + 1;
  const mean = builder.add('AveragePool', {
    name: `${name}/mean`,
    inputs: [squares],
    ints: { kernel_shape: [size, size], pads: [before, before, after, after], count_include_pad: 1 },
  });
  const factor = builder.constant(`${name}/alpha`, [1], Float32Array.of(lrnScale(spec) * size * size));
  const sum = builder.add('Mul', { name: `${name}/sum`, inputs: [mean, factor] });
  return builder.add('Add', {
    name: `${name}/base`,
    inputs: [sum, builder.constant(`${name}/k`, [1], Float32Array.of(k))],
  });
}
