/** A few drawn images of a few classes, as a collection of the studio and as files that are dropped on it. */
import { emptyLabels, type MemoryDataset } from '../../src/data/dataset.ts';
import { encodePng } from '../../src/data/images/encodePng.ts';
import { generateShapes } from '../../src/data/shapes.ts';
import { sharedBytes } from '../../src/data/sharedBytes.ts';

export const side = 32;
export const imageBytes = 3 * side * side;
/** Of the drawn set, images of its first classes. */
const classCount = 4;
export const classSize = 8;

/** As the studio keeps a collection: class after class. */
function smallSet(): MemoryDataset {
  const drawn = generateShapes('train', { limit: 10 * classSize });
  const length = classCount * classSize;
  const images = new Uint8Array(sharedBytes(length * imageBytes));
  const classes = drawn.classes.slice(0, classCount);
  const labels = emptyLabels(length, classCount);
  for (let at = 0; at < length; at++) {
    const label = Math.floor(at / classSize);
    const from = (10 * (at % classSize) + label) * imageBytes;
    images.set(drawn.images.subarray(from, from + imageBytes), at * imageBytes);
    labels[at] = label;
  }
  return { name: 'mine', split: 'train', classes, length, labels, images, height: side, width: side };
}

export const dataset = smallSet();

/** Its images as a person would drop them: names, classes, and files in base 64. */
export function droppedFiles(): { class: string; name: string; png: string }[] {
  const plane = side * side;
  return Array.from({ length: dataset.length }, (_, at) => {
    const data = new Uint8Array(imageBytes);
    for (let i = 0; i < plane; i++) {
      for (let c = 0; c < 3; c++) data[3 * i + c] = dataset.images[at * imageBytes + c * plane + i]!;
    }
    const png = Buffer.from(encodePng({ data, height: side, width: side })).toString('base64');
    return { class: dataset.classes[dataset.labels[at]!]!, name: `${at}.png`, png };
  });
}
