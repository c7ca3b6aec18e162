import { it } from 'node:test';
import { createCpuEngine } from '../../src/engine/cpu/engine.ts';
import { cifarMissing } from '../data/goldenImages.ts';
import { checkSgd, checkStep } from './parity.ts';

it('AlexNet at 224×224 matches PyTorch: outputs, loss and gradients', { skip: cifarMissing }, async () => {
  await checkStep(await createCpuEngine());
});

it(
  'twelve SGD steps of AlexNet match PyTorch, with and without weight decay',
  { skip: cifarMissing },
  async () => {
    await checkSgd(await createCpuEngine());
  },
);
