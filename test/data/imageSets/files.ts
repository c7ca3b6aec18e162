/** Folders of small images for tests. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after } from 'node:test';

/** A 24-bit BMP file whose pixels are all of one colour, red, green and blue. */
export function bmp(width: number, height: number, colour: readonly [number, number, number]): Buffer {
  const row = Math.ceil((3 * width) / 4) * 4;
  const file = Buffer.alloc(54 + row * height);
  file.write('BM', 'latin1');
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(54, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(height, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(24, 28);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) file.set(colour.toReversed(), 54 + y * row + 3 * x);
  }
  return file;
}

/** A folder that goes when the tests of the file are done. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'alexnet-images-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes files, by their paths from the folder; text is written as it is. */
export function writeFiles(folder: string, files: Readonly<Record<string, Uint8Array | string>>): void {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
}
