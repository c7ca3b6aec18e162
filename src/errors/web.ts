/** What can go wrong with a model in a page. */
import { entry } from './entry.ts';

export const webErrors = {
  ALEX_WEB_DOWNLOAD: entry(
    1,
    (p: { url: string; reason: string }) => `${p.url} could not be downloaded: ${p.reason}`,
    () => 'Check the address, and that its server allows this page to read it (CORS).',
  ),
  ALEX_WEB_IMAGE: entry(
    1,
    (p: { problem: string }) => `an image cannot be used: ${p.problem}`,
    () =>
      'Give an image that has loaded, a Blob of an image, a canvas, ImageData, or { data, width, height } with RGB or RGBA; an image from another origin needs the attribute crossorigin, and that its server allows it (CORS).',
  ),
  ALEX_WEB_DISPOSED: entry(
    1,
    (p: { call: string }) => `${p.call} was called on a model after dispose()`,
    () => 'Load the model again.',
  ),
  ALEX_WEB_WORKER: entry(
    1,
    (p: { reason: string }) => `the worker of the model could not go on: ${p.reason}`,
    () =>
      "Check that the files beside the library are on the page's own server too, that they may run as workers (CSP), and that they have the page's Cross-Origin-Embedder-Policy.",
  ),
} as const;
