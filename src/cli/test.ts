import { Command } from 'commander';
import type { Averaging } from '../data/augmentation/views.ts';
import { loadDataset } from '../data/datasets.ts';
import { imageName } from '../data/images/readEncoded.ts';
import type { BadImagePolicy } from '../data/batches.ts';
import { datasetNames } from '../data/locateDataset.ts';
import type { EngineName } from '../engine/engine.ts';
import type { ResultEvent } from '../training/events.ts';
import type { Model } from '../training/modelDescription.ts';
import { averageOption, noteOnCrops } from './averageOption.ts';
import { modelFile } from './modelPath.ts';
import { readers, whole } from './options.ts';
import { createProgress } from './progress.ts';
import { createTerminal, type Terminal } from './terminal.ts';
import { percent } from './text.ts';
import { accuracyLine } from './trainingReport.ts';

interface TestOptions {
  readonly dataset?: string;
  readonly dataDir?: string;
  readonly limitTest?: number;
  readonly batchSize: number;
  readonly threads?: number;
  readonly workers: number;
  readonly engine: EngineName;
  readonly average: Averaging;
  readonly predictions?: string;
  readonly onBadImage?: BadImagePolicy;
  readonly json?: boolean;
}

/** `alexnet test`. */
export function testCommand(): Command {
  return new Command('test')
    .summary('accuracy of a model on a data set')
    .description(
      'Tests a model: top-1 and top-5 accuracy, mean loss, accuracy of each class, confusion matrix. Dropout is off.',
    )
    .argument('<model>', 'a model file, or the folder of a training run')
    .option(
      '--dataset <name>',
      `${datasetNames.join(', ')}, or a path: an image folder, a list (.csv, .jsonl), shards (.tar), CIFAR or idx files (default: what the model was trained on, or else cifar10)`,
    )
    .option('--data-dir <dir>', 'where to look for data sets')
    .option(
      '--on-bad-image <what>',
      'skip or refuse image files that are broken (default: refuse)',
      readers.badImage,
    )
    .option('--limit-test <n>', 'the first N images only', whole('--limit-test', 1, Number.MAX_SAFE_INTEGER))
    .option('--batch-size <n>', 'images at once', readers.batchSize, 32)
    .option('--threads <n>', 'threads of the engine (default: one a processor)', readers.threads)
    .option('--workers <n>', 'threads that load images ahead', readers.workers, 2)
    .option('--engine <name>', 'cpu, x64, wasm or reference', readers.engine, 'cpu')
    .addOption(averageOption())
    .option(
      '--predictions <file>',
      'write a JSON line an image: index, path of a file, label, predicted, logits',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ alexnet test runs/alexnet-32-shapes\n  $ alexnet test model.safetensors --predictions predictions.jsonl --json\n  $ alexnet test runs/alexnet-32-shapes --average ten-crop',
    )
    .action(async (path: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<TestOptions>();
      const terminal = createTerminal(options.json === true);
      await testFile(terminal, await modelFile(path), options);
    });
}

async function testFile(terminal: Terminal, path: string, options: TestOptions): Promise<void> {
  const { createEngine } = await import('../engine/create.ts');
  const { loadModel } = await import('../training/modelFile.ts');
  const { writeTextAtomically } = await import('../formats/atomicFile.ts');
  const { evaluateModel } = await import('../training/evaluateModel.ts');
  const { dataDir, limitTest: limit, batchSize, workers, threads, predictions } = options;
  const model = await loadModel(path);
  const onNotice = (message: string): void => terminal.say(`note: ${message}`);
  await noteOnCrops(terminal, model, options.average);
  const trained = trainingOf(model);
  const name = options.dataset ?? trained.dataset ?? 'cifar10';
  const onBadImage = options.onBadImage ?? trained.onBadImage;
  const given = { ...trained, onBadImage, dataDir, limit, onNotice };
  const dataset = await loadDataset(name, { ...given, split: 'test' });
  const engine = await createEngine(options.engine, { threads });
  const lines: string[] = [];
  const result = await evaluateModel(model, dataset, {
    engine,
    batchSize: Math.min(batchSize, dataset.length),
    workers,
    averaging: options.average,
    onBadImage,
    onSkipped: ({ problem }) => terminal.say(`left out: ${problem}`),
    onProgress: createProgress(terminal),
    onPrediction: (index, label, predicted, logits) => {
      if (predictions === undefined) return;
      const image = 'encoded' in dataset ? { image: imageName(dataset.encoded, index) } : {};
      lines.push(`${JSON.stringify({ index, ...image, label, predicted, logits: [...logits] })}\n`);
    },
  });
  terminal.drawLine('');
  await tell(terminal, result);
  // After the result is told: a folder that cannot be written to costs the file only.
  if (predictions !== undefined) await writeTextAtomically(predictions, lines.join(''));
}

interface DataOfTraining {
  readonly dataset?: string;
  readonly testFraction?: number;
  readonly splitSeed?: number;
  readonly onBadImage?: BadImagePolicy;
}

/** What the configuration that training leaves in a model file says of the data: the same split is tested on. */
function trainingOf({ details }: Model): DataOfTraining {
  const { training = {} } = details as { training?: Record<string, unknown> };
  const { dataset, testFraction, splitSeed, onBadImage } = training;
  return {
    ...(typeof dataset === 'string' ? { dataset } : {}),
    ...(typeof testFraction === 'number' ? { testFraction } : {}),
    ...(typeof splitSeed === 'number' ? { splitSeed } : {}),
    ...(onBadImage === 'skip' ? { onBadImage } : {}),
  };
}

async function tell(terminal: Terminal, result: ResultEvent): Promise<void> {
  const { classTable, confusionTable } = await import('./confusionTable.ts');
  terminal.emit(result);
  terminal.print(accuracyLine(result));
  terminal.print(
    `top-1 ${percent(result.accuracy)}, top-5 ${percent(result.top5)}, mean loss ${result.loss.toFixed(4)}\n`,
  );
  terminal.print(`${classTable(result)}\n`);
  terminal.print(confusionTable(result, terminal));
}
