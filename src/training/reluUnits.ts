/** The units of ReLUs, and which of them are ever over 0. */
import { elementCount, inferShapes } from '../network/shapes.ts';
import type { NetworkSpec } from '../network/spec.ts';

/** Channels of an image, each over all its positions, or features. */
export interface ReluUnits {
  /** Name of the ReLU layer. */
  readonly name: string;
  readonly units: number;
  /** Of each unit: 1 for features. */
  readonly positions: number;
}

export interface WeightLayer {
  /** The layer has a parameter NAME.weight. */
  readonly name: string;
  /** Of the ReLU that its outputs come to before the next layer with weights. */
  readonly relu?: ReluUnits;
}

/** The layers that have weights, those of batch normalisation included, in order. Throws ALEX_NETWORK_LAYER. */
export function weightLayers(network: NetworkSpec): WeightLayer[] {
  const layers: WeightLayer[] = [];
  for (const { spec, output, parameters } of inferShapes(network)) {
    const last = layers.at(-1);
    if (parameters.some(({ name }) => name === `${spec.name}.weight`)) layers.push({ name: spec.name });
    else if (spec.type === 'relu' && last !== undefined && last.relu === undefined) {
      const [units, ...positions] = output;
      const relu = { name: spec.name, units: units!, positions: elementCount(positions) };
      layers[layers.length - 1] = { ...last, relu };
    }
  }
  return layers;
}

/** Marks in `alive`, [units], those that are over 0 for some image of a ReLU's output, [count, units, positions]. */
export function markAlive(
  values: Float32Array,
  { units, positions }: Pick<ReluUnits, 'units' | 'positions'>,
  alive: Uint8Array,
): void {
  const count = values.length / (units * positions);
  for (let unit = 0; unit < units; unit++) {
    for (let image = 0; image < count && alive[unit] === 0; image++) {
      const from = (image * units + unit) * positions;
      if (hasPositive(values, from, from + positions)) alive[unit] = 1;
    }
  }
}

function hasPositive(values: Float32Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (values[i]! > 0) return true;
  return false;
}
