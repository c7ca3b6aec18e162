/** ONNX Runtime as a peer: onnxruntime-node's CPU provider. */
import { createRequire } from 'node:module';
import type { NetworkSpec } from '../../src/network/spec.ts';
import type { Classifier } from './classifier.ts';
import { onnxClassifier, type OnnxRuntime } from './onnxSession.ts';

/** Loads the ONNX file of a network. */
export async function openOnnxruntime(
  network: NetworkSpec,
  path: string,
  threads: number,
): Promise<Classifier> {
  const runtime = createRequire(import.meta.url)('onnxruntime-node') as OnnxRuntime<string>;
  return onnxClassifier(`ONNX Runtime ${runtime.env.versions['node']}`, network, path, runtime, {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
  });
}
