import { rmSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onnxModel } from './onnxModel.ts';
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
  const path = join(folder, `${name}.onnx`);
  await writeFile(path, onnxModel(network, randomParameters(network)));
  return path;
}
