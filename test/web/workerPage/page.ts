/** A page that has nothing but the client of the studio's worker, for tests to call. */
import { connectStudio } from '../../../web/worker/client.ts';

Object.assign(globalThis, { studio: connectStudio() });
