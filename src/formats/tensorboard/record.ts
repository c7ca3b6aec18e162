import { crc32c } from './crc32c.ts';

/**
 * Bytes framed as TFRecord has them: their length in 8 bytes, its checksum, the bytes, their checksum, all little
 * end first (tensorflow.org/tutorials/load_data/tfrecord).
 */
export function tfRecord(bytes: Uint8Array): Uint8Array {
  const headLength = 12;
  const record = new Uint8Array(headLength + bytes.length + 4);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(bytes.length), true);
  view.setUint32(8, maskedChecksum(record.subarray(0, 8)), true);
  record.set(bytes, headLength);
  view.setUint32(headLength + bytes.length, maskedChecksum(bytes), true);
  return record;
}

/** Turned and shifted, so that the checksum of bytes that hold a checksum is no special value. */
function maskedChecksum(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
