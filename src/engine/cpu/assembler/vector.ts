/**
 * The vector assembler: the few things that a kernel says. Emitters (../kernels) are written against it, and one
 * implementation stands behind it for each kind of machine code.
 *
 * A `Vector` holds `lanes` float32 values; a `Pointer` is a byte address or a count, 32 bits wide. A kernel is a
 * function of pointers that returns nothing. Offsets are in bytes and constant. To let an implementation widen
 * adjacent operations, load vectors in ascending order of address and do the same operation to all of a tile in turn.
 */

declare const kind: unique symbol;
/** A register of `lanes` float32 values. */
export type Vector = number & { readonly [kind]: 'vector' };
/** A register with one float32 value in every lane. */
export type Splat = number & { readonly [kind]: 'splat' };
/** A register with a 32-bit address or count. */
export type Pointer = number & { readonly [kind]: 'pointer' };

export interface VectorAssembler {
  /** float32 values in a vector. */
  readonly lanes: number;

  vector(): Vector;
  splat(): Splat;
  pointer(): Pointer;

  zero(to: Vector): void;
  load(to: Vector, from: Pointer, offset: number): void;
  store(from: Vector, to: Pointer, offset: number): void;
  /** One float32 from memory into every lane. */
  broadcast(to: Splat, from: Pointer, offset: number): void;
  /** to += a * b, in one rounding where the processor can. */
  multiplyAdd(to: Vector, a: Splat, b: Vector): void;
  multiply(to: Vector, a: Vector, b: Splat): void;
  /** to = a * b, lane by lane. */
  product(to: Vector, a: Vector, b: Vector): void;
  /** to = a / b, correctly rounded. */
  divide(to: Vector, a: Vector, b: Vector): void;
  /** The square root, correctly rounded. */
  squareRoot(to: Vector, a: Vector): void;
  add(to: Vector, a: Vector, b: Vector): void;
  /** to = a - b */
  subtract(to: Vector, a: Vector, b: Vector): void;
  /** to = a < b ? b : a, lane by lane. */
  max(to: Vector, a: Vector, b: Vector): void;
  /** to = a < 0 ? 0 : a, so that NaN stays NaN. */
  rectify(to: Vector, a: Vector): void;
  /** to = 0 where a is not more than 0, else b. */
  keepWherePositive(to: Vector, a: Vector, b: Vector): void;
  /** Where a equals b: to += value and value = 0; elsewhere nothing changes but the sign of a zero in `to`. */
  takeWhereEqual(to: Vector, value: Vector, a: Vector, b: Vector): void;

  /** A hint that the cache line there will soon be read or written. It may do nothing, and changes no result. */
  prefetch(from: Pointer, offset: number, use: 'read' | 'write'): void;

  copy(to: Pointer, from: Pointer): void;
  /** to += bytes */
  advance(to: Pointer, bytes: number): void;
  addPointer(to: Pointer, from: Pointer): void;
  /** A 32-bit word from memory. */
  loadPointer(to: Pointer, from: Pointer, offset: number): void;
  /** Runs the body a constant number of times, at least 1. */
  repeat(times: number, body: () => void): void;
  /** Runs the body as often as the pointer says, at least once; the pointer keeps its value. */
  loop(times: Pointer, body: () => void): void;
}

/** Emits the body of one kernel; the parameters are pointers in the order of the kernel's description. */
export type Emitter = (assembler: VectorAssembler, parameters: readonly Pointer[]) => void;

export interface KernelSource {
  /** Unique in its module. */
  readonly name: string;
  readonly parameters: number;
  readonly emit: Emitter;
}
