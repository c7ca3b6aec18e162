/** Model files in ONNX: a description of ours is the metadata entry `alexnet`. */
import { openOnnx } from '../../formats/onnx/openOnnx.ts';
import { writeOnnx } from '../../formats/onnx/writeOnnx.ts';
import type { ModelFormat } from './modelFormat.ts';
import { exportGraph } from './onnx/export/exportGraph.ts';
import { importModel } from './onnx/import/importModel.ts';

export const onnxFormat: ModelFormat = {
  name: 'ONNX',
  extensions: ['.onnx'],
  computes: true,
  recognises: ({ bytes }) =>
    bytes[0] === irVersionTag &&
    bytes[1]! < 128 &&
    laterTags.has(bytes[2]!) &&
    // In a safetensors file these would be the upper half of a length.
    bytes.subarray(4, 8).some((byte) => byte !== 0),
  open: async (file) => importModel(await openOnnx(file)),
  write: (target, model) => writeOnnx(target, exportGraph(model)),
};

/** A message's first field, a number: the version of the format. */
const irVersionTag = 0x08;
/** Fields that come after it: producer, domain, texts, graph, operators. */
const laterTags: ReadonlySet<number> = new Set([0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42]);
