/** Softmax cross-entropy over the logits, in float64, and its gradient. */
import { panelColumns } from '../kernels/tile.ts';
import type { Builder } from '../plan/builder.ts';
import type { MatrixNode } from '../plan/nodes.ts';
import { featureOrder, type GradientMatrix, type MatrixTensor } from '../plan/tensors.ts';
import type { Context } from '../threads/context.ts';
import { controlAddresses } from '../threads/control.ts';

export interface LossOperation {
  readonly kind: 'loss';
  readonly logits: MatrixTensor;
  readonly gradient: GradientMatrix;
  /** PyTorch's class of each own feature; -1 for padding. */
  readonly order: Int32Array | undefined;
  /** Address of the labels, one 32-bit word an image. */
  readonly labels: number;
}

/** Plans it over the network's last node. */
export function planLoss(builder: Builder, { value, gradient }: MatrixNode): LossOperation | undefined {
  const labels = builder.allocate(builder.batchSize * 4);
  return gradient && { kind: 'loss', logits: value, gradient, order: featureOrder(value), labels };
}

/** Float index of a logit of an image, by the matrix's own feature number. */
function logitIndex(logits: MatrixTensor, own: number, image: number): number {
  const block = logits.address + Math.floor(own / panelColumns) * logits.blockBytes;
  return block / 4 + image * panelColumns + (own % panelColumns);
}

/** The first thread does it all: it is some thousand numbers. */
export function runLoss(operation: LossOperation, context: Context): void {
  if (context.thread !== 0) return;
  const { floats, words, command } = context;
  const { gradient, labels } = operation;
  const smoothing = new Float64Array(floats.buffer, controlAddresses.labelSmoothing, 1)[0];
  const images = new Float64Array(floats.buffer, controlAddresses.images, 1)[0];
  floats.fill(0, gradient.address / 4, (gradient.address + gradient.panels * gradient.panelBytes) / 4);
  let total = 0;
  for (let image = 0; image < command.count; image++) {
    total += lossOfImage(operation, context, {
      image,
      label: words[labels / 4 + image],
      smoothing,
      images,
    });
  }
  new Float64Array(floats.buffer, controlAddresses.loss, 1)[0] = total / command.count;
}

interface Target {
  readonly image: number;
  readonly label: number;
  /** Share of the target that all classes get alike. */
  readonly smoothing: number;
  /** That the gradient is the mean of. */
  readonly images: number;
}

function lossOfImage(
  operation: LossOperation,
  { floats }: Context,
  { image, label, smoothing, images }: Target,
): number {
  const { logits, gradient, order } = operation;
  const scores: { own: number; torch: number; score: number }[] = [];
  for (let own = 0; own < logits.blocks * panelColumns; own++) {
    const torch = order ? order[own] : own < logits.features ? own : -1;
    if (torch >= 0) scores.push({ own, torch, score: floats[logitIndex(logits, own, image)] });
  }
  const largest = scores.reduce((most, { score }) => Math.max(most, score), -Infinity);
  const sum = scores.reduce((all, { score }) => all + Math.exp(score - largest), 0);
  const panel = (gradient.address + Math.floor(image / panelColumns) * gradient.panelBytes) / 4;
  const everywhere = smoothing / logits.features;
  let loss = 0;
  for (const { own, torch, score } of scores) {
    const target = (torch === label ? 1 - smoothing : 0) + everywhere;
    if (target > 0) loss += target * (largest + Math.log(sum) - score);
    const slope = (Math.exp(score - largest) / sum - target) / images;
    floats[panel + own * panelColumns + (image % panelColumns)] = slope;
  }
  return loss;
}
