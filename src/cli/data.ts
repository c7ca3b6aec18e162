import { Command } from 'commander';
import type { CheckedSplit, DatasetCheck } from '../data/check.ts';
import { cifarSets } from '../data/cifar/cifarSets.ts';
import { datasetNames } from '../data/locateDataset.ts';
import { alexnetError } from '../errors.ts';
import { previewCommand } from './dataPreview.ts';
import { createDownloadProgress } from './downloadProgress.ts';
import { foundDatasets, whereabouts } from './foundDatasets.ts';
import { catchInterrupt } from './interrupt.ts';
import { createTerminal, type Terminal } from './terminal.ts';
import { count, table } from './text.ts';

interface DataOptions {
  readonly dataDir?: string;
  readonly json?: boolean;
}

/** `alexnet data`. */
export function dataCommand(): Command {
  return new Command('data')
    .summary('fetch, check, list and preview data sets')
    .description('Fetches, checks and lists data sets, and shows what augmentation does to them.')
    .addCommand(listCommand())
    .addCommand(fetchCommand())
    .addCommand(checkCommand())
    .addCommand(previewCommand())
    .addHelpText(
      'after',
      '\nExamples:\n  $ alexnet data list\n  $ alexnet data fetch cifar10\n  $ alexnet data check cifar10 --data-dir ~/data\n  $ alexnet data preview shapes --augment pad-crop,flip',
    );
}

function listCommand(): Command {
  return new Command('list')
    .description('Lists the data sets and where each was found.')
    .option('--data-dir <dir>', 'where to look')
    .addHelpText('after', '\nExample:\n  $ alexnet data list --json')
    .action((_: unknown, command: Command) => {
      const options = command.optsWithGlobals<DataOptions>();
      const terminal = createTerminal(options.json === true);
      const found = foundDatasets(options.dataDir);
      for (const dataset of found) terminal.emit(dataset);
      const rows = found.map((dataset) => [
        dataset.name,
        `${count(dataset.trainImages)} + ${count(dataset.testImages)}`,
        `${dataset.classes.length} classes`,
        whereabouts(dataset),
      ]);
      terminal.print(table(rows));
    });
}

function fetchCommand(): Command {
  return new Command('fetch')
    .description(
      'Gets a data set unless it is there. Downloads are checked, and an interrupted one is gone on with the next time.',
    )
    .argument('<name>', 'cifar10 or cifar100')
    .option('--data-dir <dir>', 'where to look for it and where to put it (default: ~/.cache/alexnet)')
    .addHelpText('after', '\nExample:\n  $ alexnet data fetch cifar10 --data-dir data')
    .action(async (name: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<DataOptions>();
      const terminal = createTerminal(options.json === true);
      const result = await fetchByName(terminal, name, options.dataDir);
      terminal.emit({ dataset: name, ...result });
      const { path, downloaded } = result;
      terminal.print(
        path === undefined ? `${name} is embedded` : `${path}${downloaded ? '' : ' (was there)'}`,
      );
    });
}

async function fetchByName(
  terminal: Terminal,
  name: string,
  dataDir: string | undefined,
): Promise<{ path?: string; downloaded: boolean }> {
  if (!datasetNames.includes(name)) throw alexnetError('ALEX_DATA_UNKNOWN', { name, known: datasetNames });
  const set = cifarSets.find((candidate) => candidate.name === name);
  if (set === undefined) return { downloaded: false };
  const { fetchCifar } = await import('../data/download.ts');
  const interrupt = catchInterrupt(terminal, 'stopping; what has come is kept');
  try {
    return await fetchCifar(set, {
      dataDir,
      signal: interrupt.signal,
      onProgress: createDownloadProgress(terminal),
      onNotice: (message) => terminal.say(`note: ${message}`),
    });
  } finally {
    terminal.drawLine('');
    interrupt.release();
  }
}

function checkCommand(): Command {
  return new Command('check')
    .description(
      `Reads all of a data set, decodes every image, and tells what is there: images and sizes, the balance of the
classes, images that are in the training set and in the test set, and broken files.
The exit code is 1 when something is broken.`,
    )
    .argument('<name>', `${datasetNames.join(', ')}, or the path of a data set of any kind`)
    .option('--data-dir <dir>', 'where to look')
    .addHelpText(
      'after',
      '\nExamples:\n  $ alexnet data check cifar10\n  $ alexnet data check ~/photos\n  $ alexnet data check ~/cifar-10-binary.tar.gz --json',
    )
    .action(async (name: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<DataOptions>();
      const terminal = createTerminal(options.json === true);
      const { checkDataset } = await import('../data/check.ts');
      const onProgress = (done: number, total: number): void =>
        terminal.drawLine(`${count(done)} of ${count(total)} images`);
      const check = await checkDataset(name, { dataDir: options.dataDir, onProgress });
      terminal.drawLine('');
      terminal.emit(check);
      terminal.print(checkText(check));
      for (const notice of check.notices) terminal.say(`note: ${notice}`);
      for (const problem of check.problems) terminal.say(problem);
      if (check.problems.length > 0) process.exitCode = 1;
    });
}

function checkText(check: DatasetCheck): string {
  const { name, form, path, checksum, splits, problems } = check;
  const sum = checksum === undefined ? '' : `, ${checksum} checksum`;
  const heading = path === undefined ? `${name}: ${form}` : `${name}: ${form} ${path}${sum}`;
  const rows = splits.map((split) => [
    `  ${split.split}`,
    count(split.images),
    sizesText(split),
    balanceText(split),
  ]);
  const verdict = problems.length === 0 ? 'all is well' : `${problems.length} broken, listed below`;
  return [heading, table(rows, [1]), duplicatesText(check), verdict].filter((line) => line !== '').join('\n');
}

function sizesText({ sizes: { least, most } }: CheckedSplit): string {
  const smallest = `${least.width} × ${least.height}`;
  const largest = `${most.width} × ${most.height}`;
  return smallest === largest ? smallest : `${smallest} to ${largest}`;
}

/** Classes that are told one by one. */
const mostListedClasses = 20;

function balanceText({ perClass }: CheckedSplit): string {
  if (perClass.length <= mostListedClasses) {
    return perClass.map((line) => `${line.class} ${line.images}`).join(', ');
  }
  const ordered = perClass.toSorted((a, b) => a.images - b.images);
  const [least, most] = [ordered[0]!, ordered.at(-1)!];
  return `${perClass.length} classes, ${least.class} ${least.images} to ${most.class} ${most.images}`;
}

function images(number: number): string {
  return number === 1 ? '1 image is' : `${count(number)} images are`;
}

/** Pairs that are told one by one. */
const mostListedPairs = 5;

function duplicatesText({ duplicates, repeated }: DatasetCheck): string {
  const lines: string[] = [];
  if (repeated > 0) lines.push(`${images(repeated)} in a split twice`);
  if (duplicates.length > 0) {
    lines.push(`${images(duplicates.length)} in two splits, which makes the test too easy:`);
    for (const { image, sameAs } of duplicates.slice(0, mostListedPairs))
      lines.push(`  ${image} is ${sameAs}`);
    if (duplicates.length > mostListedPairs) lines.push('  …');
  }
  return lines.join('\n');
}
