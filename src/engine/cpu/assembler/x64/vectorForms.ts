/** What VEX and EVEX instructions have in common: opcodes, and which of the prefix's fields go with them. */

export interface VectorForm {
  /** The opcode map: 1 is 0F, 2 is 0F 38. */
  readonly map: 1 | 2;
  /** The prefix that is folded in: none, or 66. */
  readonly prefix: 0 | 1;
  readonly opcode: number;
}

export const forms = {
  load: { map: 1, prefix: 0, opcode: 0x10 },
  store: { map: 1, prefix: 0, opcode: 0x11 },
  move: { map: 1, prefix: 0, opcode: 0x28 },
  squareRoot: { map: 1, prefix: 0, opcode: 0x51 },
  and: { map: 1, prefix: 0, opcode: 0x54 },
  andNot: { map: 1, prefix: 0, opcode: 0x55 },
  xor: { map: 1, prefix: 0, opcode: 0x57 },
  add: { map: 1, prefix: 0, opcode: 0x58 },
  multiply: { map: 1, prefix: 0, opcode: 0x59 },
  subtract: { map: 1, prefix: 0, opcode: 0x5c },
  divide: { map: 1, prefix: 0, opcode: 0x5e },
  max: { map: 1, prefix: 0, opcode: 0x5f },
  compare: { map: 1, prefix: 0, opcode: 0xc2 },
  xorIntegers: { map: 1, prefix: 1, opcode: 0xef },
  broadcast: { map: 2, prefix: 1, opcode: 0x18 },
  /** vfmadd231ps: to += second * third. */
  multiplyAdd: { map: 2, prefix: 1, opcode: 0xb8 },
} as const satisfies Record<string, VectorForm>;

/** Comparisons that are false for NaN and raise nothing (the immediate byte of vcmpps). */
export const predicates = { equal: 0x00, less: 0x11 } as const;
