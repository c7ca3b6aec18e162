/** What a person chooses before a training; what is left out is the recipe's. */
import { optionChecks } from '../../../src/training/optionChecks.ts';
import type { Text } from '../../../src/language.ts';
import type { TrainingRequest } from '../../worker/protocol.ts';

/** Numbers are as they were typed, and may be of no use: see `planTrouble`. */
export type Plan = Omit<TrainingRequest, 'name' | 'collection'>;
export type RecipeName = TrainingRequest['recipe'];

/** From the shortest to the longest. */
export const recipeNames = ['quick', 'balanced', 'thorough'] as const satisfies readonly RecipeName[];

export const firstPlan: Plan = { network: 'alexnet-32', recipe: 'balanced' };

export interface NumberOption {
  readonly option: 'epochs' | 'batchSize' | 'learningRate' | 'seed';
  readonly label: Text;
  readonly hint: Text;
  /** What it may be, as src/training/optionChecks.ts has it. */
  readonly range: Text;
  readonly whole: boolean;
}

export const numberOptions: readonly NumberOption[] = [
  {
    option: 'epochs',
    label: { en: 'Epochs', ja: 'エポック数' },
    hint: { en: 'how often each image is seen', ja: '各画像を見る回数' },
    range: { en: 'a whole number from 1', ja: '1 以上の整数' },
    whole: true,
  },
  {
    option: 'batchSize',
    label: { en: 'Batch size', ja: 'バッチサイズ' },
    hint: { en: 'images a step', ja: '1 ステップの画像数' },
    range: { en: 'a whole number from 1 to 4096', ja: '1 から 4096 までの整数' },
    whole: true,
  },
  {
    option: 'learningRate',
    label: { en: 'First learning rate', ja: '最初の学習率' },
    hint: { en: 'how far a step goes; can be changed on the way', ja: '1 歩の大きさ。途中でも変えられる' },
    range: { en: 'a number over 0', ja: '0 より大きい数' },
    whole: false,
  },
  {
    option: 'seed',
    label: { en: 'Seed', ja: 'シード' },
    hint: { en: 'the same seed gives the same bits', ja: '同じシードなら同じビットになる' },
    range: { en: 'a whole number from 0', ja: '0 以上の整数' },
    whole: true,
  },
];

/** Whether a training could have this number; none is the recipe's. */
export function isUsable(plan: Plan, { option }: Pick<NumberOption, 'option'>): boolean {
  return plan[option] === undefined || optionChecks[option].accepts(plan[option]);
}

/** Why a training cannot be started so; undefined when it can. */
export function planTrouble(plan: Plan): Text | undefined {
  const wrong = numberOptions.find((about) => !isUsable(plan, about));
  if (wrong === undefined) return undefined;
  const { label, range } = wrong;
  return {
    en: `${label.en} (under Details) has to be ${range.en}.`,
    ja: `「詳しい設定」の${label.ja}は${range.ja}にしてほしい。`,
  };
}
