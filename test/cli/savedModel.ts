import { articleTransforms } from '../../src/data/transforms.ts';
import { shapesClasses } from '../../src/data/shapes.ts';
import { initialise } from '../../src/network/initialise.ts';
import { buildNetwork } from '../../src/network/zoo/networks.ts';
import { saveModel } from '../../src/training/modelFile.ts';

/** Saves an untrained alexnet-32 for the ten shapes; returns its weights. */
export async function saveUntrainedModel(path: string): Promise<Map<string, Float32Array>> {
  const network = buildNetwork('alexnet-32', { classes: 10 });
  const weights = new Map<string, Float32Array>();
  initialise(network, { scheme: 'he', seed: 4 }, (name, values) => weights.set(name, values.slice()));
  const description = { network, classes: shapesClasses, transforms: articleTransforms(32) };
  await saveModel(path, description, (name) => weights.get(name)!);
  return weights;
}
