/**
 * What loading costs a training step: `npx node bench/loaderShare.ts`. Steps of AlexNet at 224, batch 32, two threads,
 * ten with batches from the loader and ten bare ones in turn.
 */
import { loadDataset } from '../src/data/datasets.ts';
import { createLoader } from '../src/data/loader.ts';
import { articleTransforms } from '../src/data/transforms.ts';
import { createCpuEngine } from '../src/engine/cpu/engine.ts';
import { initialise } from '../src/network/initialise.ts';
import { buildNetwork } from '../src/network/zoo/networks.ts';
import { spreadOf } from '../src/cli/statistics.ts';

const batchSize = 32;
const turns = 4;
const stepsOfTurn = 10;
const warmUpSteps = 3;
/** Time for the loader to fill all slots and rest. */
const pauseMilliseconds = 300;

const dataset = await loadDataset('shapes', { split: 'train' });
const network = buildNetwork('alexnet', { classes: dataset.classes.length });
const engine = await createCpuEngine({ threads: 2 });
const program = await engine.compile(network, { batchSize, training: true, inputSlots: 2 });
initialise(network, { scheme: 'he', seed: 0 }, (name, values) => program.writeParameter(name, values));
const transforms = articleTransforms(network.input.height);
const options = { dataset, transforms, inputs: program.inputs, batchSize, shuffle: true, seed: 0 };
const loader = await createLoader({ ...options, workers: 2 });

let step = 0;
async function timeStep(slot: number, labels: ArrayLike<number>): Promise<void> {
  const optimizer = { learningRate: 0.001, momentum: 0.9, weightDecay: 0 };
  await program.step({ slot, labels, optimizer, training: { seed: 0, step: step++ } });
}

const loaded: number[] = [];
const bare: number[] = [];
const batches = loader.batches(0)[Symbol.asyncIterator]();
for (let turn = 0; turn < turns; turn++) {
  for (let i = 0; i < stepsOfTurn; i++) {
    const start = performance.now();
    const next = await batches.next();
    if (next.done === true) throw new RangeError('the data set is too small');
    await timeStep(next.value.slot, next.value.labels);
    next.value.release();
    if (step > warmUpSteps) loaded.push(performance.now() - start);
  }
  await new Promise((resolve) => setTimeout(resolve, pauseMilliseconds));
  for (let i = 0; i < stepsOfTurn; i++) {
    const start = performance.now();
    await timeStep(0, new Uint8Array(batchSize));
    bare.push(performance.now() - start);
  }
}
const [withLoader, without] = [spreadOf(loaded).median, spreadOf(bare).median];
console.log(
  `a step takes ${withLoader.toFixed(1)} ms with the loader (n ${loaded.length}), ${without.toFixed(1)} ms without ` +
    `(n ${bare.length}): ${(100 * (withLoader / without - 1)).toFixed(1)} % more`,
);
await loader.close();
await program.dispose();
