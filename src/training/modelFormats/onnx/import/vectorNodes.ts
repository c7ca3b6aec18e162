/** Nodes that make vectors of images, and nothing else. */
import { layerName } from './chain.ts';
import { image, type LayerNode } from './layerNode.ts';
import type { Size } from './values.ts';

export function flatten(node: LayerNode): void {
  const { reader, chain } = node;
  const axis = reader.int('axis', 1);
  const axes = chain.shape().length + 1;
  if (axis !== 1 && axis !== 1 - axes) throw reader.refuse(`its axis is ${axis}, expected 1`);
  toVector(node);
}

function toVector({ reader, chain }: LayerNode): void {
  if (chain.shape().length > 1) chain.add({ type: 'flatten', name: layerName('flatten', reader.node.name) });
}

export async function reshape(node: LayerNode): Promise<void> {
  const { reader, chain, batch } = node;
  const shape = chain.shape();
  const [images, ...rest] = await targetSizes(node);
  const features = shape.reduce((product, size) => product * size, 1);
  const sizes = rest.map((size, index) => (size === 0 ? (shape[index] ?? 0) : size));
  const given = sizes.filter((size) => size !== -1) as number[];
  const inferred = sizes.length - given.length;
  const known = given.reduce((product, size) => product * size, 1);
  const keepsImages =
    images === 'batch' || images === 0 || (images === -1 && inferred === 0) || images === batch;
  if (!keepsImages || sizes.includes('batch') || inferred > 1 || (inferred === 0 && known !== features)) {
    throw reader.refuse('it changes more than the shape of each image');
  }
  const whole = sizes.map((size) => (size === -1 ? features / known : size));
  if (whole.length === 1) toVector(node);
  else if (whole.join() !== shape.join())
    throw reader.refuse('it makes something else of images than vectors');
}

/** What a Reshape is to make, as numbers or the number of images. */
async function targetSizes({ reader }: LayerNode): Promise<readonly Size[]> {
  if (reader.opset < 5) return reader.ints('shape', []);
  const value = reader.input(1);
  if (value?.kind === 'shape') return value.sizes;
  return (await reader.numbers(1)) ?? [];
}

/** Takes away axes of size 1: of what is one pixel an image, a vector is left. */
export async function squeeze(node: LayerNode): Promise<void> {
  const { reader, chain } = node;
  const [, height, width] = image(node);
  const axes = (reader.opset < 13 ? reader.ints('axes', []) : await reader.numbers(1)) ?? [];
  const from = axes.map((axis) => (axis < 0 ? axis + 4 : axis)).toSorted((a, b) => a - b);
  if (height !== 1 || width !== 1 || from.join() !== '2,3')
    throw reader.refuse('it takes away other axes than height and width');
  chain.add({ type: 'flatten', name: layerName('flatten', reader.node.name) });
}
