import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { makeExecutable } from '../../../../src/engine/cpu/native/executable.ts';
import { machineCode } from '../../../../src/engine/cpu/native/machineCode.ts';
import type { SystemMemory } from '../../../../src/engine/cpu/native/systemMemory.ts';

const machine = machineCode();
const skip = 'refused' in machine ? machine.refused : false;
const available = 'refused' in machine ? undefined : machine;
/** mov eax, edi; add eax, 1; ret — with the first argument in ecx on Windows. */
const addOne = Uint8Array.of(0x89, process.platform === 'win32' ? 0xc8 : 0xf8, 0x83, 0xc0, 0x01, 0xc3);

/** The rights of the pages at an address, as /proc/self/maps has them; undefined where nothing is mapped. */
function rightsAt(address: bigint): string | undefined {
  for (const line of readFileSync('/proc/self/maps', 'utf8').split('\n')) {
    const [, begin, end, rights] = /^([0-9a-f]+)-([0-9a-f]+) (\S+)/.exec(line) ?? [];
    if (begin && address >= BigInt(`0x${begin}`) && address < BigInt(`0x${end}`)) return rights;
  }
  return undefined;
}

it('runs code, and gives its memory back', { skip }, () => {
  const { koffi, system } = available!;
  const { address, release } = makeExecutable(koffi, system, addOne);
  assert.equal(koffi.call(address, koffi.proto('int', ['int']), 41), 42);
  release();
});

const onLinux = skip || (process.platform === 'linux' ? false : 'only Linux tells the rights of pages');

it('never has a page that can be written and executed', { skip: onLinux }, () => {
  const { koffi, system } = available!;
  const seen: (string | undefined)[] = [];
  const watched: SystemMemory = {
    ...system,
    makeExecutable(address, bytes) {
      seen.push(rightsAt(address));
      system.makeExecutable(address, bytes);
    },
  };
  const { address, release } = makeExecutable(koffi, watched, addOne);
  seen.push(rightsAt(address));
  release();
  assert.deepEqual([...seen, rightsAt(address)], ['rw-p', 'r-xp', undefined]);
});

it('gives the memory back where the system refuses to have it executed', { skip }, () => {
  const { koffi, system } = available!;
  const released: bigint[] = [];
  const hardened: SystemMemory = {
    ...system,
    makeExecutable: () => {
      throw new Error('no');
    },
    release(address, bytes) {
      released.push(address);
      system.release(address, bytes);
    },
  };
  assert.throws(() => makeExecutable(koffi, hardened, addOne), /^Error: no$/);
  assert.equal(released.length, 1);
});

it('says why memory is refused', { skip: onLinux }, () => {
  assert.throws(() => available!.system.allocate(2 ** 62), /^Error: memory was refused \(ENOMEM: /);
});
