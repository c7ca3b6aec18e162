/**
 * Preloaded into a child process on Linux x64: the kernel refuses to make a page readable and executable, as a
 * hardened system does. A seccomp filter (seccomp(2)) answers mprotect(…, PROT_READ | PROT_EXEC) with EACCES; V8's own
 * code lies in pages of other rights.
 */
import { loadKoffi } from '../../../../../src/engine/cpu/native/koffi.ts';

const [setNoNewPrivileges, setSeccomp, filterMode] = [38, 22, 2];
const [load, jumpIfEqual, give] = [0x20, 0x15, 0x06];
const [refuse, allow] = [0x0005_0000, 0x7fff_0000];
const [mprotectCall, readExecute, accessDenied] = [10, 5, 13];

/** Classic BPF over struct seccomp_data: code, how far to jump if so and if not, operand. */
const program = [
  [load, 0, 0, 0],
  [jumpIfEqual, 0, 3, mprotectCall],
  [load, 0, 0, 32],
  [jumpIfEqual, 0, 1, readExecute],
  [give, 0, 0, refuse | accessDenied],
  [give, 0, 0, allow],
] as const;

const filter = new DataView(new ArrayBuffer(program.length * 8));
program.forEach(([code, ifSo, ifNot, operand], index) => {
  filter.setUint16(index * 8, code, true);
  filter.setUint8(index * 8 + 2, ifSo);
  filter.setUint8(index * 8 + 3, ifNot);
  filter.setUint32(index * 8 + 4, operand, true);
});

const koffi = loadKoffi();
const header = new DataView(new ArrayBuffer(16));
header.setUint16(0, program.length, true);
header.setBigUint64(8, koffi.address(filter.buffer), true);
const prctl = koffi.load(null).func('prctl', 'int', ['int', 'uint64', 'uint64', 'uint64', 'uint64']) as (
  ...words: unknown[]
) => number;
if (prctl(setNoNewPrivileges, 1, 0, 0, 0) !== 0) throw new Error('no_new_privs was refused');
if (prctl(setSeccomp, filterMode, koffi.address(header.buffer), 0, 0) !== 0)
  throw new Error('the seccomp filter was refused');
