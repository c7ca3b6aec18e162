/** Pictures between the lines of a terminal. */
import { interleavedImage, type ImageSize, type ImageView } from '../../data/image.ts';
import { blankCanvas, drawImage } from '../../data/images/canvas.ts';
import { encodePng, type RgbImage } from '../../data/images/encodePng.ts';
import { resize } from '../../data/resize.ts';
import type { Terminal } from '../terminal.ts';
import { halfBlocks } from './halfBlocks.ts';
import { iterm2Image } from './iterm2.ts';
import { kittyImage } from './kitty.ts';
import { sixelImage } from './sixel.ts';

interface Cells {
  readonly columns: number;
  readonly rows: number;
}

/**
 * Pixels of a cell: that of the VT340, whose sizes terminals keep to that scale sixels; about that of others. A half block
 * is a pixel.
 */
const cellPixels = { width: 10, height: 20 };
const blockPixels = { width: 1, height: 2 };

/** An image in the size in which it is shown, and the cells that it takes. */
export interface Picture {
  readonly image: RgbImage;
  readonly cells: Cells;
}

/** The image in at most so many cells of this terminal; undefined where it shows none. Small pixels stay squares. */
export function fitPicture(terminal: Terminal, image: ImageView, most: Cells): Picture | undefined {
  if (terminal.images === 'none') return undefined;
  const pixels = terminal.images === 'blocks' ? blockPixels : cellPixels;
  const size = fittedSize(image, {
    width: Math.min(most.columns, terminal.columns - 1) * pixels.width,
    height: Math.min(most.rows, terminal.rows - 2) * pixels.height,
  });
  const shown = drawn(image, size);
  return {
    image: shown,
    cells: {
      columns: Math.ceil(shown.width / pixels.width),
      rows: Math.ceil(shown.height / pixels.height),
    },
  };
}

/** The largest size of the image's ratio in this one; a whole multiple of it where it grows. */
function fittedSize({ width, height }: ImageSize, most: ImageSize): ImageSize {
  const room = Math.min(most.width / width, most.height / height);
  const scale = room >= 1 ? Math.floor(room) : room;
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** The image in this size; where it grows, each pixel is a square of them. */
function drawn(image: ImageView, size: ImageSize): RgbImage {
  const canvas = blankCanvas(size, 0);
  const grows = size.height > image.height;
  const scale = grows ? size.height / image.height : 1;
  drawImage(canvas, grows ? image : resize(image, size), { top: 0, left: 0, scale });
  return canvas;
}

/** Lines of text for `print`, with the picture to their left, or over them where a terminal may not go back to it. */
export function besidePicture(
  terminal: Terminal,
  picture: Picture | undefined,
  lines: readonly string[],
): string {
  if (picture === undefined) return lines.join('\n');
  const { image, cells } = picture;
  switch (terminal.images) {
    case 'blocks': {
      const rows = halfBlocks(image, terminal.colorDepth);
      const empty = ' '.repeat(image.width);
      const all = Array.from({ length: Math.max(rows.length, lines.length) }, (_, i) => i);
      return all.map((i) => `${rows[i] ?? empty}  ${lines[i] ?? ''}`.trimEnd()).join('\n');
    }
    case 'kitty':
      return reserved(kittyImage(encodePng(image), cells.rows), cells, lines);
    case 'iterm2':
      return reserved(iterm2Image(encodePng(image), cells), cells, lines);
    default:
      return [sixelImage(image), ...lines].join('\n');
  }
}

/** Prints a picture as large as there is room; nothing where the terminal shows none. */
export function printPicture(terminal: Terminal, image: RgbImage): void {
  const picture = fitPicture(terminal, interleavedImage(image.data, image), terminal);
  if (picture !== undefined) terminal.print(besidePicture(terminal, picture, []));
}

/** How much wider than reckoned a picture of given height is where cells are narrower than half their height. */
const widestCells = 1.2;

/**
 * Makes room first, so that nothing scrolls while the picture is drawn, and comes back to where it began (DECSC and DECRC)
 * whatever the terminal does to its cursor.
 */
function reserved(drawn: string, { columns, rows }: Cells, lines: readonly string[]): string {
  const column = Math.ceil(columns * widestCells) + 3;
  const count = Math.max(rows, lines.length);
  const text = Array.from({ length: count }, (_, i) =>
    lines[i] === undefined ? '' : `\x1b[${column}G${lines[i]}`,
  );
  return `${'\n'.repeat(count)}\x1b[${count}A\x1b7${drawn}\x1b8${text.join('\n')}`;
}
