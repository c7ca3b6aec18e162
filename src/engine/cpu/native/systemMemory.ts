/** The system's own calls for memory: to have some, and to make it executable. */
import { getSystemErrorMessage, getSystemErrorName } from 'node:util';
import type { Koffi } from './koffi.ts';

/** Every call throws where the system refuses it. */
export interface SystemMemory {
  /** Memory that can be read and written, at the beginning of a page. */
  allocate(bytes: number): bigint;
  /** Memory that can be read and executed, and no longer written. */
  makeExecutable(address: bigint, bytes: number): void;
  release(address: bigint, bytes: number): void;
}

export function systemMemory(koffi: Koffi, platform: NodeJS.Platform = process.platform): SystemMemory {
  return platform === 'win32' ? windowsMemory(koffi) : posixMemory(koffi, platform);
}

const protection = { readWrite: 3, readExecute: 5 } as const;
const privateMapping = 0x02;
/** MAP_ANONYMOUS is another number on macOS. */
const anonymous = { darwin: 0x1000, others: 0x20 } as const;
const noFile = -1;
/** What mmap returns where it fails. */
const failed = 2n ** 64n - 1n;

function posixMemory(koffi: Koffi, platform: NodeJS.Platform): SystemMemory {
  const system = koffi.load(null);
  const mmap = system.func('mmap', 'void *', ['void *', 'size_t', 'int', 'int', 'int', 'int64']);
  const mprotect = system.func('mprotect', 'int', ['void *', 'size_t', 'int']);
  const munmap = system.func('munmap', 'int', ['void *', 'size_t']);
  const flags = privateMapping | (platform === 'darwin' ? anonymous.darwin : anonymous.others);
  const refused = (call: string): Error => {
    const number = -koffi.errno();
    return new Error(`${call} refused (${getSystemErrorName(number)}: ${getSystemErrorMessage(number)})`);
  };
  return {
    allocate(bytes) {
      const address = mmap(null, bytes, protection.readWrite, flags, noFile, 0) as bigint;
      if (address === failed) throw refused('memory was');
      return address;
    },
    makeExecutable(address, bytes) {
      if (mprotect(address, bytes, protection.readExecute) !== 0) throw refused('an executable page was');
    },
    release(address, bytes) {
      if (munmap(address, bytes) !== 0) throw refused('giving back memory was');
    },
  };
}

const commitAndReserve = 0x3000;
const pageReadWrite = 0x04;
const pageExecuteRead = 0x20;
const releaseAll = 0x8000;

function windowsMemory(koffi: Koffi): SystemMemory {
  const system = koffi.load('kernel32.dll');
  const virtualAlloc = system.func('VirtualAlloc', 'void *', ['void *', 'size_t', 'uint32', 'uint32']);
  const virtualProtect = system.func('VirtualProtect', 'int', ['void *', 'size_t', 'uint32', 'void *']);
  const virtualFree = system.func('VirtualFree', 'int', ['void *', 'size_t', 'uint32']);
  const lastError = system.func('GetLastError', 'uint32', []);
  const refused = (call: string): Error => new Error(`${call} refused (Windows error ${lastError()})`);
  return {
    allocate(bytes) {
      const address = virtualAlloc(null, bytes, commitAndReserve, pageReadWrite) as bigint | null;
      if (!address) throw refused('memory was');
      return address;
    },
    makeExecutable(address, bytes) {
      const before = new Uint32Array(1);
      if (virtualProtect(address, bytes, pageExecuteRead, before) === 0)
        throw refused('an executable page was');
    },
    release(address) {
      if (virtualFree(address, 0, releaseAll) === 0) throw refused('giving back memory was');
    },
  };
}
