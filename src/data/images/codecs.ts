/**
 * PNG, JPEG and WebP through Squoosh's decoders (the png crate, MozJPEG, libwebp) compiled to WebAssembly.
 * Each is loaded when the first image of its format comes: after the engine, which wants to be the process's
 * first to compile WebAssembly.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { ImageFault } from './fault.ts';
import { pngDecoder, type PngDecoder } from './pngDecoder.ts';

/** Pixels as these decoders give them, [height, width, 4]: red, green, blue, alpha. */
export interface RgbaImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

const modules = new Map<string, Promise<WebAssembly.Module>>();

/** The compiled module at this path inside node_modules, once a process. */
function wasmModule(specifier: string): Promise<WebAssembly.Module> {
  let found = modules.get(specifier);
  if (found === undefined) {
    found = readFile(fileURLToPath(import.meta.resolve(specifier))).then((bytes) =>
      WebAssembly.compile(bytes),
    );
    modules.set(specifier, found);
  }
  return found;
}

/** What a module of C code (Emscripten) looks like from outside. */
interface EmscriptenDecoder {
  decode(bytes: Uint8Array, keepOrientation?: boolean): RgbaImage | null;
}
type EmscriptenFactory = (overrides: object) => Promise<EmscriptenDecoder>;

/** A decoder with its memory, used for one image after another. */
interface DecoderInstance {
  readonly decoder: EmscriptenDecoder;
  /** What it has printed since it was last emptied. */
  readonly complaints: string[];
  memoryBytes(): number;
}

async function instantiate(factory: unknown, wasm: string): Promise<DecoderInstance> {
  const module = await wasmModule(wasm);
  const complaints: string[] = [];
  let memory: WebAssembly.Memory | undefined;
  const instantiateWasm = (imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void) => {
    const instance = new WebAssembly.Instance(module, imports);
    memory = Object.values(instance.exports).find((value) => value instanceof WebAssembly.Memory);
    done(instance);
    return instance.exports;
  };
  const report = (line: string): void => {
    complaints.push(line);
  };
  // The packages' own types name a namespace that they do not export.
  const decoder = await (factory as EmscriptenFactory)({
    noInitialRun: true,
    instantiateWasm,
    print: report,
    printErr: report,
  });
  return { decoder, complaints, memoryBytes: () => memory?.buffer.byteLength ?? Infinity };
}

const instances = new Map<string, Promise<DecoderInstance>>();
/** An instance that has grown beyond this is let go: its memory never shrinks. */
const mostKeptBytes = 128 << 20;

/**
 * Decodes with the instance that is kept for this module. Its heap is in doubt after a failure, so it is kept only when
 * the image came out and nothing was complained about.
 */
async function decodeWith(
  factory: unknown,
  wasm: string,
  ...given: Parameters<EmscriptenDecoder['decode']>
): Promise<{ image: RgbaImage | null; complaints: readonly string[] }> {
  const kept = instances.get(wasm) ?? instantiate(factory, wasm);
  instances.set(wasm, kept);
  const { decoder, complaints, memoryBytes } = await kept;
  complaints.length = 0;
  const image = attempt(() => decoder.decode(...given));
  if (image === null || complaints.length > 0 || memoryBytes() > mostKeptBytes) instances.delete(wasm);
  return { image, complaints: [...complaints] };
}

/** Throws ImageFault. The camera's orientation is left as it is. */
export async function decodeJpeg(bytes: Uint8Array): Promise<RgbaImage> {
  const { default: factory } = await import('@jsquash/jpeg/codec/dec/mozjpeg_dec.js');
  const { image, complaints } = await decodeWith(
    factory,
    '@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm',
    bytes,
    false,
  );
  // libjpeg fills in what is missing and says so; a picture that is half grey is no picture.
  if (complaints.some((line) => /premature end/i.test(line))) {
    throw new ImageFault('truncated', 'its data ends early');
  }
  const complaint = complaints.at(-1);
  if (complaint?.includes('Unsupported color conversion')) {
    throw new ImageFault('unsupported', 'its colours are not RGB or grey (CMYK?)');
  }
  if (image === null) throw new ImageFault('damaged', complaint ?? 'the decoder gave up');
  return image;
}

/** Throws ImageFault. */
export async function decodeWebp(bytes: Uint8Array): Promise<RgbaImage> {
  const declared = 8 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true);
  if (declared > bytes.length) {
    throw new ImageFault('truncated', `it has ${bytes.length} bytes of the ${declared} it declares`);
  }
  const { default: factory } = await import('@jsquash/webp/codec/dec/webp_dec.js');
  const { image } = await decodeWith(factory, '@jsquash/webp/codec/dec/webp_dec.wasm', bytes);
  if (image === null) throw new ImageFault('damaged', 'the decoder gave up');
  return image;
}

/** Kept as the others are. */
let png: PngDecoder | undefined;

/** 16 bits a channel become 8, palettes and greys become RGB. Throws ImageFault. */
export async function decodePng(bytes: Uint8Array): Promise<RgbaImage> {
  if (!endsWithIend(bytes)) throw new ImageFault('truncated', 'its end chunk is missing');
  const decoder = png ?? pngDecoder(await wasmModule('@jsquash/png/codec/pkg/squoosh_png_bg.wasm'));
  png = undefined;
  const image = attempt(() => decoder.decode(bytes));
  if (image === null) throw new ImageFault('damaged', 'the decoder gave up');
  if (decoder.memoryBytes() <= mostKeptBytes) png = decoder;
  return image;
}

/** Walks the chunks to IEND; all that follows is not the PNG's. */
function endsWithIend(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let offset = 8; offset + 12 <= bytes.length; offset += 12 + view.getUint32(offset)) {
    if (view.getUint32(offset + 4) === 0x49454e44) return true;
  }
  return false;
}

/** Null when the decoder throws: C code that calls exit() throws an ExitStatus here. */
function attempt(decode: () => RgbaImage | null): RgbaImage | null {
  try {
    return decode();
  } catch {
    return null;
  }
}
