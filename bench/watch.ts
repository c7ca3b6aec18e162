/**
 * What a watch costs: `node bench/watch.ts alexnet 32`, a network and images a step. Processor time, as a watch is one
 * thread's work, by the time that a step takes on its threads.
 */
import { generateShapes } from '../src/data/shapes.ts';
import { createCpuEngine } from '../src/engine/cpu/engine.ts';
import { train } from '../src/training/train.ts';

const [network = 'alexnet', batch = '32', steps = '12'] = process.argv.slice(2);
const batchSize = Number(batch);
const times = { plain: [] as number[], watched: [] as number[] };
const engine = await createCpuEngine({ threads: 2 });
const limit = batchSize * Number(steps);
const dataset = { train: generateShapes('train', { limit }), test: generateShapes('test', { limit: 16 }) };
let last = process.cpuUsage();
let watched = false;
await train(
  { network, dataset, initialization: 'he', batchSize, watchEvery: 3, out: false },
  {
    engine,
    onEvent: (event) => {
      if (event.type === 'watch') watched = true;
      if (event.type !== 'progress' || event.phase !== 'train') return;
      const { user, system } = process.cpuUsage(last);
      // V8 compiles in the first ones.
      if (event.step > 3) times[watched ? 'watched' : 'plain'].push((user + system) / 1000);
      last = process.cpuUsage();
      watched = false;
    },
  },
);

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

const [plain, whole] = [median(times.plain), median(times.watched)];
const ratio = (whole - plain) / (plain / engine.threads);
console.log(
  `${network}, batches of ${batchSize}: a step takes ${plain.toFixed(0)} ms of two threads, a watch ${(whole - plain).toFixed(0)} ms of one: ${ratio.toFixed(1)} steps (${times.watched.length} watches)`,
);
