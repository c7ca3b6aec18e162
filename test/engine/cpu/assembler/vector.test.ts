import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type {
  Emitter,
  Pointer,
  Vector,
  VectorAssembler,
} from '../../../../src/engine/cpu/assembler/vector.ts';
import { kernelInstance, kernelTargets, type KernelTarget } from '../kernelMemory.ts';

const f32 = Math.fround;
/** What comparisons and signs trip over; 16 values, so that each meets each in whole vectors. */
const values = [NaN, 0, -0, 1, -1, 2, -2, 0.5, 3, 3, -3, Infinity, -Infinity, 1e-45, -1e-45, 3e38].map(f32);
const pairs = values.flatMap((a) => values.map((b) => [a, b] as const));

/** The same without those whose products float32 does not hold: a fused operation gives what two do. */
const exact = [NaN, 0, -0, 1, -1, 2, -2, 0.5, -0.5, 3, -3, 0.25, 4, -4, Infinity, -Infinity];
const exactPairs = exact.flatMap((a) => exact.map((b) => [a, b] as const));

/** Byte addresses; pages are 64 KiB. */
const places = { a: 4, b: 4100, c: 8200, d: 12300, out: 20004, out2: 40004 } as const;
type Operand = 'a' | 'b' | 'c' | 'd';

type Four<T> = readonly [T, T, T, T];
/** Emits one operation on vectors loaded from a, b, c, d (whose addresses come too); the first two are stored. */
type Operation = (assembler: VectorAssembler, vectors: Four<Vector>, addresses: Four<Pointer>) => void;

/** Runs an operation over whole arrays; returns what becomes of the first two. */
function run(
  kernelTarget: KernelTarget,
  inputs: Readonly<Partial<Record<Operand, readonly number[]>>>,
  operation: Operation,
): [Float32Array, Float32Array] {
  const length = inputs.a!.length;
  const emit: Emitter = (assembler, [a, b, c, d, out, out2, count]) => {
    const sources: Four<Pointer> = [a!, b!, c!, d!];
    assembler.loop(count!, () => {
      const vectors: Four<Vector> = [
        assembler.vector(),
        assembler.vector(),
        assembler.vector(),
        assembler.vector(),
      ];
      vectors.forEach((vector, index) => assembler.load(vector, sources[index]!, 0));
      operation(assembler, vectors, sources);
      assembler.store(vectors[0], out!, 0);
      assembler.store(vectors[1], out2!, 0);
      for (const pointer of [...sources, out!, out2!]) assembler.advance(pointer, assembler.lanes * 4);
    });
  };
  const { floats, kernels } = kernelInstance([{ name: 'tested', parameters: 7, emit }], kernelTarget.target);
  for (const operand of ['a', 'b', 'c', 'd'] as const) floats.set(inputs[operand] ?? [], places[operand] / 4);
  const { a, b, c, d, out, out2 } = places;
  kernels.tested!(a, b, c, d, out, out2, length / kernelTarget.lanes);
  return [out, out2].map((place) => floats.slice(place / 4, place / 4 + length)) as [
    Float32Array,
    Float32Array,
  ];
}

/** Runs a kernel made for it and returns its memory as words. */
function runPointers(
  kernelTarget: KernelTarget,
  emit: Emitter,
  words: readonly number[],
  ...given: number[]
): Int32Array {
  const source = { name: 'tested', parameters: given.length, emit };
  const instance = kernelInstance([source], kernelTarget.target);
  instance.words.fill(0).set(words);
  instance.kernels.tested!(...given);
  return instance.words;
}

const lefts = pairs.map(([a]) => a);
const rights = pairs.map(([, b]) => b);

function repeated(value: number): number[] {
  return Array<number>(256).fill(value);
}

/** Compares bits, but for those of NaN. */
function assertSame(actual: Float32Array, expected: readonly number[]): void {
  expected.forEach((value, index) =>
    assert.ok(
      Object.is(actual[index], f32(value)),
      `element ${index} is ${actual[index]}, expected ${value}`,
    ),
  );
}

for (const kernelTarget of kernelTargets) {
  const { target } = kernelTarget;
  describe(`vectors of the assembler, ${target}`, () => {
    arithmetic(kernelTarget);
    selection(kernelTarget);
    memory(kernelTarget);
  });
  describe(`pointers and loops of the assembler, ${target}`, () => {
    pointers(kernelTarget);
    loops(kernelTarget);
  });
}

function arithmetic(kernelTarget: KernelTarget): void {
  it('add', () => {
    const [sum] = run(kernelTarget, { a: lefts, b: rights }, (a, [x, y]) => a.add(x, x, y));
    assertSame(
      sum,
      pairs.map(([x, y]) => x + y),
    );
  });

  it('product, divide and squareRoot round once', () => {
    const [products] = run(kernelTarget, { a: lefts, b: rights }, (a, [x, y]) => a.product(x, x, y));
    assertSame(
      products,
      pairs.map(([x, y]) => x * y),
    );
    const [quotients] = run(kernelTarget, { a: lefts, b: rights }, (a, [x, y]) => a.divide(x, x, y));
    assertSame(
      quotients,
      pairs.map(([x, y]) => x / y),
    );
    const [roots, kept] = run(kernelTarget, { a: rights, b: lefts }, (a, [x, y]) => a.squareRoot(x, y));
    assertSame(roots, lefts.map(Math.sqrt));
    assertSame(kept, lefts);
  });

  it('multiply by a splat', () => {
    for (const factor of values) {
      const [product] = run(kernelTarget, { a: values, c: repeated(factor) }, (a, [x], [, , factors]) => {
        const splat = a.splat();
        a.broadcast(splat, factors, 0);
        a.multiply(x, x, splat);
      });
      assertSame(
        product,
        values.map((value) => value * factor),
      );
    }
  });

  it('multiplyAdd', () => {
    const [a, b] = [exactPairs.map(([x]) => x), exactPairs.map(([, y]) => y)];
    for (const factor of exact) {
      const [sum] = run(kernelTarget, { a, b, c: repeated(factor) }, (assembler, [x, y], [, , factors]) => {
        const splat = assembler.splat();
        assembler.broadcast(splat, factors, 0);
        assembler.multiplyAdd(x, splat, y);
      });
      assertSame(
        sum,
        exactPairs.map(([x, y]) => x + factor * y),
      );
    }
  });

  it('zero', () => {
    const [zeros, kept] = run(kernelTarget, { a: values, b: values }, (a, [x]) => a.zero(x));
    assertSame(
      zeros,
      values.map(() => 0),
    );
    assertSame(kept, values);
  });
}

function selection(kernelTarget: KernelTarget): void {
  it('max takes the second only where it is larger', () => {
    const [largest] = run(kernelTarget, { a: lefts, b: rights }, (a, [x, y]) => a.max(x, x, y));
    assertSame(
      largest,
      pairs.map(([x, y]) => (x < y ? y : x)),
    );
  });

  it('rectify leaves NaN and -0 as they are', () => {
    const [rectified] = run(kernelTarget, { a: values }, (a, [x]) => a.rectify(x, x));
    assertSame(
      rectified,
      values.map((value) => (value < 0 ? 0 : value)),
    );
  });

  it('keepWherePositive gives 0 for NaN and 0', () => {
    const [kept] = run(kernelTarget, { a: lefts, b: rights }, (a, [x, y]) => a.keepWherePositive(x, x, y));
    assertSame(
      kept,
      pairs.map(([x, y]) => (x > 0 ? y : 0)),
    );
  });

  it('takeWhereEqual moves the value where both are equal, 0 and -0 too, NaN never', () => {
    const [to, value] = [pairs.map((_, n) => n % 7), pairs.map((_, n) => n / 8 - 3)];
    const [sums, left] = run(kernelTarget, { a: to, b: value, c: lefts, d: rights }, (a, [x, y, z, w]) =>
      a.takeWhereEqual(x, y, z, w),
    );
    assertSame(
      sums,
      pairs.map(([x, y], n) => (x === y ? to[n]! + value[n]! : to[n]!)),
    );
    assertSame(
      left,
      pairs.map(([x, y], n) => (x === y ? 0 : value[n]!)),
    );
  });
}

function memory(kernelTarget: KernelTarget): void {
  it('loads and stores at offsets of any multiple of 4 bytes', () => {
    for (const offset of [0, 4, 60, 508, 16388]) {
      const source = Array.from({ length: 16 }, (_, index) => index + 0.5);
      const emit: Emitter = (a, [from, to]) => {
        const vector = a.vector();
        a.load(vector, from!, offset);
        a.store(vector, to!, offset + 4);
      };
      const { floats, kernels } = kernelInstance(
        [{ name: 'tested', parameters: 2, emit }],
        kernelTarget.target,
      );
      floats.set(source, (100 + offset) / 4);
      const before = floats.slice();
      kernels.tested!(100, 40_000);
      before.set(source.slice(0, kernelTarget.lanes), (40_000 + offset + 4) / 4);
      assert.deepEqual(floats, before);
    }
  });

  it('broadcasts one float to every lane', () => {
    const given = Array.from({ length: 32 }, (_, index) => index + 1);
    const [products] = run(
      kernelTarget,
      { a: repeated(1).slice(0, 16), c: given },
      (a, [ones], [, , from]) => {
        const splat = a.splat();
        a.broadcast(splat, from, 12);
        a.multiply(ones, ones, splat);
      },
    );
    // The address moves on by a vector each time.
    assertSame(
      products,
      Array.from({ length: 16 }, (_, n) => given[n - (n % kernelTarget.lanes) + 3]!),
    );
  });
}

function pointers(kernelTarget: KernelTarget): void {
  it('copy, advance forward and back, addPointer, loadPointer, prefetch', () => {
    const words = runPointers(
      kernelTarget,
      (a, [base, far]) => {
        const [to, other] = [a.pointer(), a.pointer()];
        const vector = a.vector();
        a.zero(vector);
        // words[0] is 96: base + 96 - 32 + far.
        a.loadPointer(other, base!, 0);
        a.copy(to, base!);
        a.addPointer(to, other);
        a.advance(to, -32);
        a.advance(to, 0);
        a.addPointer(to, far!);
        // Of memory that there is, and of some that there is not.
        a.prefetch(to, 64, 'write');
        a.prefetch(base!, 2 ** 30, 'read');
        a.load(vector, base!, 128);
        a.store(vector, to, 0);
      },
      [96, ...Array<number>(31).fill(0), ...Array<number>(16).fill(7)],
      0,
      4096,
    );
    const at = (96 - 32 + 4096) / 4;
    assert.deepEqual(
      [...words.subarray(at - 1, at + 17)],
      [0, ...Array<number>(kernelTarget.lanes).fill(7), ...Array<number>(17 - kernelTarget.lanes).fill(0)],
    );
  });
}

/** Adds one vector of ones to memory for each pass through the body. */
function counting(
  loops: (
    a: VectorAssembler,
    parameters: readonly Parameters<Emitter>[1][number][],
    count: () => void,
  ) => void,
): Emitter {
  return (a, parameters) => {
    const [sum, one] = [a.vector(), a.vector()];
    a.load(one, parameters[0]!, 0);
    a.zero(sum);
    loops(a, parameters, () => a.add(sum, sum, one));
    a.store(sum, parameters[0]!, 64);
  };
}

function countOf(kernelTarget: KernelTarget, emit: Emitter, ...given: number[]): number {
  const source = { name: 'tested', parameters: 1 + given.length, emit };
  const { floats, kernels } = kernelInstance([source], kernelTarget.target);
  floats.fill(1, 0, 16);
  kernels.tested!(0, ...given);
  return floats[16]!;
}

function loops(kernelTarget: KernelTarget): void {
  it('repeat runs as often as it is told', () => {
    for (const times of [1, 2, 63, 64, 1000]) {
      assert.equal(
        countOf(
          kernelTarget,
          counting((a, _, count) => a.repeat(times, count)),
        ),
        times,
      );
    }
  });

  it('loop runs as often as its pointer says, which keeps its value', () => {
    const twice = counting((a, [, times], count) => {
      a.loop(times!, count);
      a.loop(times!, count);
    });
    for (const times of [1, 2, 3, 129]) assert.equal(countOf(kernelTarget, twice, times), 2 * times);
  });

  it('loops lie in each other', () => {
    const nested = counting((a, [, outer, inner], count) => {
      a.loop(outer!, () => {
        a.repeat(3, () => a.loop(inner!, count));
        count();
      });
    });
    for (const [outer, inner] of [
      [1, 1],
      [2, 5],
      [7, 4],
    ] as const) {
      assert.equal(countOf(kernelTarget, nested, outer, inner), outer * (3 * inner + 1));
    }
  });
}
