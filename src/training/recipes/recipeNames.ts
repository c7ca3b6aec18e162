export const recipeNames = ['article', 'one-epoch', 'paper', 'cifar-fast', 'finetune'] as const;
export type RecipeName = (typeof recipeNames)[number];
