/** Images of a data set, in memory or in files, for the loader and for whoever looks at them. */
import { cachedImages } from './cache/cachedImages.ts';
import type { PixelCache } from './cache/pixelCache.ts';
import type { Dataset } from './dataset.ts';
import { channels, planarImage, type ImageView } from './image.ts';
import { decodeImage } from './images/decodeImage.ts';
import type { EncodedImages } from './images/encodedImages.ts';
import { encodedReader, imageName } from './images/readEncoded.ts';
import type { PreparedReader } from './loaderFill.ts';

/** Where a loader thread gets images from; everything large in it is shared memory. */
export type ImageSource =
  | {
      /** Planes, [length, 3, height, width]. */
      readonly images: Uint8Array;
      readonly height: number;
      readonly width: number;
    }
  | { readonly encoded: EncodedImages; readonly cache?: PixelCache | undefined };

/** What loader threads need of a data set. */
export function imageSource(dataset: Dataset): ImageSource {
  if ('encoded' in dataset) return { encoded: dataset.encoded };
  const { images, height, width } = dataset;
  return { images, height, width };
}

/** Reads images from the cache where there is one and they are in it. */
export function preparedReader(source: ImageSource): PreparedReader {
  if (!('encoded' in source)) {
    const record = recordReader(source);
    return { read: (index) => ({ image: record(index), done: 0 }), close: () => {} };
  }
  const files = encodedReader(source.encoded);
  const nameOf = (index: number): string => imageName(source.encoded, index);
  const decode = (index: number): Promise<ImageView> => decodeImage(files.read(index), nameOf(index));
  if (source.cache === undefined) {
    return {
      read: async (index) => ({ image: await decode(index), done: 0 }),
      nameOf,
      close: () => files.close(),
    };
  }
  const cache = cachedImages(source.cache);
  const done = source.cache.steps.length;
  return {
    nameOf,
    async read(index) {
      const kept = cache.read(index);
      if (kept !== undefined) return { image: kept, done };
      const decoded = await decode(index);
      const added = cache.add(index, decoded);
      return added === undefined ? { image: decoded, done: 0 } : { image: added, done };
    },
    close() {
      files.close();
      cache.close();
    },
  };
}

/** Makes the function that gives an image of a data set, as it is. That of a file may throw ALEX_IMAGE_… errors. */
export function imageReader(source: ImageSource): (index: number) => ImageView | Promise<ImageView> {
  return 'encoded' in source ? decoder(source.encoded) : recordReader(source);
}

function recordReader({
  images,
  height,
  width,
}: Extract<ImageSource, { images: Uint8Array }>): (index: number) => ImageView {
  const imageBytes = channels * height * width;
  return (index) => planarImage(images, { height, width }, index * imageBytes);
}

function decoder(images: EncodedImages): (index: number) => Promise<ImageView> {
  const reader = encodedReader(images);
  return (index) => decodeImage(reader.read(index), imageName(images, index));
}
