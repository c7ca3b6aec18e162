import { mkdir } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { Command } from 'commander';
import { interleavedImage } from '../data/image.ts';
import type { EngineName } from '../engine/engine.ts';
import { alexnetError } from '../errors.ts';
import type { Explanation } from '../explain/explainImage.ts';
import type { Plane } from '../explain/plane.ts';
import { languages, userLanguage, type Language, type Text } from '../language.ts';
import type { ExplainedImage } from '../report/explanation.ts';
import { largestIndex } from '../training/largestIndex.ts';
import { percent } from '../numberText.ts';
import { besidePicture, fitPicture } from './images/picture.ts';
import { modelFile } from './modelPath.ts';
import { oneOf, readers, whole } from './options.ts';
import { pictureCells, predictionBars } from './predict.ts';
import { readImage } from './readImage.ts';
import { createTerminal, type Terminal } from './terminal.ts';
import { wrap } from './text.ts';
import { topClasses } from '../training/topClasses.ts';

interface ExplainOptions {
  readonly class?: string;
  readonly layer?: string;
  readonly size?: number;
  readonly stride?: number;
  readonly top: number;
  readonly out?: string;
  readonly lang?: Language;
  readonly threads?: number;
  readonly engine: EngineName;
  readonly json?: boolean;
}

const about = `Shows why a model takes an image for what it does: where it looks for the class, by Grad-CAM and by hiding
parts of the image, and what every layer makes of it. A folder gets explain.html, one page that needs nothing
else, each of its pictures as PNG, and the numbers in explain.json.`;

const examples = `
Examples:
  $ alexnet explain runs/alexnet-32-shapes photo.png
  $ alexnet explain runs/alexnet-cifar10 cat.jpg --class dog     why not a dog?
  $ alexnet explain alexnet-owt-7be5be79.pth cat.jpg --layer features.7 --lang ja`;

/** `alexnet explain`. */
export function explainCommand(): Command {
  return new Command('explain')
    .summary('why a model takes an image for what it does: maps, and every layer')
    .description(about)
    .argument('<model>', 'a model file, or the folder of a training run')
    .argument('<image>', 'an image file')
    .option('--class <name>', 'the class to explain, by name or number (default: the most probable)')
    .option(
      '--layer <name>',
      'of Grad-CAM, as "alexnet info" lists them (default: the output of the last convolution)',
    )
    .option(
      '--size <n>',
      'side of the square that hides, in pixels (default: a quarter)',
      whole('--size', 1, 4096),
    )
    .option(
      '--stride <n>',
      'pixels from one place of it to the next (default: a quarter of --size)',
      whole('--stride', 1, 4096),
    )
    .option('--top <k>', 'classes to print', whole('--top', 1, 1000), 5)
    .option('--out <dir>', 'folder to write (default: the first free of runs/explain-IMAGE)')
    .option('--lang <language>', 'en or ja (default: that of your locale)', oneOf('--lang', languages))
    .option('--threads <n>', 'threads of the engine (default: one a processor)', readers.threads)
    .option('--engine <name>', 'cpu, x64, wasm or reference', readers.engine, 'cpu')
    .addHelpText('after', examples)
    .action(async (model: string, image: string, _: unknown, command: Command) => {
      await explain(model, image, command.optsWithGlobals<ExplainOptions>());
    });
}

/** Images that go through the network at once: few, so that their memory is soon there. */
const batchSize = 8;

async function explain(path: string, file: string, options: ExplainOptions): Promise<void> {
  const terminal = createTerminal(options.json === true);
  const language = options.lang ?? userLanguage();
  const { loadModel } = await import('../training/modelFile.ts');
  const model = await loadModel(await modelFile(path));
  const classIndex = options.class === undefined ? undefined : classNamed(options.class, model.classes);
  // The engine comes before any image decoder: it sets how V8 compiles WebAssembly.
  const { createEngine } = await import('../engine/create.ts');
  const { openSubject } = await import('../explain/openSubject.ts');
  const { explainImage } = await import('../explain/explainImage.ts');
  const engine = await createEngine(options.engine, { threads: options.threads });
  const image = await readImage(file);
  const subject = await openSubject(model, { engine, batchSize });
  try {
    const { layer, size, stride } = options;
    const explanation = await explainImage(subject, image, {
      class: classIndex,
      layer,
      size,
      stride,
      onProgress: (done, total) => terminal.drawLine(`${hiding[language]} ${done}/${total}`),
    });
    terminal.drawLine('');
    const { classes, network } = model;
    const explained = { explanation, classes, network: network.name, image: file, language };
    const folder = await writeExplanation(explained, options.out);
    await tell(terminal, { explanation, file, folder, language, classes, top: options.top });
  } finally {
    await subject.close();
  }
}

const hiding: Text = { en: 'hiding a part of the image:', ja: '画像の一部を隠して試す:' };

/** A name comes before a number: there are data sets whose classes are called 0 to 9. Throws ALEX_EXPLAIN_CLASS. */
function classNamed(name: string, known: readonly string[]): number {
  const index = known.indexOf(name);
  if (index !== -1) return index;
  const number = /^\d+$/.test(name) ? Number(name) : known.length;
  if (number < known.length) return number;
  throw alexnetError('ALEX_EXPLAIN_CLASS', { name, known });
}

/** Writes page, pictures and numbers; returns the folder. Throws ALEX_FILE_WRITE, ALEX_RUN_EXISTS. */
async function writeExplanation(explained: ExplainedImage, out: string | undefined): Promise<string> {
  const { explanationHtml, explanationPictures } = await import('../report/explanation.ts');
  const { createRunFolder } = await import('../training/runFolder.ts');
  const { writeAtomically, writeTextAtomically } = await import('../formats/atomicFile.ts');
  const { image, explanation, classes } = explained;
  const pictures = explanationPictures(explained);
  const html = await explanationHtml(explained, pictures);
  const { path } = await createRunFolder(out, `explain-${basename(image, extname(image))}`);
  for (const { file, png, activation } of pictures) {
    const folder = activation === undefined ? path : join(path, 'layers');
    await mkdir(folder, { recursive: true });
    await writeAtomically(join(folder, file), (writeBytes) => writeBytes(png));
  }
  const numbers = JSON.stringify(numbersOf(explanation, classes), null, 1);
  await writeTextAtomically(join(path, 'explain.json'), `${numbers}\n`);
  await writeTextAtomically(join(path, 'explain.html'), html);
  return path;
}

function numbersOf({ gradCam, occlusion, activations }: Explanation, classes: readonly string[]): object {
  const { size, stride, probability, tops, lefts, places } = occlusion;
  const { layer, logit, coarse, weights } = gradCam;
  return {
    class: classes[gradCam.class],
    classes: classes.map((name, i) => ({
      class: name,
      probability: activations.probabilities[i],
      logit: activations.logits[i],
    })),
    gradCam: { layer, logit, weights: [...weights], map: rows(coarse) },
    occlusion: { size, stride, probability, tops, lefts, probabilities: rows(places) },
  };
}

function rows({ values, width }: Plane): number[][] {
  const starts = Array.from({ length: values.length / width }, (_, row) => row * width);
  return starts.map((start) => Array.from(values.subarray(start, start + width)));
}

interface Told {
  readonly explanation: Explanation;
  readonly file: string;
  readonly folder: string;
  readonly language: Language;
  readonly classes: readonly string[];
  readonly top: number;
}

async function tell(
  terminal: Terminal,
  { explanation, file, folder, language, classes, top }: Told,
): Promise<void> {
  // Loaded only now: the command line starts without what draws.
  const { overlayPicture } = await import('../explain/pictures.ts');
  const { seen, activations, gradCam } = explanation;
  const shown = topClasses(activations.probabilities, top).map((i) => ({
    class: classes[i]!,
    probability: activations.probabilities[i]!,
  }));
  const page = join(folder, 'explain.html');
  const name = classes[explanation.class]!;
  terminal.emit({ image: file, class: name, top: shown, layer: gradCam.layer, folder, page });
  const bars = [file, ...predictionBars(shown)];
  terminal.print(`${besidePicture(terminal, fitPicture(terminal, seen, pictureCells), bars)}\n`);
  const overlay = overlayPicture(seen, gradCam.map);
  const map = fitPicture(terminal, interleavedImage(overlay.data, overlay), pictureCells);
  const room = Math.min(100, terminal.columns);
  const columns = map === undefined ? room : Math.max(30, room - map.cells.columns - 6);
  const text = wrap(foundText(explanation, name)[language], columns);
  terminal.print(besidePicture(terminal, map, text.split('\n')));
  terminal.say({ en: `\nThe page: ${page}`, ja: `\nページ: ${page}` }[language]);
}

/** What hiding did, and where Grad-CAM looks. */
function foundText(explanation: Explanation, name: string): Text {
  const [hidden, map] = [hiddenText(explanation, name), mapText(explanation, name)];
  return { en: `${hidden.en} ${map.en}`, ja: `${hidden.ja}${map.ja}` };
}

function hiddenText({ occlusion }: Explanation, name: string): Text {
  const { places, probability, size, tops, lefts } = occlusion;
  const least = largestIndex(places.values.map((value) => -value));
  if (places.values[least]! >= probability) {
    return {
      en: `Hiding ${size} × ${size} pixels makes ${name} less probable nowhere.`,
      ja: `${size} × ${size} 画素をどこで隠しても、${name} の確率は下がらない。`,
    };
  }
  const change = `${percent(probability)} → ${percent(places.values[least]!)}`;
  const [row, column] = [tops[Math.floor(least / places.width)]!, lefts[least % places.width]!];
  return {
    en: `Hiding ${size} × ${size} pixels from row ${row}, column ${column} takes most from ${name}: ${change}.`,
    ja: `${row} 行 ${column} 列からの ${size} × ${size} 画素を隠すと、${name} の確率が最も下がる: ${change}。`,
  };
}

function mapText({ gradCam: { layer, map } }: Explanation, name: string): Text {
  const at = largestIndex(map.values);
  if (map.values[at] === 0) {
    return {
      en: `By Grad-CAM nothing in ${layer} speaks for ${name}.`,
      ja: `Grad-CAM では、${layer} に ${name} らしさを示す所がない。`,
    };
  }
  const [row, column] = [Math.floor(at / map.width), at % map.width];
  return {
    en: `By Grad-CAM ${layer} speaks most for it around row ${row}, column ${column}.`,
    ja: `Grad-CAM では、${layer} は ${row} 行 ${column} 列の辺りで最もその特徴を示す。`,
  };
}
