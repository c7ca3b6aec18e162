/** The reflected polynomial of CRC-32C (Castagnoli), RFC 3720, section B.4. */
const polynomial = 0x82f63b78;

/** The checksum's change for each value of a byte. */
const changes = Uint32Array.from({ length: 256 }, (_, byte) => {
  let bits = byte;
  for (let i = 0; i < 8; i++) bits = bits & 1 ? (bits >>> 1) ^ polynomial : bits >>> 1;
  return bits;
});

/** CRC-32C, as RFC 3720 has it; from 0 to 2^32 - 1. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = changes[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
