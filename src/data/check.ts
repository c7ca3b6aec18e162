import { alexnetError, AlexnetError } from '../errors.ts';
import { cifar10At, findCifar10, type Cifar10Source } from './cifar10Locate.ts';
import { loadCifar10 } from './cifar10.ts';
import type { Dataset, Split } from './dataset.ts';
import { datasetNames, isPath } from './datasets.ts';
import { generateShapes } from './shapes.ts';

export interface CheckedSplit {
  readonly split: Split;
  readonly images: number;
  readonly perClass: readonly { readonly class: string; readonly images: number }[];
}

export interface DatasetCheck {
  readonly name: string;
  /** `generated` has no path. */
  readonly form: 'generated' | Cifar10Source['form'];
  readonly path?: string;
  /** Of an archive: byte for byte the official one, or another with the right files and sizes. */
  readonly checksum?: 'official' | 'other';
  readonly splits: readonly CheckedSplit[];
  /** What is wrong, as errors say it; empty when all is well. */
  readonly problems: readonly string[];
}

function countClasses({ split, length, classes, labels }: Dataset): CheckedSplit {
  const counts = new Uint32Array(classes.length);
  for (const label of labels) counts[label]!++;
  return { split, images: length, perClass: classes.map((name, i) => ({ class: name, images: counts[i]! })) };
}

function locate(nameOrPath: string, dataDir: string | undefined): Cifar10Source {
  if (nameOrPath === 'cifar10') return findCifar10(dataDir);
  if (isPath(nameOrPath)) return cifar10At(nameOrPath);
  throw alexnetError('ALEX_DATA_UNKNOWN', { name: nameOrPath, known: datasetNames });
}

/**
 * Reads all of a data set, by name or at a path, and tells what is there. Damage is among `problems`; what is
 * missing or unknown throws, as in loadDataset.
 */
export async function checkDataset(nameOrPath: string, dataDir?: string): Promise<DatasetCheck> {
  if (nameOrPath === 'shapes') {
    const splits = [generateShapes('train'), generateShapes('test')].map(countClasses);
    return { name: 'shapes', form: 'generated', splits, problems: [] };
  }
  const source = locate(nameOrPath, dataDir);
  const splits: CheckedSplit[] = [];
  const problems: string[] = [];
  let checksum: 'official' | 'other' = 'official';
  for (const split of ['train', 'test'] as const) {
    const onNotice = () => (checksum = 'other');
    try {
      splits.push(countClasses(await loadCifar10(source, { split, onNotice })));
    } catch (error) {
      if (!(error instanceof AlexnetError)) throw error;
      if (!problems.includes(error.message)) problems.push(error.message);
    }
  }
  const sum = source.form === 'archive' && problems.length === 0 ? { checksum } : {};
  return { name: 'cifar10', form: source.form, path: source.path, ...sum, splits, problems };
}
