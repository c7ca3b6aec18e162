/** AVX2 and FMA instructions with the VEX prefix: 8 lanes, 16 registers. Destination first, as in Intel's manual. */
import { bit, modRM, type Memory, type Operand, type Register } from './operands.ts';
import { forms, type VectorForm } from './vectorForms.ts';

/** Vectors of 128 or 256 bits. */
export type VexLength = 0 | 1;

/** The prefix of two bytes where it can say everything, else that of three. */
export function vex(
  { map, prefix, opcode }: VectorForm,
  length: VexLength,
  reg: Register,
  second: Register,
  operand: Operand,
): number[] {
  const [index, base] = typeof operand === 'number' ? [0, operand] : [operand.index ?? 0, operand.base];
  const inverted = (register: Register): number => bit(register, 3) ^ 1;
  const last = ((~second & 15) << 3) | (length << 2) | prefix;
  const code = [opcode, ...modRM(reg, operand)];
  if (map === 1 && inverted(index) && inverted(base)) return [0xc5, (inverted(reg) << 7) | last, ...code];
  const first = (inverted(reg) << 7) | (inverted(index) << 6) | (inverted(base) << 5) | map;
  return [0xc4, first, last, ...code];
}

/** vmovups */
export function load(to: Register, from: Memory, length: VexLength = 1): number[] {
  return vex(forms.load, length, to, 0, from);
}

/** vmovups */
export function store(to: Memory, from: Register, length: VexLength = 1): number[] {
  return vex(forms.store, length, from, 0, to);
}

/** vbroadcastss */
export function broadcast(to: Register, from: Memory): number[] {
  return vex(forms.broadcast, 1, to, 0, from);
}

/** vcmpps: all bits of a lane where the predicate holds, else none. */
export function compare(predicate: number, to: Register, a: Register, b: Operand): number[] {
  return [...vex(forms.compare, 1, to, a, b), predicate];
}

/** An instruction of a destination and two sources. */
export function binary(form: VectorForm, to: Register, a: Register, b: Operand): number[] {
  return vex(form, 1, to, a, b);
}

/** Must be run before code that may use SSE. */
export function vzeroupper(): number[] {
  return [0xc5, 0xf8, 0x77];
}
