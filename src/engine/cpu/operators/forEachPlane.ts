import type { ImageTensor } from '../plan/tensors.ts';
import type { Context } from '../threads/context.ts';
import { share } from '../threads/control.ts';

/** Calls `visit` for each of this thread's planes of 16 channels, numbered image by image, with the plane's block. */
export function forEachPlane(
  { blocks }: ImageTensor,
  { command, thread, threads }: Context,
  visit: (plane: number, block: number) => void,
): void {
  const [begin, end] = share(command.count * blocks, thread, threads);
  for (let plane = begin; plane < end; plane++) visit(plane, plane % blocks);
}
