/** One thread of the engine in a browser: a Web Worker, whose one message says what it has to do. */
import { instantiateModule } from '../threads/instance.ts';
import { serveCommands, type ThreadData } from '../threads/threadLoop.ts';

addEventListener(
  'message',
  ({ data }: MessageEvent<ThreadData>) => {
    if (data.compiled.kind === 'wasm')
      serveCommands(data, instantiateModule(data.compiled.module, data.memory));
  },
  { once: true },
);
