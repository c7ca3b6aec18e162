import { createHash } from 'node:crypto';
import type { TrainingConfig } from '../training/trainingOptions.ts';
import { optionNames } from '../training/configFile.ts';

/** An option that is not the same in all runs. */
export interface ConfigDifference {
  readonly option: string;
  /** Of each run, as text; `–` where it is not set. */
  readonly values: readonly string[];
}

const longest = 48;

/** The options that differ between configurations, in the order of the options' list. */
export function configDifferences(configs: readonly TrainingConfig[]): ConfigDifference[] {
  return optionNames.flatMap((option) => {
    const values = configs.map((config) => config[option] as unknown);
    const texts = values.map((value) => JSON.stringify(value) ?? '');
    if (texts.every((text) => text === texts[0])) return [];
    return [{ option, values: shownValues(values, texts) }];
  });
}

/** Short where that is enough to tell them apart; else with a digest of the whole. */
function shownValues(values: readonly unknown[], texts: readonly string[]): string[] {
  const short = values.map(shown);
  return short.map((text, i) => {
    const twins = short.some((other, j) => other === text && texts[i] !== texts[j]);
    return twins ? `${text} #${createHash('sha256').update(texts[i]!).digest('hex').slice(0, 6)}` : text;
  });
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return '–';
  if (typeof value !== 'object') return String(value);
  const { name, layers } = value as { name?: unknown; layers?: unknown };
  if (typeof name === 'string' && Array.isArray(layers)) return `${name} (${layers.length} layers)`;
  const text = JSON.stringify(value);
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}
