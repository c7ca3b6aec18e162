/**
 * Gives the memory of values back at once, rather than when the garbage collector comes by: the largest weights
 * of AlexNet take 151 MB a copy. For values that nobody else holds, such as an engine's copies.
 */
export function releaseMemory({ buffer }: Float32Array): void {
  if (buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer(0);
}

/** Reads copies of which only the last one is kept: each read first ends the values of the one before it. */
export function oneAtATime(): (read: () => Float32Array) => Float32Array {
  let last: Float32Array | undefined;
  return (read) => {
    if (last !== undefined) releaseMemory(last);
    last = read();
    return last;
  };
}
