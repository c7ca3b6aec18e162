/** A thread of the loader: does the fills it is sent, in order, and answers each. */
import { parentPort, workerData } from 'node:worker_threads';
import { preparedReader } from './imageSource.ts';
import { createFiller, type Fill } from './loaderFill.ts';
import type { FillAnswer, ThreadSource } from './loaderThreads.ts';

const port = parentPort!;
const { source, ...fills } = workerData as ThreadSource;
const filler = createFiller({ ...fills, images: preparedReader(source) });

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
