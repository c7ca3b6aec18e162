import { Command } from 'commander';
import { languages, userLanguage, type Language } from '../language.ts';
import { oneOf } from './options.ts';
import { createTerminal, type Terminal } from './terminal.ts';
import { table } from './text.ts';

interface CompareOptions {
  readonly out: string;
  readonly lang?: Language;
  readonly json?: boolean;
}

/** `alexnet compare`. */
export function compareCommand(): Command {
  return new Command('compare')
    .summary('training runs over each other, and what differed in their configurations')
    .description(
      'Writes a page, one HTML file, that overlays runs: loss, accuracy, learning rate and throughput, with tables of\n' +
        'results and of the options that differed; the tables are printed too.',
    )
    .argument('<runs...>', 'folders of training runs, two or more')
    .option('--out <file>', 'where to write the page', 'comparison.html')
    .option('--lang <language>', 'en or ja (default: that of your locale)', oneOf('--lang', languages))
    .addHelpText(
      'after',
      '\nExamples:\n  $ alexnet compare runs/alexnet-32-shapes runs/alexnet-32-shapes-2\n  $ alexnet compare runs/* --out rates.html --lang ja',
    )
    .action(async (folders: string[], _: unknown, command: Command) => {
      const options = command.optsWithGlobals<CompareOptions>();
      await compare(createTerminal(options.json === true), folders, options);
    });
}

async function compare(
  terminal: Terminal,
  folders: readonly string[],
  options: CompareOptions,
): Promise<void> {
  const { compareRuns } = await import('../report/compareRuns.ts');
  const language = options.lang ?? userLanguage();
  const comparison = await compareRuns(folders, { out: options.out, language });
  const { out, runs, names, differences, results, options: different } = comparison;
  terminal.emit({
    type: 'comparison',
    file: out,
    runs: runs.map(({ folder, result }, i) => ({
      name: names[i],
      folder,
      ...(result && { accuracy: result.accuracy }),
    })),
    differences,
  });
  const columns = names.map((_, i) => i + 1);
  terminal.print(table([results.head, ...results.rows], columns));
  const nothing = { en: 'Their configurations are the same.', ja: '設定に違いはない。' };
  terminal.print('');
  terminal.print(
    differences.length === 0 ? nothing[language] : table([different.head, ...different.rows], columns),
  );
  const where = { en: `\nThe page: ${out}`, ja: `\nページ: ${out}` };
  terminal.say(where[language]);
}
