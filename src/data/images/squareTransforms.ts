import type { TransformStep } from '../transforms.ts';

/**
 * The transforms of a model for images of any shape: a network takes a square, and Resize keeps the ratio of the
 * sides, so the middle square is cut out after the resize, as in torchvision's evaluation. Square images come out
 * as without it. Transforms that crop already are left as they are.
 */
export function squareTransforms(
  transforms: readonly TransformStep[],
  side: number,
): readonly TransformStep[] {
  if (transforms.some((step) => step.type === 'centerCrop')) return transforms;
  const at = transforms.findIndex((step) => step.type === 'toTensor');
  return [...transforms.slice(0, at), { type: 'centerCrop', size: side }, ...transforms.slice(at)];
}
