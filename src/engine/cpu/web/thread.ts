/** One thread of the engine in a browser: the work of a Web Worker whose one message says what it has to do. */
import { instantiateModule } from '../threads/instance.ts';
import { serveCommands, type ThreadData } from '../threads/threadLoop.ts';

/** Whether a worker's first message makes it a thread of the engine. */
export function isThreadData(message: unknown): message is ThreadData {
  return typeof message === 'object' && message !== null && 'thread' in message && 'operations' in message;
}

/** Works as a thread until the worker is ended. */
export function serveThread(data: ThreadData): void {
  if (data.compiled.kind === 'wasm')
    serveCommands(data, instantiateModule(data.compiled.module, data.memory));
}
