/**
 * What the studio's recipes make of small collections: `npx node bench/web/recipes.ts [DATA_FOLDER] [NETWORK...]`. Trains
 * with this machine's fastest engine on a few classes, tests on images that are in no collection, and prints the accuracy
 * of three seeds and the time of one.
 */
import { loadDataset } from '../../src/data/datasets.ts';
import { emptyLabels, type MemoryDataset } from '../../src/data/dataset.ts';
import { sharedBytes } from '../../src/data/sharedBytes.ts';
import { createEngine } from '../../src/engine/create.ts';
import { train } from '../../src/training/train.ts';
import { studioConfig, studioRecipes } from '../../web/worker/recipes.ts';
import { tableLine } from '../print.ts';

const [dataDir, ...given] = process.argv.slice(2);
const networks = given.length > 0 ? given : ['alexnet-32-bn', 'alexnet-32', '80sec'];
const recipes = Object.keys(studioRecipes) as (keyof typeof studioRecipes)[];
const seeds = [0, 1, 2];

/** The first images of the first classes. */
function some(dataset: MemoryDataset, classCount: number, imagesOfClass: number): MemoryDataset {
  const places = Array.from(dataset.labels, (label, at) => ({ label, at }));
  const wanted = Array.from({ length: classCount }, (_, label) =>
    places.filter((one) => one.label === label).slice(0, imagesOfClass),
  ).flat();
  const bytes = 3 * dataset.height * dataset.width;
  const images = new Uint8Array(sharedBytes(wanted.length * bytes));
  const labels = emptyLabels(wanted.length, classCount);
  wanted.forEach(({ at, label }, i) => {
    images.set(dataset.images.subarray(at * bytes, (at + 1) * bytes), i * bytes);
    labels[i] = label;
  });
  const classes = dataset.classes.slice(0, classCount);
  return { ...dataset, classes, length: wanted.length, images, labels };
}

interface Case {
  readonly name: 'shapes' | 'cifar10';
  readonly classes: number;
  readonly imagesOfClass: number;
}

const cases: readonly Case[] = [
  { name: 'shapes', classes: 3, imagesOfClass: 30 },
  { name: 'shapes', classes: 10, imagesOfClass: 100 },
  ...(dataDir === undefined
    ? []
    : ([
        { name: 'cifar10', classes: 3, imagesOfClass: 50 },
        { name: 'cifar10', classes: 4, imagesOfClass: 300 },
      ] as const)),
];

const engine = await createEngine('cpu');
console.log(tableLine(['data', 'network', 'recipe', 'epochs', 'batch', 'accuracy of 3 seeds', 's']));
for (const { name, classes, imagesOfClass } of cases) {
  const options = { dataDir: dataDir ?? undefined };
  const [trained, tested] = [
    some(await loadDataset(name, { ...options, split: 'train' }), classes, imagesOfClass),
    some(await loadDataset(name, { ...options, split: 'test' }), classes, 200),
  ];
  for (const network of networks) {
    for (const recipe of recipes) {
      const accuracies: string[] = [];
      let seconds = 0;
      let told = ['', ''];
      for (const seed of seeds) {
        const request = { name, collection: name, network, recipe, seed };
        const config = studioConfig(request, trained.length);
        told = [`${config.epochs}`, `${config.batchSize}`];
        const from = performance.now();
        const { result } = await train(
          {
            ...config,
            augment: config.augment ?? null,
            evaluateEvery: config.epochs,
            out: false,
            dataset: { train: trained, test: tested },
          },
          { engine },
        );
        seconds = (performance.now() - from) / 1000;
        accuracies.push(result!.accuracy.toFixed(3));
      }
      const data = `${name}, ${classes} × ${imagesOfClass}`;
      console.log(tableLine([data, network, recipe, ...told, accuracies.join(' '), seconds.toFixed(1)]));
    }
  }
}
