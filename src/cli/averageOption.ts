import { Option } from 'commander';
import { averagings } from '../data/augmentation/views.ts';
import { oneOf } from './options.ts';

/** `--average`, of commands that use a model. */
export function averageOption(): Option {
  return new Option('--average <name>', `average over views of each image: ${averagings.join(', ')}`)
    .argParser(oneOf('--average', averagings))
    .default('none');
}
