export type ImageFormat = 'png' | 'jpeg' | 'webp' | 'gif' | 'bmp';

function startsWith(bytes: Uint8Array, magic: string, offset = 0): boolean {
  if (bytes.length < offset + magic.length) return false;
  for (let i = 0; i < magic.length; i++) {
    if (bytes[offset + i] !== magic.charCodeAt(i)) return false;
  }
  return true;
}

/** The format by the file's first bytes, whatever its name says; undefined when it is none of the five. */
export function imageFormat(bytes: Uint8Array): ImageFormat | undefined {
  if (startsWith(bytes, '\x89PNG\r\n\x1a\n')) return 'png';
  if (startsWith(bytes, '\xff\xd8\xff')) return 'jpeg';
  if (startsWith(bytes, 'RIFF') && startsWith(bytes, 'WEBP', 8)) return 'webp';
  if (startsWith(bytes, 'GIF87a') || startsWith(bytes, 'GIF89a')) return 'gif';
  if (startsWith(bytes, 'BM')) return 'bmp';
  return undefined;
}

/** Bytes at the end of a file that `endsWhole` wants to see. */
export const endBytes = 8;

/**
 * Whether a file ends as its format does, from its first bytes, its last ones and its length. One that does not may be
 * whole all the same (bytes may follow an image), and one that does may be damaged inside.
 */
export function endsWhole(start: Uint8Array, end: Uint8Array, length: number): boolean {
  const last = Buffer.from(end.buffer, end.byteOffset, end.byteLength).toString('latin1');
  switch (imageFormat(start)) {
    case 'jpeg':
      return last.endsWith('\xff\xd9');
    case 'png':
      return last.endsWith('IEND\xae\x42\x60\x82');
    case 'gif':
      return last.endsWith(';');
    case 'webp':
      return 8 + new DataView(start.buffer, start.byteOffset).getUint32(4, true) <= length;
    default:
      return true;
  }
}
