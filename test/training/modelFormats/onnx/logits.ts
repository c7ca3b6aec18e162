import { createReferenceEngine } from '../../../../src/engine/reference/engine.ts';
import type { NetworkSpec } from '../../../../src/network/spec.ts';
import { writeImages } from '../../../engine/images.ts';

/** The reference engine's logits of images [count, C, H, W]. */
export async function logitsOf(
  network: NetworkSpec,
  parameters: ReadonlyMap<string, Float32Array>,
  images: ArrayLike<number>,
  count: number,
): Promise<Float32Array> {
  const program = await createReferenceEngine().compile(network, { batchSize: count, training: false });
  for (const [name, values] of parameters) program.writeParameter(name, values);
  writeImages(program.inputs[0]!, images);
  return program.forward();
}
