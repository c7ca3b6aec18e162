import type { Program } from '../engine/engine.ts';
import { copyImages, type BatchSource, type ImageBatch } from './imageBatch.ts';

/**
 * Gives a function that brings a batch into a program and tells the input slot it is in. The first batch of a
 * pass over a loader is copied into slot 0; the loader is then offered the other slots, so that the rest of its
 * batches are written where the program reads them. One pass at a time has those slots: the batches of another
 * (a test pass within an epoch) are copied.
 */
export function inputPlacement(): (inputs: ImageBatch, program: Program) => number {
  let tenant: BatchSource | undefined;

  function offerSlots(source: BatchSource, program: Program): void {
    if (tenant !== undefined && tenant !== source) return;
    const leave = () => {
      if (tenant === source) tenant = undefined;
    };
    if (source.adopt(program.inputs.slice(1), leave)) tenant = source;
  }

  return (inputs, program) => {
    const slot = program.inputs.indexOf(inputs.buffer);
    if (slot >= 0) return slot;
    copyImages(inputs.buffer, program.inputs[0], inputs.size(0));
    if (inputs.source !== undefined) offerSlots(inputs.source, program);
    return 0;
  };
}
