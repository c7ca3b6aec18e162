import { Command, type OptionValues } from 'commander';
import { lineChart } from '../charts/lineChart.ts';
import { writeTextAtomically } from '../formats/atomicFile.ts';
import { recipeNames } from '../training/recipes/recipeNames.ts';
import type { RateSearch } from '../training/findLearningRate.ts';
import { usualRange, type RateRange } from '../training/rateRange.ts';
import { catchInterrupt } from './interrupt.ts';
import { decimal, oneOf, whole } from './options.ts';
import { advice, rateChart } from './rateChart.ts';
import { createTerminal, type Terminal } from './terminal.ts';
import { addTrainingOptions, givenOptions } from './trainOptions.ts';

const about = `Looks for a learning rate. Trains for some steps while the rate grows by the same factor at each, draws the loss
over the rate, and suggests a tenth of the rate with the least loss. Takes the options of alexnet train, of which
--lr and the schedule do not matter here; keeps nothing but the picture.`;

const positive = (option: string) => decimal(option, 'a number over 0', (value) => value > 0);

/** `alexnet lr-find`. */
export function lrFindCommand(): Command {
  const command = new Command('lr-find')
    .summary('find a learning rate')
    .description(about)
    .optionsGroup('The search:')
    .option('--from <rate>', 'rate of the first step', positive('--from'), usualRange.from)
    .option('--to <rate>', 'rate of the last', positive('--to'), usualRange.to)
    .option('--steps <n>', 'steps', whole('--steps', 10, 100_000), usualRange.steps)
    .option('--out <file>', 'where to draw the curve (default: NETWORK-DATASET-lr.svg)')
    .option(
      '--recipe <name>',
      `options of this recipe: ${recipeNames.join(', ')}`,
      oneOf('--recipe', recipeNames),
    )
    .option('--config <file>', 'options from a file');
  addTrainingOptions(command);
  return command
    .addHelpText(
      'after',
      '\nExamples:\n  $ alexnet lr-find alexnet-32 --dataset shapes --initialization he\n  $ alexnet lr-find --recipe one-epoch --to 0.1 --steps 200',
    )
    .action(async (network: string | undefined, _: unknown, self: Command) => {
      const { from, to, steps, out, ...values } = self.optsWithGlobals<OptionValues>();
      const terminal = createTerminal(values['json'] === true);
      const range = { from, to, steps } as RateRange;
      const search = await searchAndTell(terminal, givenOptions(network, values), range);
      if (search.points.length > 1) await tell(terminal, search, out as string | undefined);
    });
}

async function searchAndTell(
  terminal: Terminal,
  options: ReturnType<typeof givenOptions>,
  range: RateRange,
): Promise<RateSearch> {
  const { findLearningRate } = await import('../training/findLearningRate.ts');
  const interrupt = catchInterrupt(terminal, 'finishing the step… (Ctrl-C again to stop at once)');
  try {
    return await findLearningRate(options, range, {
      signal: interrupt.signal,
      onNotice: (message) => terminal.say(`note: ${message}`),
      onPoint(point, step) {
        terminal.emit({ type: 'point', ...point });
        terminal.drawLine(
          `step ${step + 1}/${range.steps}  rate ${point.learningRate.toExponential(1)}  loss ${point.smoothed.toFixed(3)}`,
        );
      },
    });
  } finally {
    terminal.drawLine('');
    interrupt.release();
  }
}

async function tell(terminal: Terminal, search: RateSearch, out: string | undefined): Promise<void> {
  const { chartText } = await import('./chart/chartText.ts');
  const path = out ?? `${search.network}-${search.dataset}-lr.svg`;
  const chart = rateChart(search);
  await writeTextAtomically(path, await lineChart(chart));
  const { points: _points, ...found } = search;
  terminal.emit({ type: 'result', ...found, out: path });
  const { columns, colorDepth } = terminal;
  // In the terminal, the losses of the batches would hide their curve.
  const lines = chart.lines.filter(({ faint }) => faint !== true);
  const style = { columns: Math.min(columns, 100), colorDepth };
  terminal.say(chartText({ type: 'line', chart: { ...chart, lines } }, style));
  terminal.print(advice(search));
  terminal.say(`The curve is drawn in ${path}.`);
}
