/** One thread of the engine in Node.js. */
import { workerData } from 'node:worker_threads';
import { instantiate } from '../native/instantiate.ts';
import { serveCommands, type ThreadData } from './threadLoop.ts';

const data = workerData as ThreadData;
serveCommands(data, instantiate(data.compiled, data.memory));
