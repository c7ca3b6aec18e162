/** Images for tests of the studio: classes that a network tells apart after a few looks, drawn from a seed. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodePng } from '../../src/data/images/encodePng.ts';
import { createGenerator } from '../../src/random/generator.ts';
import { purposes } from '../../src/random/philox.ts';

const side = 40;

/** How a pixel is painted: 0 is the ground, 1 the figure. */
const figures = {
  disc: (x: number, y: number, size: number) => Math.hypot(x, y) < size,
  bars: (x: number) => Math.floor((x + side) / 5) % 2 === 0,
  cross: (x: number, y: number, size: number) => Math.min(Math.abs(x), Math.abs(y)) < size / 3,
} as const;

export type FigureName = keyof typeof figures;
export const figureNames = Object.keys(figures) as readonly FigureName[];

/** A PNG file's bytes: the figure at a place, in a size and in colours that the number gives. */
export function drawnPng(figure: FigureName, number: number): Uint8Array {
  const random = createGenerator(number, purposes.images, figureNames.indexOf(figure));
  const [left, top, size] = [random.uniform(), random.uniform(), random.uniform()];
  const ground = [0, 1, 2].map(() => 150 + 100 * random.uniform());
  const ink = [0, 1, 2].map(() => 10 + 80 * random.uniform());
  const data = new Uint8Array(3 * side * side);
  for (let i = 0; i < side * side; i++) {
    const x = (i % side) - side * (0.4 + 0.2 * left);
    const y = Math.floor(i / side) - side * (0.4 + 0.2 * top);
    const isFigure = figures[figure](x, y, 8 + 6 * size);
    data.set((isFigure ? ink : ground).map(Math.round), 3 * i);
  }
  return encodePng({ height: side, width: side, data });
}

/** A folder with a folder of so many PNG files for each figure. */
export function writeFigures(folder: string, names: readonly FigureName[], count: number): void {
  for (const name of names) {
    mkdirSync(join(folder, name), { recursive: true });
    for (let i = 0; i < count; i++) writeFileSync(join(folder, name, `${i}.png`), drawnPng(name, i));
  }
}
