/** A thread of the loader: does the fills it is sent, in order, and answers each. */
import { parentPort, workerData } from 'node:worker_threads';
import { createFiller, type Fill, type FillSource } from './loaderFill.ts';
import type { FillAnswer } from './loaderThreads.ts';

const port = parentPort!;
const filler = createFiller(workerData as FillSource);

async function answer(task: Fill): Promise<FillAnswer> {
  try {
    return { bad: await filler.fill(task) };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

port.on('message', (task: Fill) => {
  void answer(task).then((done) => port.postMessage(done));
});
