import { quoted } from '../../../../formats/quoted.ts';
import type { Shape } from '../../../../network/shapes.ts';
import type { NodeReader } from './nodeReader.ts';

/** A square window that slides over images. */
export interface Window {
  readonly kernelSize: number;
  readonly stride: number;
  /** Pixels around the image: top, left, bottom, right. */
  readonly pads: readonly [top: number, left: number, bottom: number, right: number];
  /** How many there are along the height and the width. */
  readonly counts: readonly [height: number, width: number];
}

/**
 * The window of a convolution or a pooling node over images of this shape. `kernel` is its size where the node need not
 * say so, `padded` what is around the images already. Throws ALEX_ONNX_UNSUPPORTED for one that is not square, has
 * dilations, or slides along vectors.
 */
export function readWindow(
  reader: NodeReader,
  shape: Shape,
  kernel: readonly number[] = [],
  padded = 0,
): Window {
  if (shape.length !== 3) throw reader.refuse('its input is a vector, expected images');
  const sizes = reader.ints('kernel_shape', kernel);
  if (kernel.length > 0 && sizes.join() !== kernel.join())
    throw reader.refuse('its kernel_shape is not that of its weights');
  const kernelSize = sameForBoth(reader, 'kernel_shape', sizes);
  const stride = sameForBoth(reader, 'strides', reader.ints('strides', [1, 1]));
  if (sameForBoth(reader, 'dilations', reader.ints('dilations', [1, 1])) !== 1) {
    throw reader.refuse('it has dilations, which are not supported');
  }
  const image = shape.slice(1);
  const pads = readPads(reader, image, kernelSize, stride).map(
    (size) => size + padded,
  ) as unknown as Window['pads'];
  const up = reader.int('ceil_mode', 0) !== 0;
  const counts = image.map((size, axis) => {
    const steps = (size + pads[axis]! + pads[axis + 2]! - kernelSize) / stride;
    const count = (up ? Math.ceil(steps) : Math.floor(steps)) + 1;
    // A window that would begin after the image does not count.
    return up && (count - 1) * stride >= size + pads[axis]! ? count - 1 : count;
  });
  return { kernelSize, stride, pads, counts: counts as unknown as Window['counts'] };
}

function sameForBoth(reader: NodeReader, name: string, values: readonly number[]): number {
  const [first, second] = values;
  if (values.length !== 2 || first === undefined || first !== second || first < 1) {
    throw reader.refuse(
      `its ${name} is [${values.slice(0, 8).join(', ')}], expected the same in both directions`,
    );
  }
  return first;
}

function readPads(
  reader: NodeReader,
  image: readonly number[],
  kernelSize: number,
  stride: number,
): Window['pads'] {
  const automatic = reader.text('auto_pad', 'NOTSET');
  if (automatic === 'VALID') return [0, 0, 0, 0];
  if (automatic === 'SAME_UPPER' || automatic === 'SAME_LOWER') {
    const [top, left] = image.map((size) => (Math.ceil(size / stride) - 1) * stride + kernelSize - size);
    const before = [top!, left!].map((size) =>
      Math.max(0, automatic === 'SAME_UPPER' ? Math.floor(size / 2) : Math.ceil(size / 2)),
    );
    return [before[0]!, before[1]!, Math.max(0, top! - before[0]!), Math.max(0, left! - before[1]!)];
  }
  if (automatic !== 'NOTSET') throw reader.refuse(`its auto_pad is ${quoted(automatic)}, which there is not`);
  const pads = reader.ints('pads', [0, 0, 0, 0]);
  if (pads.length !== 4 || pads.some((size) => size < 0)) {
    throw reader.refuse(`its pads are [${pads.slice(0, 8).join(', ')}], expected four sizes`);
  }
  return pads as unknown as Window['pads'];
}
