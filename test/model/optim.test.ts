import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompileOptions, OptimizerOptions } from '../../src/engine/engine.ts';
import { createReferenceEngine } from '../../src/engine/reference/engine.ts';
import { crossEntropyLoss } from '../../src/model/crossEntropyLoss.ts';
import { createModel, type Model } from '../../src/model/model.ts';
import { optim, type Optimizer } from '../../src/model/optim.ts';
import type { Parameter } from '../../src/model/parameter.ts';
import { tinyBatch, tinyNetwork } from './tinyNetwork.ts';

const seed = 5;

function tinyModel(): Model {
  return createModel(tinyNetwork, { engine: createReferenceEngine(), seed });
}

async function trainOn(model: Model, optimizer: Optimizer, number: number): Promise<void> {
  const { inputs, labels } = tinyBatch(4, number);
  optimizer.zeroGrad();
  await crossEntropyLoss()(await model.forward(inputs), labels).backward();
  await optimizer.step();
}

/** The same through Program.step, from the model's first weights. */
async function stepped(
  first: ReturnType<Model['stateDict']>,
  steps: readonly OptimizerOptions[],
  parameters: CompileOptions['parameters'] = {},
): Promise<Map<string, Float32Array>> {
  const type = steps[0]!.type ?? 'sgd';
  const program = await createReferenceEngine().compile(tinyNetwork, {
    batchSize: 4,
    training: true,
    optimizer: type,
    parameters,
  });
  for (const [name, { data }] of first) program.writeParameter(name, data);
  for (const [step, optimizer] of steps.entries()) {
    const { inputs, labels } = tinyBatch(4, step);
    program.inputs[0]!.data.set(inputs.buffer.data);
    await program.step({ labels, optimizer, training: { seed, step } });
  }
  return new Map([...first.keys()].map((name) => [name, program.readParameter(name)]));
}

function assertState(model: Model, expected: ReadonlyMap<string, Float32Array>): void {
  for (const [name, { data }] of model.stateDict()) assert.deepEqual(data, expected.get(name), name);
}

test('AdamW and Nesterov’s momentum update as the engine does, at rates that change', async () => {
  const rates = [0.1, 0.02, 0.02];
  const makers = {
    adamw: (model: Model) => optim.adamW(model.parameters(), { lr: 0.1, betas: [0.8, 0.9], eps: 1e-3 }),
    nesterov: (model: Model) =>
      optim.sgd(model.parameters(), { lr: 0.1, momentum: 0.9, weightDecay: 0.01, nesterov: true }),
  };
  const adamw = { type: 'adamw', beta1: 0.8, beta2: 0.9, epsilon: 1e-3, weightDecay: 0.01 } as const;
  const rules: Record<keyof typeof makers, (learningRate: number, step: number) => OptimizerOptions> = {
    adamw: (learningRate, step) => ({ ...adamw, learningRate, step: step + 1 }),
    nesterov: (learningRate) => ({ form: 'nesterov', learningRate, momentum: 0.9, weightDecay: 0.01 }),
  };
  for (const name of ['adamw', 'nesterov'] as const) {
    const model = tinyModel();
    const first = model.stateDict();
    const optimizer: Optimizer = makers[name](model);
    for (const [step, lr] of rates.entries()) {
      optimizer.options.lr = lr;
      await trainOn(model, optimizer, step);
    }
    assertState(model, await stepped(first, rates.map(rules[name])));
  }
});

test('another optimizer begins with no state of the one before it', async () => {
  const model = tinyModel();
  await trainOn(model, optim.sgd(model.parameters(), { lr: 0.1, momentum: 0.9 }), 0);
  const between = model.stateDict();
  const options = { lr: 0.01, weightDecay: 0 };
  await trainOn(model, optim.adamW(model.parameters(), options), 0);
  const fresh = createModel(tinyNetwork, { engine: createReferenceEngine(), seed });
  fresh.loadStateDict(between);
  // The second forward of the model has the second dropout mask.
  await fresh.forward(tinyBatch(4, 0).inputs);
  await trainOn(fresh, optim.adamW(fresh.parameters(), options), 0);
  assertState(model, new Map([...fresh.stateDict()].map(([name, { data }]) => [name, data])));
});

test('options out of range are refused', () => {
  const parameters = tinyModel().parameters();
  for (const options of [
    { lr: -1 },
    { betas: [1, 0.9] },
    { betas: [0.9, NaN] },
    { eps: 0 },
    { weightDecay: -1 },
  ] as const)
    assert.throws(() => optim.adamW(parameters, options as object), { code: 'ALEX_OPTION_VALUE' });
});

test('groups have learning rates of their own, which change in proportion, and may go without decay', async () => {
  const model = tinyModel();
  const first = model.stateDict();
  const [weights, biases] = ['weight', 'bias'].map((kind) =>
    model.parameters().filter(({ name }) => name.endsWith(kind)),
  ) as [Parameter[], Parameter[]];
  const groups = [
    { params: weights, lr: 0.05 },
    { params: biases, weightDecay: 0 },
  ];
  const optimizer = optim.sgd(groups, { lr: 0.1, momentum: 0.9, weightDecay: 0.02 });
  await trainOn(model, optimizer, 0);
  optimizer.options.lr = 0.02;
  await trainOn(model, optimizer, 1);
  const rule = { momentum: 0.9, weightDecay: 0.02 };
  const parameters = Object.fromEntries([
    ...weights.map(({ name }) => [name, { learningRateScale: 0.5 }]),
    ...biases.map(({ name }) => [name, { decays: false }]),
  ]) as CompileOptions['parameters'];
  const steps = [0.1, 0.02].map((learningRate) => ({ ...rule, learningRate }));
  assertState(model, await stepped(first, steps, parameters));
  assert.throws(() => optim.sgd([{ params: weights, weightDecay: 0.5 }], { lr: 0.1 }), {
    code: 'ALEX_OPTION_VALUE',
  });
  const twice = () => optim.sgd([...weights, { params: weights }], { lr: 0.1 });
  assert.throws(twice, { code: 'ALEX_MODEL_PARAMETERS' });
});

test('parameters that are left out stay as they are, and get no gradients', async () => {
  const model = tinyModel();
  const first = model.stateDict();
  const some = model.parameters().slice(2);
  const optimizer = optim.sgd(some, { lr: 0.1 });
  const { inputs, labels } = tinyBatch(4, 0);
  await crossEntropyLoss()(await model.forward(inputs), labels).backward();
  await optimizer.step();
  const names = some.map(({ name }) => name);
  for (const parameter of model.parameters()) {
    const isLeft = !names.includes(parameter.name);
    assert.equal(parameter.grad() === undefined, isLeft, parameter.name);
    const before = first.get(parameter.name)!.data;
    if (isLeft) assert.deepEqual(parameter.data().data, before);
    else assert.notDeepEqual(parameter.data().data, before);
  }
});
