import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { askForHugePages, hugePageSetting } from '../../../../src/engine/cpu/native/hugePages.ts';
import { loadKoffi } from '../../../../src/engine/cpu/native/koffi.ts';
import { machineCode } from '../../../../src/engine/cpu/native/machineCode.ts';
import { temporaryFolder } from '../../../formats/temporaryFolder.ts';

const machine = machineCode();
const none = existsSync('/sys/kernel/mm/transparent_hugepage') ? false : 'this system has no huge pages';
const skip = 'refused' in machine ? machine.refused : none;
const pages = 256;

/** The kernel's flags of the mapping that an address is in. */
function flagsAt(address: bigint): string[] {
  let inside = false;
  for (const line of readFileSync('/proc/self/smaps', 'utf8').split('\n')) {
    const [, begin, end] = /^([0-9a-f]+)-([0-9a-f]+) /.exec(line) ?? [];
    if (begin) inside = address >= BigInt(`0x${begin}`) && address < BigInt(`0x${end}`);
    else if (inside && line.startsWith('VmFlags:')) return line.split(/\s+/).slice(1);
  }
  return [];
}

it('asks for huge pages under a memory of WebAssembly', { skip }, () => {
  const make = () => new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const [plain, huge] = [make(), make()];
  assert.equal(askForHugePages(huge), true);
  const { address } = loadKoffi();
  assert.ok(flagsAt(address(huge.buffer)).includes('hg'));
  assert.ok(!flagsAt(address(plain.buffer)).includes('hg'));
  assert.ok(new Uint8Array(huge.buffer).every((value) => value === 0));
});

it('reads what the system is set to give', (t) => {
  const file = join(temporaryFolder(t), 'enabled');
  assert.equal(hugePageSetting(file), undefined);
  for (const [text, setting] of [
    ['[always] madvise never\n', 'always'],
    ['always [madvise] never\n', 'madvise'],
    ['always madvise [never]\n', 'never'],
    ['something [else]\n', undefined],
  ] as const) {
    writeFileSync(file, text);
    assert.equal(hugePageSetting(file), setting);
  }
});
