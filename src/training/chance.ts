import type { InitializationScheme } from '../network/initialise.ts';

/** Watches for a loss that stays where guessing puts it; plain data, kept in checkpoints. */
export interface ChanceWatch {
  /** Steps of the training so far. */
  readonly steps: number;
  /** Sum of the losses of the last steps of the window under way. */
  readonly sum: number;
  readonly told: boolean;
}

export const newChanceWatch: ChanceWatch = { steps: 0, sum: 0, told: false };

/** The mean is taken over windows of so many steps, and the first window is given to the network to get going. */
const windowSteps = 200;
/** Share of ln(classes) that a mean may be away from it. */
const band = 0.005;

export interface ChanceContext {
  readonly classes: number;
  /** Undefined when the weights came from a file. */
  readonly initialization: InitializationScheme | undefined;
  readonly learningRate: number;
}

/** Takes in the loss of one step; `message` is there once, when the loss has been at ln(classes). */
export function watchChance(
  watch: ChanceWatch,
  loss: number,
  context: ChanceContext,
): { readonly watch: ChanceWatch; readonly message?: string } {
  const steps = watch.steps + 1;
  const sum = watch.sum + loss;
  if (steps % windowSteps !== 0) return { watch: { ...watch, steps, sum } };
  const chance = Math.log(context.classes);
  const mean = sum / windowSteps;
  const stays = steps > windowSteps && Math.abs(mean - chance) < band * chance;
  if (watch.told || !stays) return { watch: { ...watch, steps, sum: 0 } };
  return { watch: { steps, sum: 0, told: true }, message: explain(steps, mean, context) };
}

function explain(
  steps: number,
  mean: number,
  { classes, initialization, learningRate }: ChanceContext,
): string {
  const fact = `after ${steps} steps the loss is still ${mean.toFixed(3)}, near ln(${classes}) = ${Math.log(classes).toFixed(3)}: the network does no better than guessing.`;
  if (initialization === 'torchvision') {
    return (
      `${fact} This is expected with PyTorch's default initialization: its weights have 0.41 of the size that keeps ` +
      `signals alive through ReLUs (He's), so they fade from layer to layer and learning begins very slowly. ` +
      `Try --initialization he.`
    );
  }
  return `${fact} Try a larger --lr, such as ${learningRate * 10}, or more --epochs.`;
}
