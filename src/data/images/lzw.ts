import { ImageFault } from './fault.ts';

const maxCodes = 4096;

/**
 * Undoes GIF's LZW (GIF89a, appendix F): codes of growing width, low bit first.
 * Gives exactly `count` values; throws ImageFault when the data ends early or holds an impossible code.
 */
export function decodeLzw(data: Uint8Array, minimumBits: number, count: number): Uint8Array {
  const clear = 1 << minimumBits;
  const end = clear + 1;
  // Each code is the string of another code (prefix) and one more value (suffix).
  const prefix = new Uint16Array(maxCodes);
  const suffix = new Uint8Array(maxCodes);
  const lengths = new Uint16Array(maxCodes).fill(1);
  for (let code = 0; code < clear; code++) suffix[code] = code;
  const out = new Uint8Array(count);
  let written = 0;
  let next = end + 1;
  let width = minimumBits + 1;
  let previous = -1;
  for (let bit = 0; written < count;) {
    if (bit + width > data.length * 8) throw new ImageFault('truncated', 'pixels are missing');
    const code = readCode(data, bit, width);
    bit += width;
    if (code === end) throw new ImageFault('truncated', 'pixels are missing');
    if (code === clear) {
      next = end + 1;
      width = minimumBits + 1;
      previous = -1;
      continue;
    }
    const repeats = code === next && previous >= 0;
    if (code >= next && !repeats) throw new ImageFault('damaged', 'its pixels hold an impossible code');
    const string = repeats ? previous : code;
    const length = lengths[string]!;
    const first = writeString(string, length);
    written += length;
    if (repeats && written < count) out[written++] = first;
    if (previous >= 0 && next < maxCodes) {
      prefix[next] = previous;
      suffix[next] = first;
      lengths[next] = lengths[previous]! + 1;
      next++;
      if (next === 1 << width && width < 12) width++;
    }
    previous = code;
  }
  return out;

  /** Writes a code's string from its last value to its first, which it returns. */
  function writeString(string: number, length: number): number {
    let code = string;
    for (let i = length - 1; i > 0; i--) {
      if (written + i < count) out[written + i] = suffix[code]!;
      code = prefix[code]!;
    }
    out[written] = suffix[code]!;
    return suffix[code]!;
  }
}

function readCode(data: Uint8Array, bit: number, width: number): number {
  const at = bit >> 3;
  const three = data[at]! | ((data[at + 1] ?? 0) << 8) | ((data[at + 2] ?? 0) << 16);
  return (three >> (bit & 7)) & ((1 << width) - 1);
}
