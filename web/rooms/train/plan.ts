/** What a person chooses before a training; what is left out is the recipe's. */
import type { TrainingRequest } from '../../worker/protocol.ts';

export type Plan = Omit<TrainingRequest, 'name' | 'collection'>;
export type RecipeName = TrainingRequest['recipe'];

/** From the shortest to the longest. */
export const recipeNames = ['quick', 'balanced', 'thorough'] as const satisfies readonly RecipeName[];

export const firstPlan: Plan = { network: 'alexnet-32', recipe: 'balanced' };
