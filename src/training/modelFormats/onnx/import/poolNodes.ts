/** Nodes of pooling. */
import type { LayerSpec, MaxPoolSpec } from '../../../../network/spec.ts';
import { windowCount } from '../../../../network/windows.ts';
import { layerName, type Chain } from './chain.ts';
import { image, type LayerNode } from './layerNode.ts';
import type { NodeReader } from './nodeReader.ts';
import { readWindow, type Window } from './window.ts';

export function maxPool({ reader, chain }: LayerNode): void {
  const window = readWindow(reader, chain.shape());
  const name = layerName('maxPool', reader.node.name);
  chain.add({ type: 'maxPool', name, ...pooling(reader, chain, window) });
}

/** Our windows that are the same; where they end follows from their number. */
function pooling(reader: NodeReader, chain: Chain, window: Window): Pooling {
  const { kernelSize, stride, pads, counts } = window;
  const [padding] = pads;
  const [, height, width] = chain.shape() as [number, number, number];
  for (const ceilMode of [false, true]) {
    const found = { kernelSize, stride, padding, ceilMode };
    const same =
      padding === pads[1] &&
      windowCount(height, found) === counts[0] &&
      windowCount(width, found) === counts[1];
    if (!same) continue;
    return { kernelSize, stride, ...(padding === 0 ? {} : { padding }), ...(ceilMode ? { ceilMode } : {}) };
  }
  throw reader.refuse(`its pads are [${pads.join(', ')}], with which its windows are none of PyTorch's`);
}

type Pooling = Pick<MaxPoolSpec, 'kernelSize' | 'stride' | 'padding' | 'ceilMode'>;

export function averagePool(node: LayerNode): void {
  const { reader, chain, pending } = node;
  const outputSize = adaptiveSize(node);
  if (outputSize !== undefined) return chain.add(adaptive(node, outputSize));
  const padded = pending.pad?.size ?? 0;
  delete pending.pad;
  const window = readWindow(reader, chain.shape(), [], padded);
  const own = pooling(reader, chain, window);
  const { padding = 0 } = own;
  const counted = padded > 0 || reader.int('count_include_pad', 0) !== 0;
  if (counted && !window.pads.every((size) => size === padding)) {
    throw reader.refuse('it counts its pads, which are not the same on every side');
  }
  const name = layerName('avgPool', reader.node.name);
  const divisor = padding > 0 && !counted ? { countIncludePad: false } : {};
  chain.add({ type: 'avgPool', name, ...own, ...divisor });
}

/**
 * The side of the means' square, where the windows lie beside each other as adaptive pooling's and are nothing simpler:
 * of one pixel, of the whole image, or no squares.
 */
function adaptiveSize(node: LayerNode): number | undefined {
  const { reader, pending } = node;
  const [, ...size] = image(node);
  const kernel = reader.ints('kernel_shape', []);
  const padded = pending.pad !== undefined || reader.ints('pads', []).some((pad) => pad !== 0);
  const sides = size.map((side, axis) => side / (kernel[axis] ?? 0));
  const [side] = sides;
  const beside =
    kernel.join() === reader.ints('strides', [1, 1]).join() && sides.every((each) => each === side);
  if (padded || !beside || !Number.isInteger(side)) return undefined;
  const simpler = kernel[0] === kernel[1] && kernel[0] !== 1 && side !== 1;
  return simpler ? undefined : side;
}

export function adaptive({ reader }: LayerNode, outputSize: number): LayerSpec {
  return { type: 'adaptiveAvgPool', name: layerName('adaptiveAvgPool', reader.node.name), outputSize };
}

/** The mean over height and width. */
export async function meanOfImage(node: LayerNode): Promise<void> {
  const { reader, chain } = node;
  image(node);
  const axes = reader.opset < 18 ? reader.ints('axes', []) : ((await reader.numbers(1)) ?? []);
  const last = axes.map((axis) => (axis < 0 ? axis + 4 : axis)).toSorted((a, b) => a - b);
  if (last.join() !== '2,3') throw reader.refuse('it is no mean over height and width');
  chain.add(adaptive(node, 1));
  if (reader.int('keepdims', 1) === 0) chain.add({ type: 'flatten', name: 'flatten' });
}
