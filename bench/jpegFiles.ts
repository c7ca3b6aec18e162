/** JPEG files for measurements: soft fields of colour with grain, which compress about as photographs do. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Generator } from '../src/random/generator.ts';

let encoder: Promise<(image: object, options: object) => Promise<ArrayBuffer>> | undefined;

async function loadEncoder(): Promise<(image: object, options: object) => Promise<ArrayBuffer>> {
  const jpeg = await import('@jsquash/jpeg/encode.js');
  const path = fileURLToPath(import.meta.resolve('@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm'));
  await jpeg.init(await WebAssembly.compile(await readFile(path)));
  return jpeg.default as unknown as (image: object, options: object) => Promise<ArrayBuffer>;
}

/** A baseline file of quality 85. */
export async function encodeJpeg(width: number, height: number, random: Generator): Promise<Uint8Array> {
  encoder ??= loadEncoder();
  const encode = await encoder;
  const cell = 24;
  const columns = Math.ceil(width / cell) + 2;
  const field = Float64Array.from(
    { length: 3 * columns * (Math.ceil(height / cell) + 2) },
    () => 255 * random.uniform(),
  );
  const data = new Uint8ClampedArray(4 * width * height).fill(255);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const grain = 24 * (random.uniform() - 0.5);
      for (let c = 0; c < 3; c++)
        data[4 * (y * width + x) + c] = blended(field, columns, x / cell, y / cell, c) + grain;
    }
  }
  const options = { quality: 85, progressive: false, trellis_multipass: false, optimize_coding: true };
  return new Uint8Array(await encode({ data, width, height }, options));
}

/** Bilinear, between the four nearest values of one channel. */
function blended(field: Float64Array, columns: number, x: number, y: number, channel: number): number {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const at = (column: number, row: number): number => field[3 * (row * columns + column) + channel]!;
  const [h, v] = [x - left, y - top];
  const above = at(left, top) * (1 - h) + at(left + 1, top) * h;
  const below = at(left, top + 1) * (1 - h) + at(left + 1, top + 1) * h;
  return above * (1 - v) + below * v;
}
