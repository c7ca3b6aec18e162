/** What can be wrong with the studio and what its server is asked. */
import { entry } from './entry.ts';

export const serveErrors = {
  ALEX_SERVE_PORT: entry(
    1,
    (p: { port: number; reason: string }) => `port ${p.port} of 127.0.0.1 cannot be had: ${p.reason}`,
    () => 'Choose another by --port N, or leave it out: the first that is free is taken then.',
  ),
  ALEX_SERVE_STUDIO: entry(
    1,
    (p: { folder: string; problem: string }) => `the studio is not in ${p.folder}: ${p.problem}`,
    () => 'In a clone of the repository, "npm run build:web" builds it.',
  ),
  ALEX_SERVE_HOST: entry(
    1,
    (p: { host: string; expected: string }) =>
      `the request names the host ${JSON.stringify(p.host)}, expected ${p.expected}`,
    () => 'Open the address that "alexnet studio" has printed.',
  ),
  ALEX_SERVE_ORIGIN: entry(
    1,
    (p: { origin: string }) => `the request comes from the page of another site, ${JSON.stringify(p.origin)}`,
    () => 'Only the pages of this server may ask it.',
  ),
  ALEX_SERVE_TOKEN: entry(
    1,
    () => 'the request has no token, or not that of this server',
    () => 'Open the address that "alexnet studio" has printed, with its token.',
  ),
  ALEX_SERVE_REQUEST: entry(
    1,
    (p: { problem: string }) => p.problem,
    () => 'docs/watch.md has what the server takes.',
  ),
  ALEX_SERVE_RUN: entry(
    1,
    (p: { run: string }) => `there is no run ${JSON.stringify(p.run)} in the folder of runs`,
    () => 'Look at the list of runs: it may have been moved or removed.',
  ),
  ALEX_SERVE_CONTROL: entry(
    1,
    (p: { run: string; problem: string }) => `${p.run} takes no orders: ${p.problem}`,
    () => 'Only a training that goes on now and was started with --control takes them.',
  ),
  ALEX_SERVE_JOB: entry(
    1,
    (p: { problem: string }) => `the work was not done: ${p.problem}`,
    () => 'Try it on the command line, "alexnet doctor RUN" or "alexnet report RUN", which says more.',
  ),
};
