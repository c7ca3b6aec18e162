/** The images of a collection as a training takes them: those to learn from, and those held back. */
import { planarImage, type ImageSize } from '../../src/data/image.ts';
import { emptyLabels, type DatasetLabels } from '../../src/data/dataset.ts';
import type { PreparedReader } from '../../src/data/loaderFill.ts';
import { generateShapes, shapesClasses } from '../../src/data/shapes.ts';
import { holdBack, shares } from '../../src/data/split.ts';
import { alexnetError } from '../../src/errors.ts';
import type { CollectionIndex, ImageStore } from '../store/imageStore.ts';

/** Images with labels, all of them or those in `indices`. */
export interface LabelledImages {
  readonly dataset: { readonly length: number; readonly labels: DatasetLabels };
  readonly indices?: Uint32Array;
  readonly images: PreparedReader;
}

export interface TrainingImages extends ImageSize {
  readonly name: string;
  readonly classes: readonly string[];
  readonly train: LabelledImages;
  readonly test: LabelledImages;
  /** Another one when images have changed. */
  readonly fingerprint: string;
}

/** Id of the built-in collection. */
export const shapesId = 'shapes';

/** Share of every class that is held back, and the seed that chooses. */
const testShare = 0.2;
const splitSeed = 0;

let drawnShapes: TrainingImages | undefined;

/** The built-in images, drawn when they are first wanted. */
export function shapesImages(): TrainingImages {
  drawnShapes ??= drawShapes();
  return drawnShapes;
}

function drawShapes(): TrainingImages {
  const part = (split: 'train' | 'test'): LabelledImages & ImageSize => {
    const dataset = generateShapes(split);
    const { images, height, width } = dataset;
    const bytes = 3 * height * width;
    const read: PreparedReader['read'] = (index) => {
      return { image: planarImage(images, { height, width }, index * bytes), done: 0 };
    };
    return { dataset, images: { read, close() {} }, height, width };
  };
  const [train, test] = [part('train'), part('test')];
  const { height, width } = train;
  return { name: shapesId, classes: shapesClasses, train, test, height, width, fingerprint: shapesId };
}

/** How many images of each class are held back, of so many: one at least, where two are there. */
export function heldImages(sizes: readonly number[]): number[] {
  const all = sizes.reduce((sum, size) => sum + size, 0);
  const counts = shares(sizes, testShare, Math.round(testShare * all));
  return counts.map((count, i) => (sizes[i]! < 2 ? 0 : Math.max(1, count)));
}

/** Labels of all images, class after class, as records. */
function labelled({ classes }: CollectionIndex): {
  readonly records: Uint32Array;
  readonly labels: DatasetLabels;
} {
  const records = Uint32Array.from(classes.flatMap((own) => own.records));
  const labels = emptyLabels(records.length, classes.length);
  let at = 0;
  classes.forEach((own, label) => {
    labels.fill(label, at, at + own.records.length);
    at += own.records.length;
  });
  return { records, labels };
}

/** Reads an image at a time from storage. Throws ALEX_STUDIO_FEW_IMAGES. */
export function collectionImages(store: ImageStore): TrainingImages {
  const { index, id } = store;
  // A class of which all images were taken away.
  const filled = { ...index, classes: index.classes.filter(({ records }) => records.length > 0) };
  checkEnough(filled);
  const { records, labels } = labelled(filled);
  const classes = filled.classes.map(({ name }) => name);
  const dataset = { length: records.length, labels, classes };
  const { kept, held } = holdBack(dataset, heldImages, splitSeed);
  const size = { height: index.side, width: index.side };
  const images: PreparedReader = {
    read: (at) => ({ image: planarImage(store.read(records[at]!), size), done: 0 }),
    close() {},
  };
  return {
    ...size,
    name: index.name,
    classes,
    train: { dataset, indices: kept, images },
    test: { dataset, indices: held, images },
    fingerprint: `${id} ${index.revision}`,
  };
}

function checkEnough({ name, classes }: CollectionIndex): void {
  const few = (problem: string): Error => alexnetError('ALEX_STUDIO_FEW_IMAGES', { name, problem });
  if (classes.length < 2)
    throw few(`it has ${classes.length === 1 ? 'images of one class only' : 'no images'}`);
  const small = classes.find(({ records }) => records.length < 2);
  if (small) throw few(`class "${small.name}" has one image`);
}

/** How many images a part has. */
export function imageCount({ dataset, indices }: LabelledImages): number {
  return indices?.length ?? dataset.length;
}
