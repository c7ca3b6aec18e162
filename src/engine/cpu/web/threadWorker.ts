/** A Web Worker that is nothing but a thread of the engine. */
import type { ThreadData } from '../threads/threadLoop.ts';
import { serveThread } from './thread.ts';

addEventListener('message', ({ data }: MessageEvent<ThreadData>) => serveThread(data), { once: true });
