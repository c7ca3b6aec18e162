/** AVX-512F instructions with the EVEX prefix: 16 lanes, 32 registers. Destination first, as in Intel's manual. */
import { bit, modRM, type Memory, type Operand, type Register } from './operands.ts';
import { forms, type VectorForm } from './vectorForms.ts';

const vectorBytes = 64;
const floatBytes = 4;

export interface EvexOptions {
  /** The memory operand is one float32, which all lanes get. */
  readonly embedded?: boolean;
  /** Lanes whose bit in this mask register is 0 keep their value, or become 0. */
  readonly mask?: 1 | 2 | 3 | 4 | 5 | 6 | 7;
  readonly zeroing?: boolean;
  /** Bytes that a displacement of one byte counts by, where the operand is neither a vector nor embedded. */
  readonly unit?: number;
}

/** Vectors of 512 bits. */
export function evex(
  { map, prefix, opcode }: VectorForm,
  reg: Register,
  second: Register,
  operand: Operand,
  options: EvexOptions = {},
): number[] {
  const { embedded = false, mask = 0, zeroing = false } = options;
  // A register's fifth bit goes where an address has its index's fourth.
  const [x, b] =
    typeof operand === 'number'
      ? [bit(operand, 4), bit(operand, 3)]
      : [bit(operand.index ?? 0, 3), bit(operand.base, 3)];
  const inverted = [bit(reg, 3), x, b, bit(reg, 4)].reduce((bits, one) => (bits << 1) | (one ^ 1), 0);
  const unit = options.unit ?? (embedded ? floatBytes : vectorBytes);
  return [
    0x62,
    (inverted << 4) | map,
    ((~second & 15) << 3) | 0x04 | prefix,
    (Number(zeroing) << 7) | 0x40 | (Number(embedded) << 4) | ((bit(second, 4) ^ 1) << 3) | mask,
    opcode,
    ...modRM(reg, operand, unit),
  ];
}

/** vmovups */
export function load(to: Register, from: Memory): number[] {
  return evex(forms.load, to, 0, from);
}

/** vmovups */
export function store(to: Memory, from: Register): number[] {
  return evex(forms.store, from, 0, to);
}

/** vbroadcastss */
export function broadcast(to: Register, from: Memory): number[] {
  return evex(forms.broadcast, to, 0, from, { unit: floatBytes });
}

/** vcmpps: a bit of the mask register for each lane where the predicate holds. */
export function compare(predicate: number, to: Register, a: Register, b: Operand): number[] {
  return [...evex(forms.compare, to, a, b), predicate];
}

/** An instruction of a destination and two sources; the second may be memory. */
export function binary(
  form: VectorForm,
  to: Register,
  a: Register,
  b: Operand,
  options: EvexOptions = {},
): number[] {
  return evex(form, to, a, b, options);
}

/** vmovaps to{mask}{z}, from: zeros where the mask has none. */
export function moveMasked(to: Register, mask: EvexOptions['mask'], from: Register): number[] {
  return evex(forms.move, to, 0, from, { mask, zeroing: true });
}
