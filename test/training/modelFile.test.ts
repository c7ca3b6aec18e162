import assert from 'node:assert/strict';
import { existsSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openFileAs } from '../../src/formats/openFile.ts';
import { writeFileAtomically } from '../../src/formats/atomicFile.ts';
import fc from 'fast-check';
import { articleTransforms, centerCrop, imagenetTransforms, resize } from '../../src/data/transforms.ts';
import { AlexnetError } from '../../src/errors.ts';
import { openPth } from '../../src/formats/pth/pthFile.ts';
import { findStateDict } from '../../src/formats/pth/stateDict.ts';
import { orderedDict, writePth } from '../../src/formats/pth/writePth.ts';
import { writeSafetensors } from '../../src/formats/safetensorsFile.ts';
import type { TensorSource } from '../../src/formats/tensors.ts';
import type { PickleSource } from '../../src/formats/writePickle.ts';
import { initialise } from '../../src/network/initialise.ts';
import { parameterShapes } from '../../src/network/shapes.ts';
import type { NetworkSpec } from '../../src/network/spec.ts';
import { buildNetwork } from '../../src/network/zoo/networks.ts';
import { convertModel } from '../../src/training/convertModel.ts';
import { inferNetwork } from '../../src/training/inferNetwork.ts';
import { loadModel, openModel, saveModel } from '../../src/training/modelFile.ts';
import { temporaryFolder } from '../formats/temporaryFolder.ts';
import { tinyNetwork } from './tinyTraining.ts';

const description = {
  network: tinyNetwork,
  classes: ['red', 'green', 'blue'],
  transforms: articleTransforms(8),
  details: { dataset: 'tiny', nested: { epochs: 3 } },
};

function randomParameters(network: NetworkSpec): Map<string, Float32Array> {
  const parameters = new Map<string, Float32Array>();
  initialise(network, { scheme: 'torchvision', seed: 3 }, (name, values) => parameters.set(name, values));
  return parameters;
}

const parameters = randomParameters(tinyNetwork);

async function savedTiny(folder: string, name = 'tiny.safetensors'): Promise<string> {
  const path = join(folder, name);
  await saveModel(path, description, (name) => parameters.get(name)!);
  return path;
}

/** A file of a network's tensors without our description; `change` may spoil them. */
async function bareFile(
  folder: string,
  network: NetworkSpec,
  change = (tensors: TensorSource[]) => tensors,
): Promise<string> {
  const path = join(folder, 'bare.safetensors');
  const values = randomParameters(network);
  const tensors = parameterShapes(network).map(({ name, shape }) => ({
    name,
    shape,
    read: () => values.get(name)!,
  }));
  await writeSafetensors(path, change(tensors), { format: 'pt' });
  return path;
}

for (const name of ['tiny.safetensors', 'tiny.pth', 'tiny.PT']) {
  test(`${name}: what is saved is what is loaded, whatever the file is called then`, async (context) => {
    const folder = temporaryFolder(context);
    const path = await savedTiny(folder, name);
    assert.deepEqual(await loadModel(path), { ...description, parameters });
    renameSync(path, join(folder, 'weights.bin'));
    assert.deepEqual(await loadModel(join(folder, 'weights.bin')), { ...description, parameters });
  });
}

test('a file whose name tells no format is not written, and one that begins like none is not read', async (context) => {
  const folder = temporaryFolder(context);
  await assert.rejects(savedTiny(folder, 'tiny.bin'), {
    code: 'ALEX_MODEL_EXTENSION',
    message: /\.safetensors, \.pth/,
  });
  writeFileSync(join(folder, 'tiny.bin'), 'something else');
  await assert.rejects(loadModel(join(folder, 'tiny.bin')), {
    code: 'ALEX_MODEL_FORMAT',
    message: /none of safetensors, safetensors in parts, PyTorch/,
  });
});

test("a checkpoint of PyTorch's DataParallel works, with batch counters that the network has not", async (context) => {
  const path = join(temporaryFolder(context), 'checkpoint.pth');
  const network = buildNetwork('alexnet-32', { classes: 1000 });
  const weights = randomParameters(network);
  const counter = { name: 'c', shape: [], dtype: 'I64' as const, read: () => BigInt64Array.of(5n) };
  await writeFileAtomically(path, (target) =>
    writePth(target, (tensor) => {
      const sources = parameterShapes(network).map(({ name, shape }) => {
        return [`module.${name}`, tensor({ name, shape, read: () => weights.get(name)! })] as const;
      });
      const counted = ['module.features.1.num_batches_tracked', tensor(counter)] as const;
      return new Map<string, PickleSource>([
        ['epoch', 4],
        ['state_dict', orderedDict(new Map([...sources, counted]))],
      ]);
    }),
  );
  const model = await loadModel(path);
  assert.deepEqual(model.parameters, weights);
  // A thousand classes are taken for ImageNet's.
  assert.equal(model.classes[281], 'tabby');
  assert.deepEqual(model.transforms, imagenetTransforms(32));
  assert.deepEqual(imagenetTransforms(224).slice(0, 2), [resize(256), centerCrop(224)]);
});

test('names that a description has stay as they are', async (context) => {
  const path = join(temporaryFolder(context), 'named.pth');
  const layers = tinyNetwork.layers.map((layer) => ({ ...layer, name: `module.${layer.name}` }));
  const network = { ...tinyNetwork, layers };
  const weights = randomParameters(network);
  await saveModel(path, { ...description, network }, (name) => weights.get(name)!);
  assert.deepEqual((await loadModel(path)).parameters, weights);
});

test("PyTorch's batch normalisation finds its counter, which is no parameter here", async (context) => {
  const path = join(temporaryFolder(context), 'norm.pth');
  const layers = tinyNetwork.layers.toSpliced(1, 0, { type: 'batchNorm', name: 'norm' });
  const network = { ...tinyNetwork, layers };
  const weights = randomParameters(network);
  await saveModel(path, { ...description, network }, (name) => weights.get(name)!);
  const file = await openFileAs(path, openPth);
  const tensors = findStateDict(file.root);
  const names = ['weight', 'bias', 'running_mean', 'running_var', 'num_batches_tracked'];
  assert.deepEqual(
    [...tensors.keys()].slice(2, 7),
    names.map((name) => `norm.${name}`),
  );
  const counter = await file.read(tensors.get('norm.num_batches_tracked')!);
  await file.close();
  assert.deepEqual(counter, { dtype: 'I64', shape: [], values: BigInt64Array.of(0n) });
  assert.deepEqual((await loadModel(path)).parameters, weights);
});

test('a bare file of a known network works: classes and transforms follow from it', async (context) => {
  const network = buildNetwork('alexnet-32', { classes: 10 });
  const model = await loadModel(await bareFile(temporaryFolder(context), network));
  assert.deepEqual(model.network, network);
  assert.deepEqual(model.classes.slice(0, 3), ['plane', 'car', 'bird']);
  assert.deepEqual(model.transforms, articleTransforms(32));
  assert.deepEqual(model.parameters, randomParameters(network));
});

test('class names of a bare file: those given when they fit, else numbers', async (context) => {
  const path = await bareFile(temporaryFolder(context), buildNetwork('alexnet-32', { classes: 3 }));
  const classes = async (given?: string[]): Promise<readonly string[]> => {
    const file = await openModel(path, given === undefined ? {} : { classes: given });
    await file.close();
    return file.classes;
  };
  assert.deepEqual(await classes(), ['class_0', 'class_1', 'class_2']);
  assert.deepEqual(await classes(['x', 'y', 'z']), ['x', 'y', 'z']);
  assert.deepEqual(await classes(['x', 'y']), ['class_0', 'class_1', 'class_2']);
});

test("torchvision's alexnet is known by its tensors, for any class count", () => {
  // Names and shapes of torchvision.models.alexnet(num_classes=7).state_dict().
  const shapes: Record<string, number[]> = {
    'features.0.weight': [64, 3, 11, 11],
    'features.0.bias': [64],
    'features.3.weight': [192, 64, 5, 5],
    'features.3.bias': [192],
    'features.6.weight': [384, 192, 3, 3],
    'features.6.bias': [384],
    'features.8.weight': [256, 384, 3, 3],
    'features.8.bias': [256],
    'features.10.weight': [256, 256, 3, 3],
    'features.10.bias': [256],
    'classifier.1.weight': [4096, 9216],
    'classifier.1.bias': [4096],
    'classifier.4.weight': [4096, 4096],
    'classifier.4.bias': [4096],
    'classifier.6.weight': [7, 4096],
    'classifier.6.bias': [7],
  };
  const tensors = new Map(Object.entries(shapes).map(([name, shape]) => [name, { shape }]));
  assert.deepEqual(inferNetwork('f', tensors), buildNetwork('alexnet', { classes: 7 }));
  tensors.delete('features.8.bias');
  assert.throws(() => inferNetwork('f', tensors), {
    code: 'ALEX_MODEL_UNMATCHED',
    message: /closest is alexnet, but its features\.8\.bias is missing/,
  });
});

test('a bare file that fits two networks is not guessed: it is told which', async (context) => {
  const folder = temporaryFolder(context);
  const network = buildNetwork('figure-1-tanh', { classes: 4 });
  const path = await bareFile(folder, network);
  await assert.rejects(loadModel(path), {
    code: 'ALEX_MODEL_AMBIGUOUS',
    message: /18pct and of figure-1 and of figure-1-tanh.*--network 18pct/,
  });
  assert.deepEqual((await loadModel(path, { network: 'figure-1-tanh' })).network, network);
  assert.deepEqual((await loadModel(path, { expectedNetwork: 'figure-1-tanh' })).network, network);
  const out = join(folder, 'described.safetensors');
  await convertModel(path, out, { network: 'figure-1-tanh' });
  assert.deepEqual((await loadModel(out)).network, network);
  await assert.rejects(loadModel(out, { network: '18pct' }), { code: 'ALEX_OPTION_VALUE' });
  await assert.rejects(loadModel(path, { network: '80sec' }), { code: 'ALEX_TENSOR_MISSING' });
});

test('a bare file that fits no network is told by its first difference', async (context) => {
  const folder = temporaryFolder(context);
  const network = buildNetwork('alexnet-32', { classes: 3 });
  const spoil = async (
    change: (tensors: TensorSource[]) => TensorSource[],
    message: RegExp,
  ): Promise<void> => {
    await assert.rejects(loadModel(await bareFile(folder, network, change)), {
      code: 'ALEX_MODEL_UNMATCHED',
      message,
    });
  };
  const extra = { name: 'extra', shape: [1], read: () => Float32Array.of(1) };
  await spoil((tensors) => tensors.slice(1), /alexnet-32, but its features\.0\.weight is missing/);
  await spoil((tensors) => [...tensors, extra], /alexnet-32, but it has no extra/);
  await spoil(
    (tensors) => tensors.with(1, { name: 'features.0.bias', shape: [1], read: () => Float32Array.of(1) }),
    /its features\.0\.bias is \[16\] and here it is \[1\]/,
  );
  await spoil(() => [], /is missing/);
});

test('tensors that do not fit the description of the file are refused', async (context) => {
  const path = join(temporaryFolder(context), 'a.safetensors');
  const about = JSON.stringify({ version: 1, ...description });
  const all: TensorSource[] = parameterShapes(tinyNetwork).map(({ name, shape }) => ({
    name,
    shape,
    read: () => parameters.get(name)!,
  }));
  const rejects = async (tensors: TensorSource[], code: string, message: RegExp): Promise<void> => {
    await writeSafetensors(path, tensors, { alexnet: about });
    await assert.rejects(loadModel(path), { code, message });
  };
  await rejects(all.slice(1), 'ALEX_TENSOR_MISSING', /features\.0\.weight is missing/);
  const extra = { name: 'extra', shape: [1], read: () => Float32Array.of(1) };
  await rejects([...all, extra], 'ALEX_TENSOR_UNKNOWN', /"extra"/);
  await rejects(
    all.with(0, { ...all[0]!, shape: [4, 27] }),
    'ALEX_TENSOR_SHAPE',
    /is \[4, 27\], expected \[4, 3, 3, 3\]/,
  );
  const counts = { ...all[1]!, dtype: 'I64' as const, read: () => new BigInt64Array(4) };
  await rejects(all.with(1, counts), 'ALEX_TENSOR_TYPE', /features\.0\.bias is of type I64/);
});

test('weights that are no numbers are neither saved nor loaded', async (context) => {
  const folder = temporaryFolder(context);
  const path = await savedTiny(folder);
  const bytes = readFileSync(path);
  const spoilt = (name: string): Float32Array =>
    name === 'classifier.1.bias' ? Float32Array.of(0, NaN, 0) : parameters.get(name)!;
  const expected = { code: 'ALEX_MODEL_NOT_FINITE', message: /classifier\.1\.bias .* NaN/ };
  await assert.rejects(saveModel(path, description, spoilt), expected);
  assert.deepEqual(readFileSync(path), bytes);
  assert.equal(existsSync(`${path}.tmp`), false);
  // The last tensor's last number.
  bytes.writeFloatLE(Infinity, bytes.length - 4);
  writeFileSync(path, bytes);
  await assert.rejects(loadModel(path), { code: 'ALEX_MODEL_NOT_FINITE', message: /Infinity/ });
});

test('a file that is cut short, or is none, is told so', async (context) => {
  const path = await savedTiny(temporaryFolder(context));
  truncateSync(path, readFileSync(path).length - 1);
  await assert.rejects(loadModel(path), { code: 'ALEX_SAFETENSORS_TRUNCATED' });
  writeFileSync(path, 'not a model at all, but long enough');
  await assert.rejects(loadModel(path), { code: 'ALEX_SAFETENSORS_INVALID' });
  await assert.rejects(loadModel(`${path}.no`), { code: 'ALEX_FILE_READ' });
});

test('a wrong description is refused, whatever it says', async (context) => {
  const path = join(temporaryFolder(context), 'a.safetensors');
  const good = { version: 1, ...description };
  const layers = tinyNetwork.layers;
  const rejects = async (about: unknown, code: string): Promise<void> => {
    await writeSafetensors(path, [], { alexnet: typeof about === 'string' ? about : JSON.stringify(about) });
    await assert.rejects(loadModel(path), { code }, JSON.stringify(about));
  };
  await rejects('{', 'ALEX_MODEL_METADATA');
  await rejects('null', 'ALEX_MODEL_METADATA');
  await rejects({ ...good, version: 2 }, 'ALEX_MODEL_METADATA');
  await rejects({ ...good, classes: ['a', 'b'] }, 'ALEX_MODEL_METADATA');
  await rejects({ ...good, classes: ['a', 'b', 3] }, 'ALEX_MODEL_METADATA');
  await rejects({ ...good, network: 'alexnet' }, 'ALEX_MODEL_METADATA');
  await rejects({ ...good, network: { ...tinyNetwork, layers: [null] } }, 'ALEX_MODEL_METADATA');
  await rejects({ ...good, network: { ...tinyNetwork, input: {} } }, 'ALEX_NETWORK_LAYER');
  const odd = layers.with(0, { type: 'sponge', name: 'a' } as never);
  await rejects({ ...good, network: { ...tinyNetwork, layers: odd } }, 'ALEX_NETWORK_LAYER');
  await rejects({ ...good, transforms: [{ type: 'blur' }] }, 'ALEX_DATA_TRANSFORMS');
  await rejects(good, 'ALEX_TENSOR_MISSING');
});

test('damage anywhere in a model file gives a model or a coded error', async (context) => {
  const path = await savedTiny(temporaryFolder(context));
  const whole = readFileSync(path);
  const damage = fc.record({ at: fc.nat(whole.length - 1), value: fc.nat(255) });
  await fc.assert(
    fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 3 }), async (damages) => {
      const bytes = Uint8Array.from(whole);
      for (const { at, value } of damages) bytes[at] = value;
      writeFileSync(path, bytes);
      try {
        await loadModel(path);
      } catch (error) {
        assert.ok(error instanceof AlexnetError, String(error));
      }
    }),
    { numRuns: 300 },
  );
});
