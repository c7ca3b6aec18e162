import { withAverages } from './averages.ts';
import { evaluate } from './evaluate.ts';
import { currentRate, type Session } from './session.ts';
import { isOver, monitoredValue, watchValidation } from './validation.ts';

/**
 * Tests the epoch that ends on the images that were held back, if it is one after which that is due, and keeps the
 * weights when they are the best so far. False when the signal was aborted before the end: the position is as it was
 * then. Throws ALEX_EVALUATION_NOT_FINITE, ALEX_FILE_WRITE, ALEX_DATA_LOADER.
 */
export async function validateEpoch(session: Session): Promise<boolean> {
  const { validationLoader: loader, config, position, signal, program, classes, emit } = session;
  const epoch = position.epoch + 1;
  const due = epoch % config.evaluateEvery === 0 || epoch === config.epochs;
  if (loader === undefined || !due) return true;
  try {
    const options = { classes, total: loader.images, epoch, phase: 'validation', onProgress: emit } as const;
    const result = await withAverages(program, () => evaluate(program, loader, { ...options, signal }));
    const { loss, accuracy, top5, total: images } = result;
    const validation = watchValidation(
      position.validation,
      monitoredValue(result, config.monitor),
      epoch,
      config,
    );
    const best = validation.bestEpoch === epoch;
    const { store, description } = session;
    if (best && store) await withAverages(program, () => store.writeBest(program, description));
    emit({ type: 'validation', epoch, loss, accuracy, top5, images, best });
    session.position = { ...position, validation };
    tellDecisions(session, position.validation.plateau.reductions);
    return true;
  } catch (error) {
    if (signal?.aborted === true && error === signal.reason) return false;
    throw error;
  }
}

function tellDecisions(session: Session, reductionsBefore: number): void {
  const { config, position, emit } = session;
  const { validation } = position;
  if (validation.plateau.reductions > reductionsBefore) {
    const message = `the validation ${config.monitor} has not got better for ${config.plateauPatience + 1} validations: the learning rate is ${currentRate(session)} from here on`;
    emit({ type: 'notice', code: 'plateau', message });
  }
  if (isOver(config, validation)) {
    const message = `the validation ${config.monitor} has not got better for ${validation.waited} validations: the training ends, with the weights of epoch ${validation.bestEpoch}`;
    emit({ type: 'notice', code: 'early-stop', message });
  }
}
