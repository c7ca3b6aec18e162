import type { Dataset } from '../data/dataset.ts';
import type { ImageView } from '../data/image.ts';
import { elementCount } from '../network/shapes.ts';
import { lastHiddenLayer, layerNamed } from './layers.ts';
import { scan, type Collector, type ScanOptions } from './scan.ts';
import { forEachBatch, type Subject } from './subject.ts';

/** The output of one layer for many images of a data set. */
export interface Features {
  readonly layer: string;
  /** Numbers an image. */
  readonly dimensions: number;
  /** In the data set, [n]. */
  readonly indices: Uint32Array;
  /** [n] */
  readonly labels: Uint16Array;
  /** [n, dimensions] */
  readonly values: Float32Array;
}

/** Gathers the output of a layer, by default what the last linear layer works with. Throws ALEX_EXPLAIN_LAYER. */
export function featureCollector(
  { layers }: Pick<Subject, 'layers'>,
  layer = lastHiddenLayer(layers),
): Collector<Features> {
  const dimensions = elementCount(layerNamed(layers, layer).output);
  const parts: Float32Array[] = [];
  const indices: number[] = [];
  const labels: number[] = [];
  return {
    take(batch) {
      parts.push(batch.activation(layer));
      indices.push(...batch.indices);
      labels.push(...batch.labels);
    },
    result() {
      const values = new Float32Array(indices.length * dimensions);
      let at = 0;
      for (const part of parts) {
        values.set(part, at);
        at += part.length;
      }
      return {
        layer,
        dimensions,
        indices: Uint32Array.from(indices),
        labels: Uint16Array.from(labels),
        values,
      };
    },
  };
}

/**
 * The output of a layer for the images of a data set, by default of the last hidden layer: 4096 numbers in AlexNet.
 * Throws ALEX_EXPLAIN_LAYER, and as scan does.
 */
export async function features(
  subject: Subject,
  dataset: Dataset,
  { layer, ...options }: ScanOptions & { readonly layer?: string | undefined } = {},
): Promise<Features> {
  const collector = featureCollector(subject, layer);
  await scan(subject, dataset, collector.take, options);
  return collector.result();
}

/** The same for images on their own, [n, dimensions]. Throws ALEX_EXPLAIN_LAYER. */
export async function imageFeatures(
  subject: Subject,
  images: readonly ImageView[],
  layer = lastHiddenLayer(subject.layers),
): Promise<Float32Array> {
  const dimensions = elementCount(layerNamed(subject.layers, layer).output);
  const values = new Float32Array(images.length * dimensions);
  await forEachBatch(subject, images, (_, first) => {
    values.set(subject.program.readActivation(layer), first * dimensions);
  });
  return values;
}

export const metrics = ['euclidean', 'cosine'] as const;
export type Metric = (typeof metrics)[number];

export interface Neighbour {
  /** Row of the features. */
  readonly at: number;
  /** In the data set. */
  readonly index: number;
  readonly label: number;
  /** Euclidean, or 1 - cosine. */
  readonly distance: number;
}

export interface NeighbourOptions {
  /** `euclidean`, as the 2012 paper's Figure 4 has it, or `cosine`, which lengths do not matter to. Default `euclidean`. */
  readonly metric?: Metric | undefined;
  /** Default 6. */
  readonly count?: number | undefined;
  /** An image of the data set that is not to be found: the query itself. */
  readonly except?: number | undefined;
}

/** The images whose features are nearest to `query`, [dimensions], nearest first, equals in order. */
export function nearestNeighbours(
  { dimensions, indices, labels, values }: Features,
  query: ArrayLike<number>,
  { metric = 'euclidean', count = 6, except }: NeighbourOptions = {},
): Neighbour[] {
  const distance = metric === 'cosine' ? cosineDistance : euclideanDistance;
  return Array.from(indices, (index, at) => ({ at, index, label: labels[at]! }))
    .filter(({ index }) => index !== except)
    .map((one) => ({ ...one, distance: distance(values, one.at * dimensions, query) }))
    .sort((a, b) => a.distance - b.distance || a.at - b.at)
    .slice(0, count);
}

function euclideanDistance(values: Float32Array, from: number, query: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < query.length; i++) sum += (values[from + i]! - query[i]!) ** 2;
  return Math.sqrt(sum);
}

/** 1 for a vector of zeros, which has no direction. */
function cosineDistance(values: Float32Array, from: number, query: ArrayLike<number>): number {
  let [product, own, others] = [0, 0, 0];
  for (let i = 0; i < query.length; i++) {
    product += values[from + i]! * query[i]!;
    own += query[i]! ** 2;
    others += values[from + i]! ** 2;
  }
  return own === 0 || others === 0 ? 1 : 1 - product / Math.sqrt(own * others);
}
