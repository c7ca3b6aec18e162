/** A linear layer of one image: a matrix times a vector. */
import { gemvKernel } from '../kernels/gemv.ts';
import { panelColumns } from '../kernels/tile.ts';
import type { Builder } from '../plan/builder.ts';
import type { Context } from '../threads/context.ts';
import { share } from '../threads/control.ts';

const rowBytes = panelColumns * 4;
/** Panels that a call reads side by side. */
const mostPanels = 4;

export interface GemvOperation {
  readonly kind: 'gemv';
  /** Addresses of the vector, the packed weights, the biases and the result. */
  readonly a: number;
  readonly b: number;
  readonly bias: number;
  readonly c: number;
  readonly panelBytes: number;
  readonly panels: number;
  /** Of 16 values of the vector. */
  readonly blocks: number;
  /** By the number of panels, from 1. */
  readonly kernels: readonly string[];
}

export function planGemv(
  builder: Pick<Builder, 'kernel'>,
  layout: Omit<GemvOperation, 'kind' | 'kernels'>,
  rectify: boolean,
): GemvOperation {
  const kernels = Array.from({ length: mostPanels }, (_, index) =>
    builder.kernel(gemvKernel({ panels: index + 1, panelBytes: layout.panelBytes, rectify })),
  );
  return { kind: 'gemv', ...layout, kernels };
}

export function runGemv(operation: GemvOperation, context: Context): void {
  const { a, b, bias, c, panelBytes, blocks, kernels } = operation;
  const [begin, end] = share(operation.panels, context.thread, context.threads);
  for (let panel = begin; panel < end; panel += mostPanels) {
    const panels = Math.min(mostPanels, end - panel);
    const offset = panel * rowBytes;
    context.kernels[kernels[panels - 1]](a, b + panel * panelBytes, bias + offset, c + offset, blocks);
  }
}
