import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, it } from 'node:test';
import { promisify } from 'node:util';
import { createCpuEngine, type CpuEngineOptions } from '../../../src/engine/cpu/engine.ts';
import type { CompileOptions, Program } from '../../../src/engine/engine.ts';
import { learntShapes, parameterShapes } from '../../../src/network/shapes.ts';
import { buildNetwork } from '../../../src/network/zoo/networks.ts';
import { fillHashed, hashedLabels, hashedTensor } from '../hashedTensors.ts';
import { writeImages } from '../images.ts';
import { everyLayer } from '../suiteNetworks.ts';
import { kernelTargets } from './kernelMemory.ts';

const open: Program[] = [];
after(() => Promise.all(open.map((program) => program.dispose())));

async function compile(engine: CpuEngineOptions, options: Partial<CompileOptions> = {}): Promise<Program> {
  const { compile: compileWith } = await createCpuEngine(engine);
  const program = await compileWith(everyLayer, { batchSize: 19, training: true, ...options });
  open.push(program);
  fillHashed(everyLayer, { seed: 31 }, (name, values) => program.writeParameter(name, values));
  writeImages(program.inputs[0]!, hashedTensor(32, 0, program.batchSize * 3 * 13 * 11));
  return program;
}

/** Every bit that training leaves: losses, logits, parameters and momentum after four steps, one of 5 images. */
async function train(engine: CpuEngineOptions): Promise<Map<string, Uint8Array>> {
  const program = await compile(engine);
  const sgd = { learningRate: 0.05, momentum: 0.9, weightDecay: 0.01 };
  const losses: number[] = [];
  for (const [step, count] of [19, 19, 5, 19].entries()) {
    const labels = hashedLabels(33 + step, count, 7);
    losses.push((await program.step({ count, labels, optimizer: sgd, training: { seed: 34, step } })).loss);
  }
  const logits = await program.forward();
  const results = new Map<string, Uint8Array>();
  results.set('losses', new Uint8Array(Float64Array.from(losses).buffer));
  results.set('logits', new Uint8Array(logits.buffer));
  for (const { name } of parameterShapes(everyLayer)) {
    results.set(name, new Uint8Array(program.readParameter(name).buffer));
  }
  for (const { name } of learntShapes(everyLayer)) {
    results.set(`momentum of ${name}`, new Uint8Array(program.readState('momentum', name).buffer));
  }
  return results;
}

for (const convolutions of ['direct', 'winograd'] as const) {
  it(`trains to the same bits on any number of threads and with every target, ${convolutions}`, async () => {
    const expected = await train({ threads: 1, target: 'wasm-256', convolutions });
    const engines: CpuEngineOptions[] = [
      ...[2, 3, 5, 7].map((threads) => ({ threads, target: 'wasm-256' as const, convolutions })),
      ...kernelTargets.flatMap(({ target }) => [1, 4].map((threads) => ({ threads, target, convolutions }))),
    ];
    for (const engine of engines) {
      const trained = await train(engine);
      for (const [name, bits] of expected) {
        assert.ok(Buffer.compare(trained.get(name)!, bits) === 0, `${name}, ${JSON.stringify(engine)}`);
      }
    }
  });
}

it('refuses a call while another is under way, and goes on after it', async () => {
  const program = await compile({ threads: 2, target: 'wasm-256' });
  const first = program.forward();
  await assert.rejects(program.forward(), { code: 'ALEX_PROGRAM_STATE' });
  const logits = await first;
  assert.deepEqual(await program.forward(), logits);
});

it('refuses a batch that cannot fit, before it builds anything for it, and says which would', async () => {
  const { compile: compileWith } = await createCpuEngine({ threads: 2, target: 'wasm-256' });
  const alexnet = buildNetwork('alexnet', { classes: 10 });
  const refused = async (batchSize: number): Promise<number> => {
    const error: unknown = await compileWith(alexnet, { batchSize, training: true }).catch(
      (caught) => caught,
    );
    assert.ok(error instanceof Error && 'code' in error && error.code === 'ALEX_ENGINE_MEMORY');
    return Number(/batch size of at most (\d+)/.exec(error.message)?.[1]);
  };
  const fits = await refused(4096);
  assert.ok(fits >= 128 && fits < 4096);
  assert.equal(await refused(fits + 1), fits);
  // Tables for so many images could not even be made.
  assert.equal(await refused(2 ** 40), fits);
});

const prepareChild = `
  import { createCpuEngine } from './src/engine/cpu/engine.ts';
  import { everyLayer } from './test/engine/suiteNetworks.ts';
  const engine = await createCpuEngine({ threads: 3, target: 'wasm-256' });
  const program = await engine.compile(everyLayer, { batchSize: 2, training: true });
  const logits = await program.forward();
  process.stdout.write('logits ' + logits.length);
`;

/** What a process prints that runs a forward pass and then \`rest\`; it has to end by itself. */
async function runChild(rest: string): Promise<string> {
  const source = `${prepareChild}\n${rest}`;
  const args = ['--input-type=module-typescript', '--eval', source];
  const cwd = new URL('../../..', import.meta.url);
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd, timeout: 30_000 });
  return stdout;
}

it('lets a process end that has disposed of its program', async () => {
  assert.equal(
    await runChild(`await program.dispose(); process.stdout.write(' disposed');`),
    'logits 14 disposed',
  );
});

it('lets a process end that has forgotten its idle program', async () => {
  assert.equal(await runChild(''), 'logits 14');
});

it('keeps a process alive until a pass is over', async () => {
  const rest = `program.forward().then((again) => process.stdout.write(' again ' + again.length));`;
  assert.equal(await runChild(rest), 'logits 14 again 14');
});
