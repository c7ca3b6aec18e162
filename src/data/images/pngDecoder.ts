/**
 * The `png` crate in WebAssembly, bound by hand: the package's own binding keeps one memory for the life of the process,
 * which never shrinks and is not freed when decoding fails.
 */

/** Pixels as the crate gives them, [height, width, 4]. */
export interface PngPixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

export interface PngDecoder {
  /** Throws when the file cannot be decoded; the decoder must not be used again then. */
  decode(bytes: Uint8Array): PngPixels;
  memoryBytes(): number;
}

interface PngExports {
  readonly memory: WebAssembly.Memory;
  __wbindgen_malloc(bytes: number, align: number): number;
  __wbindgen_free(at: number, bytes: number, align: number): void;
  decode(at: number, bytes: number): number;
}

/** Makes a decoder with a memory of its own from `@jsquash/png/codec/pkg/squoosh_png_bg.wasm`. */
export function pngDecoder(module: WebAssembly.Module): PngDecoder {
  let result: PngPixels | undefined;
  // The names end in hashes; of the functions that come in, `decode` calls these two at most.
  const named: Readonly<Record<string, (...values: number[]) => number>> = {
    __wbg_newwithownedu8clampedarrayandsh(at, bytes, width, height) {
      const data = new Uint8ClampedArray(wasm.memory.buffer, at, bytes).slice();
      wasm.__wbindgen_free(at, bytes, 1);
      result = { width: width! >>> 0, height: height! >>> 0, data };
      return 0;
    },
  };
  const imports: Record<string, (...values: number[]) => number> = {};
  for (const { name } of WebAssembly.Module.imports(module)) {
    const known = Object.keys(named).find((start) => name.startsWith(start));
    imports[name] =
      known === undefined
        ? () => {
            throw new Error(`the PNG decoder called ${name}`);
          }
        : named[known]!;
  }
  const wasm = new WebAssembly.Instance(module, { wbg: imports }).exports as unknown as PngExports;
  return {
    decode(bytes) {
      result = undefined;
      const at = wasm.__wbindgen_malloc(bytes.length, 1) >>> 0;
      new Uint8Array(wasm.memory.buffer, at, bytes.length).set(bytes);
      wasm.decode(at, bytes.length);
      if (result === undefined) throw new Error('the PNG decoder gave no image');
      return result;
    },
    memoryBytes: () => wasm.memory.buffer.byteLength,
  };
}
