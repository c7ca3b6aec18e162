import assert from 'node:assert/strict';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Program } from '../../src/engine/engine.ts';
import { createReferenceEngine } from '../../src/engine/reference/engine.ts';
import { writeSafetensors } from '../../src/formats/safetensorsFile.ts';
import { initialise } from '../../src/network/initialise.ts';
import { parameterShapes } from '../../src/network/shapes.ts';
import { startPosition } from '../../src/training/checkpoint.ts';
import { openCheckpoint, writeCheckpoint } from '../../src/training/folderStore.ts';
import { temporaryFolder } from '../formats/temporaryFolder.ts';
import { tinyNetwork } from './tinyTraining.ts';

/** A program with momentum, after a step on blank images. */
async function steppedProgram(): Promise<Program> {
  const program = await createReferenceEngine().compile(tinyNetwork, { batchSize: 2, training: true });
  initialise(tinyNetwork, { scheme: 'he', seed: 1 }, (name, values) => program.writeParameter(name, values));
  program.inputs[0]!.data.fill(0.5);
  await program.step({ labels: [0, 1], optimizer: { learningRate: 0.1, momentum: 0.9, weightDecay: 0.1 } });
  return program;
}

function state(program: Program): [string, Float32Array, Float32Array][] {
  return parameterShapes(tinyNetwork).map(({ name }) => [
    name,
    program.readParameter(name),
    program.readState('momentum', name),
  ]);
}

const sgd = { learningRate: 0.1, momentum: 0.9, weightDecay: 0.1 };
const position = { ...startPosition, epoch: 2, step: 5, globalStep: 19, runningLoss: 1 / 3, runningSteps: 2 };

test('a checkpoint gives back weights, momentum and position', async (context) => {
  const path = join(temporaryFolder(context), 'c.safetensors');
  const program = await steppedProgram();
  await writeCheckpoint(path, program, { position, dataFingerprint: 'data' }, { optimizer: sgd });
  const checkpoint = await openCheckpoint(path);
  assert.deepEqual(checkpoint.position, position);
  assert.equal(checkpoint.dataFingerprint, 'data');
  const other = await createReferenceEngine().compile(tinyNetwork, { batchSize: 2, training: true });
  await checkpoint.restore(other);
  await checkpoint.close();
  assert.deepEqual(state(other), state(program));
  assert.ok(state(other).some(([, , momentum]) => momentum.some((value) => value !== 0)));
});

test('a checkpoint of another network is not restored', async (context) => {
  const path = join(temporaryFolder(context), 'c.safetensors');
  await writeCheckpoint(path, await steppedProgram(), { position, dataFingerprint: '' }, { optimizer: sgd });
  const wider = {
    ...tinyNetwork,
    layers: tinyNetwork.layers.with(5, { type: 'linear', name: 'classifier.1', outFeatures: 4 }),
  };
  const other = await createReferenceEngine().compile(wider, { batchSize: 2, training: true });
  const checkpoint = await openCheckpoint(path);
  await assert.rejects(checkpoint.restore(other), { code: 'ALEX_TENSOR_SHAPE' });
  await checkpoint.close();
});

test('a file that is no whole checkpoint is refused', async (context) => {
  const path = join(temporaryFolder(context), 'c.safetensors');
  await writeCheckpoint(path, await steppedProgram(), { position, dataFingerprint: '' }, { optimizer: sgd });
  truncateSync(path, readFileSync(path).length - 100);
  await assert.rejects(openCheckpoint(path), { code: 'ALEX_SAFETENSORS_TRUNCATED' });
  writeFileSync(path, '');
  await assert.rejects(openCheckpoint(path), { code: 'ALEX_SAFETENSORS_TRUNCATED' });
  const good = { version: 2, position, dataFingerprint: '' };
  for (const spoilt of [
    undefined,
    '{',
    'null',
    JSON.stringify({ ...good, version: 4 }),
    JSON.stringify({
      ...good,
      position: { ...position, rateChange: { learningRate: 0.1, scheduled: 0 } },
    }),
    JSON.stringify({ ...good, position: { ...position, validation: undefined } }),
    JSON.stringify({
      ...good,
      position: { ...position, validation: { ...position.validation, waited: -1 } },
    }),
    JSON.stringify({ ...good, position: undefined }),
    JSON.stringify({ ...good, position: { ...position, step: -1 } }),
    JSON.stringify({ ...good, position: { ...position, runningLoss: null } }),
    JSON.stringify({ ...good, position: { ...position, chance: null } }),
  ]) {
    await writeSafetensors(path, [], spoilt === undefined ? {} : { 'alexnet.checkpoint': spoilt });
    await assert.rejects(openCheckpoint(path), { code: 'ALEX_CHECKPOINT_INVALID' }, spoilt);
  }
});

test('a checkpoint of version 1 is one without validation', async (context) => {
  const path = join(temporaryFolder(context), 'c.safetensors');
  const { validation: _, ...old } = position;
  const state = JSON.stringify({ version: 1, position: old, dataFingerprint: 'data' });
  await writeSafetensors(path, [], { 'alexnet.checkpoint': state });
  const checkpoint = await openCheckpoint(path);
  assert.deepEqual(checkpoint.position, position);
  await checkpoint.close();
});

test('averages that a checkpoint has not begin as its weights; moments that it has not are missed', async (context) => {
  const path = join(temporaryFolder(context), 'c.safetensors');
  const program = await steppedProgram();
  await writeCheckpoint(path, program, { position, dataFingerprint: '' }, { optimizer: sgd });
  const options = { batchSize: 2, training: true } as const;
  const averaging = await createReferenceEngine().compile(tinyNetwork, { ...options, averages: true });
  const checkpoint = await openCheckpoint(path);
  await checkpoint.restore(averaging);
  for (const { name } of parameterShapes(tinyNetwork)) {
    assert.deepEqual(averaging.readState('average', name), program.readParameter(name));
    assert.deepEqual(averaging.readState('momentum', name), program.readState('momentum', name));
  }
  const adaptive = await createReferenceEngine().compile(tinyNetwork, { ...options, optimizer: 'adamw' });
  await assert.rejects(checkpoint.restore(adaptive), {
    code: 'ALEX_TENSOR_MISSING',
    message: /secondMoment/,
  });
  await checkpoint.close();
});
