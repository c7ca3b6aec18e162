import {
  currentRate,
  isDone,
  saveCheckpoint,
  scheduledRate,
  stepsSinceUpdate,
  type Session,
} from './session.ts';

/**
 * Does before the next step what was ordered, but for stopping. Batches that belong to one update have one learning rate,
 * and sums of gradients are in no checkpoint: until the update, orders wait. Throws ALEX_FILE_WRITE,
 * ALEX_TRAINING_NOT_FINITE.
 */
export async function obeyOrders(session: Session): Promise<void> {
  if (stepsSinceUpdate(session) > 0) return;
  for (const order of session.orders.take()) {
    if (order.type === 'checkpoint') await saveCheckpoint(session);
    else await changeRate(session, order.learningRate);
  }
}

/**
 * Goes on with a resumed run at the rate that was asked for with it, as if it were ordered before the next step: in place
 * of one that was ordered before. The run's own option, said again, changes nothing. Throws as obeyOrders does.
 */
export async function resumeAtRate(session: Session, learningRate: number | undefined): Promise<void> {
  const { config, position } = session;
  if (learningRate === undefined || isDone(session) || learningRate === currentRate(session)) return;
  if (position.rateChange === undefined && learningRate === config.learningRate) return;
  await changeRate(session, learningRate);
}

/** With a checkpoint, so that a run that is killed and resumed has the change, and the same bits. */
async function changeRate(session: Session, learningRate: number): Promise<void> {
  const { position, emit } = session;
  const scheduled = scheduledRate(session);
  const before = currentRate(session);
  session.position = { ...position, rateChange: { learningRate, scheduled } };
  // Told first: the checkpoint knows then of the change, and of its being told.
  emit({
    type: 'learning-rate',
    epoch: position.epoch + 1,
    step: position.step + 1,
    globalStep: position.globalStep + 1,
    before,
    learningRate,
  });
  await saveCheckpoint(session);
}
