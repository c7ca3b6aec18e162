import { Command } from 'commander';
import { viewCounts, type Averaging } from '../data/augmentation/views.ts';
import type { EngineName } from '../engine/engine.ts';
import { AlexnetError, alexnetError } from '../errors.ts';
import { averageOption, noteOnCrops } from './averageOption.ts';
import { createClassifier, type Classifier, type Prediction } from './classifier.ts';
import { modelFile } from './modelPath.ts';
import { readers, whole } from './options.ts';
import { besidePicture, fitPicture, type Picture } from './images/picture.ts';
import { readImage } from './readImage.ts';
import { createTerminal, type Terminal } from './terminal.ts';
import { bar, displayWidth, padded, percent } from './text.ts';
import { topClasses } from '../training/topClasses.ts';

interface PredictOptions {
  readonly top: number;
  readonly threads?: number;
  readonly engine: EngineName;
  readonly average: Averaging;
  readonly json?: boolean;
}

const about = `Says what images show: PNG, JPEG, WebP, GIF (its first picture) or BMP, of any size.

An image is turned upright by its EXIF orientation; transparency is dropped, as Pillow's convert('RGB') does.
Then come the model's own transforms. A network takes a square: of an image that is none, the shorter side is
resized and the middle square is used.
An image that cannot be read is reported and passed over; the exit code is 1 at the end.`;

/** Most images, or views of images, that go through the network together. */
const mostAtOnce = 16;

/** Of an image's picture beside its classes. */
export const pictureCells = { columns: 24, rows: 8 };

/** `alexnet predict`. */
export function predictCommand(): Command {
  return new Command('predict')
    .summary('say what images show')
    .description(about)
    .argument('<model>', 'a model file, or the folder of a training run')
    .argument('<images...>', 'image files')
    .option('--top <k>', 'classes to show an image', whole('--top', 1, 1000), 5)
    .addOption(averageOption())
    .option('--threads <n>', 'threads of the engine (default: one a processor)', readers.threads)
    .option('--engine <name>', 'cpu, x64, wasm or reference', readers.engine, 'cpu')
    .addHelpText(
      'after',
      '\nExamples:\n  $ alexnet predict runs/alexnet-32-shapes cat.jpg dog.png\n  $ alexnet predict model.safetensors *.jpg --top 1 --json',
    )
    .action(async (path: string, images: string[], _: unknown, command: Command) => {
      await predict(path, images, command.optsWithGlobals<PredictOptions>());
    });
}

async function predict(path: string, files: readonly string[], options: PredictOptions): Promise<void> {
  const terminal = createTerminal(options.json === true);
  const { loadModel } = await import('../training/modelFile.ts');
  const model = await loadModel(await modelFile(path));
  const { average: averaging } = options;
  await noteOnCrops(terminal, model, averaging);
  const atOnce = Math.ceil(mostAtOnce / viewCounts[averaging]);
  const batchSize = Math.min(atOnce, files.length);
  const classifier = await createClassifier(model, { ...options, averaging, batchSize });
  const failed: string[] = [];
  try {
    for (let at = 0; at < files.length; at += batchSize) {
      for (const outcome of await predictBatch(terminal, classifier, files.slice(at, at + batchSize))) {
        if (outcome.error !== undefined) failed.push(outcome.file);
        tell(terminal, outcome, model.classes, options.top);
      }
    }
  } finally {
    await classifier.close();
  }
  if (failed.length > 0) throw alexnetError('ALEX_PREDICT_FAILED', { failed, total: files.length });
}

type Outcome =
  | {
      readonly file: string;
      readonly prediction: Prediction;
      readonly picture: Picture | undefined;
      readonly error?: undefined;
    }
  | { readonly file: string; readonly error: AlexnetError };

/** Classifies a batch of files; one that cannot be read does not keep the others back. */
async function predictBatch(
  terminal: Terminal,
  classifier: Classifier,
  files: readonly string[],
): Promise<Outcome[]> {
  const errors = new Map<string, AlexnetError>();
  const pictures = new Map<string, Picture | undefined>();
  let count = 0;
  for (const file of files) {
    try {
      const image = await readImage(file);
      classifier.load(image, count);
      pictures.set(file, fitPicture(terminal, image, pictureCells));
      count++;
    } catch (error) {
      if (!(error instanceof AlexnetError)) throw error;
      errors.set(file, error);
    }
  }
  const predictions = (await classifier.run(count)).values();
  return files.map((file) => {
    const error = errors.get(file);
    if (error !== undefined) return { file, error };
    return { file, prediction: predictions.next().value!, picture: pictures.get(file) };
  });
}

function tell(terminal: Terminal, outcome: Outcome, classes: readonly string[], top: number): void {
  const { file, error } = outcome;
  if (error !== undefined) {
    terminal.emit({ image: file, error: { code: error.code, message: error.message } });
    if (!terminal.json) terminal.say(error.message);
    return;
  }
  const { index, logits, probabilities } = outcome.prediction;
  const shown = topClasses(outcome.prediction.probabilities, top).map((i) => ({
    class: classes[i]!,
    probability: probabilities[i]!,
  }));
  terminal.emit({
    image: file,
    class: classes[index],
    probability: probabilities[index],
    top: shown,
    logits: [...logits],
  });
  const lines = [file, ...predictionBars(shown)];
  terminal.print(besidePicture(terminal, outcome.picture, lines));
}

/** One line a class: name, bar, share. */
export function predictionBars(
  shown: readonly { readonly class: string; readonly probability: number }[],
): string[] {
  const width = Math.max(...shown.map((line) => displayWidth(line.class)));
  return shown.map(
    (line) =>
      `  ${padded(line.class, width)} ${bar(line.probability, 30)} ${percent(line.probability).padStart(6)}`,
  );
}
