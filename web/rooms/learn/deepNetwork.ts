/** Real backpropagation through a network of equal layers, by the reference engine: what comes back to each of them. */
import { generateShapes } from '../../../src/data/shapes.ts';
import { imageTransform } from '../../../src/data/transformImage.ts';
import { normalize, resize, toTensor } from '../../../src/data/transforms.ts';
import { planarImage } from '../../../src/data/image.ts';
import { compileReference } from '../../../src/engine/reference/program.ts';
import { initialise, type InitializationScheme } from '../../../src/network/initialise.ts';
import type { LayerSpec, NetworkSpec } from '../../../src/network/spec.ts';
import type { Activation } from './activation.ts';

const side = 8;
const classes = 10;
const images = 10;
/** Units of each hidden layer. */
export const hiddenUnits = 32;
const half = [0.5, 0.5, 0.5] as const;

/** `depth` layers of weights with an activation after each, and one that gives the logits. */
export function deepNetwork(activation: Activation, depth: number): NetworkSpec {
  const hidden = Array.from({ length: depth }, (_, i): LayerSpec[] => [
    { type: 'linear', name: `layer${i + 1}`, outFeatures: hiddenUnits },
    { type: activation, name: `${activation}${i + 1}` },
  ]);
  return {
    name: `deep-${activation}-${depth}`,
    input: { channels: 3, height: side, width: side },
    layers: [
      { type: 'flatten', name: 'flatten' },
      ...hidden.flat(),
      { type: 'linear', name: 'logits', outFeatures: classes },
    ],
  };
}

function rootMeanSquare(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}

/**
 * The root mean square of the loss's gradient by the weights of each hidden layer, the first layer's first, for ten of the
 * drawn pictures.
 */
export async function gradientsByLayer(
  activation: Activation,
  depth: number,
  scheme: InitializationScheme,
  seed = 0,
): Promise<number[]> {
  const network = deepNetwork(activation, depth);
  const program = compileReference(network, { batchSize: images, training: true });
  initialise(network, { scheme, seed }, (name, values) => program.writeParameter(name, values));
  const drawn = generateShapes('train', { limit: images });
  const write = imageTransform([resize(side), toTensor(), normalize(half, half)]);
  for (let i = 0; i < images; i++) {
    write(planarImage(drawn.images, drawn, 3 * i * drawn.height * drawn.width), program.inputs[0]!, i);
  }
  await program.forward();
  await program.backward(drawn.labels);
  const gradients = Array.from({ length: depth }, (_, i) =>
    rootMeanSquare(program.readGradient(`layer${i + 1}.weight`)),
  );
  await program.dispose();
  return gradients;
}
