/**
 * Zeros, on memory that threads share. Where a browser has none, since the page is not cross-origin isolated, it is memory
 * of the calling thread, which then does all work.
 */
export function sharedBytes(length: number): SharedArrayBuffer {
  if (typeof SharedArrayBuffer === 'function') return new SharedArrayBuffer(length);
  return new ArrayBuffer(length) as unknown as SharedArrayBuffer;
}
