/** ONNX Runtime as a peer: onnxruntime-node's CPU provider. */
import { createRequire } from 'node:module';
import type { NetworkSpec } from '../../src/network/spec.ts';
import type { Classifier } from './classifier.ts';
import { inputName, outputName } from '../../src/training/modelFormats/onnx/export/exportGraph.ts';

interface Tensor {
  readonly data: Float32Array;
}

/** As much of onnxruntime-node as is used: it need not be installed for the types to be checked. */
interface OnnxRuntime {
  readonly env: { readonly versions: Readonly<Record<string, string>> };
  readonly Tensor: new (type: 'float32', data: Float32Array, shape: readonly number[]) => Tensor;
  readonly InferenceSession: {
    create(path: string, options: object): Promise<Session>;
  };
}

interface Session {
  release(): Promise<void>;
  run(feeds: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>>;
}

/** Loads the ONNX file of a network. */
export async function openOnnxruntime(
  { input: { channels, height, width } }: NetworkSpec,
  path: string,
  threads: number,
): Promise<Classifier> {
  const { env, Tensor, InferenceSession } = createRequire(import.meta.url)('onnxruntime-node') as OnnxRuntime;
  const session = await InferenceSession.create(path, {
    executionProviders: ['cpu'],
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
  });
  return {
    name: `ONNX Runtime ${env.versions.node}`,
    async prepare(images, count) {
      const feeds = { [inputName]: new Tensor('float32', images, [count, channels, height, width]) };
      return async () => (await session.run(feeds))[outputName].data;
    },
    close: () => session.release(),
  };
}
