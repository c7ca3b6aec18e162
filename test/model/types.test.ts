/**
 * What must not compile. Each line after an @ts-expect-error is an error to the compiler, or type-checking this
 * file fails. Nothing here runs but the last test.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  crossEntropyLoss,
  models,
  optim,
  transforms,
  type LayerSpec,
  type NetworkSpec,
} from '../../src/index.ts';

const { compose, resize, toTensor, normalize } = transforms;
const half = [0.5, 0.5, 0.5];

export function transformOrder(): void {
  compose([resize(224), toTensor(), normalize(half, half)]);
  // @ts-expect-error normalize takes what toTensor gives
  compose([resize(224), normalize(half, half), toTensor()]);
  // @ts-expect-error resize takes an image
  compose([toTensor(), resize(224)]);
  // @ts-expect-error nothing makes a tensor
  compose([resize(224)]);
  // @ts-expect-error a size is a number
  resize('224');
}

export function layerOptions(): void {
  const conv: LayerSpec = { type: 'conv', name: 'features.0', outChannels: 64, kernelSize: 11, stride: 4 };
  // @ts-expect-error there is no such option
  const misspelt: LayerSpec = { type: 'conv', name: 'a', outChannels: 64, kernelSize: 11, strides: 4 };
  // @ts-expect-error kernelSize is missing
  const missing: LayerSpec = { type: 'conv', name: 'a', outChannels: 64 };
  // @ts-expect-error an option of another layer
  const other: LayerSpec = { type: 'relu', name: 'a', probability: 0.5 };
  // @ts-expect-error there is no such layer
  const layer: LayerSpec = { type: 'convolution', name: 'a', outChannels: 64, kernelSize: 11 };
  // @ts-expect-error an input has a width
  const network: NetworkSpec = { name: 'n', input: { channels: 3, height: 32 }, layers: [conv] };
  void [misspelt, missing, other, layer, network];
}

export async function modelOptions(): Promise<void> {
  // @ts-expect-error no trained weights come with the package
  models.alexnet({ pretrained: true });
  // @ts-expect-error there is no such scheme
  models.alexnet({ initialization: 'zeros' });
  // @ts-expect-error there is no such engine
  models.alexnet({ engine: 'gpu' });
  const model = models.alexnet({ numClasses: 10 });
  // @ts-expect-error lr is missing
  optim.sgd(model.parameters(), { momentum: 0.9 });
  // @ts-expect-error a model is not its parameters
  optim.sgd(model, { lr: 0.001 });
  // @ts-expect-error a model takes a batch of images
  const outputs = await model.forward(new Float32Array(3 * 224 * 224));
  // @ts-expect-error class indices, not names
  crossEntropyLoss()(outputs, ['plane']);
}

test('what the compiler refuses is refused at run time too', () => {
  const untyped = models.alexnet as (options: object) => unknown;
  assert.throws(() => untyped({ pretrained: true }), { code: 'ALEX_MODEL_PRETRAINED' });
});
