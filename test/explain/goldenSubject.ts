/** The models, weights and images of test/golden/explain.py. */
import type { MemoryDataset } from '../../src/data/dataset.ts';
import { planarImage, type ImageView } from '../../src/data/image.ts';
import { articleTransforms } from '../../src/data/transforms.ts';
import { createEngine } from '../../src/engine/create.ts';
import { openSubject } from '../../src/explain/openSubject.ts';
import type { Subject } from '../../src/explain/subject.ts';
import { buildNetwork, type NetworkName } from '../../src/network/zoo/networks.ts';
import type { NetworkSpec } from '../../src/network/spec.ts';
import type { Model } from '../../src/training/modelDescription.ts';
import { fillHashed, hashedTensor } from '../engine/hashedTensors.ts';

const side = 32;
const images = 12;

/** A model with hashed weights. */
export function hashedModel(network: NetworkSpec, classCount = 10): Model {
  const parameters = new Map<string, Float32Array>();
  fillHashed(network, { seed: 32 }, (name, values) => parameters.set(name, values));
  return {
    network,
    classes: Array.from({ length: classCount }, (_, i) => `class ${i}`),
    transforms: articleTransforms(network.input.height),
    details: {},
    parameters,
  };
}

/** Compiled for the CPU engine, in batches that do not divide the images. */
export async function goldenSubject(name: NetworkName): Promise<Subject> {
  const model = hashedModel(buildNetwork(name, { classes: 10 }));
  return openSubject(model, { engine: await createEngine('cpu', { threads: 1 }), batchSize: 5 });
}

/** Pixels of seed 33; labels are the images' own numbers, so that there are as many classes as images. */
export function goldenDataset(): MemoryDataset {
  const bytes = images * 3 * side * side;
  const pixels = new Uint8Array(new SharedArrayBuffer(bytes));
  pixels.set(hashedTensor(33, 0, bytes).map((value) => Math.floor((value + 1) * 128)));
  const labels = new Uint8Array(new SharedArrayBuffer(images));
  labels.set(Uint8Array.from({ length: images }, (_, i) => i));
  const classes = Array.from(labels, (label) => `class ${label}`);
  return {
    name: 'hashed',
    split: 'test',
    classes,
    length: images,
    labels,
    height: side,
    width: side,
    images: pixels,
  };
}

export function goldenImage(index: number): ImageView {
  const { images: pixels } = goldenDataset();
  return planarImage(pixels, { height: side, width: side }, index * 3 * side * side);
}
