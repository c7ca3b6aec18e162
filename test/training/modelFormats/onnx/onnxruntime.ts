import { createRequire } from 'node:module';

/** As much of onnxruntime-node as is used. */
interface OnnxRuntime {
  readonly Tensor: new (type: string, data: Float32Array | Uint8Array, shape: readonly number[]) => unknown;
  readonly InferenceSession: { create(path: string): Promise<Session> };
}

interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(
    feeds: Readonly<Record<string, unknown>>,
  ): Promise<Readonly<Record<string, { readonly data: Float32Array }>>>;
  release(): Promise<void>;
}

export interface Images {
  readonly values: Float32Array | Uint8Array;
  /** With the number of images. */
  readonly shape: readonly number[];
}

/** What a file with one input and one output makes of each of the batches, in one session. */
export async function runOnnx(path: string, batches: readonly Images[]): Promise<Float32Array[]> {
  const { Tensor, InferenceSession } = createRequire(
    new URL('../../../../bench/peers/package.json', import.meta.url),
  )('onnxruntime-node') as OnnxRuntime;
  const session = await InferenceSession.create(path);
  try {
    const outputs: Float32Array[] = [];
    for (const { values, shape } of batches) {
      const tensor = new Tensor(values instanceof Uint8Array ? 'uint8' : 'float32', values, shape);
      const results = await session.run({ [session.inputNames[0]!]: tensor });
      outputs.push(results[session.outputNames[0]!]!.data);
    }
    return outputs;
  } finally {
    await session.release();
  }
}
