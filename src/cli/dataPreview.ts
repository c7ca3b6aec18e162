import { Command } from 'commander';
import { augmentationNames, augmentations, parseAugment } from '../data/augmentation/named.ts';
import type { Dataset } from '../data/dataset.ts';
import { loadDataset } from '../data/datasets.ts';
import { datasetNames } from '../data/locateDataset.ts';
import type { TransformStep } from '../data/transforms.ts';
import { foundDatasets } from './foundDatasets.ts';
import { readers, whole } from './options.ts';
import { createTerminal, type Terminal } from './terminal.ts';
import { table } from './text.ts';

interface PreviewOptions {
  readonly augment: readonly string[];
  readonly size?: number;
  readonly count: number;
  readonly epochs: number;
  readonly seed: number;
  readonly out?: string;
  readonly dataDir?: string;
  readonly json?: boolean;
}

const about = `Draws a contact sheet of augmentation: a row an image, first as it is, then as each epoch gives it.

The variants are the very images that a training with this seed sees. Normalization is undone in the picture,
and the pixels of small images are magnified.

--augment takes a list of names, each with a number or without (name=N; its default in parentheses):
${table(augmentationNames.map((name) => [`  ${name}`, augmentations[name]]))}`;

/** Images that are neither of one size nor in memory are shown at this side. */
const usualSide = 224;

/** `alexnet data preview`. */
export function previewCommand(): Command {
  return new Command('preview')
    .summary('draw what augmentation does to images')
    .description(about)
    .argument(
      '[dataset]',
      `${datasetNames.join(', ')}, or the path of a data set (default: cifar10 where it is found, else shapes)`,
    )
    .option('--augment <list>', 'what to do to the images', parseAugment, ['pad-crop', 'flip', 'color'])
    .option(
      '--size <n>',
      "side of the network's input (default: that of the images, or 224)",
      whole('--size', 1, 4096),
    )
    .option('--count <n>', 'images to show', whole('--count', 1, 100), 8)
    .option('--epochs <n>', 'variants of each', whole('--epochs', 1, 50), 7)
    .option('--seed <n>', 'of the training', readers.seed, 0)
    .option('--out <file>', 'where to write the picture (default: DATASET-preview.png)')
    .option('--data-dir <dir>', 'where to look for data sets')
    .addHelpText(
      'after',
      '\nExamples:\n  $ alexnet data preview\n  $ alexnet data preview shapes --augment pad-crop,flip,color=0.2,cutout --out sheet.png\n  $ alexnet data preview cifar10 --size 224 --augment crop,flip,pca',
    )
    .action(async (dataset: string | undefined, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<PreviewOptions>();
      await preview(createTerminal(options.json === true), dataset, options);
    });
}

async function preview(
  terminal: Terminal,
  given: string | undefined,
  options: PreviewOptions,
): Promise<void> {
  const { augmentedTransforms } = await import('../data/augmentation/named.ts');
  const name = given ?? usualDataset(options.dataDir);
  const onNotice = (message: string): void => terminal.say(`note: ${message}`);
  const dataset = await loadDataset(name, { split: 'train', dataDir: options.dataDir, onNotice });
  const side = options.size ?? ('images' in dataset ? Math.min(dataset.height, dataset.width) : usualSide);
  const test = await testTransforms(side);
  const { train } = await augmentedTransforms(test, options.augment, { side, dataset });
  const indices = oneOfEachClass(dataset, options.count);
  const out = options.out ?? `${dataset.name}-preview.png`;
  const size = await writeSheet(out, dataset, indices, train, options);
  await tell(terminal, { dataset, indices, train, out, ...size, ...options });
}

function usualDataset(dataDir: string | undefined): string {
  const cifar10 = foundDatasets(dataDir).find((dataset) => dataset.name === 'cifar10');
  return cifar10?.path === undefined ? 'shapes' : 'cifar10';
}

async function testTransforms(side: number): Promise<readonly TransformStep[]> {
  const { squareTransforms } = await import('../data/images/squareTransforms.ts');
  const { articleTransforms } = await import('../data/transforms.ts');
  return squareTransforms(articleTransforms(side), side);
}

/** Indices of the first images of each class, then of the second ones, and so on; in that order. */
function oneOfEachClass({ labels, classes }: Dataset, count: number): number[] {
  const turns = new Uint32Array(classes.length);
  const found = Array.from(labels, (label, index) => ({ index, label, turn: turns[label]!++ }));
  found.sort((a, b) => a.turn - b.turn || a.label - b.label);
  return found.slice(0, count).map(({ index }) => index);
}

async function writeSheet(
  out: string,
  dataset: Dataset,
  indices: readonly number[],
  transforms: readonly TransformStep[],
  { seed, epochs }: PreviewOptions,
): Promise<{ readonly width: number; readonly height: number }> {
  const { contactSheet } = await import('../data/augmentation/contactSheet.ts');
  const { imageReader, imageSource } = await import('../data/loaderFill.ts');
  const { encodePng } = await import('../data/images/encodePng.ts');
  const { writeAtomically } = await import('../formats/atomicFile.ts');
  const read = imageReader(imageSource(dataset));
  const rows = [];
  for (const index of indices) rows.push({ index, image: await read(index) });
  const sheet = contactSheet(rows, { transforms, seed, epochs });
  const png = encodePng(sheet);
  await writeAtomically(out, (writeBytes) => writeBytes(png));
  return { width: sheet.width, height: sheet.height };
}

interface Told extends PreviewOptions {
  readonly dataset: Dataset;
  readonly indices: readonly number[];
  readonly train: readonly TransformStep[];
  readonly out: string;
  readonly width: number;
  readonly height: number;
}

async function tell(terminal: Terminal, told: Told): Promise<void> {
  const { dataset, indices, train, out, width, height, augment, seed, epochs } = told;
  const { describeTransforms } = await import('../data/describeTransforms.ts');
  const rows = indices.map((index) => ({ index, class: dataset.classes[dataset.labels[index]!]! }));
  terminal.emit({
    file: out,
    width,
    height,
    dataset: dataset.name,
    augment,
    seed,
    epochs,
    transforms: train,
    rows,
  });
  terminal.print(`${dataset.name}: ${describeTransforms(train)}`);
  terminal.print(
    `Columns: the image as it is, then epochs 1 to ${epochs} of a training with seed ${seed}. Rows:`,
  );
  terminal.print(table(rows.map((row, i) => [`  ${i + 1}`, row.class, `image ${row.index}`])));
  terminal.print(`${out} is written, ${width} × ${height} pixels.`);
}
