/** The collections of images: the built-in one, and a person's own. */
import { shapesClasses, shapesSizes } from '../../src/data/shapes.ts';
import { alexnetError, AlexnetError } from '../../src/errors.ts';
import type { CollectionIndex, ImageStore } from '../store/imageStore.ts';
import type { StudioStore } from '../store/studioStore.ts';
import { decodeSquare } from './decode.ts';
import { pixelsOf, squarePixels } from './pixels.ts';
import type { AddedImage, AddResult, CollectionInfo, Collections, Pixels, StudioError } from './protocol.ts';
import { asStudioError } from './studioErrors.ts';
import {
  collectionImages,
  heldImages,
  shapesId,
  shapesImages,
  type TrainingImages,
} from './trainingImages.ts';
import type { ImageView } from '../../src/data/image.ts';

export interface CollectionsOptions {
  readonly store: () => Promise<StudioStore>;
  /** Throws ALEX_STUDIO_IN_USE when a training reads this collection. */
  readonly checkUnused: (id: string, name: string) => void;
}

export interface OwnedCollections extends Collections {
  /** For a training. Throws ALEX_STUDIO_UNKNOWN, ALEX_STUDIO_FEW_IMAGES. */
  trainingImages(id: string): Promise<TrainingImages>;
  /** Throws ALEX_STUDIO_ADDING while images are being added. */
  checkSettled(id: string): void;
}

/** Images decoded and written together. */
const group = 64;
const longestName = 100;
const smallestSide = 8;
const largestSide = 512;

const shapesInfo: CollectionInfo = {
  id: shapesId,
  name: shapesId,
  builtIn: true,
  side: 32,
  classes: shapesClasses.map((name) => ({
    name,
    images: (shapesSizes.train + shapesSizes.test) / shapesClasses.length,
  })),
  testImages: shapesSizes.test,
};

function infoOf({ id, index: { name, side, classes } }: ImageStore): CollectionInfo {
  const counts = classes.map((own) => ({ name: own.name, images: own.records.length }));
  const held = heldImages(counts.map((own) => own.images));
  const testImages = held.reduce((sum, count) => sum + count, 0);
  return { id, name, builtIn: false, side, classes: counts, testImages };
}

export function createCollections({ store, checkUnused }: CollectionsOptions): OwnedCollections {
  /** Collections that images are being added to, once for each portion. */
  const growing: string[] = [];
  async function opened(id: string): Promise<ImageStore> {
    if (id === shapesId) throw alexnetError('ALEX_STUDIO_BUILT_IN', {});
    const { all } = (await store()).collections;
    const found = all.get(id);
    if (found) return found;
    throw alexnetError('ALEX_STUDIO_UNKNOWN', { what: 'collection', name: id, known: [...all.keys()] });
  }
  async function changed(
    id: string,
    change: (classes: CollectionIndex['classes']) => CollectionIndex['classes'],
  ): Promise<CollectionInfo> {
    const collection = await opened(id);
    checkUnused(id, collection.index.name);
    await collection.change(change);
    return infoOf(collection);
  }
  return {
    async list() {
      const { all } = (await store()).collections;
      return [shapesInfo, ...[...all.values()].map(infoOf)];
    },
    async create(name, { side }) {
      checkSide(side);
      return infoOf(await (await store()).collections.create(checkedName(name), side));
    },
    async add(id, images, onProgress) {
      const collection = await opened(id);
      checkUnused(id, collection.index.name);
      growing.push(id);
      try {
        return await addImages(collection, images, onProgress);
      } finally {
        growing.splice(growing.indexOf(id), 1);
      }
    },
    async images(id, { class: name, from, count }) {
      if (id === shapesId) return shapesOf(name, from, count);
      const collection = await opened(id);
      const { records } = classNamed(collection.index.classes, name);
      return records
        .slice(from, from + count)
        .map((record) => squarePixels(collection.read(record), collection.index.side));
    },
    renameClass: (id, from, to) =>
      changed(id, (classes) => {
        classNamed(classes, from);
        const name = checkedName(to);
        if (classes.some((own) => own.name === name && own.name !== from)) {
          throw alexnetError('ALEX_STUDIO_CLASS_NAME', { name });
        }
        return classes.map((own) => (own.name === from ? { ...own, name } : own));
      }),
    removeClass: (id, name) =>
      changed(id, (classes) => {
        const found = classNamed(classes, name);
        return classes.filter((own) => own !== found);
      }),
    removeImage: (id, { class: name, at }) =>
      changed(id, (classes) => {
        const found = classNamed(classes, name);
        return classes.map((own) =>
          own === found ? { ...own, records: own.records.filter((_, place) => place !== at) } : own,
        );
      }),
    async remove(id) {
      const collection = await opened(id);
      checkUnused(id, collection.index.name);
      await (await store()).collections.remove(id);
    },
    checkSettled(id) {
      if (growing.includes(id)) throw alexnetError('ALEX_STUDIO_ADDING', {});
    },
    trainingImages: async (id) => (id === shapesId ? shapesImages() : collectionImages(await opened(id))),
  };
}

function checkSide(side: number): void {
  if (Number.isInteger(side) && side >= smallestSide && side <= largestSide) return;
  const expected = `a whole number from ${smallestSide} to ${largestSide}`;
  throw alexnetError('ALEX_OPTION_VALUE', { option: 'side', value: side, expected });
}

/** Throws ALEX_STUDIO_CLASS_NAME. */
function checkedName(name: string): string {
  const trimmed = name.trim();
  if (trimmed === '' || trimmed.length > longestName) throw alexnetError('ALEX_STUDIO_CLASS_NAME', { name });
  return trimmed;
}

function classNamed(classes: CollectionIndex['classes'], name: string): CollectionIndex['classes'][number] {
  const found = classes.find((own) => own.name === name);
  if (found) return found;
  const known = classes.map((own) => own.name);
  throw alexnetError('ALEX_STUDIO_UNKNOWN', { what: 'class', name, known });
}

/** Images of the built-in collection, those for training. */
function shapesOf(name: string, from: number, count: number): Pixels[] {
  const { train, classes, height, width } = shapesImages();
  const label = classNamed(
    classes.map((own) => ({ name: own, records: [] })),
    name,
  );
  const wanted = classes.indexOf(label.name);
  const found: Pixels[] = [];
  let place = 0;
  for (let at = 0; at < train.dataset.length && found.length < count; at++) {
    if (train.dataset.labels[at] !== wanted) continue;
    if (place++ < from) continue;
    const { image } = train.images.read(at) as { image: ImageView };
    found.push(pixelsOf({ ...image, height, width }));
  }
  return found;
}

interface KeptImage {
  readonly class: string;
  readonly planes: Uint8Array;
}

/** Results in order, of work that begins as soon as one of the two before it is done. */
async function inPairs<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const line = async (): Promise<void> => {
    while (next < items.length) {
      const at = next++;
      results[at] = await work(items[at]!);
    }
  };
  await Promise.all([line(), line()]);
  return results;
}

/** Decodes and keeps a few at a time; what is broken is told and left out. */
async function addImages(
  collection: ImageStore,
  images: readonly AddedImage[],
  onProgress: ((done: number) => void) | undefined,
): Promise<AddResult> {
  const refused: (StudioError & { readonly name: string })[] = [];
  let added = 0;
  for (let first = 0; first < images.length; first += group) {
    // Two at a time: the browser decodes one while the other is resized.
    const results = await inPairs(
      images.slice(first, first + group),
      async ({ class: name, name: file, image }) => {
        try {
          const planes = await decodeSquare(image, collection.index.side, file);
          return { class: checkedName(name), planes };
        } catch (error) {
          if (!(error instanceof AlexnetError)) throw error;
          refused.push({ ...asStudioError(error), name: file });
          return undefined;
        }
      },
    );
    const decoded = results.filter((one): one is KeptImage => one !== undefined);
    if (decoded.length > 0) await collection.add(decoded);
    added += decoded.length;
    onProgress?.(Math.min(images.length, first + group));
  }
  return { added, refused };
}
