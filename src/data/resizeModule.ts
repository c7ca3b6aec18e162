/**
 * The two passes of a resize as WebAssembly, over pixels whose channels lie next to each other: the channels of a pixel are
 * one vector. The same integers as in resize.ts, to the bit.
 */
import { weightBits } from './resample.ts';

/** What the module exports. Addresses and strides are bytes; every buffer needs 16 bytes behind its end. */
export interface ResizePasses {
  readonly memory: WebAssembly.Memory;
  /** One row: `count` pixels of four bytes, each of `taps` pixels that begin at `first[x]` of the source. */
  resampleRow(
    source: number,
    column: number,
    first: number,
    weights: number,
    taps: number,
    count: number,
    out: number,
  ): void;
  /** One row of `chunks` times four pixels of four bytes, from `taps` rows. */
  blendRows(rows: number, rowBytes: number, weights: number, taps: number, chunks: number, out: number): void;
}

type Code = readonly number[];

function unsigned(value: number): number[] {
  const bytes: number[] = [];
  for (; value >= 0x80; value >>>= 7) bytes.push((value & 0x7f) | 0x80);
  return [...bytes, value];
}

function signed(value: number): number[] {
  const bytes: number[] = [];
  for (; value < -64 || value > 63; value >>= 7) bytes.push((value & 0x7f) | 0x80);
  return [...bytes, value & 0x7f];
}

const get = (local: number): Code => [0x20, ...unsigned(local)];
const set = (local: number, value: Code): Code => [...value, 0x21, ...unsigned(local)];
const number = (value: number): Code => [0x41, ...signed(value)];
const add = (a: Code, b: Code): Code => [...a, ...b, 0x6a];
const multiply = (a: Code, b: Code): Code => [...a, ...b, 0x6c];
const advance = (local: number, by: Code): Code => set(local, add(get(local), by));
const load = (address: Code): Code => [...address, 0x28, 2, 0];
const store = (address: Code, value: Code): Code => [...address, ...value, 0x36, 2, 0];

const vector = (opcode: number): Code => [0xfd, ...unsigned(opcode)];
/** Alignment is a hint: none is promised. */
const vectorLoad = (opcode: number, address: Code): Code => [...address, ...vector(opcode), 0, 0];
const load128 = (address: Code): Code => vectorLoad(0x00, address);
const load32Splat = (address: Code): Code => vectorLoad(0x09, address);
const load32Zero = (address: Code): Code => vectorLoad(0x5c, address);
const store128 = (address: Code, value: Code): Code => [...address, ...value, ...vector(0x0b), 0, 0];
const widen8 = (half: 'low' | 'high', value: Code): Code => [
  ...value,
  ...vector(half === 'low' ? 0x89 : 0x8a),
];
const widen16 = (half: 'low' | 'high', value: Code): Code => [
  ...value,
  ...vector(half === 'low' ? 0xa9 : 0xaa),
];
const narrow32 = (a: Code, b: Code): Code => [...a, ...b, ...vector(0x86)];
const narrow16 = (a: Code, b: Code): Code => [...a, ...b, ...vector(0x66)];
const splat = (value: Code): Code => [...value, ...vector(0x11)];
const addVectors = (a: Code, b: Code): Code => [...a, ...b, ...vector(0xae)];
const multiplyVectors = (a: Code, b: Code): Code => [...a, ...b, ...vector(0xb5)];
const shifted = (value: Code): Code => [...value, ...number(weightBits), ...vector(0xad)];
const firstLane = (value: Code): Code => [...value, ...vector(0x1b), 0];

/** Repeats the body until the local, counted down, is 0; it must not be 0 before. */
function repeat(local: number, body: Code): Code {
  const again = [...get(local), ...number(1), 0x6b, 0x22, ...unsigned(local), 0x0d, 0];
  return [0x03, 0x40, ...body, ...again, 0x0b];
}

const half = 1 << (weightBits - 1);

/** Parameters 0 to 6 as in ResizePasses; then the place in the source, the taps left, and the sums. */
function resampleRowCode(): Code {
  const [source, column, first, weights, taps, count, out, at, left, sums] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  const pixel = widen16('low', widen8('low', load32Zero(get(at))));
  return repeat(count, [
    ...set(at, add(get(source), multiply(load(get(first)), get(column)))),
    ...set(sums, splat(number(half))),
    ...set(left, get(taps)),
    ...repeat(left, [
      ...set(sums, addVectors(get(sums), multiplyVectors(pixel, load32Splat(get(weights))))),
      ...advance(at, get(column)),
      ...advance(weights, number(4)),
    ]),
    ...set(sums, shifted(get(sums))),
    ...set(sums, narrow32(get(sums), get(sums))),
    ...store(get(out), firstLane(narrow16(get(sums), get(sums)))),
    ...advance(first, number(4)),
    ...advance(out, number(4)),
  ]);
}

/** Parameters 0 to 5; then the place in the rows, in the weights, the taps left; then pixels, weight and four sums. */
function blendRowsCode(): Code {
  const [rows, rowBytes, weights, taps, chunks, out, at, weightAt, left] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  const [pixels, weight, ...sums] = [9, 10, 11, 12, 13, 14];
  const quarters = (['low', 'high'] as const).flatMap((outer) =>
    (['low', 'high'] as const).map((inner) => widen16(inner, widen8(outer, get(pixels)))),
  );
  const sum = (i: number): Code => shifted(get(sums[i]!));
  return repeat(chunks, [
    ...set(at, get(rows)),
    ...set(weightAt, get(weights)),
    ...set(left, get(taps)),
    ...sums.flatMap((local) => set(local, splat(number(half)))),
    ...repeat(left, [
      ...set(pixels, load128(get(at))),
      ...set(weight, load32Splat(get(weightAt))),
      ...sums.flatMap((local, i) =>
        set(local, addVectors(get(local), multiplyVectors(quarters[i]!, get(weight)))),
      ),
      ...advance(at, get(rowBytes)),
      ...advance(weightAt, number(4)),
    ]),
    ...store128(get(out), narrow16(narrow32(sum(0), sum(1)), narrow32(sum(2), sum(3)))),
    ...advance(rows, number(16)),
    ...advance(out, number(16)),
  ]);
}

const int = 0x7f;
const v128 = 0x7b;

function section(id: number, items: readonly Code[]): Code {
  const content = [...unsigned(items.length), ...items.flat()];
  return [id, ...unsigned(content.length), ...content];
}

function body(locals: Code, code: Code): Code {
  const content = [...locals, ...code, 0x0b];
  return [...unsigned(content.length), ...content];
}

function exported(name: string, kind: number, index: number): Code {
  return [name.length, ...new TextEncoder().encode(name), kind, index];
}

/** `\0asm`, version 1. */
const magic: Code = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

function moduleBytes(): Uint8Array<ArrayBuffer> {
  const type = (parameters: number): Code => [
    0x60,
    parameters,
    ...new Array<number>(parameters).fill(int),
    0,
  ];
  return Uint8Array.of(
    ...magic,
    ...section(1, [type(7), type(6)]),
    ...section(3, [[0], [1]]),
    ...section(5, [[0, 1]]),
    ...section(7, [exported('memory', 2, 0), exported('resampleRow', 0, 0), exported('blendRows', 0, 1)]),
    ...section(10, [
      body([2, 2, int, 1, v128], resampleRowCode()),
      body([2, 3, int, 6, v128], blendRowsCode()),
    ]),
  );
}

let runs: boolean | undefined;

/** Whether there are vectors here: old browsers have none. */
export function hasVectors(): boolean {
  runs ??= WebAssembly.validate(moduleBytes());
  return runs;
}

let compiled: WebAssembly.Module | undefined;

/** An instance with a memory of its own. The module is compiled when it is first wanted: after the engine's. */
export function resizePasses(): ResizePasses {
  compiled ??= new WebAssembly.Module(moduleBytes());
  return new WebAssembly.Instance(compiled).exports as unknown as ResizePasses;
}
