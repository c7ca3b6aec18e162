/** The two sets of vector instructions: how each says the vector assembler's operations. */
import { embedded, type VectorOperation } from './instructions.ts';
import * as evex from './evex.ts';
import type { Memory, Register } from './operands.ts';
import { forms, predicates } from './vectorForms.ts';
import * as vex from './vex.ts';

/** Bytes for an operation on these vectors, in the order of `vectorUses`, and for some on memory. */
type Lowering = (vectors: readonly Register[], memory: Memory | undefined) => number[];

export interface InstructionSet {
  readonly lanes: 8 | 16;
  readonly vectorRegisters: 16 | 32;
  /** Whether an operand may be a float32 in memory, for all lanes. */
  readonly embedsBroadcasts: boolean;
  readonly lower: Readonly<Record<VectorOperation, Lowering>>;
}

// vmaxps gives its second source where either is NaN or both are zeros: `max` and `rectify` want their first there.

export const avx2: InstructionSet = {
  lanes: 8,
  vectorRegisters: 16,
  embedsBroadcasts: false,
  lower: {
    zero: ([to]) => vex.binary(forms.xor, to, to, to),
    load: ([to], memory) => vex.load(to, memory!),
    store: ([from], memory) => vex.store(memory!, from),
    broadcast: ([to], memory) => vex.broadcast(to, memory!),
    multiplyAdd: ([to, a, b]) => vex.binary(forms.multiplyAdd, to, a, b),
    multiply: ([to, a, b]) => vex.binary(forms.multiply, to, a, b),
    product: ([to, a, b]) => vex.binary(forms.multiply, to, a, b),
    divide: ([to, a, b]) => vex.binary(forms.divide, to, a, b),
    // Of one source: the field of the second stays 0.
    squareRoot: ([to, a]) => vex.binary(forms.squareRoot, to, 0, a),
    add: ([to, a, b]) => vex.binary(forms.add, to, a, b),
    subtract: ([to, a, b]) => vex.binary(forms.subtract, to, a, b),
    max: ([to, a, b]) => vex.binary(forms.max, to, b, a),
    rectify: ([to, a, zero]) => [
      ...vex.binary(forms.xor, zero, zero, zero),
      ...vex.binary(forms.max, to, zero, a),
    ],
    keepWherePositive: ([to, a, b, mask]) => [
      ...vex.binary(forms.xor, mask, mask, mask),
      ...vex.compare(predicates.less, mask, mask, a),
      ...vex.binary(forms.and, to, mask, b),
    ],
    takeWhereEqual: ([to, value, a, b, mask, taken]) => [
      ...vex.compare(predicates.equal, mask, a, b),
      ...vex.binary(forms.and, taken, mask, value),
      ...vex.binary(forms.add, to, to, taken),
      ...vex.binary(forms.andNot, value, mask, value),
    ],
  },
};

const mask = 1;

export const avx512: InstructionSet = {
  lanes: 16,
  vectorRegisters: 32,
  embedsBroadcasts: true,
  lower: {
    zero: ([to]) => evex.binary(forms.xorIntegers, to, to, to),
    load: ([to], memory) => evex.load(to, memory!),
    store: ([from], memory) => evex.store(memory!, from),
    broadcast: ([to], memory) => evex.broadcast(to, memory!),
    multiplyAdd: ([to, a, b], memory) =>
      a === embedded
        ? evex.binary(forms.multiplyAdd, to, b, memory!, { embedded: true })
        : evex.binary(forms.multiplyAdd, to, a, b),
    multiply: ([to, a, b], memory) =>
      b === embedded
        ? evex.binary(forms.multiply, to, a, memory!, { embedded: true })
        : evex.binary(forms.multiply, to, a, b),
    product: ([to, a, b]) => evex.binary(forms.multiply, to, a, b),
    divide: ([to, a, b]) => evex.binary(forms.divide, to, a, b),
    // Of one source: the field of the second stays 0.
    squareRoot: ([to, a]) => evex.binary(forms.squareRoot, to, 0, a),
    add: ([to, a, b]) => evex.binary(forms.add, to, a, b),
    subtract: ([to, a, b]) => evex.binary(forms.subtract, to, a, b),
    max: ([to, a, b]) => evex.binary(forms.max, to, b, a),
    rectify: ([to, a, zero]) => [
      ...evex.binary(forms.xorIntegers, zero, zero, zero),
      ...evex.binary(forms.max, to, zero, a),
    ],
    keepWherePositive: ([to, a, b, zero]) => [
      ...evex.binary(forms.xorIntegers, zero, zero, zero),
      ...evex.compare(predicates.less, mask, zero, a),
      ...evex.moveMasked(to, mask, b),
    ],
    takeWhereEqual: ([to, value, a, b, taken]) => [
      ...evex.compare(predicates.equal, mask, a, b),
      ...evex.moveMasked(taken, mask, value),
      ...evex.binary(forms.add, to, to, taken),
      ...evex.binary(forms.xorIntegers, value, value, value, { mask }),
    ],
  },
};
