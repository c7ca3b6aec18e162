import { Command } from 'commander';
import { augmentationNames, augmentations, parseAugment } from '../data/augmentation/named.ts';
import type { Dataset } from '../data/dataset.ts';
import type { RgbImage } from '../data/images/encodePng.ts';
import { loadDataset } from '../data/datasets.ts';
import { datasetNames } from '../data/locateDataset.ts';
import type { TransformStep } from '../data/transforms.ts';
import type { TrainingConfig } from '../training/trainingOptions.ts';
import { preprocessings, type Preprocessing } from '../training/preprocessings.ts';
import { recipeNames, type RecipeName } from '../training/recipes/recipeNames.ts';
import type { ImageSet } from '../training/trainingData.ts';
import { foundDatasets } from './foundDatasets.ts';
import { printPicture } from './images/picture.ts';
import { oneOf, readers, whole } from './options.ts';
import { createTerminal, type Terminal } from './terminal.ts';
import { table } from './text.ts';

interface PreviewOptions {
  readonly augment?: readonly string[];
  readonly preprocess?: Preprocessing;
  readonly recipe?: RecipeName;
  readonly config?: string;
  readonly size?: number;
  readonly count: number;
  readonly epochs: number;
  readonly seed?: number;
  readonly out?: string;
  readonly dataDir?: string;
  readonly json?: boolean;
  readonly color?: boolean;
}

const about = `Draws a contact sheet of augmentation: a row an image, first as it is, then as each epoch gives it.

The variants are the very images that a training with this seed sees. Normalization is undone in the picture,
and the pixels of small images are magnified.

--augment takes a list of names, each with a number or without (name=N; its default in parentheses):
${table(augmentationNames.map((name) => [`  ${name}`, augmentations[name]]))}`;

/** So that there is something to see. */
const usualAugment = ['pad-crop', 'flip', 'color'];

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
    .option(
      '--augment <list>',
      `what to do to the images (default: ${usualAugment.join(',')}, or the recipe's)`,
      parseAugment,
    )
    .option(
      '--recipe <name>',
      `as this recipe does it: ${recipeNames.join(', ')}`,
      oneOf('--recipe', recipeNames),
    )
    .option('--config <file>', 'as this file of options does it')
    .option(
      '--preprocess <name>',
      `${preprocessings.join(', ')} (default: article, or the recipe's)`,
      oneOf('--preprocess', preprocessings),
    )
    .option(
      '--size <n>',
      "side of the network's input (default: the recipe's network's, that of the images, or 224)",
      whole('--size', 1, 4096),
    )
    .option('--count <n>', 'images to show', whole('--count', 1, 100), 8)
    .option('--epochs <n>', 'variants of each', whole('--epochs', 1, 50), 7)
    .option('--seed <n>', 'of the training (default: 0)', readers.seed)
    .option('--out <file>', 'where to write the picture (default: DATASET-preview.png)')
    .option('--data-dir <dir>', 'where to look for data sets')
    .addHelpText(
      'after',
      '\nExamples:\n  $ alexnet data preview\n  $ alexnet data preview shapes --augment pad-crop,flip,color=0.2,cutout --out sheet.png\n  $ alexnet data preview cifar10 --recipe paper\n  $ alexnet data preview cifar10 --size 224 --augment crop,flip,pca',
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
  const { newConfig } = await import('../training/configFile.ts');
  const { trainingTransforms } = await import('../training/preprocess.ts');
  const { size, count, out: _out, epochs: _epochs, json: _json, color: _color, ...training } = options;
  const isRecipe = options.recipe !== undefined || options.config !== undefined;
  const config = await newConfig({
    ...(!isRecipe && { augment: usualAugment }),
    ...training,
    ...namedDataset(given, options),
  });
  const onNotice = (message: string): void => terminal.say(`note: ${message}`);
  const images = await trainingImages(config, isRecipe, onNotice);
  const { dataset } = images;
  const side = size ?? (isRecipe ? await networkSide(config) : imageSide(dataset));
  const { train } = await trainingTransforms(config, {
    ...images,
    side,
    workers: config.workers,
    onBadImage: config.onBadImage,
  });
  const indices = oneOfEachClass(images, count);
  await drawSheet(terminal, { dataset, indices, train, config, options });
}

/** The data set that is asked for; else the recipe's, or CIFAR-10 where it is found. */
function namedDataset(
  given: string | undefined,
  { recipe, config, dataDir }: PreviewOptions,
): { readonly dataset?: string } {
  if (given !== undefined) return { dataset: given };
  return recipe === undefined && config === undefined ? { dataset: usualDataset(dataDir) } : {};
}

/** Without those that a recipe holds back for validation. */
async function trainingImages(
  config: TrainingConfig,
  isRecipe: boolean,
  onNotice: (message: string) => void,
): Promise<ImageSet> {
  if (isRecipe) {
    const { loadTrainingData } = await import('../training/trainingData.ts');
    return (await loadTrainingData({}, config, { onNotice })).train;
  }
  const { dataset: name, dataDir } = config;
  return { dataset: await loadDataset(name, { split: 'train', dataDir, onNotice, onBadImage: 'skip' }) };
}

function imageSide(dataset: Dataset): number {
  return 'images' in dataset ? Math.min(dataset.height, dataset.width) : usualSide;
}

async function networkSide({ network }: TrainingConfig): Promise<number> {
  if (typeof network === 'object') return network.input.height;
  if (network === undefined) return usualSide;
  const { findNetwork } = await import('./findNetwork.ts');
  return (await findNetwork(network, undefined, 2)).input.height;
}

function usualDataset(dataDir: string | undefined): string {
  const cifar10 = foundDatasets(dataDir).find((dataset) => dataset.name === 'cifar10');
  return cifar10?.path === undefined ? 'shapes' : 'cifar10';
}

/** Indices of the first images of each class, then of the second ones, and so on; in that order. */
function oneOfEachClass({ dataset: { labels, classes }, indices }: ImageSet, count: number): number[] {
  const turns = new Uint32Array(classes.length);
  const found = Array.from(indices ?? labels.keys(), (index) => {
    const label = labels[index]!;
    return { index, label, turn: turns[label]!++ };
  });
  found.sort((a, b) => a.turn - b.turn || a.label - b.label);
  return found.slice(0, count).map(({ index }) => index);
}

interface Sheet {
  readonly dataset: Dataset;
  readonly indices: readonly number[];
  readonly train: readonly TransformStep[];
  readonly config: TrainingConfig;
  readonly options: PreviewOptions;
}

async function drawSheet(terminal: Terminal, drawn: Sheet): Promise<void> {
  const { dataset, indices, train: transforms, config, options } = drawn;
  const { contactSheet, sheetRows } = await import('../data/augmentation/contactSheet.ts');
  const { encodePng } = await import('../data/images/encodePng.ts');
  const { writeAtomically } = await import('../formats/atomicFile.ts');
  const rows = await sheetRows(dataset, indices);
  const sheet = contactSheet(rows, { seed: config.seed, groups: [{ transforms, epochs: options.epochs }] });
  const out = options.out ?? `${dataset.name}-preview.png`;
  const png = encodePng(sheet);
  await writeAtomically(out, (writeBytes) => writeBytes(png));
  await tell(terminal, drawn, out, sheet);
}

async function tell(
  terminal: Terminal,
  { dataset, indices, train, config, options }: Sheet,
  file: string,
  sheet: RgbImage,
): Promise<void> {
  const { describeTransforms } = await import('../data/describeTransforms.ts');
  const { seed, augment = [] } = config;
  const { epochs } = options;
  const rows = indices.map((index) => ({ index, class: dataset.classes[dataset.labels[index]!]! }));
  const { width, height } = sheet;
  terminal.emit({
    file,
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
  printPicture(terminal, sheet);
  terminal.print(`${file} is written, ${width} × ${height} pixels.`);
}
