/** Where the directory of a zip archive is: its end record, in its plain and its 64-bit form. */

export const zipSignatures = {
  localHeader: 0x0403_4b50,
  directoryEntry: 0x0201_4b50,
  end: 0x0605_4b50,
  end64: 0x0606_4b50,
  locator64: 0x0706_4b50,
} as const;

export interface DirectoryPlace {
  /** In the file. */
  readonly at: number;
  readonly bytes: number;
  readonly entries: number;
}

const endBytes = 22;
const end64Bytes = 56;
const locator64Bytes = 20;

/** Finds the end record in the last bytes of a file, which begin at `from`; undefined when there is none. */
export function endOfDirectory(tail: Uint8Array, from: number): DirectoryPlace | undefined {
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  for (let at = tail.length - endBytes; at >= 0; at--) {
    if (view.getUint32(at, true) !== zipSignatures.end) continue;
    // A comment may hold what looks like an end: the true one's comment reaches to the end of the file.
    if (view.getUint16(at + 20, true) !== tail.length - at - endBytes) continue;
    return (
      wideEnd(view, at, from) ?? {
        entries: view.getUint16(at + 10, true),
        bytes: view.getUint32(at + 12, true),
        at: view.getUint32(at + 16, true),
      }
    );
  }
  return undefined;
}

/** The 64-bit end record, where a locator before the plain one says that there is one. */
function wideEnd(view: DataView, endAt: number, from: number): DirectoryPlace | undefined {
  const locatorAt = endAt - locator64Bytes;
  if (locatorAt < 0 || view.getUint32(locatorAt, true) !== zipSignatures.locator64) return undefined;
  const at = Number(view.getBigUint64(locatorAt + 8, true)) - from;
  if (!(at >= 0 && at + end64Bytes <= locatorAt)) return undefined;
  if (view.getUint32(at, true) !== zipSignatures.end64) return undefined;
  return {
    entries: Number(view.getBigUint64(at + 32, true)),
    bytes: Number(view.getBigUint64(at + 40, true)),
    at: Number(view.getBigUint64(at + 48, true)),
  };
}
