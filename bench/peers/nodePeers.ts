/** The peers that npm installs. The package itself needs none of them. */
import { fileURLToPath } from 'node:url';
import type { Contender } from '../contender.ts';
import { whyNot } from '../processes.ts';
import { onnxFile } from './onnxFile.ts';
import { timeInNode } from './timeInNode.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));

export const onnxruntimePeer: Contender = {
  missing: () => missing('ONNX Runtime', ['onnxruntime-node']),
  measure: async (job) => timeInNode('onnxruntime', job, await onnxFile(job.network)),
};

export const tensorflowPeer: Contender = {
  missing: () =>
    missing('TensorFlow.js', [
      '@tensorflow/tfjs-core',
      '@tensorflow/tfjs-layers',
      '@tensorflow/tfjs-backend-wasm',
    ]),
  measure: (job) => timeInNode('tensorflow', job),
};

async function missing(name: string, packages: readonly string[]): Promise<string | undefined> {
  const load = packages.map((each) => `require('${each}');`).join('');
  // With `--input-type=commonjs` and here, they are looked for where they are installed.
  const reason = await whyNot(process.execPath, ['--input-type=commonjs', '--eval', load], folder);
  if (reason === undefined) return undefined;
  return (
    `${name} is left out: ${packages.join(', ')} cannot be loaded. ` +
    'To install what bench/peers/package.json names: npm ci --ignore-scripts --prefix bench/peers'
  );
}
