import type { ImageView } from '../data/image.ts';
import { encodePng, type RgbImage } from '../data/images/encodePng.ts';
import { resize } from '../data/resize.ts';
import { imagePicture } from '../explain/pictures.ts';
import type { PagePicture } from './page.ts';

/** Longer side of an image in a report, in its own pixels: what is larger takes too many bytes. */
export const mostSide = 48;
/** On the page. */
const shownSide = 96;

export interface Caption {
  /** For who cannot see the picture. */
  readonly description: string;
  readonly caption?: string;
}

/** An image made so small that many of them go into a page. */
export function small(image: ImageView, side = mostSide): ImageView {
  const { height, width } = image;
  const scale = side / Math.max(height, width);
  if (scale >= 1) return image;
  return resize(image, {
    height: Math.max(1, Math.round(height * scale)),
    width: Math.max(1, Math.round(width * scale)),
  });
}

/** A picture at the size that small images have on the page. */
export function shownPicture(picture: RgbImage, caption: Caption): PagePicture {
  const width = Math.round((shownSide * picture.width) / Math.max(picture.width, picture.height));
  return { png: encodePng(picture), width: Math.max(1, width), ...caption };
}

/** An image of a data set. */
export function thumbnail(image: ImageView, caption: Caption): PagePicture {
  return shownPicture(imagePicture(small(image)), caption);
}
