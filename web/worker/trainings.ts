/** All trainings of the studio: those that were, and the one that is under way. */
import type { Engine } from '../../src/engine/engine.ts';
import { alexnetError } from '../../src/errors.ts';
import { optionChecks } from '../../src/training/optionChecks.ts';
import type { TrainingOrder } from '../../src/training/orders.ts';
import type { RunRecord, StoredRun } from '../store/runStore.ts';
import type { StudioStore } from '../store/studioStore.ts';
import { makeTurns } from '../store/turns.ts';
import { measureTraining } from './measureTraining.ts';
import { modelIdOf, type OwnedModels } from './models.ts';
import type { TrainingPlan, TrainingRequest, Trainings } from './protocol.ts';
import { studioConfig } from './recipes.ts';
import { toldEvents } from './toldEvents.ts';
import { infoOf, type TrainingDesk } from './trainingDesk.ts';
import { imageCount, type TrainingImages } from './trainingImages.ts';

export interface TrainingsOptions {
  readonly desk: TrainingDesk;
  readonly engine: () => Promise<Engine>;
  readonly store: () => Promise<StudioStore>;
  readonly trainingImages: (collection: string) => Promise<TrainingImages>;
  /** Throws ALEX_STUDIO_ADDING. */
  readonly checkSettled: (collection: string) => void;
  readonly models: Pick<OwnedModels, 'mistakes' | 'remove'>;
}

export function createTrainings(options: TrainingsOptions): Omit<Trainings, 'subscribe'> {
  const { desk, store, trainingImages, models } = options;
  /** Each finds the desk as the one before has left it. */
  const beginInTurn = makeTurns();
  /** They would wait for each other's steps. */
  const measureInTurn = makeTurns();

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
  return {
    async list() {
      const runs = [...(await store()).runs.all.values()];
      return runs.map(infoOf).toSorted((a, b) => a.startedAt - b.startedAt);
    },
    async events(id) {
      const run = await found(id);
      return desk.run === run ? desk.events() : toldEvents(await run.events()).all;
    },
    plan: async (request) => planOf(request, await trainingImages(request.collection)),
    measure: (network, { classes, batchSize }) =>
      measureInTurn(async () => {
        desk.checkIdle();
        return measureTraining(await options.engine(), network, classes, batchSize);
      }),
    start: (request) =>
      beginInTurn(async () => {
        desk.checkIdle();
        options.checkSettled(request.collection);
        const images = await trainingImages(request.collection);
        return desk.begin(await newRun(request, images, await store()), { images });
      }),
    // One that has just ended by itself is left as it is.
    pause: async (id) => desk.stop(await found(id), { finishes: false }),
    resume: (id, { learningRate } = {}) =>
      beginInTurn(async () => {
        const orders = rateOrders(learningRate);
        const run = await found(id);
        checkState(run, ...resumable);
        desk.checkIdle();
        const images = await ownImages(run, trainingImages);
        return desk.begin(run, { images, orders });
      }),
    async setLearningRate(id, learningRate) {
      await running(id);
      checkRate(learningRate);
      desk.order({ type: 'learning-rate', learningRate });
    },
    async finish(id) {
      const run = await found(id);
      if (desk.run === run || run.record.state === 'ended') return desk.stop(run, { finishes: true });
      await beginInTurn(async () => {
        checkState(run, ...resumable);
        desk.checkIdle();
        // Without its images it cannot be tested, but what it has learnt is there.
        const images = await ownImages(run, trainingImages).catch((error: unknown) => {
          if (run.record.checkpoint === undefined) throw error;
          return undefined;
        });
        await desk.begin(run, { images, finishes: true });
      });
      return desk.stop(run, { finishes: true });
    },
    async mistakes(id, { most }) {
      const run = await found(id);
      checkState(run, 'ended');
      return models.mistakes(id, await ownImages(run, trainingImages), most);
    },
    async remove(id) {
      const run = await found(id);
      if (desk.run === run) throw alexnetError('ALEX_STUDIO_IN_USE', { what: run.record.request.name });
      await models.remove(modelIdOf(id));
      await (await store()).runs.remove(id);
    },
  };
}

/** The images that a run began with. Throws ALEX_STUDIO_COLLECTION_CHANGED, ALEX_STUDIO_UNKNOWN. */
async function ownImages(
  { record: { request, fingerprint } }: StoredRun,
  trainingImages: TrainingsOptions['trainingImages'],
): Promise<TrainingImages> {
  const images = await trainingImages(request.collection);
  if (images.fingerprint === fingerprint) return images;
  throw alexnetError('ALEX_STUDIO_COLLECTION_CHANGED', { run: request.name, collection: images.name });
}

/** States that a run may go on from. */
const resumable = ['paused', 'interrupted', 'failed'] as const;

/** Throws ALEX_STUDIO_RUN_STATE. */
function checkState(run: StoredRun, ...wanted: RunRecord['state'][]): void {
  const { state, request } = run.record;
  if (wanted.includes(state)) return;
  throw alexnetError('ALEX_STUDIO_RUN_STATE', { name: request.name, state, wanted: wanted.join(' or ') });
}

function planOf(request: TrainingRequest, images: TrainingImages): TrainingPlan {
  const trainImages = imageCount(images.train);
  const { epochs, batchSize, learningRate, augment, seed } = studioConfig(request, trainImages);
  return { epochs, batchSize, learningRate, augment: augment !== undefined, seed, trainImages };
}

function rateOrders(learningRate: number | undefined): TrainingOrder[] {
  if (learningRate === undefined) return [];
  checkRate(learningRate);
  return [{ type: 'learning-rate', learningRate }];
}

function checkRate(learningRate: number): void {
  const { accepts, expected } = optionChecks.learningRate;
  if (accepts(learningRate)) return;
  throw alexnetError('ALEX_OPTION_VALUE', { option: 'learningRate', value: learningRate, expected });
}

function newRun(request: TrainingRequest, images: TrainingImages, { runs }: StudioStore): Promise<StoredRun> {
  const config = studioConfig(request, imageCount(images.train));
  const { fingerprint, classes, height: side } = images;
  const collection = { fingerprint, classes, side };
  return runs.create({ request, config, ...collection, state: 'running', startedAt: Date.now(), epoch: 0 });
}
