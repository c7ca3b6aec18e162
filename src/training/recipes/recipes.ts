import type { TrainingConfig } from '../trainingOptions.ts';
import { articleRecipe } from './article.ts';
import { cifarFastRecipe } from './cifarFast.ts';
import { finetuneRecipe } from './finetune.ts';
import { oneEpochRecipe } from './oneEpoch.ts';
import { paperRecipe } from './paper.ts';
import type { RecipeName } from './recipeNames.ts';

export type { RecipeName };

/** Every set of options that has a name. Each is whole; docs/recipes.md says what for and why. */
export const recipes: Readonly<Record<RecipeName, TrainingConfig>> = {
  article: articleRecipe,
  'one-epoch': oneEpochRecipe,
  paper: paperRecipe,
  'cifar-fast': cifarFastRecipe,
  finetune: finetuneRecipe,
};
