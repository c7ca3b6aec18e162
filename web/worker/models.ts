/** Models: those of trainings, of files, and networks as they are before a training. */
import { activations } from '../../src/explain/activations.ts';
import { gradCam } from '../../src/explain/gradCam.ts';
import { activationPicture } from '../../src/explain/pictures.ts';
import { compileSubject, forEachBatch, seenImage, type Subject } from '../../src/explain/subject.ts';
import type { ImageView } from '../../src/data/image.ts';
import { articleTransforms } from '../../src/data/transforms.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { AlexnetError, alexnetError } from '../../src/errors.ts';
import { initialise } from '../../src/network/initialise.ts';
import { elementCount, inferShapes, learntShapes } from '../../src/network/shapes.ts';
import { buildNetwork } from '../../src/network/zoo/networks.ts';
import { evaluate } from '../../src/training/evaluate.ts';
import { modelBytes, openModelBlob, readModelBlob } from '../../src/training/modelBlob.ts';
import type { Model, ModelDescription } from '../../src/training/modelDescription.ts';
import { softmax } from '../../src/training/softmax.ts';
import { topClasses } from '../../src/training/topClasses.ts';
import type { StoredRun } from '../store/runStore.ts';
import type { StudioStore } from '../store/studioStore.ts';
import { makeTurns } from '../store/turns.ts';
import { decode } from './decode.ts';
import { pixelsOf } from './pixels.ts';
import type { Guess, Mistake, ModelFormatName, ModelInfo, Models, Prediction } from './protocol.ts';
import { asStudioError } from './studioErrors.ts';
import { batchesOf } from './training.ts';
import { imageCount, type TrainingImages } from './trainingImages.ts';

export interface ModelsOptions {
  readonly engine: () => Promise<Engine>;
  readonly store: () => Promise<StudioStore>;
}

export interface OwnedModels extends Models {
  /** A model whole. Throws ALEX_STUDIO_UNKNOWN. */
  model(id: string): Promise<Model>;
  /** Of the images of a run, by its id, those held out that its model answers wrongly; see the protocol. */
  mistakes(run: string, images: TrainingImages, most: number): Promise<readonly Mistake[]>;
}

/** A model that can be used. */
interface Known {
  readonly info: ModelInfo;
  /** Another one when the weights are others. */
  readonly key: string;
  readonly read: () => Promise<Model>;
}

/** Images that go through a network at once. */
const batchSize = 8;
const mostChannels = 64;
const usualGuesses = 5;

const extensions: Readonly<Record<ModelFormatName, string>> = {
  safetensors: '.safetensors',
  pth: '.pth',
  onnx: '.onnx',
};

export function createModels({ engine, store }: ModelsOptions): OwnedModels {
  /** Of files and of networks that are not trained. */
  const inMemory = new Map<string, Known>();
  /** Of runs, by the models' keys. */
  const ofRuns = new Map<string, ModelInfo>();
  const subjects = subjectCache(engine);

  const runModels = async (): Promise<Known[]> => knownRuns((await store()).runs.all.values(), ofRuns);
  async function known(id: string): Promise<Known> {
    const found = inMemory.get(id);
    if (found) return found;
    const run = id.startsWith(runPrefix)
      ? (await store()).runs.all.get(id.slice(runPrefix.length))
      : undefined;
    if (run?.record.model !== undefined) return knownRun(run, ofRuns);
    throw alexnetError('ALEX_STUDIO_UNKNOWN', { what: 'model', name: id, known: [...inMemory.keys()] });
  }
  async function use<T>(id: string, work: (subject: Subject) => Promise<T>): Promise<T> {
    const { key, read } = await known(id);
    return subjects.use(key, read, work);
  }
  function keep(name: string, model: Model): ModelInfo {
    const info = infoOf(newId(), name, model, undefined);
    inMemory.set(info.id, { info, key: info.id, read: async () => model });
    return info;
  }
  return {
    async list() {
      // Without storage, or where another tab has it, files can be tried all the same.
      const trained = runModels().catch((error: unknown) => {
        if (inMemory.size === 0) throw error;
        return [];
      });
      return [...inMemory.values(), ...(await trained)].map(({ info }) => info);
    },
    load: async (file) => keep(file.name, await readModelBlob(file.name, file)),
    untrained: async (name, { classes, seed }) => keep(name, drawnModel(name, classes, seed)),
    layers: async (id) => inferShapes((await (await known(id)).read()).network),
    predict: async (id, image, top = usualGuesses) => {
      const view = await decode(image, 'the image');
      return use(id, (subject) => predictImage(subject, view, top));
    },
    async predictAll(id, images, onResult, signal) {
      for (const { name, image } of images) {
        if (signal?.aborted === true) return;
        try {
          const view = await decode(image, name);
          const prediction = await use(id, (subject) => predictImage(subject, view, usualGuesses));
          onResult({ name, ...prediction });
        } catch (error) {
          onResult({ name, error: asStudioError(error) });
        }
      }
    },
    async explain(id, image, target) {
      const view = await decode(image, 'the image');
      return use(id, async (subject) => explained(subject, view, target));
    },
    async activations(id, image, layer) {
      const view = await decode(image, 'the image');
      return use(id, (subject) => layerSheet(subject, view, layer));
    },
    async download(id, format) {
      const { info, read } = await known(id);
      return modelAs(info.name, await read(), format);
    },
    async remove(id) {
      await subjects.drop(id);
      inMemory.delete(id);
    },
    model: async (id) => (await known(id)).read(),
    mistakes: (run, images, most) => use(modelIdOf(run), (subject) => mistakesOf(subject, images, most)),
  };
}

/** Pages over plain http have no `crypto.randomUUID`. */
function newId(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join('-');
}

const runPrefix = 'run-';

/** The id of a run's model. */
export function modelIdOf(run: string): string {
  return `${runPrefix}${run}`;
}

async function modelBlobOf(run: StoredRun): Promise<Blob> {
  const blob = await run.model();
  if (blob) return blob;
  throw alexnetError('ALEX_STUDIO_STORAGE', { file: run.record.model ?? 'model', reason: 'it is not there' });
}

async function knownRuns(runs: Iterable<StoredRun>, infos: Map<string, ModelInfo>): Promise<Known[]> {
  const found: Known[] = [];
  for (const run of runs) {
    if (run.record.model === undefined) continue;
    try {
      found.push(await knownRun(run, infos));
    } catch (error) {
      // Whoever asks for this one is told; the others are as good as ever.
      if (!(error instanceof AlexnetError)) throw error;
    }
  }
  return found;
}

async function knownRun(run: StoredRun, infos: Map<string, ModelInfo>): Promise<Known> {
  const { model, request } = run.record;
  const key = `${modelIdOf(run.id)} ${model}`;
  let info = infos.get(key);
  if (info === undefined) {
    const file = await openModelBlob(model!, await modelBlobOf(run));
    info = infoOf(modelIdOf(run.id), request.name, file, run.id);
    await file.close();
    infos.set(key, info);
  }
  return { info, key, read: async () => readModelBlob(model!, await modelBlobOf(run)) };
}

function infoOf(
  id: string,
  name: string,
  { network, classes }: ModelDescription,
  run: string | undefined,
): ModelInfo {
  const counts = learntShapes(network).map(({ shape }) => elementCount(shape));
  const parameters = counts.reduce((sum, count) => sum + count, 0);
  return { id, name, network: network.name, classes, side: network.input.height, parameters, run };
}

function drawnModel(name: string, classes: number, seed: number): Model {
  const network = buildNetwork(name, { classes });
  const parameters = new Map<string, Float32Array>();
  initialise(network, { scheme: 'he', seed }, (parameter, values) => parameters.set(parameter, values));
  const names = Array.from({ length: classes }, (_, i) => `class ${i + 1}`);
  return {
    network,
    classes: names,
    transforms: articleTransforms(network.input.height),
    details: {},
    parameters,
  };
}

/** What a file system takes. */
function fileName(name: string): string {
  const plain = name.replace(/\.(safetensors|pth|pt|onnx)$/i, '').replaceAll(/[\\/:*?"<>|\p{Cc}]+/gu, '-');
  return plain.trim().slice(0, 80) || 'model';
}

async function modelAs(named: string, model: Model, format: ModelFormatName): Promise<File> {
  const name = `${fileName(named)}${extensions[format]}`;
  const bytes = await modelBytes(name, model, (parameter) => model.parameters.get(parameter)!);
  return new File([bytes], name);
}

interface SubjectCache {
  /** Compiles a model, or takes it as it is from before; one use at a time. */
  use<T>(key: string, read: () => Promise<Model>, work: (subject: Subject) => Promise<T>): Promise<T>;
  /** Of the models whose keys begin so. */
  drop(key: string): Promise<void>;
}

/** The model that was used last stays compiled, unless it failed: its threads may be gone. */
function subjectCache(engine: () => Promise<Engine>): SubjectCache {
  let kept: { readonly key: string; readonly subject: Subject } | undefined;
  const inTurn = makeTurns();
  async function empty(): Promise<void> {
    const { subject } = kept ?? {};
    kept = undefined;
    await subject?.close();
  }
  return {
    use: (key, read, work) =>
      inTurn(async () => {
        if (kept?.key !== key) {
          await empty();
          kept = { key, subject: await compileSubject(await read(), await engine(), batchSize) };
        }
        try {
          return await work(kept.subject);
        } catch (error) {
          if (!(error instanceof AlexnetError) || error.code === 'ALEX_PROGRAM_STATE') await empty();
          throw error;
        }
      }),
    drop: (key) => inTurn(async () => (kept?.key.startsWith(key) ? empty() : undefined)),
  };
}

async function predictImage(subject: Subject, image: ImageView, top: number): Promise<Prediction> {
  let guesses: Guess[] = [];
  await forEachBatch(subject, [image], (logits) => {
    guesses = guessesOf(softmax(logits), subject.model.classes, top);
  });
  return { guesses, seen: pixelsOf(seenImage(subject, image)) };
}

function guessesOf(probabilities: Float64Array, classes: readonly string[], top: number): Guess[] {
  return topClasses(probabilities, top).map((i) => ({ class: classes[i]!, probability: probabilities[i]! }));
}

async function explained(
  subject: Subject,
  image: ImageView,
  target: string | undefined,
): Promise<Awaited<ReturnType<Models['explain']>>> {
  const { classes } = subject.model;
  const at = target === undefined ? undefined : classes.indexOf(target);
  if (at === -1) throw alexnetError('ALEX_EXPLAIN_CLASS', { name: target!, known: classes });
  const { class: found, layer, map } = await gradCam(subject, image, { class: at });
  const most = map.values.reduce((largest, value) => Math.max(largest, value), 0) || 1;
  const values = Float32Array.from(map.values, (value) => value / most);
  return { class: classes[found]!, layer, gradCam: { values, height: map.height, width: map.width } };
}

async function layerSheet(
  subject: Subject,
  image: ImageView,
  layer: string,
): Promise<Awaited<ReturnType<Models['activations']>>> {
  const [found] = (await activations(subject, image, [layer])).layers;
  const { shape } = found!;
  const options = shape.length === 3 ? { most: mostChannels } : { columns: shape[0]!, scale: 1 };
  const { data, height, width } = activationPicture(found!, options);
  return { layer, shape, sheet: { data, height, width } };
}

async function mistakesOf(
  { program, model }: Subject,
  images: TrainingImages,
  most: number,
): Promise<Mistake[]> {
  const { classes } = model;
  const config = { batchSize: program.batchSize, seed: 0, shuffle: false };
  const loader = batchesOf(images, images.test, { config, program, transforms: model.transforms }, false);
  const wrong: {
    readonly index: number;
    readonly label: number;
    readonly guess: number;
    readonly probability: number;
  }[] = [];
  await evaluate(program, loader, {
    classes,
    total: imageCount(images.test),
    onPrediction(index, label, guess, logits) {
      if (guess !== label) wrong.push({ index, label, guess, probability: softmax(logits)[guess]! });
    },
  });
  const surest = wrong.toSorted((a, b) => b.probability - a.probability).slice(0, most);
  const mistakes: Mistake[] = [];
  for (const { index, label, guess, probability } of surest) {
    const { image } = await images.test.images.read(index);
    mistakes.push({ image: pixelsOf(image), label: classes[label]!, guess: classes[guess]!, probability });
  }
  return mistakes;
}
