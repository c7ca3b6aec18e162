import { closeSync, openSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileErrorReason } from '../formats/fileErrors.ts';
import { fileVersionRecord, restartRecord, scalarsRecord, textRecord } from '../formats/tensorboard/event.ts';
import type { TrainingConfig } from './trainingOptions.ts';
import { configText } from './configFile.ts';
import { rateChangeText, type TrainingEvent, type WatchEvent } from './events.ts';

export interface TensorboardLog {
  tell(event: TrainingEvent): void;
  /** Writes what is left, and closes the file. */
  close(): void;
}

/** Steps are written together, this often at most. */
const milliseconds = 1000;

/**
 * Writes a training's events into a new TensorBoard file in `folder`, begun by its `start` event: the numbers of
 * every step and epoch and of the test, the configuration and notices as text. A step is the run's, counted through
 * all epochs, so that the file of a resumed run goes on where the one before it ended. A file that cannot be written
 * stops no training: `onProblem` is told once, and nothing more is written.
 */
export function createTensorboardLog(
  folder: string,
  config: TrainingConfig,
  onProblem: (message: string) => void,
): TensorboardLog {
  const steps = createSteps();
  let file: BufferedFile | undefined;
  let ended = false;

  function attempt(write: () => void): void {
    if (ended) return;
    try {
      write();
    } catch (error) {
      ended = true;
      onProblem(
        `the TensorBoard file cannot be written: ${fileErrorReason(error)}; the training goes on without it`,
      );
    }
  }

  return {
    tell: (event) =>
      attempt(() => {
        file ??= createBufferedFile(join(folder, fileName()));
        const at = [Date.now() / 1000, steps.after(event)] as const;
        for (const record of recordsOf(event, config, at)) file.append(record);
        if (event.type !== 'progress') file.flush();
      }),
    close() {
      attempt(() => file?.flush());
      ended = true;
      file?.close();
    },
  };
}

/** Seconds since 1970, and the step. */
type Moment = readonly [wallTime: number, step: number];

function recordsOf(event: TrainingEvent, config: TrainingConfig, at: Moment): Uint8Array[] {
  switch (event.type) {
    case 'start': {
      const [wallTime, step] = at;
      const first = fileVersionRecord(wallTime);
      if (step > 0) return [first, restartRecord(wallTime, step + 1)];
      return [first, textRecord(...at, 'configuration', `\`\`\`json\n${configText(config)}\`\`\``)];
    }
    case 'progress': {
      if (event.phase !== 'train') return [];
      const { loss, imagesPerSecond, learningRate } = event;
      return [
        scalarsRecord(...at, {
          'loss/step': loss,
          ...(learningRate === undefined ? {} : { learning_rate: learningRate }),
          images_per_second: imagesPerSecond,
        }),
      ];
    }
    case 'epoch':
      return [scalarsRecord(...at, { 'loss/epoch': event.loss })];
    case 'validation': {
      const { loss, accuracy } = event;
      return [scalarsRecord(...at, { 'loss/validation': loss, 'accuracy/validation': accuracy })];
    }
    case 'result': {
      const { loss, accuracy, top5 } = event;
      return [
        scalarsRecord(...at, { 'loss/test': loss, 'accuracy/test': accuracy, 'accuracy/test_top5': top5 }),
      ];
    }
    case 'notice':
      return [textRecord(...at, 'notices', event.message)];
    case 'watch':
      return [scalarsRecord(...at, watchedScalars(event))];
    case 'learning-rate':
      return [textRecord(...at, 'notices', rateChangeText(event))];
    case 'failure':
      return [textRecord(...at, 'notices', event.message)];
    case 'step':
    case 'checkpoint':
      // Each step has been told by itself, and a checkpoint is no measurement.
      return [];
  }
}

function watchedScalars({ layers }: WatchEvent): Record<string, number> {
  const scalars = layers.flatMap(({ name, gradient, weight, update, ratio, dead }) => [
    [`gradient/${name}`, gradient],
    [`weight/${name}`, weight],
    [`update/${name}`, update],
    [`update_ratio/${name}`, ratio],
    ...(dead === undefined ? [] : [[`dead_units/${name}`, dead] as const]),
  ]);
  return Object.fromEntries(scalars) as Record<string, number>;
}

interface Steps {
  /** Steps done, over all epochs, when an event is told. */
  after(event: TrainingEvent): number;
}

function createSteps(): Steps {
  let done = 0;
  let stepsPerEpoch = 0;
  return {
    after(event) {
      if (event.type === 'start') {
        done = event.resumedFrom;
        stepsPerEpoch = event.stepsPerEpoch;
      } else if (event.type === 'watch') {
        done = event.globalStep;
      } else if (event.type === 'progress' && event.phase === 'train') {
        done = (event.epoch - 1) * stepsPerEpoch + event.step;
      }
      return done;
    },
  };
}

let filesOfThisProcess = 0;

/** TensorBoard looks for `tfevents`, and reads the files of a folder by name: by time, that is. */
function fileName(): string {
  const seconds = String(Math.floor(Date.now() / 1000)).padStart(10, '0');
  return `events.out.tfevents.${seconds}.${hostname()}.${process.pid}.${filesOfThisProcess++}`;
}

interface BufferedFile {
  append(bytes: Uint8Array): void;
  flush(): void;
  close(): void;
}

/** A file that must not be there yet. */
function createBufferedFile(path: string): BufferedFile {
  const descriptor = openSync(path, 'wx');
  let waiting: Uint8Array[] = [];
  let flushed = performance.now();

  function flush(): void {
    const bytes = Buffer.concat(waiting);
    waiting = [];
    flushed = performance.now();
    for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at);
  }

  return {
    flush,
    append(bytes) {
      waiting.push(bytes);
      if (performance.now() - flushed >= milliseconds) flush();
    },
    close: () => closeSync(descriptor),
  };
}
