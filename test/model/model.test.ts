import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Engine, Program } from '../../src/engine/engine.ts';
import { createReferenceEngine } from '../../src/engine/reference/engine.ts';
import { crossEntropyLoss } from '../../src/model/crossEntropyLoss.ts';
import { createModel, type Model } from '../../src/model/model.ts';
import { optim, type Optimizer } from '../../src/model/optim.ts';
import { initialise } from '../../src/network/initialise.ts';
import { parameterShapes } from '../../src/network/shapes.ts';
import { tinyBatch, tinyNetwork, type TinyBatch } from './tinyNetwork.ts';

const engine = createReferenceEngine();
const sgd = { lr: 0.1, momentum: 0.9, weightDecay: 0.01 };
const engineSgd = { learningRate: 0.1, momentum: 0.9, weightDecay: 0.01 };
const seed = 7;

function tinyModel(): Model {
  return createModel(tinyNetwork, { engine, seed });
}

async function trainOn(model: Model, optimizer: Optimizer, { inputs, labels }: TinyBatch): Promise<number> {
  optimizer.zeroGrad();
  const outputs = await model.forward(inputs);
  const loss = crossEntropyLoss()(outputs, labels);
  await loss.backward();
  await optimizer.step();
  return loss.item();
}

async function referenceProgram(): Promise<Program> {
  const program = await engine.compile(tinyNetwork, { batchSize: 4, training: true });
  initialise(tinyNetwork, { scheme: 'torchvision', seed }, (name, values) =>
    program.writeParameter(name, values),
  );
  return program;
}

/** The same batch through Program.step. */
async function stepOn(program: Program, { inputs, labels }: TinyBatch, step: number): Promise<number> {
  program.inputs[0].data.set(inputs.buffer.data);
  const options = { count: inputs.size(0), labels, optimizer: engineSgd, training: { seed, step } };
  return (await program.step(options)).loss;
}

test('the loop of the article gives the weights and losses of Program.step, a short last batch too', async () => {
  const model = tinyModel();
  const optimizer = optim.sgd(model.parameters(), sgd);
  const program = await referenceProgram();
  for (const [step, images] of [4, 4, 3, 4, 1].entries()) {
    const batch = tinyBatch(images, step);
    const loss = await trainOn(model, optimizer, batch);
    // Logits cross the border as float32, so the loss that is computed from them is equal to float32's precision.
    assert.ok(Math.abs(loss - (await stepOn(program, batch, step))) < 1e-6);
  }
  for (const parameter of model.parameters()) {
    assert.deepEqual(parameter.data().data, program.readParameter(parameter.name));
  }
});

test('train() has dropout on, eval() off', async () => {
  const model = tinyModel();
  const { inputs } = tinyBatch(4, 0);
  const program = await referenceProgram();
  program.inputs[0].data.set(inputs.buffer.data);

  assert.equal(model.training, true);
  const dropped = await model.forward(inputs);
  assert.deepEqual(dropped.data, await program.forward({ training: { seed, step: 0 } }));
  model.eval();
  const whole = await model.forward(inputs);
  assert.deepEqual(whole.data, await program.forward());
  assert.notDeepEqual(whole.data, dropped.data);
  model.train();
  assert.deepEqual(
    (await model.forward(inputs)).data,
    await program.forward({ training: { seed, step: 1 } }),
  );
});

test('a larger batch, or training after eval(), keeps weights and momentum', async () => {
  const small = tinyModel();
  const large = tinyModel();
  small.eval();
  await small.forward(tinyBatch(1, 0).inputs); // compiled for one image, without gradients
  small.train();
  const optimizers = [small, large].map((model) => optim.sgd(model.parameters(), sgd));
  large.eval();
  await large.forward(tinyBatch(8, 0).inputs);
  large.train();
  for (const [step, images] of [2, 4, 8].entries()) {
    const batch = tinyBatch(images, step);
    await trainOn(small, optimizers[0], batch);
    await trainOn(large, optimizers[1], batch);
  }
  for (const [i, parameter] of small.parameters().entries()) {
    const expected = large.parameters()[i].data().data;
    // The reference engine computes in float64 and hands weights over in float32.
    parameter.data().data.forEach((value, at) => assert.ok(Math.abs(value - expected[at]) < 1e-6));
  }
});

test('gradients can be read between backward and zeroGrad', async () => {
  const model = tinyModel();
  const batch = tinyBatch(4, 0);
  const [weight] = model.parameters();
  assert.equal(weight.grad(), undefined);
  await crossEntropyLoss()(await model.forward(batch.inputs), batch.labels).backward();

  const program = await referenceProgram();
  program.inputs[0].data.set(batch.inputs.buffer.data);
  await program.forward({ training: { seed, step: 0 } });
  await program.backward(batch.labels);
  assert.deepEqual(weight.grad()?.data, program.readGradient(weight.name));
  assert.deepEqual(weight.grad()?.shape, weight.shape);
  model.zeroGrad();
  assert.equal(weight.grad(), undefined);
});

test('a state dict carries all weights from one model to another, before and after the engine has started', async () => {
  const trained = tinyModel();
  await trainOn(trained, optim.sgd(trained.parameters(), sgd), tinyBatch(4, 0));
  const state = trained.stateDict();
  assert.deepEqual(
    [...state.keys()],
    parameterShapes(tinyNetwork).map(({ name }) => name),
  );

  const { inputs } = tinyBatch(4, 1);
  trained.eval();
  const expected = (await trained.forward(inputs)).data;
  for (const started of [false, true]) {
    const other = createModel(tinyNetwork, { engine, seed: 8 });
    other.eval();
    if (started) assert.notDeepEqual((await other.forward(inputs)).data, expected);
    other.loadStateDict(state);
    (await other.forward(inputs)).data.forEach((logit, i) => assert.ok(Math.abs(logit - expected[i]) < 1e-5));
    assert.deepEqual(other.stateDict().get('features.0.weight')?.data, state.get('features.0.weight')?.data);
  }
});

test('a state dict that does not fit changes nothing', () => {
  const model = tinyModel();
  const before = model.stateDict();
  const zeros = new Map(
    [...before].map(([name, { shape, data }]) => [name, { shape, data: data.map(() => 0) }]),
  );
  const { shape, data } = zeros.get('classifier.1.bias')!;
  const missing = new Map([...zeros].slice(1));
  assert.throws(() => model.loadStateDict(missing), { code: 'ALEX_TENSOR_MISSING' });
  const unknown = new Map(zeros).set('classifier.6.bias', { shape, data });
  assert.throws(() => model.loadStateDict(unknown), { code: 'ALEX_TENSOR_UNKNOWN' });
  const wrong = new Map(zeros).set('classifier.1.bias', { shape: [4], data: new Float32Array(4) });
  assert.throws(() => model.loadStateDict(wrong), { code: 'ALEX_TENSOR_SHAPE' });
  assert.deepEqual(model.stateDict().get('features.0.weight')?.data, before.get('features.0.weight')?.data);
});

test('calls out of order are refused', async () => {
  const model = tinyModel();
  const optimizer = optim.sgd(model.parameters(), sgd);
  const other = optim.sgd(tinyModel().parameters(), sgd);
  const { inputs, labels } = tinyBatch(4, 0);
  const criterion = crossEntropyLoss();
  await assert.rejects(optimizer.step(), { code: 'ALEX_MODEL_NO_GRADIENTS' });

  const stale = criterion(await model.forward(inputs), labels);
  const loss = criterion(await model.forward(inputs), labels);
  await assert.rejects(stale.backward(), { code: 'ALEX_MODEL_ORDER' });
  await loss.backward();
  await assert.rejects(other.step(), { code: 'ALEX_MODEL_NO_GRADIENTS' });
  await optimizer.step();
  await assert.rejects(loss.backward(), { code: 'ALEX_MODEL_ORDER' });

  const next = criterion(await model.forward(inputs), labels);
  await assert.rejects(next.backward(), { code: 'ALEX_MODEL_ORDER' }); // zeroGrad is missing
  optimizer.zeroGrad();
  await next.backward();
});

test('images of another size, released batches and disposed models are refused', async () => {
  const { inputs, labels } = tinyBatch(4, 0);
  const model = tinyModel();
  const small = { ...inputs, shape: [4, 3, 4, 4] as const };
  await assert.rejects(model.forward(small), { code: 'ALEX_MODEL_INPUT' });

  const batch = { ...inputs, released: false };
  const loss = crossEntropyLoss()(await model.forward(batch), labels);
  batch.released = true;
  await assert.rejects(loss.backward(), { code: 'ALEX_MODEL_BATCH_RELEASED' });
  await assert.rejects(model.forward(batch), { code: 'ALEX_MODEL_BATCH_RELEASED' });

  await model.dispose();
  await assert.rejects(model.forward(inputs), { code: 'ALEX_MODEL_ORDER' });
});

test('backward after a first forward in eval() is refused', async () => {
  const { inputs, labels } = tinyBatch(2, 0);
  const model = tinyModel();
  model.eval();
  const loss = crossEntropyLoss()(await model.forward(inputs), labels);
  await assert.rejects(loss.backward(), { code: 'ALEX_MODEL_EVALUATING' });
});

test('an optimizer takes parameters of one model, each once, and options in range', () => {
  const parameters = tinyModel().parameters();
  const refused = { code: 'ALEX_MODEL_PARAMETERS' };
  assert.throws(() => optim.sgd([], sgd), refused);
  assert.throws(() => optim.sgd([...parameters, parameters[0]!], sgd), refused);
  assert.throws(() => optim.sgd([...parameters, ...tinyModel().parameters()], sgd), refused);
  for (const options of [
    { lr: -1 },
    { lr: NaN },
    { lr: 0.1, momentum: -1 },
    { lr: 0.1, weightDecay: Infinity },
  ]) {
    assert.throws(() => optim.sgd(parameters, options), { code: 'ALEX_OPTION_VALUE' });
  }
});

test('gradients do not outlive the program that a larger batch replaces', async () => {
  const model = tinyModel();
  const optimizer = optim.sgd(model.parameters(), sgd);
  const { inputs, labels } = tinyBatch(2, 0);
  await crossEntropyLoss()(await model.forward(inputs), labels).backward();
  await model.forward(tinyBatch(4, 0).inputs);
  await assert.rejects(optimizer.step(), { code: 'ALEX_MODEL_NO_GRADIENTS' });
});

test('a model has one program at a time, and none after dispose', async () => {
  let live = 0;
  const counting: Engine = {
    ...engine,
    async compile(network, options) {
      const program = await engine.compile(network, options);
      live++;
      const dispose = () => {
        live--;
        return program.dispose();
      };
      return { ...program, dispose };
    },
  };
  {
    await using model = createModel(tinyNetwork, { engine: counting });
    await model.forward(tinyBatch(2, 0).inputs);
    await model.forward(tinyBatch(4, 0).inputs);
    assert.equal(live, 1);
  }
  assert.equal(live, 0);
});

test('the same seed gives the same weights, another gives others', () => {
  const weights = (given: number) =>
    createModel(tinyNetwork, { engine, seed: given }).stateDict().get('features.0.weight')?.data;
  assert.deepEqual(weights(1), weights(1));
  assert.notDeepEqual(weights(1), weights(2));
  assert.throws(() => createModel(tinyNetwork, { seed: -1 }), { code: 'ALEX_OPTION_VALUE' });
});
