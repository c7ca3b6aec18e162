import type { LocallyConnectedSpec } from '../../../../network/spec.ts';
import type { Place } from './exportLayer.ts';

/**
 * A convolution with weights of its own at every pixel, which ONNX has no operator for: the windows are gathered pixel by
 * pixel of the output, each is multiplied with its own matrix, and the products are put back in order.
 */
export function exportLocallyConnected(spec: LocallyConnectedSpec, place: Place): string {
  const { layer, builder, parameter } = place;
  const { name } = spec;
  const [channels] = layer.input as [number];
  const [outChannels, height, width] = layer.output as [number, number, number];
  const pixels = height * width;
  const products = channels * spec.kernelSize ** 2;
  const node = (operator: string, what: string, inputs: readonly string[], ints = {}): string =>
    builder.add(operator, { name: `${name}/${what}`, inputs, ints });
  const shaped = (what: string, input: string, shape: readonly number[]): string =>
    node('Reshape', what, [input, wholes(place, `${what}/shape`, shape)]);

  const windows = gatherWindows(spec, place); // [N, C, pixels, K * K]
  const perPixel = node('Transpose', 'perPixel', [windows], { perm: [2, 0, 1, 3] });
  const rows = shaped('rows', perPixel, [pixels, -1, products]);
  const flat = shaped('weights', parameter(`${name}.weight`), [outChannels, pixels, products]);
  const matrices = node('Transpose', 'matrices', [flat], { perm: [1, 2, 0] });
  const sums = node('MatMul', 'sums', [rows, matrices]); // [pixels, N, outChannels]
  const perImage = node('Transpose', 'perImage', [sums], { perm: [1, 2, 0] });
  const images = shaped('images', perImage, [0, outChannels, height, width]);
  return builder.add('Add', { name, inputs: [images, parameter(`${name}.bias`)], shape: layer.output });
}

/** The pixels under every window: [N, C, H, W] to [N, C, windows, K * K]. */
function gatherWindows({ name, padding = 0, ...spec }: LocallyConnectedSpec, place: Place): string {
  const { layer, builder } = place;
  const [channels, height, width] = layer.input as [number, number, number];
  const [paddedHeight, paddedWidth] = [height + 2 * padding, width + 2 * padding];
  const pads = [0, 0, padding, padding, 0, 0, padding, padding];
  const padded =
    padding === 0
      ? place.input
      : builder.add('Pad', { name: `${name}/padded`, inputs: [place.input, wholes(place, 'pads', pads)] });
  const inRows = builder.add('Reshape', {
    name: `${name}/pixels`,
    inputs: [padded, wholes(place, 'pixels/shape', [0, channels, paddedHeight * paddedWidth])],
  });
  const places = windowPlaces(spec, layer.output, paddedWidth);
  const shape = [places.length / spec.kernelSize ** 2, spec.kernelSize ** 2];
  const indices = builder.constant(`${name}/places`, shape, BigInt64Array.from(places, BigInt));
  return builder.add('Gather', { name: `${name}/windows`, inputs: [inRows, indices], ints: { axis: 2 } });
}

/** Where the pixels of every window are in a padded plane, window after window. */
function windowPlaces(
  { kernelSize, stride = 1 }: Pick<LocallyConnectedSpec, 'kernelSize' | 'stride'>,
  [, height = 0, width = 0]: readonly number[],
  paddedWidth: number,
): number[] {
  const window = Array.from({ length: kernelSize ** 2 }, (_, at) => {
    return Math.floor(at / kernelSize) * paddedWidth + (at % kernelSize);
  });
  return Array.from({ length: height * width }, (_, pixel) => {
    const first = Math.floor(pixel / width) * stride * paddedWidth + (pixel % width) * stride;
    return window.map((offset) => first + offset);
  }).flat();
}

/** Whole numbers as a constant of the graph. */
function wholes({ layer, builder }: Place, what: string, values: readonly number[]): string {
  return builder.constant(`${layer.spec.name}/${what}`, [values.length], BigInt64Array.from(values, BigInt));
}
