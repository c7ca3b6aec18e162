/** A thread of the loader: does the fills it is sent, in order, and answers each with null or what went wrong. */
import { parentPort, workerData } from 'node:worker_threads';
import { createFiller, type Fill, type FillSource } from './loaderFill.ts';

const port = parentPort!;
const fill = createFiller(workerData as FillSource);

port.on('message', (task: Fill) => {
  let problem: string | null = null;
  try {
    fill(task);
  } catch (error) {
    problem = error instanceof Error ? error.message : String(error);
  }
  port.postMessage(problem);
});
