/** The CPU engine in a browser: the same plans, kernels and bits as Node.js's engine with WebAssembly. */
import { createWebEngineWith, type WebEngine, type WebEngineOptions } from './engineWith.ts';

export type { WebEngine, WebEngineOptions } from './engineWith.ts';

/**
 * Makes the engine, on a page or in a worker. Without shared memory all work is done on the thread that calls it, which
 * should then be a worker's. Throws ALEX_ENGINE_UNAVAILABLE, ALEX_OPTION_VALUE.
 */
export function createWebEngine(options: WebEngineOptions = {}): Promise<WebEngine> {
  return createWebEngineWith(startThread, options);
}

function startThread(name: string): Worker {
  return new Worker(new URL('./threadWorker.ts', import.meta.url), { type: 'module', name });
}
