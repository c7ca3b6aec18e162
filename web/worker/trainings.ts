/** All trainings of the studio: those that were, and the one that is under way. */
import type { Engine } from '../../src/engine/engine.ts';
import { alexnetError } from '../../src/errors.ts';
import { optionChecks } from '../../src/training/optionChecks.ts';
import type { RunRecord, StoredRun } from '../store/runStore.ts';
import type { StudioStore } from '../store/studioStore.ts';
import { measureTraining } from './measureTraining.ts';
import type { Mistake, TrainingRequest, Trainings } from './protocol.ts';
import { studioConfig } from './recipes.ts';
import { infoOf, type TrainingDesk } from './trainingDesk.ts';
import { imageCount, type TrainingImages } from './trainingImages.ts';

export interface TrainingsOptions {
  readonly desk: TrainingDesk;
  readonly engine: () => Promise<Engine>;
  readonly store: () => Promise<StudioStore>;
  readonly trainingImages: (collection: string) => Promise<TrainingImages>;
  readonly mistakes: (run: StoredRun, most: number) => Promise<readonly Mistake[]>;
}

export function createTrainings(options: TrainingsOptions): Omit<Trainings, 'subscribe'> {
  const { desk, store, trainingImages } = options;

  async function found(id: string): Promise<StoredRun> {
    const { all } = (await store()).runs;
    const run = all.get(id);
    if (run) return run;
    throw alexnetError('ALEX_STUDIO_UNKNOWN', { what: 'training', name: id, known: [...all.keys()] });
  }
  async function running(id: string): Promise<StoredRun> {
    const run = await found(id);
    if (desk.run !== run) checkState(run, 'running');
    return run;
  }
  /** One after another: they would wait for each other's steps. */
  let measured: Promise<unknown> = Promise.resolve();
  return {
    async list() {
      const runs = [...(await store()).runs.all.values()];
      return runs.map(infoOf).toSorted((a, b) => a.startedAt - b.startedAt);
    },
    async events(id) {
      const run = await found(id);
      return desk.run === run ? desk.events() : run.events();
    },
    async plan(request) {
      const trainImages = imageCount((await trainingImages(request.collection)).train);
      const { epochs, batchSize, learningRate, augment, seed } = studioConfig(request, trainImages);
      return { epochs, batchSize, learningRate, augment: augment !== undefined, seed, trainImages };
    },
    measure(network, { classes, batchSize }) {
      const measure = async (): Promise<number> => {
        desk.checkIdle();
        return measureTraining(await options.engine(), network, classes, batchSize);
      };
      const measuring = measured.then(measure);
      measured = measuring.catch(() => {});
      return measuring;
    },
    async start(request) {
      desk.checkIdle();
      return desk.begin(await newRun(request, options));
    },
    // One that has just ended by itself is left as it is.
    pause: async (id) => desk.stop(await found(id), { finishes: false }),
    async resume(id) {
      const run = await found(id);
      checkState(run, 'paused', 'interrupted', 'failed');
      return desk.begin(run);
    },
    async setLearningRate(id, learningRate) {
      await running(id);
      checkRate(learningRate);
      desk.order({ type: 'learning-rate', learningRate });
    },
    async finish(id) {
      const run = await found(id);
      if (desk.run === run || run.record.state === 'ended') return desk.stop(run, { finishes: true });
      checkState(run, 'paused', 'interrupted', 'failed');
      await desk.begin(run, { finishes: true });
      return desk.stop(run, { finishes: true });
    },
    async mistakes(id, { most }) {
      const run = await found(id);
      checkState(run, 'ended');
      return options.mistakes(run, most);
    },
    async remove(id) {
      const run = await found(id);
      if (desk.run === run) throw alexnetError('ALEX_STUDIO_IN_USE', { what: run.record.request.name });
      await (await store()).runs.remove(id);
    },
  };
}

/** Throws ALEX_STUDIO_RUN_STATE. */
function checkState(run: StoredRun, ...wanted: RunRecord['state'][]): void {
  const { state, request } = run.record;
  if (wanted.includes(state)) return;
  throw alexnetError('ALEX_STUDIO_RUN_STATE', { name: request.name, state, wanted: wanted.join(' or ') });
}

function checkRate(learningRate: number): void {
  const { accepts, expected } = optionChecks.learningRate;
  if (accepts(learningRate)) return;
  throw alexnetError('ALEX_OPTION_VALUE', { option: 'learningRate', value: learningRate, expected });
}

async function newRun(
  request: TrainingRequest,
  { store, trainingImages }: TrainingsOptions,
): Promise<StoredRun> {
  const images = await trainingImages(request.collection);
  const config = studioConfig(request, imageCount(images.train));
  const { fingerprint } = images;
  const startedAt = Date.now();
  return (await store()).runs.create({ request, config, fingerprint, state: 'running', startedAt, epoch: 0 });
}
