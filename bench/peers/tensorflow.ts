/** TensorFlow.js as a peer: a layers model on its WebAssembly backend, which has one thread in Node. */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type { NetworkSpec } from '../../src/network/spec.ts';
import type { Classifier } from './classifier.ts';
import type { Parameters } from './randomNetwork.ts';
import { tensorflowClassifier, type Core, type Layers, type Tensorflow } from './tensorflowModel.ts';

interface WasmBackend {
  setWasmPaths(folder: string): void;
  setThreadsCount(count: number): void;
}

/** Builds a network; `parameter` gives each one's values in PyTorch's layout. */
export async function openTensorflow(
  network: NetworkSpec,
  parameter: Parameters,
  threads: number,
): Promise<Classifier> {
  if (threads !== 1) throw new RangeError('the wasm backend of TensorFlow.js has one thread in Node');
  return tensorflowClassifier(network, parameter, await load());
}

async function load(): Promise<Tensorflow> {
  const require = createRequire(import.meta.url);
  const core = require('@tensorflow/tfjs-core') as Core;
  const tfl = require('@tensorflow/tfjs-layers') as Layers;
  const wasm = require('@tensorflow/tfjs-backend-wasm') as WasmBackend;
  wasm.setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
  wasm.setThreadsCount(1);
  if (!(await core.setBackend('wasm'))) throw new Error('TensorFlow.js could not start its wasm backend');
  const vectors = (await core.env().getAsync('WASM_HAS_SIMD_SUPPORT')) ? 'wasm SIMD' : 'wasm';
  return { core, tfl, name: `TensorFlow.js ${core.version_core} (${vectors})` };
}
