/** A picture of what augmentation does: a row an image, first as it is, then as epochs of a training would give it. */
import { channels, type ImageSize, type ImageView } from '../image.ts';
import { sharedImageBuffer } from '../imageBuffer.ts';
import { blankCanvas, drawImage } from '../images/canvas.ts';
import type { RgbImage } from '../images/encodePng.ts';
import { resize } from '../resize.ts';
import { imageTransform } from '../transformImage.ts';
import { outputSize, type TransformStep } from '../transforms.ts';
import { visiblePixels } from '../visiblePixels.ts';

export interface ContactSheetOptions {
  readonly transforms: readonly TransformStep[];
  readonly seed: number;
  /** Columns after the first. */
  readonly epochs: number;
}

/** One image of a data set. */
export interface SheetRow {
  readonly image: ImageView;
  /** In the data set. */
  readonly index: number;
}

/** Pixels of a cell that small images are magnified to. */
const cellPixels = 96;
const gap = 4;
/** Between the image as it is and its variants. */
const firstGap = 16;
const background = 245;
/** Around an image that does not fill its cell. */
const frame = 225;

/**
 * Draws the sheet. Variants are the very images that a training with this seed sees in those epochs, with normalize
 * undone. Images smaller than 96 pixels are magnified by a whole number, so that their pixels can be told apart.
 */
export function contactSheet(rows: readonly SheetRow[], options: ContactSheetOptions): RgbImage {
  const { transforms, seed, epochs } = options;
  const side = outputSize(transforms, rows[0]!.image);
  const scale = Math.max(1, Math.floor(cellPixels / Math.max(side.height, side.width)));
  const cell = { height: side.height * scale, width: side.width * scale };
  const sheet = blankCanvas(
    {
      width: (epochs + 1) * (cell.width + gap) + firstGap,
      height: rows.length * (cell.height + gap) + gap,
    },
    background,
  );
  const transform = imageTransform(transforms, seed);
  const target = sharedImageBuffer([1, channels, side.height, side.width]);
  rows.forEach(({ image, index }, row) => {
    const top = gap + row * (cell.height + gap);
    drawFrame(sheet, top, gap, cell);
    drawCentred(sheet, top, gap, fitted(image, side), cell);
    for (let epoch = 0; epoch < epochs; epoch++) {
      transform(image, target, 0, { epoch, index });
      const left = cell.width + gap + firstGap + epoch * (cell.width + gap);
      drawCentred(sheet, top, left, visiblePixels(target, 0, transforms), cell);
    }
  });
  return sheet;
}

/** The whole image, made smaller where it is larger than its place. */
function fitted(image: ImageView, place: ImageSize): ImageView {
  const share = Math.min(1, place.height / image.height, place.width / image.width);
  if (share === 1) return image;
  const height = Math.max(1, Math.round(image.height * share));
  const width = Math.max(1, Math.round(image.width * share));
  return resize(image, { height, width });
}

function drawFrame(sheet: RgbImage, top: number, left: number, { height, width }: ImageSize): void {
  for (let y = top; y < top + height; y++) {
    const from = channels * (y * sheet.width + left);
    sheet.data.fill(frame, from, from + channels * width);
  }
}

/** Draws an image in the middle of its cell, magnified by the largest whole number that fits. */
function drawCentred(sheet: RgbImage, top: number, left: number, image: ImageView, cell: ImageSize): void {
  const scale = Math.floor(Math.min(cell.height / image.height, cell.width / image.width));
  const down = top + Math.floor((cell.height - image.height * scale) / 2);
  const across = left + Math.floor((cell.width - image.width * scale) / 2);
  drawImage(sheet, image, { top: down, left: across, scale });
}
