/** ONNX Runtime computes from what is written what our reference engine does, to 1e-5 of the largest logit. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { peers } from '../../../../bench/peers/peers.ts';
import { subtractMean } from '../../../../src/data/augmentation/tensorSteps.ts';
import { interleavedImage } from '../../../../src/data/image.ts';
import { compose, normalize, resize, toTensor, type TransformStep } from '../../../../src/data/transforms.ts';
import { imageTransform } from '../../../../src/data/transformImage.ts';
import { createReferenceEngine } from '../../../../src/engine/reference/engine.ts';
import type { NetworkSpec } from '../../../../src/network/spec.ts';
import { saveModel } from '../../../../src/training/modelFile.ts';
import type { SaveModelOptions } from '../../../../src/training/openedModel.ts';
import { temporaryFolder } from '../../../formats/temporaryFolder.ts';
import { logitsOf } from './logits.ts';
import { oneLayerNetworks, patternedImages, randomParameters, type NamedParameters } from './networks.ts';
import { runOnnx } from './onnxruntime.ts';

const skip = await peers.onnxruntime.missing();
const classes = ['a', 'b', 'c', 'd', 'e'];
const plain = compose([toTensor(), normalize([0.5, 0.5, 0.5], [0.5, 0.5, 0.5])]);

interface Written {
  readonly network: NetworkSpec;
  readonly parameters: NamedParameters;
  readonly transforms?: readonly TransformStep[];
  readonly options?: SaveModelOptions;
}

async function write(
  folder: string,
  { network, parameters, transforms = plain, options }: Written,
): Promise<string> {
  const path = join(folder, `${network.name}.onnx`);
  await saveModel(path, { network, classes, transforms }, (name) => parameters.get(name)!, options);
  return path;
}

function assertClose(theirs: Float32Array, ours: Float32Array): void {
  const largest = Math.max(...ours.map(Math.abs));
  assert.ok(largest > 0.1, String(largest));
  assert.equal(theirs.length, ours.length);
  ours.forEach((value, index) => {
    assert.ok(
      Math.abs(theirs[index]! - value) <= 1e-5 * largest,
      `${index}: ${theirs[index]}, ours ${value}`,
    );
  });
}

describe('ONNX Runtime', { skip }, () => {
  for (const network of oneLayerNetworks) {
    it(`${network.name}, any number of images`, async (context) => {
      const parameters = randomParameters(network);
      const path = await write(temporaryFolder(context), { network, parameters });
      const { channels, height, width } = network.input;
      const images = patternedImages(network, 3);
      const ours = await logitsOf(network, parameters, images, 3);
      const one = images.slice(0, channels * height * width);
      const [three, first] = await runOnnx(path, [
        { values: images, shape: [3, channels, height, width] },
        { values: one, shape: [1, channels, height, width] },
      ]);
      assertClose(three!, ours);
      assertClose(first!, ours.slice(0, classes.length));
    });
  }

  it('half precision: the arithmetic is that of float32 on the rounded weights', async (context) => {
    const [network] = oneLayerNetworks as readonly [NetworkSpec];
    const parameters = randomParameters(network);
    const path = await write(temporaryFolder(context), { network, parameters, options: { dtype: 'F16' } });
    const rounded = [...parameters].map(
      ([name, values]) => [name, new Float32Array(new Float16Array(values))] as const,
    );
    const images = patternedImages(network, 2);
    const [theirs] = await runOnnx(path, [{ values: images, shape: [2, 3, 11, 9] }]);
    assertClose(theirs!, await logitsOf(network, new Map(rounded), images, 2));
  });

  it('preprocessing inside: from pixels, as the transforms do it', async (context) => {
    const { layers, name } = oneLayerNetworks[1]!;
    const network = { name, layers, input: { channels: 3, height: 10, width: 10 } };
    const mean = Array.from({ length: 12 }, (_, index) => index / 20);
    const transforms = compose([
      resize(10),
      toTensor(),
      subtractMean({ height: 2, width: 2, mean }),
      normalize([0.1, 0, -0.1], [0.2, 0.3, 0.4]),
    ]);
    const parameters = randomParameters(network);
    const options = { preprocessing: true };
    const path = await write(temporaryFolder(context), { network, parameters, transforms, options });
    const pixels = Uint8Array.from({ length: 2 * 300 }, (_, i) => (i * 89) % 256);
    const [theirs] = await runOnnx(path, [{ values: pixels, shape: [2, 10, 10, 3] }]);
    const program = await createReferenceEngine().compile(network, { batchSize: 2, training: false });
    for (const [parameter, values] of parameters) program.writeParameter(parameter, values);
    const transform = imageTransform(transforms);
    const size = { height: 10, width: 10 };
    for (const at of [0, 1]) {
      transform(interleavedImage(pixels.subarray(300 * at, 300 * (at + 1)), size), program.inputs[0]!, at);
    }
    assertClose(theirs!, await program.forward());
  });
});
