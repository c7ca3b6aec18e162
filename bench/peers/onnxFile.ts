import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { articleTransforms } from '../../src/data/transforms.ts';
import { classCount } from '../../src/network/shapes.ts';
import { saveModel } from '../../src/training/modelFile.ts';
import { benchNetwork, randomParameters } from './randomNetwork.ts';

const files = new Map<string, Promise<string>>();

/** The path of a network as an ONNX file with random weights, written on the first call. It is gone with the process. */
export function onnxFile(network: string): Promise<string> {
  const file = files.get(network) ?? write(network);
  files.set(network, file);
  return file;
}

async function write(name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'alexnet-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const network = benchNetwork(name);
  const classes = Array.from({ length: classCount(network) }, (_, index) => `class_${index}`);
  const transforms = articleTransforms(network.input.height);
  const path = join(folder, `${name}.onnx`);
  await saveModel(path, { network, classes, transforms }, randomParameters(network));
  return path;
}
