import { locateDataset } from '../data/locateDataset.ts';
import { listDatasets } from '../data/datasets.ts';
import { AlexnetError } from '../errors.ts';

export interface FoundDataset {
  readonly name: string;
  readonly description: string;
  readonly trainImages: number;
  readonly testImages: number;
  readonly classes: readonly string[];
  /** Generated here, with nothing to find. */
  readonly embedded: boolean;
  /** Where it is; absent when it is embedded or was not found. */
  readonly path?: string;
  /** Why it cannot be used, when it cannot. */
  readonly problem?: string;
}

/** Every data set that has a name, and where each is. Looks at names only, reads no data. */
export function foundDatasets(dataDir?: string): FoundDataset[] {
  return listDatasets().map(({ name, description, train, test, classes, embedded }) => ({
    name,
    description,
    trainImages: train,
    testImages: test,
    classes,
    embedded,
    ...(embedded ? {} : locate(name, dataDir)),
  }));
}

function locate(name: string, dataDir?: string): { path?: string; problem?: string } {
  try {
    const located = locateDataset(name, dataDir);
    return 'path' in located ? { path: located.path } : {};
  } catch (error) {
    if (error instanceof AlexnetError) return { problem: error.message };
    throw error;
  }
}

/** One phrase for people: where it is, or what to do. */
export function whereabouts({ embedded, path, problem }: FoundDataset): string {
  if (embedded) return 'embedded';
  return path ?? problem ?? 'not found';
}
