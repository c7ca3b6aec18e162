/** What can be wrong with data sets. */
import { didYouMean, entry } from './entry.ts';

const getAgain =
  'Delete it and get it again: CIFAR by "alexnet data fetch cifar10" (or cifar100), another from where it came.';

export const dataErrors = {
  ALEX_DATA_TRANSFORMS: entry(
    2,
    (p: { problem: string }) => `the transforms cannot be applied: ${p.problem}`,
    () =>
      'Put steps on images (resize, crops, flips, colours) first, then one toTensor, then normalize and its like.',
  ),
  ALEX_DATA_UNKNOWN: entry(
    2,
    (p: { name: string; known: readonly string[] }) =>
      `there is no data set "${p.name}"; the data sets are ${p.known.join(', ')}`,
    (p) =>
      `${didYouMean(p.name, p.known)}Give one of those names, or the path of a data set: a folder of images, a list, shards, idx files, CIFAR.`,
  ),
  ALEX_DATA_MISSING: entry(
    1,
    (p: { dataset: string; looked: readonly string[] }) =>
      `${p.dataset} was not found; looked for ${p.looked.join(', ')}`,
    (p) => `Run "alexnet data fetch ${p.dataset}", or say where it is with --data-dir DIR.`,
  ),
  ALEX_DATA_UNREADABLE: entry(
    1,
    (p: { path: string; reason: string }) => `${p.path} cannot be read: ${p.reason}`,
    () => 'Check that it exists and that you may read it.',
  ),
  ALEX_DATA_FORM: entry(
    1,
    (p: { path: string; found: string }) => `${p.path} is not a data set in a known form; it has ${p.found}`,
    () =>
      'Accepted are a folder with a folder of images for each class, or train and test above those; a list (.csv, .jsonl); shards (.tar); idx files; CIFAR-10 and CIFAR-100 archives (.tar.gz) or folders.',
  ),
  ALEX_DATA_TRUNCATED: entry(
    1,
    (p: { file: string; bytes: number; expected: number }) =>
      `${p.file} has ${p.bytes.toLocaleString('en')} bytes, expected ${p.expected.toLocaleString('en')}`,
    () => getAgain,
  ),
  ALEX_DATA_CORRUPT: entry(
    1,
    (p: { file: string; problem: string }) => `${p.file} is damaged: ${p.problem}`,
    () => getAgain,
  ),
  ALEX_DATA_LABEL: entry(
    1,
    (p: { file: string; record: number; label: number; classes: number }) =>
      `record ${p.record} of ${p.file} has label ${p.label}, expected 0 to ${p.classes - 1}`,
    () => `The file is damaged or of another data set. ${getAgain}`,
  ),
  ALEX_DATA_MEMBER: entry(
    1,
    (p: { archive: string; member: string; problem: string }) =>
      `member ${JSON.stringify(p.member)} of ${p.archive} is refused: ${p.problem}`,
    () => `Do not trust this archive. ${getAgain}`,
  ),
  ALEX_DATA_DOWNLOAD: entry(
    1,
    (p: { file: string; folder: string; attempts: readonly string[] }) =>
      `${p.file} could not be downloaded: ${p.attempts.join('; ')}`,
    (p) =>
      `Run the command again to go on where it stopped, or get ${p.file} another way and place it in ${p.folder}.`,
  ),
  ALEX_DATA_WRITE: entry(
    1,
    (p: { path: string; reason: string }) => `${p.path} cannot be written: ${p.reason}`,
    () => 'Free some space, or choose another folder with --data-dir DIR.',
  ),
  ALEX_DATA_LIST: entry(
    1,
    (p: { file: string; line: number; problem: string }) => `${p.file}, line ${p.line}: ${p.problem}`,
    () =>
      'A list of images has the columns path and label, and split if you like: a CSV file names them in its first line, a JSONL file in every object.',
  ),
  ALEX_DATA_SPLIT: entry(
    2,
    (p: { dataset: string; split: string; has: readonly string[] }) =>
      `${p.dataset} has no ${p.split} images; it has ${p.has.join(' and ')}`,
    () => 'Use one of those, or put images for it into a folder, a shard or lines of its own.',
  ),
  ALEX_DATA_BAD_IMAGES: entry(
    1,
    (p: { problems: readonly string[]; total: number }) =>
      `${p.problems.length} of ${p.total.toLocaleString('en')} images cannot be used:` +
      p.problems
        .slice(0, 20)
        .map((problem) => `\n  ${problem}`)
        .join('') +
      (p.problems.length > 20 ? `\n  and ${p.problems.length - 20} more` : ''),
    () =>
      'Mend or remove them, or leave them out with --on-bad-image skip; "alexnet data check PATH" lists them all.',
  ),
  ALEX_DATA_LOADER: entry(
    1,
    (p: { reason: string }) => `the loader's worker failed: ${p.reason}`,
    () => 'Try again with --workers 0, which loads on the main thread.',
  ),
} as const;
