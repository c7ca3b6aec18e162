/** Files that PyTorch wrote, with its logits (test/golden/onnxFiles.py), and files of ours without their description. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeFileAtomically } from '../../../../src/formats/atomicFile.ts';
import { writeOnnx } from '../../../../src/formats/onnx/writeOnnx.ts';
import { inferShapes, parameterShapes } from '../../../../src/network/shapes.ts';
import type { NetworkSpec } from '../../../../src/network/spec.ts';
import { buildNetwork } from '../../../../src/network/zoo/networks.ts';
import type { Model } from '../../../../src/training/modelDescription.ts';
import { loadModel, saveModel } from '../../../../src/training/modelFile.ts';
import { exportGraph } from '../../../../src/training/modelFormats/onnx/export/exportGraph.ts';
import { temporaryFolder } from '../../../formats/temporaryFolder.ts';
import { layersIn } from './layersIn.ts';
import { logitsOf } from './logits.ts';
import { oneLayerNetworks, patternedImages, randomParameters, type NamedParameters } from './networks.ts';

const golden = new URL('../../../golden/onnx/', import.meta.url).pathname;
const expected = JSON.parse(readFileSync(join(golden, 'logits.json'), 'utf8')) as Record<string, number[]>;

/** As torch.nn.functional.log_softmax, an image after the other. */
function logSoftmax(logits: Float32Array, classes: number): Float32Array {
  return logits.map((value, index) => {
    const row = logits.slice(index - (index % classes), index - (index % classes) + classes);
    return value - Math.log(row.reduce((sum, other) => sum + Math.exp(other), 0));
  });
}

function assertClose(ours: Float32Array, theirs: readonly number[]): void {
  assert.equal(ours.length, theirs.length);
  const largest = Math.max(...theirs.map(Math.abs));
  theirs.forEach((value, index) => {
    assert.ok(Math.abs(ours[index]! - value) <= 1e-5 * largest, `${index}: ${ours[index]}, PyTorch ${value}`);
  });
}

const alexnet = [
  'features.0 conv outChannels 4 kernelSize 5 stride 2 padding 2',
  'features.1 relu',
  'features.2 maxPool kernelSize 3 stride 2',
  'features.3 conv outChannels 6 kernelSize 3 padding 1',
  'features.4 relu',
  'features.5 maxPool kernelSize 3 stride 2',
  'avgpool adaptiveAvgPool outputSize 2',
  'flatten flatten',
  'classifier.1 linear outFeatures 8',
  'classifier.2 relu',
  'classifier.3 linear outFeatures 3',
];

const variants = [
  'conv1 conv outChannels 6 kernelSize 3 padding 1',
  'tanh tanh',
  'pool maxPool kernelSize 3 stride 2 ceilMode true',
  'conv2 conv outChannels 4 kernelSize 3 groups 2',
  'sigmoid sigmoid',
  'mean avgPool kernelSize 3 stride 2 padding 1',
  'plain avgPool kernelSize 2 stride 1 padding 1 countIncludePad false',
  'flatten flatten',
  'linear linear outFeatures 5',
  'last linear outFeatures 4',
];

const normalised = [
  'conv conv outChannels 6 kernelSize 3',
  'relu relu',
  'norm lrn size 5 alpha 0.5 beta 0.75 k 0.5 convention pytorch',
  'conv2 conv outChannels 4 kernelSize 3',
  'relu_2 relu',
  'batches batchNorm',
  'relu_3 relu',
  'adaptiveAvgPool adaptiveAvgPool outputSize 1',
  'flatten flatten',
  'last linear outFeatures 3',
];

const layersOf: Readonly<Record<string, readonly string[]>> = {
  alexnet,
  'alexnet-opset9': alexnet,
  variants,
  'variants-opset9': variants,
  normalised,
  'normalised-opset11': normalised,
};

for (const [name, logits] of Object.entries(expected)) {
  test(`PyTorch's ${name}.onnx gives its layers, their names and its logits`, async () => {
    const { network, parameters, classes } = await loadModel(join(golden, `${name}.onnx`));
    assert.deepEqual(layersIn(network), layersOf[name]);
    const ours = await logitsOf(network, parameters, patternedImages(network, 2), 2);
    assertClose(name.startsWith('variants') ? logSoftmax(ours, classes.length) : ours, logits);
  });
}

async function writeBare(path: string, network: NetworkSpec, parameters: NamedParameters): Promise<void> {
  const tensors = parameterShapes(network).map(({ name, shape }) => ({
    name,
    shape,
    read: () => parameters.get(name)!,
  }));
  const graph = exportGraph({
    network,
    classes: [],
    transforms: [],
    about: '',
    tensors,
    preprocessing: false,
  });
  await writeFileAtomically(path, (target) => writeOnnx(target, { ...graph, metadata: {} }));
}

/** Names of the layers that do something in inference. */
function namesInGraph(network: NetworkSpec): string[] {
  const layers = inferShapes(network).filter(({ spec, input, output }) => {
    return spec.type !== 'dropout' && !(spec.type === 'flatten' && input.length === output.length);
  });
  return layers.map(({ spec }) => spec.name);
}

test('the graph of each of our layers is read as that layer, where it is one operator', async (context) => {
  const path = join(temporaryFolder(context), 'bare.onnx');
  const asProducts = [
    'mean, padding counted, rounded up',
    'adaptive mean to 4',
    "normalised as PyTorch's, even",
  ];
  const others = /^locally connected|within channels$/;
  for (const network of oneLayerNetworks.filter(
    ({ name }) => !asProducts.includes(name) && !others.test(name),
  )) {
    const parameters = randomParameters(network);
    await writeBare(path, network, parameters);
    const read = await loadModel(path);
    const images = patternedImages(network, 2);
    const [ours, theirs] = [
      await logitsOf(network, parameters, images, 2),
      await logitsOf(read.network, read.parameters, images, 2),
    ];
    assert.equal(read.network.name, network.name);
    assert.deepEqual(
      read.network.layers.map(({ name }) => name),
      namesInGraph(network),
    );
    assertClose(theirs, [...ours]);
  }
});

test('a network of the zoo is known again, with its dropout', async (context) => {
  const path = join(temporaryFolder(context), 'bare.onnx');
  for (const name of ['alexnet-32', 'alexnet-32-bn']) {
    const network = buildNetwork(name, { classes: 3 });
    const parameters = randomParameters(network);
    await writeBare(path, network, parameters);
    const read = await loadModel(path);
    assert.deepEqual(read.network, network);
    assert.deepEqual(read.parameters, parameters);
  }
});

test('a file of ours keeps all there is to know, whatever its graph', async (context) => {
  const path = join(temporaryFolder(context), 'model.onnx');
  const network = oneLayerNetworks.at(-1)!;
  const model: Model = {
    network,
    classes: ['a', 'b', 'c', 'd', 'é'],
    transforms: [{ type: 'toTensor' }],
    details: { from: 'here' },
    parameters: randomParameters(network),
  };
  for (const preprocessing of [false, true]) {
    await saveModel(path, model, (name) => model.parameters.get(name)!, { preprocessing });
    assert.deepEqual(await loadModel(path), model);
  }
});

test('only ONNX has preprocessing inside', async (context) => {
  const path = join(temporaryFolder(context), 'model.safetensors');
  const network = oneLayerNetworks[0]!;
  const transforms = [{ type: 'toTensor' }] as const;
  const description = { network, classes: ['a', 'b', 'c', 'd', 'e'], transforms };
  const saved = saveModel(path, description, () => new Float32Array(0), { preprocessing: true });
  await assert.rejects(saved, {
    code: 'ALEX_OPTION_VALUE',
    message: /preprocessing is true; expected nothing for safetensors/,
  });
});
