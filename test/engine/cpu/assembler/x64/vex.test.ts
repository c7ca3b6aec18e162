import { it } from 'node:test';
import { forms, predicates } from '../../../../../src/engine/cpu/assembler/x64/vectorForms.ts';
import * as vex from '../../../../../src/engine/cpu/assembler/x64/vex.ts';
import { addresses, objdumpMissing, operandText, xmm, ymm } from './disassembler.ts';
import { assertEncodings, type Expected } from './encodings.ts';

const skip = objdumpMissing;
const registers = [0, 3, 7, 8, 12, 15];

const binaries = {
  and: 'vandps',
  andNot: 'vandnps',
  xor: 'vxorps',
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
      const [of128, of256, one] = ['XMMWORD PTR', 'YMMWORD PTR', 'DWORD PTR'].map((size) =>
        operandText(memory, ymm, size),
      );
      return [
        { bytes: vex.load(register, memory), text: `vmovups ${ymm(register)},${of256}` },
        { bytes: vex.store(memory, register), text: `vmovups ${of256},${ymm(register)}` },
        { bytes: vex.load(register, memory, 0), text: `vmovups ${xmm(register)},${of128}` },
        { bytes: vex.store(memory, register, 0), text: `vmovups ${of128},${xmm(register)}` },
        { bytes: vex.broadcast(register, memory), text: `vbroadcastss ${ymm(register)},${one}` },
      ];
    }),
  );
  assertEncodings(all);
});

for (const [name, mnemonic] of Object.entries(binaries) as [keyof typeof binaries, string][]) {
  it(`${mnemonic} on registers and memory`, { skip }, () => {
    const all = [...registers, ...addresses()].flatMap((b) =>
      registers.flatMap((a) =>
        registers.map((to) => ({
          bytes: vex.binary(forms[name], to, a, b),
          text: `${mnemonic} ${ymm(to)},${ymm(a)},${operandText(b, ymm, 'YMMWORD PTR')}`,
        })),
      ),
    );
    assertEncodings(all);
  });
}

it('takes square roots', { skip }, () => {
  const all = registers.flatMap((a) =>
    registers.map((to) => ({
      bytes: vex.binary(forms.squareRoot, to, 0, a),
      text: `vsqrtps ${ymm(to)},${ymm(a)}`,
    })),
  );
  assertEncodings(all);
});

it('compares', { skip }, () => {
  const texts = { equal: 'vcmpeqps', less: 'vcmplt_oqps' } as const;
  const all = (['equal', 'less'] as const).flatMap((predicate) =>
    [...registers, ...addresses()].flatMap((b) =>
      registers.map((a) => ({
        bytes: vex.compare(predicates[predicate], 15 - a, a, b),
        text: `${texts[predicate]} ${ymm(15 - a)},${ymm(a)},${operandText(b, ymm, 'YMMWORD PTR')}`,
      })),
    ),
  );
  assertEncodings(all);
});

it('ends with vzeroupper', { skip }, () => {
  assertEncodings([{ bytes: vex.vzeroupper(), text: 'vzeroupper' }]);
});
