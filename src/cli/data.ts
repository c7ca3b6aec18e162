import { Command } from 'commander';
import type { DatasetCheck } from '../data/check.ts';
import { datasetNames, listDatasets } from '../data/datasets.ts';
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
    .argument('<name>', 'cifar10')
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
  const embedded = listDatasets().find((dataset) => dataset.name === name)?.embedded;
  if (embedded === undefined) throw alexnetError('ALEX_DATA_UNKNOWN', { name, known: datasetNames });
  if (embedded) return { downloaded: false };
  const { fetchCifar10 } = await import('../data/download.ts');
  const interrupt = catchInterrupt(terminal, 'stopping; what has come is kept');
  try {
    return await fetchCifar10({
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
      'Reads all of a data set and tells what is there and what is wrong. The exit code is 1 when something is.',
    )
    .argument('<name>', `${datasetNames.join(', ')}, or the path of a CIFAR-10 archive or folder`)
    .option('--data-dir <dir>', 'where to look')
    .addHelpText(
      'after',
      '\nExamples:\n  $ alexnet data check cifar10\n  $ alexnet data check ~/cifar-10-binary.tar.gz --json',
    )
    .action(async (name: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<DataOptions>();
      const terminal = createTerminal(options.json === true);
      const { checkDataset } = await import('../data/check.ts');
      const check = await checkDataset(name, options.dataDir);
      terminal.emit(check);
      terminal.print(checkText(check));
      for (const problem of check.problems) terminal.say(problem);
      if (check.problems.length > 0) process.exitCode = 1;
    });
}

function checkText({ name, form, path, checksum, splits, problems }: DatasetCheck): string {
  const sum = checksum === undefined ? '' : `, ${checksum} checksum`;
  const heading = path === undefined ? `${name}: ${form}` : `${name}: ${form} ${path}${sum}`;
  const rows = splits.map(({ split, images, perClass }) => [
    `  ${split}`,
    count(images),
    perClass.map((line) => `${line.class} ${line.images}`).join(', '),
  ]);
  const verdict = problems.length === 0 ? 'all is well' : `${problems.length} of 2 splits cannot be used`;
  return [heading, table(rows, [1]), verdict].filter((line) => line !== '').join('\n');
}
