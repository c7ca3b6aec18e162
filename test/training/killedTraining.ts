/** Trains the tiny network with a checkpoint after every step and never ends by itself: a test kills it. */
import { createReferenceEngine } from '../../src/engine/reference/engine.ts';
import { train } from '../../src/training/train.ts';
import { tinyOptions } from './tinyTraining.ts';

await train(
  { ...tinyOptions, out: process.argv[2]!, epochs: 1_000_000, checkpointEverySteps: 1 },
  {
    engine: createReferenceEngine(),
    onEvent: ({ type }) => {
      if (type === 'checkpoint') process.stdout.write('.');
    },
  },
);
