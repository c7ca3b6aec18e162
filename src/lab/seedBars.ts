import type { BarChart } from '../charts/barChart.ts';
import type { Text } from '../language.ts';
import type { LabSession } from './lab.ts';
import { shareBar } from './spread.ts';

/** What trials of one kind measured, one value a seed. */
export interface SeedGroup {
  readonly name: Text;
  readonly values: readonly number[];
}

/** Bars of shares of 1, in percent: means over seeds, single seeds as spots. */
export function seedBars(
  { text }: Pick<LabSession, 'text'>,
  { title, label }: { readonly title: Text; readonly label: Text },
  groups: readonly SeedGroup[],
): BarChart {
  const bars = groups.map(({ name, values }) => shareBar(text(name), values));
  const said = bars.map((bar) => `${bar.label} ${bar.value.toFixed(1)} %`);
  return {
    title: text(title),
    description: text({
      en: `Means over seeds, single seeds as spots: ${said.join(', ')}.`,
      ja: `棒はシードの平均、点は個々のシード。${said.join('、')}。`,
    }),
    value: { label: text(label) },
    format: (value) => value.toFixed(1),
    bars,
  };
}
