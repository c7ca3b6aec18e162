/** How long ago memory was last touched, in bytes of other memory: which cache it is still in follows from that. */

const pageBytes = 1 << 14;

export interface Reuse {
  /** Touches a range; calls `visit` with its parts, and how many bytes were touched since each was. */
  touch(address: number, bytes: number, visit: (bytes: number, distance: number) => void): void;
}

export function createReuse(): Reuse {
  const touched = new Map<number, number>();
  let clock = 0;
  return {
    touch(address, bytes, visit) {
      const end = address + bytes;
      clock += bytes;
      for (let start = address; start < end;) {
        const page = Math.floor(start / pageBytes);
        const stop = Math.min(end, (page + 1) * pageBytes);
        visit(stop - start, clock - (touched.get(page) ?? -Infinity));
        touched.set(page, clock);
        start = stop;
      }
    },
  };
}
