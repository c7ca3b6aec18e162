/** A picture of what augmentation does: a row an image, first as it is, then as epochs of a training would give it. */
import type { Dataset } from '../dataset.ts';
import { channels, type ImageSize, type ImageView } from '../image.ts';
import { sharedImageBuffer } from '../imageBuffer.ts';
import { blankCanvas, drawImage } from '../images/canvas.ts';
import type { RgbImage } from '../images/encodePng.ts';
import { imageReader, imageSource } from '../imageSource.ts';
import { resize } from '../resize.ts';
import { imageTransform } from '../transformImage.ts';
import { outputSize, type TransformStep } from '../transforms.ts';
import { visiblePixels } from '../visiblePixels.ts';

/** Columns that one way of augmenting has, one an epoch. */
export interface SheetGroup {
  readonly transforms: readonly TransformStep[];
  readonly epochs: number;
}

export interface ContactSheetOptions {
  readonly seed: number;
  /** Beside each other, with a gap before each. All make images of one size. */
  readonly groups: readonly SheetGroup[];
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
/** Between the image as it is and its variants, and between groups. */
const groupGap = 16;
const background = 245;
/** Around an image that does not fill its cell. */
const frame = 225;

/** These images of a data set. */
export async function sheetRows(dataset: Dataset, indices: readonly number[]): Promise<SheetRow[]> {
  const read = imageReader(imageSource(dataset));
  const rows: SheetRow[] = [];
  for (const index of indices) rows.push({ index, image: await read(index) });
  return rows;
}

/**
 * Draws the sheet. Variants are the very images that a training with this seed sees in those epochs, with normalize
 * undone. Images smaller than 96 pixels are magnified by a whole number, so that their pixels can be told apart.
 */
export function contactSheet(rows: readonly SheetRow[], { seed, groups }: ContactSheetOptions): RgbImage {
  const side = outputSize(groups[0]!.transforms, rows[0]!.image);
  const scale = Math.max(1, Math.floor(cellPixels / Math.max(side.height, side.width)));
  const cell = { height: side.height * scale, width: side.width * scale };
  const columns = groups.reduce((sum, { epochs }) => sum + epochs, 1);
  const sheet = blankCanvas(
    {
      width: columns * (cell.width + gap) + groups.length * groupGap,
      height: rows.length * (cell.height + gap) + gap,
    },
    background,
  );
  const target = sharedImageBuffer([1, channels, side.height, side.width]);
  const drawn = groups.map((group) => ({ ...group, transform: imageTransform(group.transforms, seed) }));
  rows.forEach(({ image, index }, row) => {
    const top = gap + row * (cell.height + gap);
    drawFrame(sheet, top, gap, cell);
    drawCentred(sheet, top, gap, fitted(image, side), cell);
    let left = cell.width + gap;
    for (const { transforms, transform, epochs } of drawn) {
      left += groupGap;
      for (let epoch = 0; epoch < epochs; epoch++) {
        transform(image, target, 0, { epoch, index });
        drawCentred(sheet, top, left, visiblePixels(target, 0, transforms), cell);
        left += cell.width + gap;
      }
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
