import { open, type FileHandle } from 'node:fs/promises';
import { alexnetError } from '../../errors.ts';
import { readingFile } from '../fileErrors.ts';
import { fileBytes } from '../protobuf/byteSource.ts';
import { createMessageReader } from '../protobuf/decode.ts';
import type { SafeTensor } from '../tensors.ts';
import type { OnnxModel, OnnxTensor } from './model.ts';
import { readModel } from './readModel.ts';
import { readTensorValues } from './tensorValues.ts';

/** An ONNX file that is open: all but the weights has been read. */
export interface OnnxFile {
  readonly path: string;
  readonly model: OnnxModel;
  /** Reads a tensor's values. Throws ALEX_ONNX_INVALID, ALEX_FILE_READ. */
  read(tensor: OnnxTensor): Promise<SafeTensor>;
  close(): Promise<void>;
}

/** What a model without its weights may take in memory. */
const mostBytes = 32 * 2 ** 20;

/** Opens an ONNX file. Throws ALEX_FILE_READ, ALEX_ONNX_INVALID. */
export async function openOnnx(path: string): Promise<OnnxFile> {
  const fault = (problem: string): Error => alexnetError('ALEX_ONNX_INVALID', { file: path, problem });
  return readingFile(path, async () => {
    const handle = await open(path, 'r');
    try {
      return {
        path,
        model: await readStructure(handle, fault),
        read: (tensor) => readingFile(path, () => readTensorValues(tensor, { path, handle, fault })),
        close: () => handle.close(),
      };
    } catch (error) {
      await handle.close();
      throw error;
    }
  });
}

async function readStructure(handle: FileHandle, fault: (problem: string) => Error): Promise<OnnxModel> {
  const { size } = await handle.stat();
  const reader = createMessageReader(fileBytes(handle.fd, size), mostBytes, fault);
  return readModel(reader, { begin: 0, end: size }, fault);
}
