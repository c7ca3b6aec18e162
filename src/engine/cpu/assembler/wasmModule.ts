/**
 * Writes a WebAssembly module: functions of i32 parameters without results, over one imported memory.
 * Follows the WebAssembly core specification, section 5 (binary format).
 */

export interface WasmFunction {
  readonly name: string;
  readonly parameters: number;
  /** Value types of the locals after the parameters. */
  readonly locals: readonly WasmType[];
  /** Instructions without the closing `end`. */
  readonly code: readonly number[];
}

export const wasmTypes = { i32: 0x7f, f32: 0x7d, v128: 0x7b } as const;
export type WasmType = (typeof wasmTypes)[keyof typeof wasmTypes];

/** Unsigned LEB128. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value >>> 0;
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  bytes.push(rest);
  return bytes;
}

/** Signed LEB128 of a 32-bit integer. */
export function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const byte = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && (byte & 0x40) === 0) || (rest === -1 && (byte & 0x40) !== 0)) {
      bytes.push(byte);
      return bytes;
    }
    bytes.push(byte | 0x80);
  }
}

function text(value: string): number[] {
  const bytes = [...new TextEncoder().encode(value)];
  return [...unsigned(bytes.length), ...bytes];
}

function list(items: readonly (readonly number[])[]): number[] {
  return [...unsigned(items.length), ...items.flat()];
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...unsigned(content.length), ...content];
}

function functionBody(f: WasmFunction): number[] {
  const locals = list(f.locals.map((type) => [1, type]));
  const size = locals.length + f.code.length + 1;
  return unsigned(size).concat(locals, f.code, 0x0b);
}

/** The memory that a module imports as `engine.memory`. */
export interface ImportedMemory {
  /** Pages of 64 KiB. */
  readonly maximumPages: number;
  readonly shared: boolean;
}

/** The module's bytes. */
export function wasmModule(
  functions: readonly WasmFunction[],
  { maximumPages, shared }: ImportedMemory,
): Uint8Array<ArrayBuffer> {
  const arities = [...new Set(functions.map((f) => f.parameters))];
  const types = arities.map((n) => [0x60, ...unsigned(n), ...Array<number>(n).fill(wasmTypes.i32), 0]);
  const memory = [
    ...text('engine'),
    ...text('memory'),
    0x02,
    shared ? 0x03 : 0x01,
    ...unsigned(1),
    ...unsigned(maximumPages),
  ];
  const sections = [
    section(1, list(types)),
    section(2, list([memory])),
    section(3, list(functions.map((f) => unsigned(arities.indexOf(f.parameters))))),
    section(7, list(functions.map((f, index) => [...text(f.name), 0x00, ...unsigned(index)]))),
    section(10, list(functions.map(functionBody))),
  ];
  return Uint8Array.from([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, ...sections.flat()]);
}
