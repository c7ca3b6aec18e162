/**
 * Instructions on general registers. Those on 32 bits clear the upper half of the register that they write. Named by
 * what they do, destination first.
 */
import { bit, dword, fitsByte, low, modRM, type Memory, type Operand, type Register } from './operands.ts';

/** REX, where a register of the upper eight or a 64-bit operand needs it, and the rest of the instruction. */
function instruction(
  wide: 0 | 1,
  opcode: number,
  reg: Register,
  operand: Operand,
  map: readonly number[] = [],
): number[] {
  const [index, base] = typeof operand === 'number' ? [0, operand] : [operand.index ?? 0, operand.base];
  const rex = 0x40 | (wide << 3) | (bit(reg, 3) << 2) | (bit(index, 3) << 1) | bit(base, 3);
  return [...(rex === 0x40 ? [] : [rex]), ...map, opcode, ...modRM(reg, operand)];
}

/** mov r32, r/m32 */
export function load32(to: Register, from: Operand): number[] {
  return instruction(0, 0x8b, to, from);
}

/** mov r/m32, r32 */
export function store32(to: Operand, from: Register): number[] {
  return instruction(0, 0x89, from, to);
}

/** mov r/m32, imm32 */
export function set32(to: Operand, value: number): number[] {
  return [...instruction(0, 0xc7, 0, to), ...dword(value)];
}

/** mov r64, r64 */
export function move64(to: Register, from: Register): number[] {
  return instruction(1, 0x8b, to, from);
}

/** mov r64, imm64 */
export function set64(to: Register, value: bigint): number[] {
  const bytes = Array.from({ length: 8 }, (_, byte) => Number((value >> BigInt(8 * byte)) & 0xffn));
  return [0x48 | bit(to, 3), 0xb8 | low(to), ...bytes];
}

/** add r/m32, imm */
export function addConstant32(to: Operand, value: number): number[] {
  return withConstant(0, 0, to, value);
}

/** sub r/m32, imm */
export function subtractConstant32(to: Operand, value: number): number[] {
  return withConstant(0, 5, to, value);
}

/** add r64, imm32 */
export function addConstant64(to: Register, value: number): number[] {
  return withConstant(1, 0, to, value);
}

/** sub r64, imm32 */
export function subtractConstant64(to: Register, value: number): number[] {
  return withConstant(1, 5, to, value);
}

/** The extension says which of eight operations it is. */
function withConstant(wide: 0 | 1, extension: number, to: Operand, value: number): number[] {
  if (fitsByte(value)) return [...instruction(wide, 0x83, extension, to), value & 0xff];
  return [...instruction(wide, 0x81, extension, to), ...dword(value)];
}

/** add r32, r/m32 */
export function add32(to: Register, from: Operand): number[] {
  return instruction(0, 0x03, to, from);
}

/** add r/m32, r32 */
export function addTo32(to: Operand, from: Register): number[] {
  return instruction(0, 0x01, from, to);
}

/** prefetcht0 m8, or prefetchw m8, which processors without it take for nothing to do. */
export function prefetch(memory: Memory, use: 'read' | 'write'): number[] {
  return instruction(0, use === 'read' ? 0x18 : 0x0d, 1, memory, [0x0f]);
}

/** push r64 */
export function push(register: Register): number[] {
  return [...(bit(register, 3) ? [0x41] : []), 0x50 | low(register)];
}

/** pop r64 */
export function pop(register: Register): number[] {
  return [...(bit(register, 3) ? [0x41] : []), 0x58 | low(register)];
}

const shortJumpBytes = 2;
const longJumpBytes = 6;

/** jnz, by `distance` bytes from the beginning of this instruction. */
export function jumpIfNotZero(distance: number): number[] {
  if (fitsByte(distance - shortJumpBytes)) return [0x75, (distance - shortJumpBytes) & 0xff];
  return [0x0f, 0x85, ...dword(distance - longJumpBytes)];
}

export function returnFromCall(): number[] {
  return [0xc3];
}

/** Writes to eax, ebx, ecx and edx what the processor says of leaf eax, part ecx. */
export function cpuid(): number[] {
  return [0x0f, 0xa2];
}

/** Writes to edx and eax which registers the system saves (ecx = 0). */
export function xgetbv(): number[] {
  return [0x0f, 0x01, 0xd0];
}

/** Instructions of up to 9 bytes that do nothing: the forms that Intel's manual recommends (NOP). */
const nothing: readonly (readonly number[])[] = [
  [0x90],
  [0x66, 0x90],
  [0x0f, 0x1f, 0x00],
  [0x0f, 0x1f, 0x40, 0x00],
  [0x0f, 0x1f, 0x44, 0x00, 0x00],
  [0x66, 0x0f, 0x1f, 0x44, 0x00, 0x00],
  [0x0f, 0x1f, 0x80, 0x00, 0x00, 0x00, 0x00],
  [0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00],
  [0x66, 0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00],
];

/** Bytes that are run through and do nothing. */
export function padding(bytes: number): number[] {
  const code: number[] = [];
  for (let left = bytes; left > 0; left = bytes - code.length) {
    code.push(...nothing[Math.min(left, nothing.length) - 1]);
  }
  return code;
}
