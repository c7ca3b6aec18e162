/** Draws the schedules of the learning rate: npx node docs/picture/schedules.ts > docs/schedules.svg */
import { element, textElement } from '../../src/cli/chart/svg.ts';
import { articleRecipe } from '../../src/training/recipes/article.ts';
import { learningRateAt, scheduleNames, type ScheduleName } from '../../src/training/schedule.ts';

const stepsPerEpoch = 20;
const epochs = 12;
const panel = { width: 210, height: 96, gap: 34, left: 12, top: 30 };
const columns = 3;
const size = {
  width: panel.left * 2 + columns * panel.width + (columns - 1) * panel.gap,
  height: panel.top + 2 * (panel.height + panel.gap) + 8,
};
const colors = { curve: '#0072b2', axis: '#bbbbbb', text: '#222222' };

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

function panelOf(name: ScheduleName, index: number): string[] {
  const left = panel.left + (index % columns) * (panel.width + panel.gap);
  const top = panel.top + Math.floor(index / columns) * (panel.height + panel.gap);
  const steps = epochs * stepsPerEpoch;
  const all = { ...articleRecipe, schedule: name, learningRate: 1, epochs, ...options[name] };
  const points = Array.from({ length: steps }, (_, step) => {
    const reductions = plateaus.filter((epoch) => step >= epoch * stepsPerEpoch).length;
    const rate = learningRateAt(all, { step, stepsPerEpoch, reductions });
    const x = left + (step / (steps - 1)) * panel.width;
    return `${x.toFixed(1)} ${(top + panel.height * (1 - rate)).toFixed(1)}`;
  });
  const bottom = top + panel.height;
  return [
    textElement('text', { x: left, y: top - 8, 'font-weight': 600 }, titles[name] ?? name),
    element('path', {
      d: `M${left} ${top} L${left} ${bottom} L${left + panel.width} ${bottom}`,
      fill: 'none',
      stroke: colors.axis,
    }),
    element('path', { d: `M${points.join(' L')}`, fill: 'none', stroke: colors.curve, 'stroke-width': 2 }),
  ];
}

console.log(
  [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" width="${size.width}" height="${size.height}" role="img" aria-labelledby="title" font-family="system-ui, 'DejaVu Sans', Helvetica, Arial, sans-serif" font-size="12" fill="${colors.text}">`,
    textElement(
      'title',
      { id: 'title' },
      'The learning rate over the steps of a training, for each schedule',
    ),
    element('rect', { width: size.width, height: size.height, fill: '#ffffff' }),
    ...scheduleNames.flatMap(panelOf),
    '</svg>',
  ].join('\n'),
);
