/** Every way to update parameters, on every engine: its numbers are the reference engine's. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type {
  CompileOptions,
  Engine,
  OptimizerOptions,
  Program,
  StepOptions,
} from '../../src/engine/engine.ts';
import { createReferenceEngine } from '../../src/engine/reference/engine.ts';
import { learntShapes } from '../../src/network/shapes.ts';
import { fillHashed, hashedLabels, hashedTensor } from './hashedTensors.ts';
import { writeImages } from './images.ts';
import { assertAtMost, assertClose } from './sampledTensors.ts';
import { besideZero, everyLayer } from './suiteNetworks.ts';

const batchSize = 5;
const names = learntShapes(everyLayer).map(({ name }) => name);
const imageElements = 3 * 13 * 11;

type Compiled = Pick<CompileOptions, 'optimizer' | 'parameters' | 'accumulates' | 'averages'>;

async function prepare(engine: Engine, options: Compiled): Promise<Program> {
  const program = await engine.compile(everyLayer, { batchSize, training: true, ...options });
  fillHashed(everyLayer, { seed: 41 }, (name, values) => program.writeParameter(name, values));
  writeImages(program.inputs[0]!, hashedTensor(42, 0, batchSize * imageElements));
  return program;
}

const sgd = { learningRate: 0.01, momentum: 0.9, weightDecay: 0.02 };
const adamw = (step: number): OptimizerOptions => ({
  type: 'adamw',
  learningRate: 0.01,
  beta1: 0.9,
  beta2: 0.99,
  // Large, so that gradients about zero do not decide: their sign is rounding's.
  epsilon: 1e-2,
  weightDecay: 0.02,
  step: step + 1,
});

interface UpdateCase {
  readonly compiled: Compiled;
  /** What is given to each step besides images and labels. */
  readonly given: (step: number) => Partial<StepOptions>;
  readonly steps?: number;
}

const groups: Compiled['parameters'] = {
  'features.0.weight': { learningRateScale: 0.1 },
  'features.0.bias': { learningRateScale: 0.1, decays: false },
  'classifier.1.bias': { decays: false },
  'classifier.4.weight': { learningRateScale: 2 },
};
const freeze = (...some: readonly string[]): Compiled['parameters'] =>
  Object.fromEntries(some.map((name) => [name, { learningRateScale: 0 }]));
/** Two batches before each update, of which the second is smaller. */
const accumulating = (step: number): Partial<StepOptions> => {
  const second = step % 2 === 1;
  return {
    count: second ? 3 : batchSize,
    images: batchSize + 3,
    accumulate: second,
    optimizer: second ? sgd : undefined,
  };
};

const cases: Readonly<Record<string, UpdateCase>> = {
  "Nesterov's momentum": { compiled: {}, given: () => ({ optimizer: { ...sgd, form: 'nesterov' } }) },
  "the paper's form, at a rate that falls": {
    compiled: {},
    given: (step) => ({ optimizer: { ...sgd, form: 'paper', learningRate: 0.02 / (step + 1) } }),
  },
  AdamW: { compiled: { optimizer: 'adamw' }, given: (step) => ({ optimizer: adamw(step) }) },
  'label smoothing': { compiled: {}, given: () => ({ optimizer: sgd, labelSmoothing: 0.2 }) },
  'a learning rate and a decay for each group': {
    compiled: { parameters: groups },
    given: () => ({ optimizer: sgd }),
  },
  'AdamW by groups': {
    compiled: { optimizer: 'adamw', parameters: groups },
    given: (step) => ({ optimizer: adamw(step) }),
  },
  'the first layers frozen': {
    compiled: { parameters: freeze(...names.slice(0, 4)) },
    given: () => ({ optimizer: sgd }),
  },
  'layers in the middle frozen': {
    compiled: {
      parameters: freeze(...names.filter((name) => /^(features.3|bn|local|classifier.1)\./.test(name))),
    },
    given: () => ({ optimizer: sgd }),
  },
  'one parameter of a layer frozen': {
    compiled: {
      parameters: freeze(
        'features.0.bias',
        'features.3.bias',
        'bn.weight',
        'local.bias',
        'classifier.1.weight',
        'classifier.4.bias',
      ),
    },
    given: () => ({ optimizer: sgd }),
  },
  'gradients of two batches': { compiled: { accumulates: true }, given: accumulating, steps: 4 },
  'gradients of two batches, the first layers frozen': {
    compiled: { accumulates: true, parameters: freeze(...names.slice(0, 2)) },
    given: accumulating,
    steps: 4,
  },
  averages: {
    compiled: { averages: true },
    given: (step) => ({ optimizer: sgd, averageDecay: step === 0 ? 0 : 0.7 }),
  },
  'all at once': {
    compiled: { optimizer: 'adamw', parameters: groups, accumulates: true, averages: true },
    given: (step) => ({
      ...accumulating(step),
      labelSmoothing: 0.1,
      ...(step % 2 === 1 ? { optimizer: adamw(step >> 1), averageDecay: 0.5 } : {}),
    }),
    steps: 4,
  },
};

/** `tolerance` is that of parameters and states after some steps. */
export function updateSuite(name: string, makeEngine: () => Promise<Engine>, tolerance: number): void {
  describe(`updates on the engine ${name}`, () => {
    let engine: Engine;
    const open: Program[] = [];
    before(async () => {
      engine = await makeEngine();
    });
    after(async () => {
      for (const program of open) await program.dispose();
    });
    const compile = async (options: Compiled, of = engine): Promise<Program> => {
      const program = await prepare(of, options);
      open.push(program);
      return program;
    };
    for (const [title, updateCase] of Object.entries(cases)) {
      it(title, async () => {
        const { compiled } = updateCase;
        const pair = [await compile(compiled), await compile(compiled, createReferenceEngine())] as const;
        await compare(pair, updateCase, tolerance);
      });
    }
    contractTests(compile);
  });
}

async function compare(
  [tested, reference]: readonly [Program, Program],
  { given, steps = 3 }: UpdateCase,
  tolerance: number,
): Promise<void> {
  const first = names.map((name) => tested.readParameter(name));
  for (let step = 0; step < steps; step++) {
    const own = given(step);
    const labels = hashedLabels(50 + step, own.count ?? batchSize, 7);
    const options = { labels, training: { seed: 43, step }, ...own };
    const { loss } = await tested.step(options);
    const expected = await reference.step(options);
    assertAtMost(Math.abs(loss - expected.loss), tolerance, `difference of losses in step ${step}`);
  }
  const trained = reference.states.get('momentum')!;
  assert.deepEqual(tested.states, reference.states);
  for (const [index, name] of names.entries()) {
    assertClose(name, tested.readParameter(name), reference.readParameter(name), tolerance);
    const moved = tested.readParameter(name).some((value, at) => value !== first[index]![at]);
    assert.equal(moved, trained.includes(name), `${name} has moved: ${moved}`);
  }
  for (const name of trained) {
    const beside = besideZero(everyLayer, name).filter((other) => trained.includes(other));
    const gradients = [name, ...beside].map((one) => reference.readGradient(one));
    assertClose(
      `gradient of ${name}`,
      tested.readGradient(name),
      gradients[0]!,
      10 * tolerance,
      gradients[1],
    );
  }
  for (const [state, of] of reference.states) {
    for (const name of of) {
      const beside = besideZero(everyLayer, name).filter((other) => of.includes(other));
      const values = [name, ...beside].map((one) => reference.readState(state, one));
      assertClose(`${state} of ${name}`, tested.readState(state, name), values[0]!, tolerance, values[1]);
    }
  }
}

function contractTests(compile: (options: Compiled) => Promise<Program>): void {
  const labels = [0, 3, 1, 6, 2];

  it('refuses an update that it was not compiled for', async () => {
    const program = await compile({});
    const state = { code: 'ALEX_PROGRAM_STATE' };
    await assert.rejects(program.step({ labels, optimizer: adamw(0) }), state);
    await assert.rejects(program.step({ labels, optimizer: sgd, averageDecay: 0.9 }), state);
    await assert.rejects(program.step({ labels, optimizer: sgd, accumulate: true }), state);
    await assert.rejects(program.step({ labels, optimizer: sgd, labelSmoothing: 1 }), {
      code: 'ALEX_OPTION_VALUE',
    });
    assert.throws(() => program.swapAverages(), state);
    assert.throws(() => program.readState('secondMoment', names[0]!), state);
    await assert.rejects((await compile({ optimizer: 'adamw' })).step({ labels, optimizer: sgd }), state);
    await assert.rejects(compile({ parameters: { nothing: {} } }), { code: 'ALEX_TENSOR_UNKNOWN' });
    await assert.rejects(compile({ parameters: { [names[0]!]: { learningRateScale: -1 } } }), {
      code: 'ALEX_OPTION_VALUE',
    });
  });

  it('keeps nothing of frozen parameters', async () => {
    const program = await compile({ parameters: freeze(names[0]!), averages: true });
    await program.step({ labels, optimizer: sgd, averageDecay: 0 });
    const unknown = { code: 'ALEX_TENSOR_UNKNOWN' };
    assert.throws(() => program.readState('momentum', names[0]!), unknown);
    assert.throws(() => program.readState('average', names[0]!), unknown);
    assert.throws(() => program.readGradient(names[0]!), unknown);
  });

  it('gives the gradients of one large batch for those of two smaller ones, and forgets them when it is to', async () => {
    const [whole, parts] = [await compile({}), await compile({ accumulates: true })];
    const images = hashedTensor(42, 0, batchSize * imageElements);
    await whole.forward();
    await whole.backward(labels);
    const some = async (from: number, to: number, accumulate: boolean): Promise<void> => {
      writeImages(parts.inputs[0]!, images.subarray(from * imageElements, to * imageElements));
      await parts.forward({ count: to - from });
      await parts.backward(labels.slice(from, to), { images: batchSize, accumulate });
    };
    await some(0, 4, false);
    await some(0, 2, false);
    await some(2, 5, true);
    for (const name of names) assertClose(name, parts.readGradient(name), whole.readGradient(name), 1e-4);
    await parts.update(sgd);
    await whole.update(sgd);
    for (const name of names) assertClose(name, parts.readParameter(name), whole.readParameter(name), 1e-5);
  });

  it('exchanges parameters and averages, forth and back', async () => {
    const program = await compile({ averages: true });
    await program.step({ labels, optimizer: sgd, averageDecay: 0 });
    const early = await program.forward();
    await program.step({ labels, optimizer: sgd });
    const late = await program.forward();
    program.swapAverages();
    assert.deepEqual(await program.forward(), early);
    program.swapAverages();
    assert.deepEqual(await program.forward(), late);
    assert.notDeepEqual(early, late);
  });
}
