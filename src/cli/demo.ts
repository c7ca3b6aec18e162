import { Command } from 'commander';
import type { MemoryDataset } from '../data/dataset.ts';
import { generateShapes } from '../data/shapes.ts';
import { planarImage, type ImageView } from '../data/image.ts';
import type { TrainingOptions } from '../training/trainingOptions.ts';
import { createClassifier, type Prediction } from './classifier.ts';
import { readers, whole } from './options.ts';
import { besidePicture, fitPicture } from './images/picture.ts';
import { pictureCells, predictionBars } from './predict.ts';
import { createTerminal, type Terminal } from './terminal.ts';
import { table } from './text.ts';
import { trainAndTell } from './train.ts';
import { topClasses } from '../training/topClasses.ts';

interface DemoOptions {
  readonly epochs: number;
  readonly out?: string;
  readonly seed: number;
  readonly threads?: number;
  readonly limitTrain?: number;
  readonly limitTest?: number;
  readonly json?: boolean;
}

const why = `This demo trains alexnet-32 on "shapes", ten classes of drawn shapes and textures, 32 × 32.
The full AlexNet takes 224 × 224 images and 56 times the arithmetic: an epoch of CIFAR-10 is some ten
minutes on two cores. alexnet-32 has the same design, smaller, and learns the shapes in about one.`;

const shownImages = 6;
const defaultEpochs = 12;

/** `alexnet demo`, which is `npm start`. */
export function demoCommand(): Command {
  return new Command('demo')
    .summary('train a small AlexNet on drawn shapes, in about a minute')
    .description(`Trains, tests, saves and tries a network, with nothing to download.\n\n${why}`)
    .option(
      '--epochs <n>',
      'passes over the 8,000 training images',
      whole('--epochs', 1, 1000),
      defaultEpochs,
    )
    .option(
      '--out <dir>',
      'folder of the run (default: runs/alexnet-32-shapes, with a number when that is taken)',
    )
    .option('--seed <n>', 'of weights, order and dropout', readers.seed, 0)
    .option('--threads <n>', 'threads of the engine (default: one a processor)', readers.threads)
    .option('--limit-train <n>', 'train on the first N images only', whole('--limit-train', 1, 8000))
    .option('--limit-test <n>', 'test on the first N images only', whole('--limit-test', 1, 2000))
    .addHelpText('after', '\nExamples:\n  $ npm start\n  $ alexnet demo --epochs 3')
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<DemoOptions>();
      const terminal = createTerminal(options.json === true);
      terminal.say(`${why}\n`);
      const outcome = await trainAndTell(terminal, demoTraining(options));
      if (outcome.interrupted) return;
      const model = outcome.model!;
      await showPredictions(terminal, model, options.threads);
      terminal.say(nextSteps(outcome.out!, model));
    });
}

/** Settings that learn the shapes quickly; the article's need many more epochs. */
function demoTraining({ epochs, out, seed, threads, limitTrain, limitTest }: DemoOptions): TrainingOptions {
  return {
    network: 'alexnet-32',
    dataset: 'shapes',
    initialization: 'he',
    learningRate: 0.01,
    dropout: 0.2,
    weightDecay: 5e-4,
    batchSize: 16,
    logEvery: 250,
    epochs,
    seed,
    ...(out === undefined ? {} : { out }),
    ...(threads === undefined ? {} : { threads }),
    ...(limitTrain === undefined ? {} : { limitTrain }),
    ...(limitTest === undefined ? {} : { limitTest }),
  };
}

async function showPredictions(terminal: Terminal, path: string, threads: number | undefined): Promise<void> {
  const { loadModel } = await import('../training/modelFile.ts');
  const model = await loadModel(path);
  const test = generateShapes('test', { limit: shownImages });
  const classifier = await createClassifier(model, { engine: 'cpu', threads, batchSize: test.length });
  try {
    const images = Array.from({ length: test.length }, (_, i) =>
      planarImage(test.images, test, 3 * 32 * 32 * i),
    );
    images.forEach((image, i) => classifier.load(image, i));
    const predictions = await classifier.run(images.length);
    predictions.forEach((prediction, i) => tell(terminal, test, i, images[i]!, prediction));
  } finally {
    await classifier.close();
  }
}

/** One test image: what it is, what the network says, and the picture itself where the terminal can show it. */
function tell(
  terminal: Terminal,
  test: MemoryDataset,
  index: number,
  image: ImageView,
  prediction: Prediction,
): void {
  const label = test.classes[test.labels[index]!]!;
  const said = test.classes[prediction.index]!;
  const top = topClasses(prediction.probabilities, 3).map((i) => ({
    class: test.classes[i]!,
    probability: prediction.probabilities[i]!,
  }));
  terminal.emit({ type: 'prediction', index, label, class: said, top });
  const verdict = label === said ? 'right' : 'wrong';
  const lines = [
    `test image ${index}: a ${label}; the network says ${said}, ${verdict}`,
    ...predictionBars(top),
  ];
  terminal.print(`\n${besidePicture(terminal, fitPicture(terminal, image, pictureCells), lines)}`);
}

function nextSteps(out: string, model: string): string {
  const commands = [
    [`  npx alexnet test ${out}`, 'where it is right and wrong'],
    [`  npx alexnet info ${out}`, 'its layers'],
    ['  npx alexnet data fetch cifar10', 'get CIFAR-10, for the full AlexNet:'],
    ['  npx alexnet train --initialization he --limit-train 6400 --log-every 20', ''],
  ];
  return `\nThe model is saved: ${model}. Try next:\n${table(commands)}`;
}
