/**
 * Registers and memory operands, and the bytes that say which: ModRM, SIB and the displacement (Intel 64 and IA-32
 * Architectures Software Developer's Manual, volume 2, chapter 2).
 */

/** General registers by the number that instructions have for them. */
export const general = {
  rax: 0,
  rcx: 1,
  rdx: 2,
  rbx: 3,
  rsp: 4,
  rbp: 5,
  rsi: 6,
  rdi: 7,
  r8: 8,
  r9: 9,
  r10: 10,
  r11: 11,
  r12: 12,
  r13: 13,
  r14: 14,
  r15: 15,
} as const;

/** The number of a general or of a vector register. */
export type Register = number;

/** The memory at base + index + displacement. */
export interface Memory {
  readonly base: Register;
  /** Any but rsp. */
  readonly index?: Register;
  readonly displacement: number;
}

/** A register, or memory in its place. */
export type Operand = Register | Memory;

/** The lowest three bits of a register's number; the others are in an instruction's prefix. */
export function low(register: Register): number {
  return register & 7;
}

/** Bit 3 or 4 of a register's number. */
export function bit(register: Register, position: 3 | 4): number {
  return (register >> position) & 1;
}

/** A 32-bit number, lowest byte first. */
export function dword(value: number): number[] {
  return [value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, (value >> 24) & 0xff];
}

export function fitsByte(value: number): boolean {
  return value >= -128 && value <= 127;
}

/** In ModRM: a SIB byte follows. In SIB: there is no index. */
const sibFollows = 4;
const noIndex = 4;
/** Without a displacement, this base would mean another form. */
const basePointer = 5;

/**
 * ModRM, and for memory SIB and displacement. A displacement of one byte counts in units of `unit` bytes: more than 1
 * in EVEX instructions.
 */
export function modRM(reg: Register, operand: Operand, unit = 1): number[] {
  const field = low(reg) << 3;
  if (typeof operand === 'number') return [0xc0 | field | low(operand)];
  const { base, index, displacement } = operand;
  const short = index === undefined && low(base) !== sibFollows;
  const place = short
    ? [low(base)]
    : [sibFollows, ((index === undefined ? noIndex : low(index)) << 3) | low(base)];
  const withMode = (mode: number): number[] => [(mode << 6) | field | place[0], ...place.slice(1)];
  const units = displacement / unit;
  if (displacement === 0 && low(base) !== basePointer) return withMode(0);
  if (Number.isInteger(units) && fitsByte(units)) return [...withMode(1), units & 0xff];
  return [...withMode(2), ...dword(displacement)];
}
