/** What every engine promises beyond its numbers: names, order of calls, slots, counts, round trips. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { CompileOptions, Engine, Program } from '../../src/engine/engine.ts';
import { elementCount, learntShapes } from '../../src/network/shapes.ts';
import { fillHashed, hashedTensor } from './hashedTensors.ts';
import { writeImages } from './images.ts';
import { assertAtMost, assertClose } from './sampledTensors.ts';
import { everyLayer } from './suiteNetworks.ts';

const sgd = { learningRate: 0.1, momentum: 0.9, weightDecay: 0.01 };
const imageElements = 3 * 13 * 11;
const names = learntShapes(everyLayer).map(({ name }) => name);

/** Runs the contract's promises over an engine. */
export function contractSuite(name: string, makeEngine: () => Promise<Engine>): void {
  describe(`the contract of the engine ${name}`, () => {
    let engine: Engine;
    const open: Program[] = [];
    before(async () => {
      engine = await makeEngine();
    });
    after(async () => {
      for (const program of open) await program.dispose();
    });
    const compile = async (options: Partial<CompileOptions> = {}): Promise<Program> => {
      const program = await engine.compile(everyLayer, { batchSize: 5, training: true, ...options });
      open.push(program);
      fillHashed(everyLayer, { seed: 4 }, (parameter, values) => program.writeParameter(parameter, values));
      for (const [slot, input] of program.inputs.entries()) {
        writeImages(input, hashedTensor(6, slot, program.batchSize * imageElements));
      }
      return program;
    };
    tensorTests(compile);
    passTests(compile);
    stateTests(compile);
    measureTests(compile);
  });
}

type Compile = (options?: Partial<CompileOptions>) => Promise<Program>;

function tensorTests(compile: Compile): void {
  it('gives back the parameters and momentum that were written', async () => {
    const program = await compile();
    for (const [number, { name, shape }] of learntShapes(everyLayer).entries()) {
      const values = hashedTensor(8, number, elementCount(shape));
      program.writeParameter(name, values);
      program.writeState('momentum', name, values.toReversed());
      assert.deepEqual(program.readParameter(name), values);
      assert.deepEqual(program.readState('momentum', name), values.toReversed());
    }
  });

  it('hands out copies', async () => {
    const program = await compile();
    const [name] = names;
    const copy = program.readParameter(name!);
    copy.fill(7);
    assert.notDeepEqual(program.readParameter(name!), copy);
  });

  it('has momentum zero before the first update', async () => {
    const program = await compile();
    for (const name of names) assert.ok(program.readState('momentum', name).every((value) => value === 0));
  });

  it('names the tensors there are when asked for another', async () => {
    const program = await compile();
    await program.forward();
    await program.backward([0, 1, 2, 3, 4]);
    const unknown = { code: 'ALEX_TENSOR_UNKNOWN' };
    assert.throws(() => program.readParameter('nothing'), unknown);
    assert.throws(() => program.writeParameter('nothing', [1]), unknown);
    assert.throws(() => program.readState('momentum', 'nothing'), unknown);
    assert.throws(() => program.writeState('momentum', 'nothing', [1]), unknown);
    assert.throws(() => program.readActivation('nothing'), unknown);
    assert.throws(() => program.readGradient('nothing'), unknown);
  });

  it('refuses values of another size', async () => {
    const program = await compile();
    assert.throws(() => program.writeParameter(names[0]!, [1, 2]), { code: 'ALEX_TENSOR_SHAPE' });
    assert.throws(() => program.writeState('momentum', names[0]!, [1, 2]), { code: 'ALEX_TENSOR_SHAPE' });
  });
}

function passTests(compile: Compile): void {
  it('steps as forward, backward and update do', async () => {
    const [stepped, apart] = [await compile(), await compile()];
    const labels = [0, 3, 1, 6, 2];
    for (const step of [0, 1]) {
      const training = { seed: 9, step };
      const { loss } = await stepped.step({ labels, optimizer: sgd, training });
      await apart.forward({ training });
      const expected = (await apart.backward(labels)).loss;
      await apart.update(sgd);
      assertAtMost(Math.abs(loss - expected), 1e-5, `difference of losses in step ${step}`);
    }
    for (const name of names) {
      assertClose(`gradient of ${name}`, stepped.readGradient(name), apart.readGradient(name), 1e-4);
      assertClose(name, stepped.readParameter(name), apart.readParameter(name), 1e-5);
      assertClose(
        `momentum of ${name}`,
        stepped.readState('momentum', name),
        apart.readState('momentum', name),
        1e-4,
      );
    }
  });

  it('ignores what the buffer holds after the first count images', async () => {
    const [whole, part] = [await compile({ batchSize: 3 }), await compile({ batchSize: 7 })];
    const images = hashedTensor(6, 0, 3 * imageElements);
    writeImages(part.inputs[0]!, new Float32Array(7 * imageElements).fill(NaN));
    writeImages(part.inputs[0]!, images);
    const logits = await part.forward({ count: 3 });
    assertClose('logits', logits, await whole.forward(), 1e-5);
    const losses = [await part.backward([2, 0, 5]), await whole.backward([2, 0, 5])];
    assertAtMost(Math.abs(losses[0]!.loss - losses[1]!.loss), 1e-5, 'difference of losses');
    for (const name of names) assertClose(name, part.readGradient(name), whole.readGradient(name), 1e-4);
  });

  it('reads the slot that it is told to', async () => {
    const program = await compile({ inputSlots: 2 });
    assert.equal(program.inputs.length, 2);
    const first = await program.forward({ slot: 0 });
    const second = await program.forward({ slot: 1 });
    assert.notDeepEqual(first, second);
    assert.deepEqual(await program.forward({ slot: 0 }), first);
    writeImages(program.inputs[0]!, hashedTensor(6, 1, 5 * imageElements));
    assert.deepEqual(await program.forward({ slot: 0 }), second);
  });

  it('infers without training as it does with it', async () => {
    const [trained, bare] = [await compile(), await compile({ training: false })];
    assertClose('logits', await bare.forward(), await trained.forward(), 1e-6);
    assert.ok(bare.memoryBytes < trained.memoryBytes);
  });

  it('draws another dropout mask each step, and the same one for the same step', async () => {
    const program = await compile();
    const logits = (step: number) => program.forward({ training: { seed: 1, step } });
    const first = await logits(0);
    assert.notDeepEqual(await logits(1), first);
    assert.deepEqual(await logits(0), first);
  });

  it('leaves the weights alone in forward and backward', async () => {
    const program = await compile();
    const before = names.map((name) => program.readParameter(name));
    await program.forward();
    await program.backward([0, 1, 2, 3, 4]);
    assert.deepEqual(
      names.map((name) => program.readParameter(name)),
      before,
    );
  });
}

function measureTests(compile: Compile): void {
  const rms = (values: Float32Array, others?: Float32Array): number =>
    Math.sqrt(values.reduce((sum, value, i) => sum + (value - (others?.[i] ?? 0)) ** 2, 0) / values.length);
  const close = (what: string, got: number, expected: number): void =>
    assertAtMost(Math.abs(got - expected) / expected, 1e-4, what);

  for (const accumulates of [false, true]) {
    it(`measures an update as it can be read, ${accumulates ? 'with' : 'without'} sums`, async () => {
      const program = await compile({ accumulates });
      for (const step of [0, 1]) {
        const before = names.map((name) => program.readParameter(name));
        const measure = program.measureUpdate(names);
        await program.step({ count: 4, labels: [0, 3, 1, 6], optimizer: sgd, training: { seed: 9, step } });
        for (const [i, { parameter, update, gradient }] of measure().entries()) {
          const name = names[i]!;
          close(name, parameter, rms(before[i]!));
          close(`update of ${name}`, update, rms(program.readParameter(name), before[i]));
          close(`gradient of ${name}`, gradient, rms(program.readGradient(name)));
        }
      }
    });
  }

  it('measures what is trained, once there was an update', async () => {
    const frozen = await compile({ parameters: { [names[0]!]: { learningRateScale: 0 } } });
    assert.throws(() => frozen.measureUpdate([names[0]!]), { code: 'ALEX_TENSOR_UNKNOWN' });
    assert.throws(frozen.measureUpdate([names[1]!]), { code: 'ALEX_PROGRAM_STATE' });
    const bare = await compile({ training: false });
    assert.throws(() => bare.measureUpdate([names[0]!]), { code: 'ALEX_PROGRAM_STATE' });
  });
}

function stateTests(compile: Compile): void {
  it('refuses a batch size of 0, a count over the batch size, a slot that is not there', async () => {
    await assert.rejects(compile({ batchSize: 0 }), { code: 'ALEX_OPTION_VALUE' });
    const program = await compile();
    await assert.rejects(program.forward({ count: 6 }), { code: 'ALEX_OPTION_VALUE' });
    await assert.rejects(program.forward({ slot: 1 }), { code: 'ALEX_OPTION_VALUE' });
  });

  it('refuses labels that are not one class an image', async () => {
    const program = await compile();
    await program.forward();
    await assert.rejects(program.backward([0, 1]), { code: 'ALEX_OPTION_VALUE' });
    await assert.rejects(program.backward([0, 1, 2, 3, 7]), { code: 'ALEX_OPTION_VALUE' });
  });

  it('refuses backward before forward, and training without its memory', async () => {
    const wrongOrder = { code: 'ALEX_PROGRAM_STATE' };
    await assert.rejects((await compile()).backward([0, 1, 2, 3, 4]), wrongOrder);
    await assert.rejects((await compile()).update(sgd), wrongOrder);
    const interrupted = await compile();
    await interrupted.forward();
    await interrupted.backward([0, 1, 2, 3, 4]);
    await interrupted.forward();
    await assert.rejects(interrupted.update(sgd), wrongOrder);
    assert.throws(() => interrupted.readGradient(names[0]!), wrongOrder);
    const bare = await compile({ training: false });
    await bare.forward();
    await assert.rejects(bare.backward([0, 1, 2, 3, 4]), wrongOrder);
    await assert.rejects(bare.step({ labels: [0, 1, 2, 3, 4], optimizer: sgd }), wrongOrder);
  });

  it('refuses calls after dispose', async () => {
    const program = await compile();
    await program.dispose();
    await assert.rejects(program.forward(), { code: 'ALEX_PROGRAM_STATE' });
    assert.throws(() => program.readParameter(names[0]!), { code: 'ALEX_PROGRAM_STATE' });
  });
}
