import { Option } from 'commander';
import { averagings, type Averaging } from '../data/augmentation/views.ts';
import type { ModelDescription } from '../training/modelDescription.ts';
import { oneOf } from './options.ts';
import type { Terminal } from './terminal.ts';

/** `--average`, of commands that use a model. */
export function averageOption(): Option {
  return new Option('--average <name>', `average over views of each image: ${averagings.join(', ')}`)
    .argParser(oneOf('--average', averagings))
    .default('none');
}

/** Says so when a model is asked for ten crops that has, as far as its file tells, learnt on whole images only. */
export async function noteOnCrops(
  terminal: Terminal,
  model: ModelDescription,
  average: Averaging,
): Promise<void> {
  if (average !== 'ten-crop') return;
  const { knowsWholeImagesOnly } = await import('../training/modelViews.ts');
  if (!knowsWholeImagesOnly(model)) return;
  terminal.say(
    'note: this model was trained on whole images, and crops may do it harm; --average flip does not crop',
  );
}
