/** What can be wrong with an image file. */
import { entry } from './entry.ts';

export const imageErrors = {
  ALEX_IMAGE_READ: entry(
    1,
    (p: { name: string; problem: string }) => `${p.name} cannot be read: ${p.problem}`,
    () => 'Check the path, and that the file may be read.',
  ),
  ALEX_IMAGE_CHANGED: entry(
    1,
    (p: { name: string; bytes: number; expected: number }) =>
      `${p.name} has other than the ${p.expected.toLocaleString('en')} bytes that it had when the data set was opened`,
    () => 'Leave the files alone while they are used, and run the command again.',
  ),
  ALEX_IMAGE_EMPTY: entry(
    1,
    (p: { name: string }) => `${p.name} is an empty file`,
    () => 'Copy or download the image again.',
  ),
  ALEX_IMAGE_FORMAT: entry(
    1,
    (p: { name: string }) => `${p.name} is no image: it begins like none of PNG, JPEG, WebP, GIF, BMP`,
    () => 'Convert it to one of those formats.',
  ),
  ALEX_IMAGE_SIZE: entry(
    1,
    (p: { name: string; width: number; height: number; most: number }) =>
      `${p.name} claims ${p.width} × ${p.height} pixels; expected at least 1 and at most ${p.most} in all`,
    () => 'Scale the image down first.',
  ),
  ALEX_IMAGE_TRUNCATED: entry(
    1,
    (p: { name: string; format: string; problem: string }) =>
      `${p.name} is a ${p.format} image that is cut short: ${p.problem}`,
    () => 'Copy or download the image again.',
  ),
  ALEX_IMAGE_DAMAGED: entry(
    1,
    (p: { name: string; format: string; problem: string }) =>
      `${p.name} is a ${p.format} image that cannot be decoded: ${p.problem}`,
    () => 'Copy or download the image again, or save it anew with an image editor.',
  ),
  ALEX_IMAGE_UNSUPPORTED: entry(
    1,
    (p: { name: string; format: string; problem: string }) =>
      `${p.name} is a kind of ${p.format} image that is not supported: ${p.problem}`,
    () => 'Save it anew as an ordinary PNG or JPEG.',
  ),
} as const;
