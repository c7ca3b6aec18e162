/** What can go wrong in the studio, a page in a browser. */
import { didYouMean, entry } from './entry.ts';

export const studioErrors = {
  ALEX_STUDIO_STORAGE_FULL: entry(
    1,
    (p: { usedBytes: number; quotaBytes: number }) =>
      `the browser's storage is full: it holds ${megabytes(p.usedBytes)} of the ${megabytes(p.quotaBytes)} that it gives this page`,
    () =>
      'Remove collections or runs that you no longer need, or make room on the disk; all that was kept is still there.',
  ),
  ALEX_STUDIO_NO_STORAGE: entry(
    1,
    (p: { reason: string }) =>
      `this browser gives the page no storage for images and trainings (${p.reason})`,
    () =>
      'Open the studio in a window that is not private, over https or on localhost, in a current browser.',
  ),
  ALEX_STUDIO_STORAGE: entry(
    1,
    (p: { file: string; reason: string }) => `${p.file} in the browser's storage cannot be used: ${p.reason}`,
    () => 'Load the page again; if that does not help, remove what it belongs to.',
  ),
  ALEX_STUDIO_OTHER_TAB: entry(
    1,
    () => 'the studio is open in another tab, which has its images and trainings',
    () => 'Go on in that tab, or close it and try again here.',
  ),
  ALEX_STUDIO_WORKER: entry(
    1,
    (p: { reason: string }) => `the studio's worker has ended: ${p.reason}`,
    () => 'Try again; a training goes on from its last checkpoint when you resume it.',
  ),
  ALEX_STUDIO_IMAGE: entry(
    1,
    (p: { name: string; reason: string }) => `${p.name} cannot be read as an image: ${p.reason}`,
    () => 'Take a JPEG, PNG, WebP, AVIF, GIF or BMP file that the browser can show.',
  ),
  ALEX_STUDIO_UNKNOWN: entry(
    2,
    (p: { what: string; name: string; known: readonly string[] }) => `there is no ${p.what} "${p.name}"`,
    (p) => `${didYouMean(p.name, p.known)}Load the list again: it may have been removed.`,
  ),
  ALEX_STUDIO_BUILT_IN: entry(
    2,
    () => 'the built-in images cannot be changed',
    () => 'Make a collection of your own.',
  ),
  ALEX_STUDIO_CLASS_NAME: entry(
    2,
    (p: { name: string }) => `"${p.name}" is no name for a class, or another class has it`,
    () => 'Give a name of 1 to 100 characters that no other class of the collection has.',
  ),
  ALEX_STUDIO_ADDING: entry(
    2,
    () => 'images are being added to the collection',
    () => 'Wait until they are all there.',
  ),
  ALEX_STUDIO_IN_USE: entry(
    2,
    (p: { what: string }) => `a training that is running uses ${p.what}`,
    () => 'Pause or finish the training first.',
  ),
  ALEX_STUDIO_TRAINING_RUNNING: entry(
    2,
    (p: { name: string }) => `the training "${p.name}" is running, and there is one at a time`,
    () => 'Pause or finish it first.',
  ),
  ALEX_STUDIO_RUN_STATE: entry(
    2,
    (p: { name: string; state: string; wanted: string }) =>
      `the training "${p.name}" is ${p.state}; expected one that is ${p.wanted}`,
    () => 'Take another training, or wait until it is.',
  ),
  ALEX_STUDIO_FEW_IMAGES: entry(
    2,
    (p: { name: string; problem: string }) => `"${p.name}" is not enough to train on: ${p.problem}`,
    () => 'Give at least two classes with at least two images each; twenty or more of each are better.',
  ),
  ALEX_STUDIO_COLLECTION_CHANGED: entry(
    1,
    (p: { run: string; collection: string }) =>
      `images of "${p.collection}" were added or removed since the training "${p.run}" began`,
    () =>
      'Finish it as it is, which keeps what it has learnt; then start a new training, from its model if you like.',
  ),
};

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
