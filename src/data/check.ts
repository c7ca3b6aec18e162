import { AlexnetError } from '../errors.ts';
import { splits as splitNames, type Dataset, type Split } from './dataset.ts';
import { openDataset, type LoadOptions } from './datasets.ts';
import { channels, planarImage, type ImageSize } from './image.ts';
import { imageName } from './images/readEncoded.ts';
import { digestImages, pixelDigest, type Digest } from './imageSets/digests.ts';
import { listedOnce, locateDataset, type LocatedDataset } from './locateDataset.ts';

export interface CheckedSplit {
  readonly split: Split;
  /** Those that can be used. */
  readonly images: number;
  readonly perClass: readonly { readonly class: string; readonly images: number }[];
  /** The smallest and the largest, by the number of pixels. */
  readonly sizes: { readonly least: ImageSize; readonly most: ImageSize };
}

/** The same pixels twice. */
export interface Duplicate {
  readonly image: string;
  readonly sameAs: string;
}

export interface DatasetCheck {
  readonly name: string;
  readonly form: 'generated' | 'archive' | 'folder' | 'idx files' | 'image folder' | 'list' | 'shards';
  /** `generated` has no path. */
  readonly path?: string;
  /** Of an archive: byte for byte the official one, or another with the right files and sizes. */
  readonly checksum?: 'official' | 'other';
  readonly splits: readonly CheckedSplit[];
  /** Images of one split that are in another too: they make a test easier than it should be. */
  readonly duplicates: readonly Duplicate[];
  /** Images that are twice in one split. */
  readonly repeated: number;
  /** What was passed over. */
  readonly notices: readonly string[];
  /** What is wrong, as errors say it; empty when all is well. */
  readonly problems: readonly string[];
}

export interface CheckOptions extends Pick<LoadOptions, 'dataDir' | 'testFraction' | 'splitSeed'> {
  /** Images decoded, of all in a split. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** What is found on the way. */
interface Findings {
  readonly splits: CheckedSplit[];
  readonly problems: string[];
  readonly notices: Set<string>;
  readonly duplicates: Duplicate[];
  repeated: number;
}

/**
 * Reads all of a data set, by name or at a path, decodes every image, and tells what is there. Damage is among
 * `problems`; what is missing or unknown throws, as in loadDataset.
 */
export async function checkDataset(nameOrPath: string, options: CheckOptions = {}): Promise<DatasetCheck> {
  const located = await listedOnce(locateDataset(nameOrPath, options.dataDir));
  const findings: Findings = { splits: [], problems: [], notices: new Set(), duplicates: [], repeated: 0 };
  /** Where each picture was first seen. */
  const seen = new Map<string, { readonly split: Split; readonly image: string }>();
  let name: string | undefined;
  for (const split of splitNames) {
    const dataset = await openSplit(located, split, options, findings);
    if (dataset === undefined) continue;
    name ??= dataset.name;
    const digests = await digestsOf(dataset, options.onProgress);
    noteDuplicates(dataset, digests, seen, findings);
    findings.splits.push(describeSplit(dataset, digests));
  }
  const { splits, problems, duplicates, repeated } = findings;
  const path = 'path' in located ? { path: located.path } : {};
  const isArchive = located.kind === 'cifar' && located.source.form === 'archive';
  const [other] = findings.notices;
  const checksum =
    isArchive && problems.length === 0 ? { checksum: other === undefined ? 'official' : 'other' } : {};
  return {
    name: name ?? nameOrPath,
    form: formOf(located),
    ...path,
    ...(checksum as Pick<DatasetCheck, 'checksum'>),
    splits,
    duplicates,
    repeated,
    notices: isArchive ? [] : [...findings.notices],
    problems,
  };
}

function formOf(located: LocatedDataset): DatasetCheck['form'] {
  if (located.kind === 'shapes') return 'generated';
  if (located.kind === 'cifar') return located.source.form;
  return located.kind === 'idx' ? 'idx files' : located.form;
}

/** Undefined when there is no such split, or nothing in it that can be used. */
async function openSplit(
  located: LocatedDataset,
  split: Split,
  options: CheckOptions,
  { problems, notices }: Findings,
): Promise<Dataset | undefined> {
  try {
    return await openDataset(located, {
      ...options,
      split,
      onBadImage: 'skip',
      onProgress: undefined,
      onNotice: (message) => notices.add(message),
      onSkipped: (problem) => problems.push(problem),
    });
  } catch (error) {
    if (!(error instanceof AlexnetError)) throw error;
    if (error.code === 'ALEX_DATA_SPLIT') return undefined;
    if (!problems.includes(error.message)) problems.push(error.message);
    return undefined;
  }
}

async function digestsOf(
  dataset: Dataset,
  onProgress: CheckOptions['onProgress'],
): Promise<readonly Digest[]> {
  if ('encoded' in dataset) return digestImages(dataset.encoded, onProgress);
  const { images, height, width, length } = dataset;
  const imageBytes = channels * height * width;
  return Array.from({ length }, (_, i) => ({
    digest: pixelDigest(planarImage(images, { height, width }, i * imageBytes)),
  }));
}

function noteDuplicates(
  dataset: Dataset,
  digests: readonly Digest[],
  seen: Map<string, { readonly split: Split; readonly image: string }>,
  findings: Findings,
): void {
  const { split } = dataset;
  digests.forEach((digest, i) => {
    if ('problem' in digest) {
      findings.problems.push(digest.problem);
      return;
    }
    const image = 'encoded' in dataset ? imageName(dataset.encoded, i) : `${split} image ${i}`;
    const before = seen.get(digest.digest);
    if (before === undefined) seen.set(digest.digest, { split, image });
    else if (before.split === split) findings.repeated++;
    else findings.duplicates.push({ image, sameAs: before.image });
  });
}

function describeSplit(dataset: Dataset, digests: readonly Digest[]): CheckedSplit {
  const { split, classes, labels } = dataset;
  const counts = new Uint32Array(classes.length);
  let images = 0;
  let least: ImageSize | undefined;
  let most: ImageSize | undefined;
  digests.forEach((digest, i) => {
    if ('problem' in digest) return;
    images++;
    counts[labels[i]!]!++;
    const size = sizeOf(dataset, i);
    if (least === undefined || pixels(size) < pixels(least)) least = size;
    if (most === undefined || pixels(size) > pixels(most)) most = size;
  });
  const perClass = classes.map((name, label) => ({ class: name, images: counts[label]! }));
  const none = { height: 0, width: 0 };
  return { split, images, perClass, sizes: { least: least ?? none, most: most ?? none } };
}

function sizeOf(dataset: Dataset, index: number): ImageSize {
  if (!('encoded' in dataset)) return { height: dataset.height, width: dataset.width };
  const { sizes } = dataset.encoded;
  return { height: sizes[2 * index]!, width: sizes[2 * index + 1]! };
}

function pixels({ height, width }: ImageSize): number {
  return height * width;
}
