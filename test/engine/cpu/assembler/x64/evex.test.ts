import { it } from 'node:test';
import * as evex from '../../../../../src/engine/cpu/assembler/x64/evex.ts';
import { forms, predicates } from '../../../../../src/engine/cpu/assembler/x64/vectorForms.ts';
import { addresses, objdumpMissing, operandText, zmm } from './disassembler.ts';
import { assertEncodings, type Expected } from './encodings.ts';

const skip = objdumpMissing;
const registers = [0, 5, 8, 15, 16, 23, 24, 31];
const masks = [1, 2, 7] as const;

const binaries = {
  xorIntegers: 'vpxord',
  add: 'vaddps',
  multiply: 'vmulps',
  divide: 'vdivps',
  subtract: 'vsubps',
  max: 'vmaxps',
  multiplyAdd: 'vfmadd231ps',
} as const;

it('loads, stores and broadcasts', { skip }, () => {
  const all = addresses().flatMap((memory) =>
    registers.flatMap((register): Expected[] => {
      const [vector, one] = ['ZMMWORD PTR', 'DWORD PTR'].map((size) => operandText(memory, zmm, size));
      return [
        { bytes: evex.load(register, memory), text: `vmovups ${zmm(register)},${vector}` },
        { bytes: evex.store(memory, register), text: `vmovups ${vector},${zmm(register)}` },
        { bytes: evex.broadcast(register, memory), text: `vbroadcastss ${zmm(register)},${one}` },
      ];
    }),
  );
  assertEncodings(all);
});

it('takes square roots', { skip }, () => {
  const all = registers.flatMap((a) =>
    registers.map((to) => ({
      bytes: evex.binary(forms.squareRoot, to, 0, a),
      text: `vsqrtps ${zmm(to)},${zmm(a)}`,
    })),
  );
  assertEncodings(all);
});

for (const [name, mnemonic] of Object.entries(binaries) as [keyof typeof binaries, string][]) {
  it(`${mnemonic} on registers, memory, one float for all lanes, and under a mask`, { skip }, () => {
    const form = forms[name];
    const onRegisters = registers.flatMap((to) =>
      registers.flatMap((a) =>
        registers.flatMap((b): Expected[] => [
          { bytes: evex.binary(form, to, a, b), text: `${mnemonic} ${zmm(to)},${zmm(a)},${zmm(b)}` },
          ...masks.map((mask) => ({
            bytes: evex.binary(form, to, a, b, { mask }),
            text: `${mnemonic} ${zmm(to)}{k${mask}},${zmm(a)},${zmm(b)}`,
          })),
        ]),
      ),
    );
    const onMemory = addresses().flatMap((memory) =>
      registers.flatMap((a): Expected[] => {
        const begin = `${mnemonic} ${zmm(31 - a)},${zmm(a)}`;
        return [
          {
            bytes: evex.binary(form, 31 - a, a, memory),
            text: `${begin},${operandText(memory, zmm, 'ZMMWORD PTR')}`,
          },
          {
            bytes: evex.binary(form, 31 - a, a, memory, { embedded: true }),
            text: `${begin},${operandText(memory, zmm, 'DWORD BCST')}`,
          },
        ];
      }),
    );
    assertEncodings([...onRegisters, ...onMemory]);
  });
}

it('compares into a mask', { skip }, () => {
  const texts = { equal: 'vcmpeqps', less: 'vcmplt_oqps' } as const;
  const all = (['equal', 'less'] as const).flatMap((predicate) =>
    [...registers, ...addresses()].flatMap((b) =>
      registers.map((a) => ({
        bytes: evex.compare(predicates[predicate], 1 + (a % 7), a, b),
        text: `${texts[predicate]} k${1 + (a % 7)},${zmm(a)},${operandText(b, zmm, 'ZMMWORD PTR')}`,
      })),
    ),
  );
  assertEncodings(all);
});

it('moves under a mask', { skip }, () => {
  const all = registers.flatMap((to) =>
    registers.flatMap((from) =>
      masks.map((mask) => ({
        bytes: evex.moveMasked(to, mask, from),
        text: `vmovaps ${zmm(to)}{k${mask}}{z},${zmm(from)}`,
      })),
    ),
  );
  assertEncodings(all);
});
