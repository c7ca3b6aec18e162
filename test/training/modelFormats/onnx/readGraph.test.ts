/** Graphs as other exporters write them, node by node: the layers that they become, and ONNX Runtime's word for it. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeFileAtomically } from '../../../../src/formats/atomicFile.ts';
import { peers } from '../../../../bench/peers/peers.ts';
import { elementTypeOf, type OnnxAttribute, type OnnxNode } from '../../../../src/formats/onnx/model.ts';
import { writeOnnx } from '../../../../src/formats/onnx/writeOnnx.ts';
import type { Dtype, TensorSource, TensorValues } from '../../../../src/formats/tensors.ts';
import { loadModel } from '../../../../src/training/modelFile.ts';
import { temporaryFolder } from '../../../formats/temporaryFolder.ts';
import { layersIn } from './layersIn.ts';
import { logitsOf } from './logits.ts';
import { patternedImages } from './networks.ts';
import { runOnnx } from './onnxruntime.ts';

type Attribute = OnnxAttribute<TensorSource>;

function attribute(value: Attribute | number | string | readonly number[]): Attribute {
  if (typeof value === 'number') return { type: 'int', value };
  if (typeof value === 'string') return { type: 'string', value };
  return 'type' in value ? value : { type: 'ints', value };
}

type Node = OnnxNode<TensorSource>;

/** `Conv x,w -> y`; the node is called like its first output. */
function node(
  text: string,
  attributes: Readonly<Record<string, Parameters<typeof attribute>[0]>> = {},
): Node {
  const [operator = '', inputs = '', , outputs = ''] = text.split(' ');
  const values = Object.entries(attributes).map(([name, value]) => [name, attribute(value)] as const);
  const names = outputs.split(',');
  return {
    name: names[0]!,
    operator,
    domain: '',
    inputs: inputs.split(','),
    outputs: names,
    attributes: new Map(values),
  };
}

/** Values that differ from each other, in this shape. */
function weights(name: string, ...shape: readonly number[]): TensorSource {
  const length = shape.reduce((product, size) => product * size, 1);
  return given(
    name,
    shape,
    Float32Array.from({ length }, (_, at) => (((at * 29) % 31) - 15) / 20),
  );
}

function given(
  name: string,
  shape: readonly number[],
  values: TensorValues,
  dtype: Dtype = 'F32',
): TensorSource {
  return { name, shape, dtype, read: () => values };
}

function wholes(name: string, ...values: readonly number[]): TensorSource {
  return given(name, [values.length], BigInt64Array.from(values, BigInt), 'I64');
}

interface Graph {
  readonly nodes: readonly Node[];
  readonly tensors?: readonly TensorSource[];
  readonly opset?: number;
  /** Default: x, float32 [N, 2, 6, 6]. */
  readonly inputs?: readonly { name: string; type?: Dtype; shape: readonly (number | string)[] }[];
  /** Default: what the last node makes. */
  readonly outputs?: readonly string[];
}

async function write(
  path: string,
  { nodes, tensors = [], opset = 17, inputs, outputs }: Graph,
): Promise<void> {
  const images = inputs ?? [{ name: 'x', shape: ['N', 2, 6, 6] }];
  const results = outputs ?? [nodes.at(-1)!.outputs[0]!];
  await writeFileAtomically(path, (target) =>
    writeOnnx(target, {
      irVersion: 8,
      opset,
      producer: { name: 'a test', version: '' },
      metadata: {},
      graph: {
        name: 'main_graph',
        nodes,
        initializers: new Map(tensors.map((tensor) => [tensor.name, tensor])),
        inputs: images.map(({ name, type = 'F32', shape }) => ({
          name,
          shape,
          elementType: elementTypeOf(type),
        })),
        outputs: results.map((name) => ({ name, shape: ['N', 'C'], elementType: elementTypeOf('F32') })),
        values: [],
      },
    }),
  );
}

const w = weights('c.weight', 3, 2, 3, 3);
const b = weights('c.bias', 3);
const conv = node('Conv x,c.weight,c.bias -> c', { pads: [1, 1, 1, 1] });
const flat = node('Flatten c -> f');
const convLine = 'c conv outChannels 3 kernelSize 3 padding 1';

interface ReadGraph extends Graph {
  readonly layers: readonly string[];
}

const graphs: Readonly<Record<string, ReadGraph>> = {
  'products scaled and the other way round': {
    nodes: [
      node('Flatten x -> f', { axis: -3 }),
      node('Gemm f,w,b -> g', { alpha: { type: 'float', value: 0.5 }, beta: { type: 'float', value: -2 } }),
    ],
    tensors: [weights('w', 72, 4), weights('b', 1, 4)],
    layers: ['f flatten', 'g linear outFeatures 4'],
  },
  'a product and a sum, a bias of a convolution as a sum': {
    nodes: [
      node('Conv x,c.weight -> y', { auto_pad: 'SAME_UPPER', kernel_shape: [3, 3] }),
      node('Add y,b -> c'),
      node('Reshape c,shape -> f'),
      node('MatMul f,w -> m'),
      node('Add bias,m -> l'),
    ],
    tensors: [w, weights('b', 3, 1, 1), wholes('shape', 0, -1), weights('w', 108, 4), weights('bias', 4)],
    layers: [convLine, 'f flatten', 'm linear outFeatures 4'],
  },
  'zeros around, nothing, and other types': {
    nodes: [
      node('Pad x,pads,zero -> p'),
      node('Identity p -> i'),
      node('Cast i -> x16', { to: elementTypeOf('F16') }),
      node('Cast x16 -> x32', { to: elementTypeOf('F32') }),
      node('Cast half -> whole', { to: elementTypeOf('F32') }),
      node('Conv x32,whole -> /features/features.0/Conv'),
      node('Flatten /features/features.0/Conv -> out'),
    ],
    tensors: [
      wholes('pads', 0, 0, 1, 1, 0, 0, 1, 1),
      given('zero', [], Float32Array.of(0)),
      given(
        'half',
        [2, 2, 3, 3],
        Float16Array.from({ length: 36 }, (_, at) => (at % 7) / 8 - 0.375),
        'F16',
      ),
    ],
    layers: ['features.0 conv outChannels 2 kernelSize 3 padding 1', 'out flatten'],
  },
  'pads at the end that round up': {
    nodes: [
      node('MaxPool x -> node_max_pool2d', { kernel_shape: [3, 3], strides: [2, 2], pads: [0, 0, 1, 1] }),
      node('Reshape node_max_pool2d,shape -> f'),
    ],
    tensors: [wholes('shape', -1, 18)],
    layers: ['max_pool2d maxPool kernelSize 3 stride 2 ceilMode true', 'f flatten'],
  },
  'a mean, its axes taken away; probabilities': {
    nodes: [
      node('GlobalAveragePool x -> g'),
      node('Squeeze g,axes -> s'),
      node('Softmax s -> p', { axis: -1 }),
    ],
    tensors: [wholes('axes', 2, 3)],
    layers: ['g adaptiveAvgPool outputSize 1', 's flatten'],
  },
  'a mean that keeps its axes, and a fixed number of images': {
    nodes: [node('ReduceMean x -> m', { axes: [-1, -2] }), node('Reshape m,shape -> r')],
    tensors: [wholes('shape', 2, 2)],
    inputs: [{ name: 'x', shape: [2, 2, 6, 6] }],
    layers: ['m adaptiveAvgPool outputSize 1', 'r flatten'],
  },
  'dropout with a mask, constants as nodes': {
    nodes: [
      node('Constant , -> w', { value: { type: 'tensor', value: weights('', 5, 72) } }),
      node('Constant , -> ratio', { value: { type: 'tensor', value: given('', [], Float32Array.of(0.3)) } }),
      node('Flatten x -> f'),
      node('Dropout f,ratio -> d,mask'),
      node('Gemm d,w -> fc1', { transB: 1 }),
    ],
    layers: ['f flatten', 'd dropout probability 0.3', 'fc1 linear outFeatures 5'],
  },
  normalisation: {
    nodes: [
      conv,
      node('LRN c -> n', {
        size: 3,
        alpha: { type: 'float', value: 0.2 },
        bias: { type: 'float', value: 0.5 },
      }),
      node('BatchNormalization n,s,b2,m,v -> bn', { epsilon: { type: 'float', value: 0.001 } }),
      node('Flatten bn -> f'),
    ],
    tensors: [
      w,
      b,
      weights('s', 3),
      weights('b2', 3),
      weights('m', 3),
      given('v', [3], Float32Array.of(0.5, 1, 2)),
    ],
    layers: [
      convLine,
      'n lrn size 3 alpha 0.2 beta 0.75 k 0.5 convention pytorch',
      'bn batchNorm epsilon 0.001',
      'f flatten',
    ],
  },
};

function softmax(logits: Float32Array): Float32Array {
  const powers = logits.map(Math.exp);
  return powers.map((power, at) => {
    const row = at - (at % 2);
    return power / (powers[row]! + powers[row + 1]!);
  });
}

const skip = await peers.onnxruntime.missing();

for (const [name, graph] of Object.entries(graphs)) {
  test(`${name}: the layers`, async (context) => {
    const path = join(temporaryFolder(context), 'graph.onnx');
    await write(path, graph);
    const { network } = await loadModel(path);
    assert.equal(network.name, 'graph');
    assert.deepEqual(layersIn(network), graph.layers);
  });

  test(`${name}: the outputs`, { skip }, async (context) => {
    const path = join(temporaryFolder(context), 'graph.onnx');
    await write(path, graph);
    const { network, parameters } = await loadModel(path);
    const images = patternedImages(network, 2);
    const [theirs] = await runOnnx(path, [{ values: images, shape: [2, 2, 6, 6] }]);
    const logits = await logitsOf(network, parameters, images, 2);
    const ours = name.endsWith('probabilities') ? softmax(logits) : logits;
    const largest = Math.max(...theirs!.map(Math.abs));
    // One case rounds the images to float16.
    const tolerance = name.endsWith('other types') ? 1e-3 : 1e-5;
    assert.equal(ours.length, theirs!.length);
    ours.forEach((value, at) => {
      assert.ok(
        Math.abs(value - theirs![at]!) <= tolerance * largest,
        `${at}: ${value}, theirs ${theirs![at]}`,
      );
    });
  });
}

const refused: readonly (readonly [RegExp, Graph])[] = [
  [
    /node "s" \(Add\): it adds nothing/,
    { nodes: [node('Conv x,c.weight -> c'), node('Add c -> s')], tensors: [w] },
  ],
  [/node "s" \(Add\): it joins two branches/, { nodes: [node('Add x,x -> s')] }],
  [
    /node "s" \(Add\): it takes what an earlier node than the last made/,
    { nodes: [conv, node('Relu c -> r'), node('Add r,c -> s')], tensors: [w, b] },
  ],
  [
    /node "r" \(Resize\): this operator is not supported; those that are: Conv/,
    { nodes: [node('Resize x -> r')] },
  ],
  [/node "r" \(Relu\): its input "y" is made by no node before it/, { nodes: [node('Relu y -> r')] }],
  [
    /node "c" \(Conv\): it has dilations/,
    { nodes: [node('Conv x,c.weight -> c', { dilations: [2, 2] })], tensors: [w] },
  ],
  [
    /node "c" \(Conv\): its pads are \[0, 0, 1, 1\], expected the same on every side/,
    { nodes: [node('Conv x,c.weight -> c', { pads: [0, 0, 1, 1] })], tensors: [w] },
  ],
  [
    /node "c" \(Conv\): its kernel_shape is \[3, 2\], expected the same in both directions/,
    { nodes: [node('Conv x,w -> c')], tensors: [weights('w', 3, 2, 3, 2)] },
  ],
  [
    /node "c" \(Conv\): its input 1 is computed, expected weights/,
    { nodes: [node('Relu x -> r'), node('Conv r,r -> c')] },
  ],
  [
    /node "c" \(Conv\): its weights are of type I8, expected floating point/,
    { nodes: [node('Conv x,w -> c')], tensors: [given('w', [1, 2, 1, 1], new Int8Array(2), 'I8')] },
  ],
  [
    /node "p" \(Pad\): it pads with something else than zeros/,
    {
      nodes: [node('Pad x,pads -> p', { mode: 'reflect' }), conv],
      tensors: [w, b, wholes('pads', 0, 0, 1, 1, 0, 0, 1, 1)],
      outputs: ['p'],
    },
  ],
  [
    /node "p" \(Pad\): it pads for another operator/,
    {
      nodes: [node('Pad x,pads -> p'), node('Relu p -> r')],
      tensors: [wholes('pads', 0, 0, 1, 1, 0, 0, 1, 1)],
    },
  ],
  [
    /node "r" \(Reshape\): it changes more than the shape of each image/,
    { nodes: [node('Reshape x,s -> r')], tensors: [wholes('s', -1, 36)] },
  ],
  [
    /node "g" \(Gemm\): its transA is not 0/,
    { nodes: [node('Flatten x -> f'), node('Gemm f,w -> g', { transA: 1 })], tensors: [weights('w', 72, 4)] },
  ],
  [
    /node "g" \(Gemm\): .*its input is \[2, 6, 6\], expected a vector/,
    { nodes: [node('Gemm x,w -> g')], tensors: [weights('w', 72, 4)] },
  ],
  [/node "n" \(LRN\): its size is 4, expected an odd number/, { nodes: [node('LRN x -> n', { size: 4 })] }],
  [
    /node "r" \(Relu\): it comes after Softmax/,
    { nodes: [node('Flatten x -> f'), node('Softmax f -> s'), node('Relu s -> r')] },
  ],
  [
    /node "b" \(BatchNormalization\): it is exported for training/,
    { nodes: [node('BatchNormalization x,v,v,v,v -> b', { training_mode: 1 })], tensors: [weights('v', 2)] },
  ],
  [
    /input "x": its shape is \[N, 3, H, W\], expected \[N, C, H, W\] with sizes/,
    { nodes: [node('Relu x -> r')], inputs: [{ name: 'x', shape: ['N', 3, 'H', 'W'] }] },
  ],
  [
    /input "x": it is of type U8, expected float32 images/,
    { nodes: [node('Relu x -> r')], inputs: [{ name: 'x', type: 'U8', shape: [1, 3, 4, 4] }] },
  ],
  [
    /the graph: it has 2 inputs, "x", "y"; expected one/,
    { nodes: [node('Add x,y -> r')], inputs: ['x', 'y'].map((name) => ({ name, shape: [1, 3, 4, 4] })) },
  ],
  [
    /the graph: it has 2 outputs, "c", "f"; expected one/,
    { nodes: [conv, flat], tensors: [w, b], outputs: ['c', 'f'] },
  ],
];

test('what is no chain of our layers is refused, by the name of what is not', async (context) => {
  const path = join(temporaryFolder(context), 'refused.onnx');
  for (const [message, graph] of refused) {
    await write(path, graph);
    await assert.rejects(loadModel(path), { code: 'ALEX_ONNX_UNSUPPORTED', message });
  }
});
