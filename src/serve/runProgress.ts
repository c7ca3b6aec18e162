/** How far a run has come, kept up to date event by event. */
import type { StartEvent, StepEvent, TrainingEvent } from '../training/events.ts';
import type { RunProcess } from '../training/runProcess.ts';
import type { TrainingConfig } from '../training/trainingOptions.ts';
import type { RunState, RunSummary } from './protocol.ts';

export interface RunProgress {
  readonly start?: StartEvent;
  readonly step: number;
  readonly last?: StepEvent;
  /** Of the last step that was told, or what it was changed to after that. */
  readonly learningRate?: number;
  readonly accuracy?: RunSummary['accuracy'];
  readonly ended: boolean;
  readonly failed: boolean;
}

export const noProgress: RunProgress = { step: 0, ended: false, failed: false };

export function advanced(progress: RunProgress, event: TrainingEvent): RunProgress {
  const stepsPerEpoch = progress.start?.stepsPerEpoch ?? 0;
  switch (event.type) {
    case 'start': {
      // Loss and accuracy were those of weights that the run may have gone back from, or goes on from.
      const { learningRate } = progress;
      const rate = learningRate !== undefined && { learningRate };
      return { ...noProgress, start: event, step: event.resumedFrom, ...rate };
    }
    case 'step':
      return {
        ...progress,
        last: event,
        learningRate: event.learningRate,
        step: (event.epoch - 1) * stepsPerEpoch + event.step,
      };
    case 'checkpoint':
      return { ...progress, step: (event.epoch - 1) * stepsPerEpoch + event.step };
    case 'watch':
      return { ...progress, step: event.globalStep };
    case 'learning-rate':
      return { ...progress, learningRate: event.learningRate };
    case 'epoch':
      return { ...progress, step: event.epoch * stepsPerEpoch };
    case 'validation':
      return { ...progress, accuracy: { value: event.accuracy, on: 'validation' } };
    case 'result':
      return { ...progress, accuracy: { value: event.accuracy, on: 'test' }, ended: true };
    case 'failure':
      return { ...progress, failed: true };
    default:
      return progress;
  }
}

function stateOf({ start, ended, failed }: RunProgress, running: boolean): RunState {
  if (running) return start === undefined ? 'waiting' : 'running';
  if (failed) return 'failed';
  return ended ? 'ended' : 'interrupted';
}

/** A configuration is not checked before it is trained with. */
function numberIn(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** `process` is the one that trains now. */
export function summaryOf(
  { id, path, startedAt }: Pick<RunSummary, 'id' | 'path' | 'startedAt'>,
  config: TrainingConfig,
  progress: RunProgress,
  process: RunProcess | undefined,
): RunSummary {
  const { start, last, step, accuracy, learningRate = numberIn(config.learningRate) } = progress;
  const network = typeof config.network === 'string' ? config.network : config.network?.name;
  const epochs = start?.epochs ?? numberIn(config.epochs) ?? 0;
  return {
    id,
    path,
    network: start?.network ?? String(network ?? '?'),
    dataset: String(config.dataset),
    state: stateOf(progress, process !== undefined),
    control: process?.control === true,
    step,
    steps: (start?.stepsPerEpoch ?? 0) * epochs,
    epochs,
    ...(last && { loss: last.loss, imagesPerSecond: last.imagesPerSecond }),
    ...(learningRate !== undefined && { learningRate }),
    ...(accuracy && { accuracy }),
    startedAt,
  };
}
