import type { Engine, ImageBuffer } from '../../src/engine/engine.ts';
import { initialise } from '../../src/network/initialise.ts';
import { buildNetwork } from '../../src/network/zoo/networks.ts';
import { macrotask } from './macrotask.ts';

/** Steps after the first take this long, in milliseconds, and at least one. */
const longEnough = 600;

/** Images a second of training steps with arbitrary images. Throws ALEX_NETWORK_UNKNOWN, and what the engine throws. */
export async function measureTraining(
  engine: Engine,
  name: string,
  classes: number,
  batchSize: number,
): Promise<number> {
  const network = buildNetwork(name, { classes });
  const program = await engine.compile(network, { batchSize, training: true });
  try {
    initialise(network, { scheme: 'he', seed: 0 }, (parameter, values) =>
      program.writeParameter(parameter, values),
    );
    fillArbitrarily(program.inputs[0]!);
    const labels = Array.from({ length: batchSize }, (_, i) => i % classes);
    const step = async (number: number): Promise<number> => {
      const optimizer = { learningRate: 0.001, momentum: 0.9, weightDecay: 0 };
      // Whatever the worker does between steps is not theirs.
      await macrotask();
      const from = performance.now();
      await program.step({ labels, training: { seed: 0, step: number }, optimizer });
      return performance.now() - from;
    };
    await step(0);
    let [steps, milliseconds] = [0, 0];
    do milliseconds += await step(++steps);
    while (milliseconds < longEnough);
    return (1000 * steps * batchSize) / milliseconds;
  } finally {
    await program.dispose();
  }
}

function fillArbitrarily({
  data,
  offset,
  strides,
  shape: [images, channels, height, width],
}: ImageBuffer): void {
  for (let n = 0; n < images; n++) {
    for (let c = 0; c < channels; c++) {
      for (let y = 0; y < height; y++) {
        const row = offset + n * strides.image + c * strides.channel + y * strides.row;
        for (let x = 0; x < width; x++)
          data[row + x * strides.column] = ((n + 5 * c + 3 * y + 7 * x) % 13) / 6 - 1;
      }
    }
  }
}
