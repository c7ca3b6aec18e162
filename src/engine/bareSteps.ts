/** Steps on random images, with no loader and no log: what there is to time of a program. */
import type { OptimizerOptions, Program } from './engine.ts';
import { initialise } from '../network/initialise.ts';
import { classCount } from '../network/shapes.ts';
import { createGenerator } from '../random/generator.ts';
import { purposes } from '../random/philox.ts';

/** Gives a program weights and images; the function that it returns runs the step of a number. */
export function bareSteps(mode: 'train' | 'infer', program: Program): (step: number) => Promise<unknown> {
  const { network, batchSize } = program;
  initialise(network, { scheme: 'he', seed: 0 }, (name, values) => program.writeParameter(name, values));
  fillWithNoise(program);
  const random = createGenerator(1, purposes.images);
  const labels = Uint8Array.from({ length: batchSize }, () => random.below(classCount(network)));
  if (mode === 'infer') return () => program.forward();
  const averageDecay = program.states.has('average') ? 0.999 : undefined;
  return (step) =>
    program.step({ labels, optimizer: bareUpdate(program, step), averageDecay, training: { seed: 0, step } });
}

function bareUpdate({ states }: Program, step: number): OptimizerOptions {
  const learningRate = 0.001;
  if (!states.has('secondMoment')) return { learningRate, momentum: 0.9, weightDecay: 0 };
  const betas = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
  return { type: 'adamw', learningRate, ...betas, weightDecay: 0.01, step: step + 1 };
}

/** Pixels as they come out of Normalize(0.5, 0.5): from -1 to 1. */
function fillWithNoise({ inputs }: Program): void {
  const random = createGenerator(0, purposes.images);
  const input = inputs[0]!;
  const [images, channels, height, width] = input.shape;
  for (let n = 0; n < images; n++) {
    for (let c = 0; c < channels; c++) {
      for (let y = 0; y < height; y++) {
        const row =
          input.offset + n * input.strides.image + c * input.strides.channel + y * input.strides.row;
        for (let x = 0; x < width; x++) {
          input.data[row + x * input.strides.column] = 2 * random.uniform() - 1;
        }
      }
    }
  }
}
