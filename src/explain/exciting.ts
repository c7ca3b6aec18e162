import type { Dataset } from '../data/dataset.ts';
import { alexnetError } from '../errors.ts';
import { lastFeatureMap, layerNamed } from './layers.ts';
import { receptiveField, type Patch } from './receptiveField.ts';
import { scan, type Collector, type ScanBatch, type ScanOptions } from './scan.ts';
import type { Subject } from './subject.ts';

/** An image that makes a unit's output large, and where. */
export interface ExcitingImage {
  /** In the data set. */
  readonly index: number;
  readonly label: number;
  readonly value: number;
  /** Position in the layer's output; 0, 0 where it has none. */
  readonly row: number;
  readonly column: number;
  /** What the unit sees there, of the network's input. */
  readonly patch: Patch;
}

export interface ExcitingUnit {
  /** Channel, or feature, of the layer. */
  readonly unit: number;
  /** Each image once, at its strongest position; strongest first. */
  readonly images: readonly ExcitingImage[];
}

export interface ExcitingOptions {
  /** Default: the last convolution's output, after its activation. */
  readonly layer?: string | undefined;
  /** Default: the first 16. */
  readonly units?: readonly number[] | undefined;
  /** Images a unit. Default 9. */
  readonly count?: number | undefined;
}

/** Without the patch, which only those need that stay. */
type Found = Omit<ExcitingImage, 'patch'>;

/** Keeps, for each unit, the images with its largest outputs. Throws ALEX_EXPLAIN_LAYER, ALEX_EXPLAIN_UNIT. */
export function excitingCollector(
  { layers }: Pick<Subject, 'layers'>,
  options: ExcitingOptions = {},
): Collector<readonly ExcitingUnit[]> {
  const { layer = lastFeatureMap(layers), count = 9 } = options;
  const [channels, height = 1, width = 1] = layerNamed(layers, layer).output as [number, number?, number?];
  const { units = [...new Array(Math.min(16, channels)).keys()] } = options;
  for (const unit of units) {
    if (!Number.isInteger(unit) || unit < 0 || unit >= channels)
      throw alexnetError('ALEX_EXPLAIN_UNIT', { layer, unit, units: channels });
  }
  const best = new Map<number, Found[]>(units.map((unit) => [unit, []]));
  const place = { channels, area: height * width, width };
  return {
    take(batch) {
      const values = batch.activation(layer);
      for (let image = 0; image < batch.count; image++) {
        for (const [unit, kept] of best)
          keep(kept, strongest(batch, values, { ...place, image, unit }), count);
      }
    },
    result: () =>
      [...best].map(([unit, kept]) => ({
        unit,
        images: kept.map((found) => ({ ...found, patch: receptiveField(layers, layer, found) })),
      })),
  };
}

interface UnitPlace {
  readonly channels: number;
  /** Positions a channel. */
  readonly area: number;
  readonly width: number;
  readonly image: number;
  readonly unit: number;
}

function strongest(
  { indices, labels }: ScanBatch,
  values: Float32Array,
  { channels, area, width, image, unit }: UnitPlace,
): Found {
  const first = (image * channels + unit) * area;
  let best = 0;
  for (let at = 1; at < area; at++) if (values[first + at]! > values[first + best]!) best = at;
  return {
    index: indices[image]!,
    label: labels[image]!,
    value: values[first + best]!,
    row: Math.floor(best / width),
    column: best % width,
  };
}

/** Puts an image where it belongs, strongest first, equals in order, and at most `count` in all. */
function keep(kept: Found[], found: Found, count: number): void {
  if (kept.length === count && !(found.value > kept.at(-1)!.value)) return;
  const at = kept.findIndex(({ value }) => found.value > value);
  kept.splice(at === -1 ? kept.length : at, 0, found);
  if (kept.length > count) kept.pop();
}

/**
 * The images of a data set, and their patches, that most excite units of a layer. Throws ALEX_EXPLAIN_LAYER,
 * ALEX_EXPLAIN_UNIT, and as scan does.
 */
export async function excitingImages(
  subject: Subject,
  dataset: Dataset,
  { layer, units, count, ...options }: ScanOptions & ExcitingOptions = {},
): Promise<readonly ExcitingUnit[]> {
  const collector = excitingCollector(subject, { layer, units, count });
  await scan(subject, dataset, collector.take, options);
  return collector.result();
}
