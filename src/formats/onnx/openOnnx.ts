import { alexnetError } from '../../errors.ts';
import type { OpenedFile } from '../openedFile.ts';
import { createMessageReader } from '../protobuf/decode.ts';
import type { SafeTensor } from '../tensors.ts';
import type { OnnxModel, OnnxTensor } from './model.ts';
import { readModel } from './readModel.ts';
import { readTensorValues } from './tensorValues.ts';

/** An ONNX file that is open: all but the weights has been read. */
export interface OnnxFile {
  /** As messages call it. */
  readonly name: string;
  readonly model: OnnxModel;
  /** Reads a tensor's values. Throws ALEX_ONNX_INVALID, ALEX_FILE_READ. */
  read(tensor: OnnxTensor): Promise<SafeTensor>;
  close(): Promise<void>;
}

/** What a model without its weights may take in memory. */
const mostBytes = 32 * 2 ** 20;

/** Opens a file as an ONNX file. Throws ALEX_FILE_READ, ALEX_ONNX_INVALID. */
export async function openOnnx(file: OpenedFile): Promise<OnnxFile> {
  const { name, size } = file;
  const fault = (problem: string): Error => alexnetError('ALEX_ONNX_INVALID', { file: name, problem });
  const reader = createMessageReader(await file.bytes(), mostBytes, fault);
  return {
    name,
    model: readModel(reader, { begin: 0, end: size }, fault),
    read: (tensor) => readTensorValues(tensor, file, fault),
    close: () => file.close(),
  };
}
