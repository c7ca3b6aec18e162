import { Command, Option } from 'commander';
import type { LabItem } from '../lab/labItems.ts';
import type { LabHooks, LabOptions, LabOutcome } from '../lab/runLab.ts';
import type { Lab, LabSize } from '../lab/lab.ts';
import { languages, userLanguage, type Language } from '../language.ts';
import type { ChartText } from './chart/chartText.ts';
import { printPicture } from './images/picture.ts';
import { catchInterrupt, interruptedExitCode } from './interrupt.ts';
import { newLabCommand } from './newLab.ts';
import { oneOf, readers } from './options.ts';
import { createProgress } from './progress.ts';
import { createTerminal, type Terminal } from './terminal.ts';
import { clock, table, wrap } from './text.ts';

const about = `Shows one of the article's or the 2012 paper's claims on your machine, with numbers: a story here, and
in the lab's folder report.html, its charts as SVG and all values in data.json. Without a name it lists the labs.
Each takes about five minutes on two cores; --quick half a minute, --full what a serious answer takes.
Ctrl-C keeps the trials that are done; --resume goes on after them.`;

const examples = `
Examples:
  $ alexnet lab                              which labs there are
  $ alexnet lab activations
  $ alexnet lab relu-vs-tanh --quick --lang ja
  $ alexnet lab augmentation --dataset cifar10 --full
  $ alexnet lab new my-lab                   a lab of your own to begin with
  $ alexnet lab ./my-lab.mts`;

interface Options {
  readonly json?: boolean;
  readonly lang?: Language;
  readonly quick?: boolean;
  readonly full?: boolean;
  readonly dataset: string;
  readonly dataDir?: string;
  readonly seed: number;
  readonly threads?: number;
  readonly out?: string;
  readonly resume?: string;
}

/** `alexnet lab`. */
export function labCommand(): Command {
  return new Command('lab')
    .summary("see the article's claims happen: small experiments with charts and numbers")
    .description(about)
    .argument('[name]', 'a lab, or the file of one')
    .option('--quick', 'half a minute: to see what it does')
    .addOption(new Option('--full', 'as long as a serious answer takes').conflicts('quick'))
    .option('--dataset <name>', 'cifar10, cifar100, shapes, or a path, as for training', 'shapes')
    .option('--data-dir <dir>', 'where to look for data sets')
    .option('--lang <language>', 'en or ja (default: that of your locale)', oneOf('--lang', languages))
    .option('--seed <n>', 'of the first trial; others follow', readers.seed, 0)
    .option(
      '--threads <n>',
      'threads of the engine (default: as many as the processor runs)',
      readers.threads,
    )
    .option(
      '--out <dir>',
      'folder for report and charts (default: runs/lab-NAME, with a number when that is taken)',
    )
    .option('--resume <dir>', 'go on with the lab in this folder')
    .addHelpText('after', examples)
    .addCommand(newLabCommand())
    .action(async (name: string | undefined, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const terminal = createTerminal(options.json === true);
      const language = options.lang ?? userLanguage();
      if (options.resume !== undefined) return resume(terminal, options.resume);
      if (name === undefined) return list(terminal, language);
      const { isLabPath, loadLab } = await import('../lab/labFiles.ts');
      const { runLab } = await import('../lab/runLab.ts');
      const lab = await loadLab(name);
      const { dataset, dataDir, seed, threads, out } = options;
      const size = sizeOf(options);
      const file = isLabPath(name) ? name : undefined;
      const asked: LabOptions = { file, size, language, dataset, dataDir, seed, threads };
      introduce(terminal, lab, asked);
      await tell(terminal, asked, (hooks) => runLab(lab, asked, hooks, out));
    });
}

function sizeOf({ quick, full }: Options): LabSize {
  if (full === true) return 'full';
  return quick === true ? 'quick' : 'default';
}

async function list(terminal: Terminal, language: Language): Promise<void> {
  const { labNames, loadLab } = await import('../lab/labFiles.ts');
  const labs = await Promise.all(labNames().map(loadLab));
  for (const { name, title, claim, source, sizes } of labs)
    terminal.emit({ name, title, claim, source, sizes });
  const rows = labs.map(({ name, title, sizes }) => [name, minutes(sizes.default.minutes), title[language]]);
  terminal.print(table(rows, [1]));
  terminal.say('\nRun one with: alexnet lab NAME');
}

/** Lines longer than this are hard to read. */
const mostColumns = 100;

function columns(terminal: Terminal): number {
  return Math.min(terminal.columns, mostColumns);
}

function minutes(value: number): string {
  return value < 1 ? `${Math.round(60 * value)} s` : `${value} min`;
}

async function resume(terminal: Terminal, folder: string): Promise<void> {
  const { loadLab } = await import('../lab/labFiles.ts');
  const { readLabOptions, resumeLab } = await import('../lab/runLab.ts');
  const { lab: name, ...asked } = readLabOptions(folder);
  const lab = await loadLab(asked.file ?? name);
  introduce(terminal, lab, asked);
  await tell(terminal, asked, (hooks) => resumeLab(folder, lab, hooks));
}

function introduce(terminal: Terminal, lab: Lab, { language, size }: LabOptions): void {
  const time = minutes(lab.sizes[size].minutes);
  const budget = { en: `${size}: about ${time} on two cores`, ja: `${size}: 2コアで約 ${time}` };
  terminal.print(`${lab.title[language]}  (${budget[language]})\n`);
  terminal.print(`${wrap(`${lab.claim[language]} (${lab.source})`, columns(terminal))}\n`);
}

async function tell(
  terminal: Terminal,
  { language }: LabOptions,
  run: (hooks: LabHooks) => Promise<LabOutcome>,
): Promise<void> {
  // Loaded only now, with its colours: the command line starts without what draws.
  const { chartText } = await import('./chart/chartText.ts');
  let folder = '';
  const interrupt = catchInterrupt(terminal, 'ending after this step… (Ctrl-C again to stop at once)');
  const progress = createProgress(terminal);
  try {
    const outcome = await run({
      signal: interrupt.signal,
      onStart: (path) => (folder = path),
      onItem: (item) => tellItem(terminal, item, chartText),
      onTrial: (name) => terminal.drawLine(name),
      onEvent: (event) => {
        if (event.type === 'progress') progress(event);
      },
    });
    terminal.drawLine('');
    const { verdictTexts } = await import('../lab/labReport.ts');
    const { verdict, finding, confidence } = outcome.conclusion;
    terminal.emit({ type: 'conclusion', ...outcome });
    const said = `→ ${verdictTexts[verdict][language]}. ${finding[language]} ${confidence[language]}`;
    terminal.print(wrap(said, columns(terminal)));
    terminal.say(`\n${clock(outcome.seconds)}; the report: ${outcome.report}`);
  } catch (error) {
    if (!interrupt.signal.aborted || error !== interrupt.signal.reason) throw error;
    terminal.drawLine('');
    terminal.say(`Interrupted. Go on with:\n  alexnet lab --resume ${folder}`);
    process.exitCode = interruptedExitCode;
  } finally {
    interrupt.release();
  }
}

function tellItem(terminal: Terminal, item: LabItem, chartText: ChartText): void {
  terminal.drawLine('');
  switch (item.kind) {
    case 'story':
      terminal.emit({ type: 'story', text: item.text });
      return terminal.print(`${wrap(item.text, columns(terminal))}\n`);
    case 'table': {
      const { caption, head, rows } = item;
      terminal.emit({ type: 'table', caption, head, rows });
      return terminal.print(`${caption}\n${table([head, ...rows], head.map((_, i) => i).slice(1))}\n`);
    }
    case 'chart': {
      const { title, description } = item.drawn.chart;
      terminal.emit({ type: 'chart', title, description, file: item.file });
      const style = { columns: columns(terminal), colorDepth: terminal.colorDepth };
      return terminal.print(`${chartText(item.drawn, style)}\n  ${item.file}\n`);
    }
    case 'picture':
      terminal.emit({ type: 'picture', caption: item.caption, file: item.file });
      terminal.print(item.caption);
      printPicture(terminal, item.image);
      return terminal.print(`  ${item.file}\n`);
  }
}
