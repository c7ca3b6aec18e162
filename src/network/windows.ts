/** Which pixels of one direction each output of a pooling layer sees. */
import type { AvgPoolSpec, MaxPoolSpec } from './spec.ts';

/** Pixels [begin, end) of the image. */
export interface Window {
  readonly begin: number;
  readonly end: number;
  /** What an average divides by in this direction: more than end - begin where padding counts. */
  readonly divisor: number;
}

/**
 * PyTorch's number of windows: floor((size + 2 * padding - kernelSize) / stride) + 1; rounded up in ceil mode, where the
 * last window must begin before the padding at the end does.
 */
export function windowCount(
  size: number,
  {
    kernelSize,
    stride,
    padding = 0,
    ceilMode = false,
  }: Pick<MaxPoolSpec, 'kernelSize' | 'stride' | 'padding' | 'ceilMode'>,
): number {
  const steps = (size + 2 * padding - kernelSize) / stride;
  const count = (ceilMode ? Math.ceil(steps) : Math.floor(steps)) + 1;
  return ceilMode && (count - 1) * stride >= size + padding ? count - 1 : count;
}

/** The windows of max or average pooling. */
export function poolingWindows(size: number, spec: MaxPoolSpec | AvgPoolSpec): Window[] {
  const { kernelSize, stride, padding = 0 } = spec;
  const countIncludePad = spec.type === 'avgPool' && (spec.countIncludePad ?? true);
  return Array.from({ length: windowCount(size, spec) }, (_, index) => {
    const first = index * stride - padding;
    const [begin, end] = [Math.max(0, first), Math.min(size, first + kernelSize)];
    const divisor = countIncludePad ? Math.min(size + padding, first + kernelSize) - first : end - begin;
    return { begin, end, divisor };
  });
}

/** torch.nn.AdaptiveAvgPool2d's: neighbours overlap where the size is no multiple, and repeat where it is smaller. */
export function adaptiveWindows(size: number, outputSize: number): Window[] {
  return Array.from({ length: outputSize }, (_, index) => {
    const begin = Math.floor((index * size) / outputSize);
    const end = Math.ceil(((index + 1) * size) / outputSize);
    return { begin, end, divisor: end - begin };
  });
}
