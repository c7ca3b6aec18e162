import type { Pixels } from '../../parts/PixelCanvas.tsx';

/** Longest side that is kept of a photograph: steps show it far smaller. */
const longest = 512;

/** Decodes an image as the browser does, smaller where it is large; rejects where it is none that the browser knows. */
export async function readPhoto(file: Blob): Promise<Pixels & { readonly data: Uint8Array }> {
  const bitmap = await createImageBitmap(file);
  const share = Math.min(1, longest / Math.max(bitmap.width, bitmap.height));
  const width = Math.max(1, Math.round(bitmap.width * share));
  const height = Math.max(1, Math.round(bitmap.height * share));
  const context = new OffscreenCanvas(width, height).getContext('2d')!;
  // Transparent parts become white, as on paper.
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  const { data: rgba } = context.getImageData(0, 0, width, height);
  const data = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i++) data.set(rgba.subarray(4 * i, 4 * i + 3), 3 * i);
  return { data, height, width };
}
