/** What can be wrong with what is asked of a model's inside. */
import { didYouMean, entry } from './entry.ts';

export const explainErrors = {
  ALEX_EXPLAIN_LAYER: entry(
    2,
    (p: { layer: string; problem: string; known: readonly string[] }) => `layer ${p.layer}: ${p.problem}`,
    (p) => {
      if (p.known.length === 0) return 'Take a network with convolutions.';
      return `${didYouMean(p.layer, p.known)}These can be taken: ${p.known.join(', ')}.`;
    },
  ),
  ALEX_EXPLAIN_CLASS: entry(
    2,
    (p: { name: string; known: readonly string[] }) =>
      `the model has no class "${p.name}"; it has ${listed(p.known)}`,
    (p) => `${didYouMean(p.name, p.known)}Give the name of a class of the model, or its number from 0.`,
  ),
  ALEX_EXPLAIN_UNIT: entry(
    2,
    (p: { layer: string; unit: number; units: number }) =>
      `layer ${p.layer} has no unit ${p.unit}; its units are 0 to ${p.units - 1}`,
    () => 'Give numbers of channels, or of features, of that layer.',
  ),
};

const mostListed = 20;

function listed(names: readonly string[]): string {
  const shown = names.slice(0, mostListed).join(', ');
  return names.length > mostListed ? `${shown}, … (${names.length} in all)` : shown;
}
