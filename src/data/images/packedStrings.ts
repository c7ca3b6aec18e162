/** Many strings on shared memory, so that threads read them in place and a million of them cost little more than their bytes. */
export interface PackedStrings {
  /** UTF-8, one after another. */
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  /** Where each ends. */
  readonly ends: Uint32Array<SharedArrayBuffer>;
}

/** Packs strings; at most 4 GB of them. */
export function packStrings(strings: readonly string[]): PackedStrings {
  const lengths = strings.map((string) => Buffer.byteLength(string));
  const bytes = new Uint8Array(new SharedArrayBuffer(lengths.reduce((sum, length) => sum + length, 0)));
  const ends = new Uint32Array(new SharedArrayBuffer(4 * strings.length));
  const target = Buffer.from(bytes.buffer);
  let at = 0;
  strings.forEach((string, i) => {
    at += target.write(string, at);
    ends[i] = at;
  });
  return { bytes, ends };
}

/** One of the strings. */
export function packedString({ bytes, ends }: PackedStrings, index: number): string {
  const start = index === 0 ? 0 : ends[index - 1]!;
  return Buffer.from(bytes.buffer, start, ends[index]! - start).toString('utf8');
}
