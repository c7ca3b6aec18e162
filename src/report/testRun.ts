import type { ImageView } from '../data/image.ts';
import { imageReader, imageSource } from '../data/imageSource.ts';
import { AlexnetError } from '../errors.ts';
import { excitingCollector } from '../explain/exciting.ts';
import { lastFeatureMap } from '../explain/layers.ts';
import { scan, type Collector } from '../explain/scan.ts';
import { largestIndex } from '../training/largestIndex.ts';
import type { Subject } from '../explain/subject.ts';
import { checkClassCount } from '../training/evaluateModel.ts';
import { softmax } from '../training/softmax.ts';
import type { TrainingData } from '../training/trainingData.ts';
import type { BadImagePolicy } from '../data/batches.ts';
import type { Tested } from './material.ts';
import type { Predictions } from './statistics.ts';

export interface TestRunOptions {
  readonly signal: AbortSignal | undefined;
  readonly onProgress: (done: number, total: number) => void;
  readonly onBadImage: BadImagePolicy | undefined;
}

/** Units of a layer that are shown, and images of each. */
const excitedUnits = 6;
const excitedImages = 6;

/** Takes the test images through the network once. Throws ALEX_MODEL_CLASSES, and what loading and running throw. */
export async function testRun(
  subject: Subject,
  data: TrainingData,
  { signal, onProgress, onBadImage }: TestRunOptions,
): Promise<Tested> {
  const { dataset } = data.test;
  const { network, classes } = subject.model;
  checkClassCount(network.name, classes.length, dataset);
  const answers = predictionCollector(classes.length);
  const excited = excitedLayers(subject).map((layer) => ({
    layer,
    collector: excitingCollector(subject, {
      layer,
      units: spreadUnits(subject, layer),
      count: excitedImages,
    }),
  }));
  await scan(
    subject,
    dataset,
    (batch) => {
      answers.take(batch);
      for (const { collector } of excited) collector.take(batch);
    },
    { signal, onProgress, onBadImage },
  );
  const read = imageReader(imageSource(dataset));
  return {
    subject,
    dataset,
    train: data.train,
    predictions: answers.result(),
    excited: excited.map(({ layer, collector }) => ({ layer, units: collector.result() })),
    image: async (index): Promise<ImageView> => read(index),
  };
}

/** A feature map in the middle of the network, and the last one; none where there is none. */
function excitedLayers({ layers }: Subject): string[] {
  let last: string;
  try {
    last = lastFeatureMap(layers);
  } catch (error) {
    if (error instanceof AlexnetError) return [];
    throw error;
  }
  const activated = layers.filter(({ spec, output }) => spec.type === 'relu' && output.length === 3);
  const middle = activated[(activated.length - 1) >> 1]?.spec.name;
  return middle === undefined || middle === last ? [last] : [middle, last];
}

/** So many units of a layer, evenly spread. */
function spreadUnits({ layers }: Subject, layer: string): number[] {
  const [units] = layers.find(({ spec }) => spec.name === layer)!.output as [number];
  const count = Math.min(excitedUnits, units);
  return Array.from({ length: count }, (_, i) => Math.floor((i * units) / count));
}

function predictionCollector(classes: number): Collector<Predictions> {
  const indices: number[] = [];
  const labels: number[] = [];
  const predicted: number[] = [];
  const confidences: number[] = [];
  const likelihoods: number[] = [];
  return {
    take(batch) {
      for (let at = 0; at < batch.count; at++) {
        const probabilities = softmax(batch.logits.subarray(at * classes, (at + 1) * classes));
        const answer = largestIndex(probabilities);
        indices.push(batch.indices[at]!);
        labels.push(batch.labels[at]!);
        predicted.push(answer);
        confidences.push(probabilities[answer]!);
        likelihoods.push(probabilities[batch.labels[at]!]!);
      }
    },
    result: () => ({ indices, labels, predicted, confidences, likelihoods }),
  };
}
