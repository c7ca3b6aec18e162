import { it } from 'node:test';
import * as general from '../../../../../src/engine/cpu/assembler/x64/general.ts';
import type { Operand } from '../../../../../src/engine/cpu/assembler/x64/operands.ts';
import { addresses, objdumpMissing, operandText, r32, r64 } from './disassembler.ts';
import { assertEncodings, type Expected } from './encodings.ts';

const skip = objdumpMissing;
const registers = Array.from({ length: 16 }, (_, register) => register);
const constants = [1, 12, 127, 128, -1, -128, -129, 65_536, 2 ** 31 - 1, -(2 ** 31)];

function operands(): Operand[] {
  return [...registers, ...addresses()];
}

const dword = (operand: Operand): string => operandText(operand, r32, 'DWORD PTR');

function constantText(value: number, bits: 32 | 64): string {
  return `0x${BigInt.asUintN(bits, BigInt(value)).toString(16)}`;
}

/** Each operand with registers of both halves. */
function withRegisters(make: (register: number, operand: Operand) => Expected): Expected[] {
  return operands().flatMap((operand) => [0, 5, 12, 15].map((register) => make(register, operand)));
}

it('moves and adds 32-bit words', { skip }, () => {
  assertEncodings([
    ...withRegisters((to, from) => ({
      bytes: general.load32(to, from),
      text: `mov ${r32(to)},${dword(from)}`,
    })),
    ...withRegisters((from, to) => ({
      bytes: general.store32(to, from),
      text: `mov ${dword(to)},${r32(from)}`,
    })),
    ...withRegisters((to, from) => ({
      bytes: general.add32(to, from),
      text: `add ${r32(to)},${dword(from)}`,
    })),
    ...withRegisters((from, to) => ({
      bytes: general.addTo32(to, from),
      text: `add ${dword(to)},${r32(from)}`,
    })),
  ]);
});

it('takes constants of one byte and of four', { skip }, () => {
  const all = operands().flatMap((to) =>
    constants.flatMap((value): Expected[] => [
      { bytes: general.addConstant32(to, value), text: `add ${dword(to)},${constantText(value, 32)}` },
      { bytes: general.subtractConstant32(to, value), text: `sub ${dword(to)},${constantText(value, 32)}` },
      { bytes: general.set32(to, value), text: `mov ${dword(to)},${constantText(value, 32)}` },
    ]),
  );
  assertEncodings(all);
});

it('works on 64-bit registers', { skip }, () => {
  const addressesOf64 = [0n, 1n, 0x7f00_1234_5678n, 2n ** 64n - 1n];
  assertEncodings(
    registers.flatMap((register): Expected[] => [
      ...[...registers].map((from) => ({
        bytes: general.move64(register, from),
        text: `mov ${r64(register)},${r64(from)}`,
      })),
      ...addressesOf64.map((value) => ({
        bytes: general.set64(register, value),
        text: `movabs ${r64(register)},0x${value.toString(16)}`,
      })),
      ...constants.flatMap((value) => [
        {
          bytes: general.addConstant64(register, value),
          text: `add ${r64(register)},${constantText(value, 64)}`,
        },
        {
          bytes: general.subtractConstant64(register, value),
          text: `sub ${r64(register)},${constantText(value, 64)}`,
        },
      ]),
      { bytes: general.push(register), text: `push ${r64(register)}` },
      { bytes: general.pop(register), text: `pop ${r64(register)}` },
    ]),
  );
});

it('jumps back and forth, near and far', { skip }, () => {
  const distances = [0, 2, 6, 127, 129, 130, -1, -100, -126, -127, -128, -4096];
  for (const distance of distances) {
    const target = BigInt.asUintN(64, BigInt(distance)).toString(16);
    assertEncodings([{ bytes: general.jumpIfNotZero(distance), text: `jne 0x${target}` }]);
  }
});

it('asks for a cache line', { skip }, () => {
  assertEncodings(
    addresses().flatMap((memory): Expected[] => [
      { bytes: general.prefetch(memory, 'read'), text: `prefetcht0 ${operandText(memory, r64, 'BYTE PTR')}` },
      { bytes: general.prefetch(memory, 'write'), text: `prefetchw ${operandText(memory, r64, 'BYTE PTR')}` },
    ]),
  );
});

it('returns, asks the processor, and does nothing', { skip }, () => {
  assertEncodings([
    { bytes: general.returnFromCall(), text: 'ret' },
    { bytes: general.cpuid(), text: 'cpuid' },
    { bytes: general.xgetbv(), text: 'xgetbv' },
  ]);
  for (let bytes = 1; bytes <= 9; bytes++) {
    const text = [
      'nop',
      'xchg ax,ax',
      'nop DWORD PTR [rax]',
      'nop DWORD PTR [rax+0x0]',
      'nop DWORD PTR [rax+rax*1+0x0]',
      'nop WORD PTR [rax+rax*1+0x0]',
      'nop DWORD PTR [rax+0x0]',
      'nop DWORD PTR [rax+rax*1+0x0]',
      'nop WORD PTR [rax+rax*1+0x0]',
    ][bytes - 1]!;
    const padding = general.padding(bytes);
    assertEncodings([{ bytes: padding.length === bytes ? padding : [], text }]);
  }
});
