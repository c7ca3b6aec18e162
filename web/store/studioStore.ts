/** All that the studio keeps in the browser, for one tab at a time. */
import { alexnetError } from '../../src/errors.ts';
import { openRoot } from './files.ts';
import { openCollections, type Collections } from './imageStore.ts';
import { openRuns, type Runs } from './runStore.ts';

export interface StudioStore {
  readonly collections: Collections;
  readonly runs: Runs;
}

const lockName = 'alexnet-studio';

/** A page that is loaded again may have to wait until the worker of before has ended. */
const patience = 3000;

let isLocked = false;

/** Takes the lock for as long as the worker lives; false when another tab has it. */
function takeLock(): Promise<boolean> {
  if (isLocked) return Promise.resolve(true);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  navigator.locks
    .request(lockName, { signal: AbortSignal.timeout(patience) }, () => {
      isLocked = true;
      resolve(true);
      // Held until the worker ends.
      return new Promise<never>(() => {});
    })
    .catch(() => resolve(false));
  return promise;
}

async function openStore(): Promise<StudioStore> {
  if (!('locks' in navigator) || !('storage' in navigator)) {
    const reason = isSecureContext ? 'it has no locks or files' : 'the page is not in a secure context';
    throw alexnetError('ALEX_STUDIO_NO_STORAGE', { reason });
  }
  const root = await openRoot();
  if (!(await takeLock())) throw alexnetError('ALEX_STUDIO_OTHER_TAB', {});
  // What can fail comes first: open collections hold their files.
  const runs = await openRuns(root);
  return { collections: await openCollections(root), runs };
}

/**
 * Gives the store, which is opened when it is first asked for; asked again after an error, it tries again. Throws
 * ALEX_STUDIO_OTHER_TAB, ALEX_STUDIO_NO_STORAGE, ALEX_STUDIO_STORAGE.
 */
export function studioStore(): () => Promise<StudioStore> {
  let opened: Promise<StudioStore> | undefined;
  return () => {
    opened ??= openStore().catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
}
