/** Where each parameter lies in the engine's memory, and how its packed layout maps to PyTorch's. */
import { panelColumns } from '../kernels/tile.ts';

/** Which packing: see ../operators of the same name. */
export type Packing =
  | {
      /** [O/16][I/lanes][kh][kw][lanes][16]; where groups are given, with zeros for what an output does not see. */
      readonly kind: 'convolution';
      readonly outChannels: number;
      readonly inChannels: number;
      readonly groups?: number;
      readonly inLanes: number;
      readonly kernelSize: number;
    }
  | {
      /** [O/16][own features][16]; `order` gives PyTorch's feature of each own one. */
      readonly kind: 'linear';
      readonly outFeatures: number;
      readonly inFeatures: number;
      readonly ownFeatures: number;
      readonly order: Int32Array | undefined;
    }
  | { /** As it is, with zeros at the end. */ readonly kind: 'bias'; readonly length: number }
  | {
      /** A convolution with all its channels, as above, for each output pixel. */
      readonly kind: 'local';
      readonly height: number;
      readonly width: number;
      readonly outChannels: number;
      readonly inChannels: number;
      readonly kernelSize: number;
    }
  | {
      /** [H'][W'][O/16][16] */
      readonly kind: 'localBias';
      readonly height: number;
      readonly width: number;
      readonly outChannels: number;
    };

export interface PackedParameter {
  readonly name: string;
  readonly shape: readonly number[];
  readonly packing: Packing;
  /**
   * Byte addresses; 0 for none (the engine's control words lie at 0). Frozen parameters have values only, and a linear
   * layer's weights keep no gradient but its sum.
   */
  readonly values: number;
  readonly momentum: number;
  readonly secondMoment: number;
  readonly average: number;
  readonly gradient: number;
  /** Of several batches. */
  readonly gradientSum: number;
  /** Floats of the packed form, a multiple of 16. */
  readonly floats: number;
}

/** Floats that a packing takes, with its zeros. */
export function packedFloats(packing: Packing): number {
  switch (packing.kind) {
    case 'convolution': {
      const inBlocks = Math.ceil(packing.inChannels / packing.inLanes);
      const taps = packing.kernelSize ** 2;
      return Math.ceil(packing.outChannels / panelColumns) * inBlocks * taps * packing.inLanes * panelColumns;
    }
    case 'linear':
      return Math.ceil(packing.outFeatures / panelColumns) * packing.ownFeatures * panelColumns;
    case 'bias':
      return Math.ceil(packing.length / panelColumns) * panelColumns;
    case 'local':
      return packing.height * packing.width * packedFloats(pixelPacking(packing));
    case 'localBias':
      return packing.height * packing.width * packedFloats({ kind: 'bias', length: packing.outChannels });
  }
}

/** Calls `visit` for every element with its index in the packed form and in PyTorch's. */
function forEachElement(packing: Packing, visit: (packed: number, torch: number) => void): void {
  switch (packing.kind) {
    case 'convolution':
      return forEachConvolution(packing, visit);
    case 'linear':
      return forEachLinear(packing, visit);
    case 'bias':
      for (let index = 0; index < packing.length; index++) visit(index, index);
      return;
    case 'local':
      return forEachLocal(packing, visit);
    case 'localBias': {
      const pixels = packing.height * packing.width;
      const floats = packedFloats({ kind: 'bias', length: packing.outChannels });
      for (let at = 0; at < pixels * packing.outChannels; at++)
        visit((at % pixels) * floats + Math.floor(at / pixels), at);
    }
  }
}

/** One pixel's weights. */
function pixelPacking(
  packing: Extract<Packing, { kind: 'local' }>,
): Extract<Packing, { kind: 'convolution' }> {
  const { outChannels, inChannels, kernelSize } = packing;
  return { kind: 'convolution', outChannels, inChannels, inLanes: panelColumns, kernelSize };
}

function forEachLocal(
  packing: Extract<Packing, { kind: 'local' }>,
  visit: (packed: number, torch: number) => void,
): void {
  const pixels = packing.height * packing.width;
  const own = pixelPacking(packing);
  const [floats, each] = [packedFloats(own), packing.inChannels * packing.kernelSize ** 2];
  for (let pixel = 0; pixel < pixels; pixel++) {
    forEachConvolution(own, (packed, torch) => {
      const output = Math.floor(torch / each);
      visit(pixel * floats + packed, (output * pixels + pixel) * each + (torch % each));
    });
  }
}

function forEachConvolution(
  { outChannels, inChannels, inLanes, kernelSize, groups = 1 }: Extract<Packing, { kind: 'convolution' }>,
  visit: (packed: number, torch: number) => void,
): void {
  const inBlocks = Math.ceil(inChannels / inLanes);
  const taps = kernelSize * kernelSize;
  const seen = inChannels / groups;
  for (let o = 0; o < outChannels; o++) {
    const first = Math.floor((o * groups) / outChannels) * seen;
    for (let i = first; i < first + seen; i++) {
      const block = Math.floor(o / panelColumns) * inBlocks + Math.floor(i / inLanes);
      for (let tap = 0; tap < taps; tap++) {
        const line = (block * taps + tap) * inLanes + (i % inLanes);
        visit(line * panelColumns + (o % panelColumns), (o * seen + i - first) * taps + tap);
      }
    }
  }
}

function forEachLinear(
  { outFeatures, inFeatures, ownFeatures, order }: Extract<Packing, { kind: 'linear' }>,
  visit: (packed: number, torch: number) => void,
): void {
  for (let first = 0; first < outFeatures; first += panelColumns) {
    const columns = Math.min(panelColumns, outFeatures - first);
    for (let own = 0; own < ownFeatures; own++) {
      const feature = order ? order[own] : own < inFeatures ? own : -1;
      if (feature < 0) continue;
      const packed = first * ownFeatures + own * panelColumns;
      for (let column = 0; column < columns; column++)
        visit(packed + column, (first + column) * inFeatures + feature);
    }
  }
}

/** Writes PyTorch's values into packed memory, which begins at index `at`. */
export function pack(packing: Packing, memory: Float32Array, at: number, values: ArrayLike<number>): void {
  forEachElement(packing, (packed, torch) => {
    memory[at + packed] = values[torch];
  });
}

/** The values in PyTorch's layout. */
export function unpack(packing: Packing, memory: Float32Array, at: number, elements: number): Float32Array {
  const values = new Float32Array(elements);
  forEachElement(packing, (packed, torch) => {
    values[torch] = memory[at + packed];
  });
  return values;
}
