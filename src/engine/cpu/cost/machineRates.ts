/**
 * How fast this machine is at what the engine does, on all its threads at once: the tile of the gemm kernel on operands
 * in the first-level cache, a sum over memory, and SGD's pass over memory.
 */
import { panelColumns } from '../kernels/tile.ts';
import { sumPixelsKernel } from '../kernels/elementwise.ts';
import { constantsBytes, sgdKernel } from '../kernels/updates.ts';
import { tableEntryBytes } from '../kernels/gemm.ts';
import type { BiasGradientOperation } from '../operators/convolutionGradient.ts';
import { planGemm, type GemmOperation } from '../operators/gemm.ts';
import type { UpdateOperation } from '../operators/update.ts';
import type { Builder } from '../plan/builder.ts';
import { imageTensor } from '../plan/tensors.ts';
import { createOperationsBuilder, startOperations, type Machine } from './startOperations.ts';

export interface MachineRates {
  /** 1e9 floating-point operations a second. */
  readonly gigaflops: number;
  /** 1e9 bytes a second, read from memory. */
  readonly readGigabytes: number;
  /** The same, three streams read and two of them written. */
  readonly updateGigabytes: number;
}

/** Larger than the caches. */
const memoryBytes = 128 << 20;
/** Panels of the sum: threads share them evenly. */
const planesPerThread = 16;
/** Steps along k of a tile, whose operands are then 28 KiB. */
const tileSteps = 256;
const tilesPerThread = 4000;
const rounds = 8;

/** The best of several rounds, after one that brings the memory into being; takes about half a second. */
export async function measureRates(machine: Machine): Promise<MachineRates> {
  const { builder, built } = createOperationsBuilder(machine);
  const memory = builder.allocate(memoryBytes);
  const region = { address: memory, bytes: memoryBytes };
  const operations = [planTiles(builder), planSum(builder, region), planUpdate(builder, region)] as const;
  const work = [
    2 * builder.threads * tilesPerThread * builder.tileRows * panelColumns * tileSteps,
    memoryBytes,
    5 * operations[2].sixteens * panelColumns * 4,
  ];
  const running = startOperations(built(), operations, machine);
  try {
    const best = [0, 0, 0];
    for (let round = 0; round <= rounds; round++) {
      const milliseconds = await running.run();
      if (round > 0) work.forEach((all, i) => (best[i] = Math.max(best[i], all / milliseconds[i] / 1e6)));
    }
    return { gigaflops: best[0], readGigabytes: best[1], updateGigabytes: best[2] };
  } finally {
    await running.close();
  }
}

/** The same tile again and again, one in each thread. */
function planTiles(builder: Builder): GemmOperation {
  const { tileRows } = builder;
  const rows = tilesPerThread * tileRows;
  const rowBytes = tileSteps * 4;
  const panelBytes = panelColumns * 4;
  const words = (rows * tableEntryBytes) / 4;
  const offsets = [rowBytes, panelBytes];
  const table = builder.constant(words, () =>
    Int32Array.from({ length: words }, (_, index) => ((index >> 1) % tileRows) * offsets[index % 2]),
  );
  return planGemm(builder, {
    rows: { all: rows },
    panels: builder.threads,
    table,
    a: builder.allocate(tileRows * rowBytes),
    aSlotBytes: 0,
    aBlockBytes: panelBytes,
    b: builder.allocate(builder.threads * tileSteps * panelBytes),
    bBlockBytes: panelColumns * panelBytes,
    bPanelBytes: tileSteps * panelBytes,
    bias: builder.zeros,
    biasPanelBytes: 0,
    c: builder.allocate(builder.threads * rowBytes),
    cPanelBytes: rowBytes,
    blocks: tileSteps / panelColumns,
    partBlocks: tileSteps / panelColumns,
    shared: 'columns',
    rectify: false,
    shape: { run: panelColumns, lines: 1, lineBytes: panelBytes, blockBytes: panelBytes },
  });
}

export interface Region {
  readonly address: number;
  readonly bytes: number;
}

/** Reads the region, a kernel's call for each of so many planes. */
export function planSum(
  builder: Builder,
  { address, bytes }: Region,
  planes = builder.threads * planesPerThread,
): BiasGradientOperation {
  const width = Math.floor(bytes / planes / panelColumns / 4);
  const size = { channels: planes * panelColumns, height: 1, width };
  const gradient = imageTensor(() => address, 1, size, { before: 0, after: 0 });
  const kernel = builder.kernel(sumPixelsKernel({ width, lineBytes: [gradient.lineBytes] }));
  return {
    kind: 'biasGradient',
    kernel,
    gradient,
    biasGradient: builder.allocate(planes * panelColumns * 4),
  };
}

/** Reads all of the region and writes two thirds of it. */
export function planUpdate(builder: Builder, { address, bytes }: Region): UpdateOperation {
  const kernels = [builder.kernel(sgdKernel)];
  const sixteens = Math.floor(bytes / 3 / panelColumns / 4);
  const third = sixteens * panelColumns * 4;
  return {
    kind: 'update',
    operands: {
      values: address,
      momentum: address + third,
      secondMoment: 0,
      constants: builder.allocate(constantsBytes),
      kernels,
    },
    gradient: address + 2 * third,
    sixteens,
  };
}
