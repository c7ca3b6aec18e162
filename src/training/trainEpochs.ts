import { AlexnetError } from '../errors.ts';
import { trainEpoch } from './epoch.ts';
import { obeyOrders } from './obeyOrders.ts';
import { isDone, saveCheckpoint, type Session } from './session.ts';

/** Trains until there is nothing left to do or the signal is aborted; either way there is a checkpoint then. */
export async function trainEpochs(session: Session): Promise<void> {
  try {
    while (!isDone(session) && session.signal?.aborted !== true) await trainEpoch(session);
    // What was ordered together with the stop holds when the run goes on.
    session.orders.poll();
    if (!isDone(session)) await obeyOrders(session);
  } catch (error) {
    tellFailure(session, error);
    // The steps before the broken image were good ones: with it left out, the run can go on from here.
    if (error instanceof AlexnetError && error.code === 'ALEX_DATA_BAD_IMAGES') await saveCheckpoint(session);
    throw error;
  }
  if (session.savedStep !== session.position.globalStep) await saveCheckpoint(session);
}

/** Leaves word of it in events.jsonl, if that can still be written. */
function tellFailure({ position, emit }: Session, error: unknown): void {
  if (!(error instanceof AlexnetError) || error.code === 'ALEX_FILE_WRITE') return;
  const { code, message } = error;
  emit({ type: 'failure', code, message, globalStep: position.globalStep });
}
