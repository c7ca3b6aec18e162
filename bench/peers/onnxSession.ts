/** ONNX Runtime's session of one of our ONNX files, in Node or in a browser. */
import type { NetworkSpec } from '../../src/network/spec.ts';
import type { Classifier } from './classifier.ts';
import { inputName, outputName } from '../../src/training/modelFormats/onnx/export/exportGraph.ts';

interface Tensor {
  readonly data: Float32Array;
}

/** As much of the package as is used: it need not be installed for the types to be checked. */
export interface OnnxRuntime<Model> {
  readonly env: { readonly versions: Readonly<Record<string, string>> };
  readonly Tensor: new (type: 'float32', data: Float32Array, shape: readonly number[]) => Tensor;
  readonly InferenceSession: {
    create(model: Model, options: object): Promise<Session>;
  };
}

interface Session {
  release(): Promise<void>;
  run(feeds: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>>;
}

/** Runs a model: its path, or its bytes. */
export async function onnxClassifier<Model>(
  name: string,
  { input: { channels, height, width } }: NetworkSpec,
  model: Model,
  { Tensor, InferenceSession }: OnnxRuntime<Model>,
  options: object,
): Promise<Classifier> {
  const session = await InferenceSession.create(model, {
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    ...options,
  });
  return {
    name,
    async prepare(images, count) {
      const feeds = { [inputName]: new Tensor('float32', images, [count, channels, height, width]) };
      return async () => (await session.run(feeds))[outputName].data;
    },
    close: () => session.release(),
  };
}
