/** What can be wrong with data sets. */
import { didYouMean, entry } from './entry.ts';

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
      `${didYouMean(p.name, p.known)}Give one of those names, or the path of a CIFAR-10 archive (.tar.gz) or of its extracted folder.`,
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
    (p: { path: string; found: string }) =>
      `${p.path} is not a data set in a known form: ${p.found}; accepted are the CIFAR-10 archives (.tar.gz, binary or python version) and their folders cifar-10-batches-bin, cifar-10-batches-py`,
    () => 'Give the path of one of those; folders of images are not read yet.',
  ),
  ALEX_DATA_TRUNCATED: entry(
    1,
    (p: { file: string; bytes: number; expected: number }) =>
      `${p.file} has ${p.bytes.toLocaleString('en')} bytes, expected ${p.expected.toLocaleString('en')}`,
    () => 'Delete it and run "alexnet data fetch cifar10" again.',
  ),
  ALEX_DATA_CORRUPT: entry(
    1,
    (p: { file: string; problem: string }) => `${p.file} is damaged: ${p.problem}`,
    () => 'Delete it and run "alexnet data fetch cifar10" again.',
  ),
  ALEX_DATA_LABEL: entry(
    1,
    (p: { file: string; record: number; label: number; classes: number }) =>
      `record ${p.record} of ${p.file} has label ${p.label}, expected 0 to ${p.classes - 1}`,
    () => 'The file is damaged or of another data set: delete it and run "alexnet data fetch cifar10" again.',
  ),
  ALEX_DATA_MEMBER: entry(
    1,
    (p: { archive: string; member: string; problem: string }) =>
      `member ${JSON.stringify(p.member)} of ${p.archive} is refused: ${p.problem}`,
    () => 'Do not trust this archive: get it again with "alexnet data fetch cifar10".',
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
  ALEX_DATA_BAD_IMAGES: entry(
    1,
    (p: { problems: readonly string[]; total: number }) =>
      `${p.problems.length} of ${p.total.toLocaleString('en')} images cannot be used:` +
      p.problems
        .slice(0, 20)
        .map((problem) => `\n  ${problem}`)
        .join('') +
      (p.problems.length > 20 ? `\n  and ${p.problems.length - 20} more` : '\n '),
    () =>
      'Mend or remove them, or leave them out with --on-bad-image skip; "alexnet data check PATH" lists them all.',
  ),
  ALEX_DATA_LOADER: entry(
    1,
    (p: { reason: string }) => `the loader's worker failed: ${p.reason}`,
    () => 'Try again with --workers 0, which loads on the main thread.',
  ),
} as const;
