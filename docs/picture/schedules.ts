/** Draws the schedules of the learning rate: npx node docs/picture/schedules.ts > docs/schedules.svg */
import { lineChart } from '../../src/charts/lineChart.ts';
import { articleRecipe } from '../../src/training/recipes/article.ts';
import { learningRateAt, scheduleNames, type ScheduleName } from '../../src/training/schedule.ts';

const stepsPerEpoch = 20;
const epochs = 12;

/** What each is drawn with, besides its name. */
const options = {
  constant: { warmupEpochs: 1.5 },
  step: { stepEpochs: 4, decayFactor: 0.4 },
  plateau: { decayFactor: 0.4 },
  linear: { warmupEpochs: 1.5 },
  cosine: { warmupEpochs: 1.5 },
  'one-cycle': {},
} as const satisfies Record<ScheduleName, object>;

const titles: Partial<Record<ScheduleName, string>> = {
  constant: 'constant, after a warm-up',
  linear: 'linear, after a warm-up',
  cosine: 'cosine, after a warm-up',
};

/** As if validation had stopped getting better after these epochs. */
const plateaus = [5, 9];

function curveOf(name: ScheduleName): { x: number; y: number }[] {
  const all = { ...articleRecipe, schedule: name, learningRate: 1, epochs, ...options[name] };
  return Array.from({ length: epochs * stepsPerEpoch }, (_, step) => {
    const reductions = plateaus.filter((epoch) => step >= epoch * stepsPerEpoch).length;
    return { x: step / stepsPerEpoch, y: learningRateAt(all, { step, stepsPerEpoch, reductions }) };
  });
}

process.stdout.write(
  await lineChart({
    title: 'The learning rate over a training, for each schedule',
    description: `Six curves over ${epochs} epochs: ${scheduleNames.map((name) => titles[name] ?? name).join('; ')}.`,
    x: { label: 'epoch' },
    y: { label: 'share of the rate', domain: [0, 1] },
    lines: scheduleNames.map((name) => ({
      name,
      points: curveOf(name),
      series: 0,
      panel: titles[name] ?? name,
    })),
    panelColumns: 3,
  }),
);
